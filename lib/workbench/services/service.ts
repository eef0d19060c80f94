/**
 * What a service is: a state machine that takes one request at a time. Messages and latencies are the
 * network's; a service knows only who asks what.
 *
 * @module
 */
import type { Body } from "../../message.ts";

/** A service, apart from its network. */
export interface Service {
  /**
   * Carries out a request and returns the reply, but for `in_reply_to`. To a request of a type that
   * it does not know there is no answer: Maelstrom's services say nothing at all then.
   *
   * @param src Who asks.
   */
  handle(src: string, request: Body): Body | undefined;
}
