#!/usr/bin/env -S deno run --quiet
/**
 * Challenge 1, echo: a node that replies with what it was sent.
 *
 * A program is a function that registers a handler for each kind of request. Requests and replies
 * are described in `lib/workloads.ts`; a handler receives the request's fields and returns the
 * reply's. The rest of the protocol (`init`, message ids, errors, JSON) is the library's.
 *
 * Messages between nodes: none. Latency: one round trip to the client. It survives everything, as it
 * keeps nothing; while it is down, nobody answers.
 *
 * @module
 */
import { Echo, type Node, serve } from "../lib/mod.ts";

export default function echo(node: Node): void {
  node.on(Echo.echo, ({ echo }) => ({ type: "echo_ok", echo }));
}

if (import.meta.main) await serve(echo);
