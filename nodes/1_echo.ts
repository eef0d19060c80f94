#!/usr/bin/env -S deno run --quiet
/** Challenge 1: a node that replies with what it was sent. */
import { type Node, serve } from "../lib/node.ts";
import { Echo } from "../lib/workloads.ts";

export default function echo(node: Node): void {
  node.on(Echo.echo, ({ echo }) => ({ type: "echo_ok", echo }));
}

if (import.meta.main) await serve(echo);
