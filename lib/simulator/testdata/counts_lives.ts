/** Keeps its state where all nodes of a process share it: at the module's top level. */
import { integer, rpc } from "../../rpc.ts";
import type { Node } from "../../node.ts";

export const count = rpc("count", {}, { asked: integer, draw: integer });

const draw = Math.floor(Math.random() * 2 ** 32);
let asked = 0;

export default function countsLives(node: Node): void {
  node.on(count, () => ({ type: "count_ok", asked: ++asked, draw }));
}
