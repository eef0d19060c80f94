/** Ends its process instead of answering. */
import type { Node } from "../../../node.ts";
import { Echo } from "../../../workloads.ts";

export default function exits(node: Node): void {
  node.on(Echo.echo, () => Deno.exit(3));
}
