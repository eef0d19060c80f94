/**
 * How long a node takes from its start to `init_ok`. A cluster's nodes all start at once, so this
 * is felt in every run. The reference is Deno itself, evaluating nothing. What no node can beat is Deno
 * running an empty module.
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
  target: { contender: servedNode.name, atMost: 0.75 },
  async start() {
    const programs = [servedNode, ...await programsByHand()];
    return [
      toItsEnd("deno eval ''", ["eval", ""]),
      toItsEnd("deno run, an empty module", ["run", "--quiet", EMPTY]),
      toItsEnd("the same, type-checked", ["run", "--quiet", "--check", EMPTY]),
      toItsEnd("the same, without code cache", ["run", "--quiet", "--no-code-cache", EMPTY]),
      ...programs.map(untilInitOk),
    ];
  },
};

const EMPTY = "data:application/typescript,";

function toItsEnd(name: string, args: string[]): Contender {
  return {
    name,
    async measure() {
      const startMs = performance.now();
      await new Deno.Command(Deno.execPath(), { args }).output();
      return performance.now() - startMs;
    },
  };
}

function untilInitOk(program: EchoProgram): Contender {
  return {
    name: program.name,
    async measure() {
      const startMs = performance.now();
      await using piped = new Piped(program);
      await piped.exchange(new TextEncoder().encode(INIT), 1);
      return performance.now() - startMs;
    },
    end: () => program.remove?.() ?? Promise.resolve(),
  };
}
