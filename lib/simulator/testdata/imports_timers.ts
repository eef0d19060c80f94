// Real time. The import in this comment is none: import { setTimeout } from "node:crypto"
import { setTimeout } from "node:timers";
import { Echo } from "../../workloads.ts";
import type { Node } from "../../node.ts";

export default function echoLate(node: Node): void {
  node.on(
    Echo.echo,
    ({ echo }) => new Promise((resolve) => setTimeout(() => resolve({ type: "echo_ok", echo }), 1)),
  );
}
