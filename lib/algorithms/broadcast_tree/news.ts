/**
 * The one kind of message between nodes that broadcast along a tree.
 *
 * @module
 */
import { array, boolean, integer, oneWay, optional, string } from "../../rpc.ts";
import type { RequestOf } from "../../node.ts";
import { isPossibleCount } from "../possible_count.ts";

/** What the receiver is not known to have, what was received from it, and how the sender is doing. */
export const news = oneWay("news", {
  /** The message's number on this link, 0 if it is not to be acknowledged. */
  seq: integer,
  /** The newest number received over this link in the other direction, 0 for none. */
  ack: integer,
  /** How long ago that one came, in milliseconds: the rest of a round trip is the network's. */
  held: integer,
  /** The sender's path to the root. */
  path: array(string),
  /** The root's clock when it sent what the sender last heard along that path. */
  stamp: integer,
  /** By how many milliseconds the sender's timers have been late recently. Default: 0. */
  late: optional(integer),
  /** How long ago the sender began its last regular scatter, in milliseconds, if it ever has. */
  beat: optional(integer),
  /** Whether the sender has to know at once that this arrived. */
  probe: boolean,
  /** What is outstanding: to be acknowledged. */
  values: array(integer),
  /** What else the receiver may lack. */
  aside: array(integer),
});

/** A message's body. */
export type News = RequestOf<typeof news>;

/** Whether the numbers in a message are such as a peer can have come to. */
export function isPossible({ seq, ack, held, late = 0, beat = 0 }: News): boolean {
  return isPossibleCount(seq) && isPossibleCount(ack) && Math.min(held, late, beat) >= 0;
}
