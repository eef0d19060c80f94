/**
 * A service is a state machine that takes one request at a time. Messages and latencies are the
 * network's business; a service knows only who asks what.
 *
 * @module
 */
import type { Body } from "../../message.ts";

export interface Service {
  /**
   * Carries out a request and returns the reply, without `in_reply_to`. Like Maelstrom's services it
   * returns nothing for a request of an unknown type.
   *
   * @param src The id that asks.
   */
  handle(src: string, request: Body): Body | undefined;
}
