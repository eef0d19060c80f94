/** Echoes, and takes two milliseconds of real time for it. */
import type { Node } from "../../../node.ts";
import { Echo } from "../../../workloads.ts";

const realNowMs = performance.now.bind(performance); // before a simulation owns it

export default function busy(node: Node): void {
  node.on(Echo.echo, ({ echo }) => {
    const untilMs = realNowMs() + 2;
    while (realNowMs() < untilMs);
    return { type: "echo_ok", echo };
  });
}
