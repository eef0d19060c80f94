/**
 * How long a node takes from its start to `init_ok`. A cluster's nodes all start at once, so this
 * is felt in every run. The reference is Deno itself, evaluating nothing. What no node can beat is Deno
 * running an empty module.
 *
 * @module
 */
import type { Bench, Contender } from "./compare.ts";
import { type EchoProgram, initFrom, Piped, programsByHand, servedNode } from "./programs.ts";

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
    measure: () => timeStart(program),
    end: () => program.remove?.() ?? Promise.resolve(),
  };
}

/** Milliseconds from a node's start to its `init_ok`. It ends when it has been used. */
export async function timeStart(program: EchoProgram, { client = "c0", use }: {
  readonly client?: string;
  readonly use?: ((node: Piped) => Promise<unknown>) | undefined;
} = {}): Promise<number> {
  const startMs = performance.now();
  await using node = new Piped(program);
  await node.exchange(initFrom(client), 1);
  const tookMs = performance.now() - startMs;
  await use?.(node);
  return tookMs;
}
