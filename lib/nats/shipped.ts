/**
 * Simulating a program that came from another machine: in threads without any permission.
 *
 * @module
 */
import { type PagedSummary, SUMMARIES } from "../report/sweep.ts";
import type { Summaries } from "../simulator/sweep/pool.ts";
import type { ProgramText } from "./program.ts";

/** The options of a thread, with what Deno adds to the standard. */
type ThreadOptions = WorkerOptions & { readonly deno: { readonly permissions: "none" } };

const WITHOUT_PERMISSIONS: ThreadOptions = { type: "module", deno: { permissions: "none" } };

/** How workers are started that simulate a program. Needs `--unstable-worker-options`. */
export function summariesOf(program: ProgramText): Summaries<PagedSummary> {
  return {
    ...SUMMARIES,
    worker: () => {
      const url = new URL("./sweep_thread.ts", import.meta.url);
      const worker = new Worker(url, WITHOUT_PERMISSIONS);
      worker.postMessage(program);
      return worker;
    },
  };
}
