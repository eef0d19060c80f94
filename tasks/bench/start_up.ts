/**
 * How long a node takes from its start to `init_ok`. A cluster's nodes all start at once, so this
 * is felt in every run. The reference is Deno itself, doing nothing.
 *
 * @module
 */
import type { Bench, Contender } from "./compare.ts";
import { type EchoProgram, INIT, Piped, programsByHand, servedNode } from "./programs.ts";

/** Time from start to `init_ok`. */
export const startUp: Bench = {
  name: "start-up",
  title: "From start to init_ok",
  unit: "ms",
  rounds: 15,
  target: { contender: servedNode.name, atMost: 2 },
  async start() {
    return [nothing, ...[servedNode, ...await programsByHand()].map(untilInitOk)];
  },
};

const nothing: Contender = {
  name: "deno eval ''",
  async measure() {
    const startMs = performance.now();
    await new Deno.Command(Deno.execPath(), { args: ["eval", ""] }).output();
    return performance.now() - startMs;
  },
};

function untilInitOk(program: EchoProgram): Contender {
  return {
    name: program.name,
    async measure() {
      const startMs = performance.now();
      await using piped = new Piped(program);
      await piped.exchange(new TextEncoder().encode(INIT), 1);
      return performance.now() - startMs;
    },
  };
}
