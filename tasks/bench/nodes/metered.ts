/**
 * A node of a bench: the program that the environment names, with one more RPC, which says how much
 * memory the process uses. V8 has to run with `--expose-gc`, so that garbage does not count.
 *
 * @module
 */
import { integer, type Program, rpc, serve } from "../../../lib/mod.ts";

/** Names the program's module, as a URL. */
export const PROGRAM = "BENCH_PROGRAM";

/** Collects garbage, and says what is left. */
export const measureMemory = rpc("measure_memory", {}, { heapBytes: integer, rssBytes: integer });

if (import.meta.main) {
  const { default: program }: { default: Program } = await import(Deno.env.get(PROGRAM) ?? "");
  await serve((node) => {
    program(node);
    node.on(measureMemory, () => {
      const collect: unknown = Reflect.get(globalThis, "gc");
      if (typeof collect !== "function") throw new Error("V8 runs without --expose-gc");
      collect();
      const { heapUsed, rss } = Deno.memoryUsage();
      return { type: "measure_memory_ok", heapBytes: heapUsed, rssBytes: rss };
    });
  });
}
