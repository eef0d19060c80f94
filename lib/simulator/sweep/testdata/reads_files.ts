/** Echoes what it read, which a simulation can not hold. */
import type { Node } from "../../../node.ts";
import { Echo } from "../../../workloads.ts";

export default function readsFiles(node: Node): void {
  node.on(Echo.echo, ({ echo }) => {
    Deno.readTextFileSync("deno.json");
    return { type: "echo_ok", echo };
  });
}
