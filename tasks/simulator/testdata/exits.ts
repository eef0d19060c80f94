/** Ends its process instead of answering. */
import type { Node } from "../../../lib/node.ts";
import { Echo } from "../../../lib/workloads.ts";

export default function exits(node: Node): void {
  node.on(Echo.echo, () => Deno.exit(3));
}
