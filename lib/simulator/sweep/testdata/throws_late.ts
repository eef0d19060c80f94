/** Answers, and then fails where nobody catches it. */
import type { Node } from "../../../node.ts";
import { Echo } from "../../../workloads.ts";

export default function throwsLate(node: Node): void {
  node.on(Echo.echo, ({ echo }) => {
    setTimeout(() => {
      throw new Error("too late");
    }, 1);
    return { type: "echo_ok", echo };
  });
}
