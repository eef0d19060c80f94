/** Answers, and then fails where nobody catches it. */
import type { Node } from "../../../lib/node.ts";
import { Echo } from "../../../lib/workloads.ts";

export default function throwsLate(node: Node): void {
  node.on(Echo.echo, ({ echo }) => {
    setTimeout(() => {
      throw new Error("too late");
    }, 1);
    return { type: "echo_ok", echo };
  });
}
