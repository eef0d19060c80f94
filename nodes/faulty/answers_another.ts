#!/usr/bin/env -S deno run --quiet
/**
 * Faulty: keeps the request being answered in one variable, across a wait. When two requests
 * overlap, the first gets the second's answer.
 *
 * Tempting because the variable is safe as long as the handler does not wait: JavaScript runs one
 * handler at a time, up to its first `await`.
 *
 * To see it (echo replies differ from their requests):
 *
 *     deno task sim nodes/faulty/answers_another.ts -w echo --node-count 1 --concurrency 5 \
 *       --time-limit 2 --rate 50
 *
 * @module
 */
import { delay } from "@std/async/delay";
import { Echo, type Json, type Node, serve } from "../../lib/mod.ts";

export default function answersAnother(node: Node): void {
  let current: Json = null;

  node.on(Echo.echo, async ({ echo }) => {
    current = echo;
    await delay(50);
    return { type: "echo_ok", echo: current };
  });
}

if (import.meta.main) await serve(answersAnother);
