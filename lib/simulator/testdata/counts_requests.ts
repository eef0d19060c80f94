/** Keeps state at its top level, which all nodes of a process share. */
import { integer, rpc } from "../../rpc.ts";
import type { Node } from "../../node.ts";

export const count = rpc("count", {}, { asked: integer, draw: integer });

const draw = Math.floor(Math.random() * 2 ** 32);
let asked = 0;

export default function countsRequests(node: Node): void {
  node.on(count, () => ({ type: "count_ok", asked: ++asked, draw }));
}
