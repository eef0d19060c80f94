#!/usr/bin/env -S deno run --quiet
/**
 * Challenge 1, echo: a node that replies with what it was sent.
 *
 * A program is a function that says how a node answers. Each kind of request is described in
 * `lib/workloads.ts`; the handler gets the request's fields and returns the reply's. The rest of the
 * protocol (`init`, message ids, errors, JSON) is the library's.
 *
 * Cost: no messages between nodes; a request takes one trip here and back.
 *
 * @module
 */
import { Echo, type Node, serve } from "../lib/mod.ts";

export default function echo(node: Node): void {
  node.on(Echo.echo, ({ echo }) => ({ type: "echo_ok", echo }));
}

if (import.meta.main) await serve(echo);
