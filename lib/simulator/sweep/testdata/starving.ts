/**
 * Echoes, but for one value: then it does not let go for three seconds of real time. (It does in the
 * end, because Deno goes on running a worker that loops, also after `terminate`.)
 */
import type { Node } from "../../../node.ts";
import { Echo } from "../../../workloads.ts";

const realNowMs = performance.now.bind(performance); // before a simulation owns it
const STARVES_MS = 3_000;

export default function starving(node: Node): void {
  node.on(Echo.echo, async ({ echo }) => {
    if (JSON.stringify(echo).endsWith('7"')) {
      const beganMs = realNowMs();
      while (realNowMs() - beganMs < STARVES_MS) await Promise.resolve();
    }
    return { type: "echo_ok", echo };
  });
}
