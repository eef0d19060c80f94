/**
 * What Raft's nodes say to each other, and what of it can be true.
 *
 * | message    | says                                                                               |
 * | ---------- | ---------------------------------------------------------------------------------- |
 * | `vote`     | asks for a vote in a term; if `pre`, whether the receiver would give it            |
 * | `voted`    | grants or refuses it                                                               |
 * | `append`   | a leader's entries behind a position; without entries a heartbeat                  |
 * | `matched`  | the log matches the leader's up to an index, on stable storage                     |
 * | `rejected` | the log does not match at an index, and can match at most at another               |
 * | `snapshot` | the leader's state at a position, for a follower that lacks what the leader dropped |
 * | `outdated` | tells the sender of an earlier term's message that the term is over                |
 * | `resigned` | a leader without a majority, or without a vote, leads no more; its heir is to stand |
 * | `propose`  | passes commands on to the leader                                                   |
 * | `read`     | asks the leader for an index; a state that includes it is recent enough to be read |
 * | `readable` | tells that index                                                                   |
 *
 * A leader numbers its rounds of heartbeats; each answer repeats the number of what it answers. So a
 * leader that asks now learns whether a majority still followed it after now. A vote repeats the tick
 * of the request, which tells the candidate how long a round trip takes; a leader measures that in its
 * rounds, and tells its followers in `roundTrip`.
 *
 * @module
 */
import {
  array,
  boolean,
  fieldProblem,
  type Fields,
  integer,
  nullable,
  object,
  optional,
  type Shape,
  string,
  tuple,
} from "../../rpc.ts";
import type { Entry, Position } from "./log.ts";

/** The state that all commands up to a position have led to. */
export interface Snapshot<State> extends Position {
  /** The state machine's state. */
  readonly state: State;
  /** Who votes from there on, if an entry has ever changed that. */
  readonly voters?: readonly string[];
}

/** A message between two nodes. */
export type Message<Data, State> =
  | { type: "vote"; term: number; pre: boolean; tick: number; last: Position }
  | { type: "voted"; term: number; pre: boolean; tick: number; granted: boolean }
  | {
    type: "append";
    term: number;
    round: number;
    roundTrip: number;
    behind: Position;
    entries: Entry<Data>[];
    committed: number;
  }
  | { type: "matched"; term: number; round: number; index: number }
  | { type: "rejected"; term: number; round: number; index: number; possible: Position }
  | { type: "snapshot"; term: number; round: number; snapshot: Snapshot<State> }
  | { type: "outdated"; term: number }
  | { type: "resigned"; term: number; heir: string }
  | { type: "propose"; commands: Data[] }
  | { type: "read"; id: number }
  | { type: "readable"; id: number; index: number };

/** A message of one type. */
export type MessageOf<T extends string, Data, State> = Extract<Message<Data, State>, { type: T }>;

/** A whole number from 0. */
export const count: Shape<number> = {
  problem: (value, path) =>
    integer.problem(value, path) ??
      (Number(value) >= 0 ? undefined : `"${path}" must be at least 0, got ${value}`),
};

const names = array(string);
const nothing: Shape<null> = {
  problem: (value, path) => value === null ? undefined : `"${path}" must be null`,
};
const change = tuple<[number, null, string[]]>(count, nothing, names);

/** The shape of entries with commands of one shape. */
export function entryShape<Data>(command: Shape<Data>): Shape<Entry<Data>> {
  const entry = tuple<[number, Data | null]>(count, nullable(command));
  return {
    problem: (value, path) =>
      (Array.isArray(value) && value.length === 3 ? change : entry).problem(value, path),
  };
}

const position: Shape<Position> = object({ index: count, term: count });

/** The shape of a snapshot with a state of that shape. */
export function snapshotShape<State>(state: Shape<State>): Shape<Snapshot<State>> {
  const shape = object({ index: count, term: count, state, voters: optional(names) });
  return { problem: shape.problem };
}

/** The shape of messages that carry commands and states of these shapes. */
export function messageShape<Data, State>(
  command: Shape<Data>,
  state: Shape<State>,
): Shape<Message<Data, State>> {
  const entry = entryShape(command);
  const leading = { term: count, round: count };
  const ballot = { term: count, pre: boolean, tick: count };
  const fields: Readonly<Record<string, Fields>> = {
    vote: { ...ballot, last: position },
    voted: { ...ballot, granted: boolean },
    append: {
      ...leading,
      roundTrip: count,
      behind: position,
      entries: array(entry),
      committed: count,
    },
    matched: { ...leading, index: count },
    rejected: { ...leading, index: count, possible: position },
    snapshot: { ...leading, snapshot: snapshotShape(state) },
    outdated: { term: count },
    resigned: { term: count, heir: string },
    propose: { commands: array(command) },
    read: { id: count },
    readable: { id: count, index: count },
  };
  return {
    problem(value, path) {
      const type = typeof value === "object" && value !== null ? Reflect.get(value, "type") : "";
      const known = typeof type === "string" && Object.hasOwn(fields, type) && fields[type];
      if (!known || typeof value !== "object" || value === null) {
        return `"${path}" must be a message between Raft's nodes`;
      }
      return fieldProblem(known, value);
    },
  };
}

/**
 * How far ahead of a node's own term a message's can be. Terms pass one by one, each in an election;
 * a higher one would be malformed, and would end elections for good if it were the highest there is.
 */
const MAX_TERMS_AHEAD = 1_000_000;

/**
 * Whether a correct node whose peer is in `term` could get this message. Refusals of votes in term 0
 * count as lost.
 */
export function isPlausible<Data, State>(message: Message<Data, State>, term: number): boolean {
  if ("term" in message && !(message.term >= 1 && message.term <= term + MAX_TERMS_AHEAD)) {
    return false;
  }
  switch (message.type) {
    case "vote":
      return isPosition(message.last, message.term);
    case "append":
      return isPosition(message.behind, message.term) && areEntries(message);
    case "snapshot":
      return message.snapshot.index > 0 && isPosition(message.snapshot, message.term) &&
        message.snapshot.voters?.length !== 0;
    case "rejected":
      return message.possible.index <= message.index;
    default:
      return true;
  }
}

/** No log gets this long; behind it there is room for as many entries with exact indices. */
const MAX_INDEX = 2 ** 52;

/** Whether an entry can be there, of at most that term. */
function isPosition({ index, term }: Position, most: number): boolean {
  return index <= MAX_INDEX && term <= most && (index === 0) === (term === 0);
}

/** Terms never fall along a log. */
function areEntries<Data>(
  { behind, entries, term }: { behind: Position; entries: Entry<Data>[]; term: number },
): boolean {
  let last = Math.max(behind.term, 1);
  for (const [own, , voters] of entries) {
    if (own < last || own > term || voters?.length === 0) return false;
    last = own;
  }
  return true;
}
