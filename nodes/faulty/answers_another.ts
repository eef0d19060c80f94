/**
 * Broken: the request being answered is kept in one variable for all, across a wait. Of two that
 * come close together, the first gets the second's answer.
 *
 * @module
 */
import { delay } from "@std/async";
import { Echo, type Json, type Node } from "../../lib/mod.ts";

export default function answersAnother(node: Node): void {
  let current: Json = null;

  node.on(Echo.echo, async ({ echo }) => {
    current = echo;
    await delay(50);
    return { type: "echo_ok", echo: current };
  });
}
