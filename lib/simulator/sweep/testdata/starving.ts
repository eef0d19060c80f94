/** Echoes, but for one value: then it never lets go. */
import type { Node } from "../../../node.ts";
import { Echo } from "../../../workloads.ts";

export default function starving(node: Node): void {
  node.on(Echo.echo, async ({ echo }) => {
    while (JSON.stringify(echo).endsWith('7"')) await Promise.resolve();
    return { type: "echo_ok", echo };
  });
}
