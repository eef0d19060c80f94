/**
 * Ctrl-C, so that nothing outlives a task.
 *
 * @module
 */

/** What an interrupted task rejects with. */
export const INTERRUPTED: Error = new Error("interrupted");

const SIGNALS: readonly Deno.Signal[] = ["SIGINT", "SIGTERM", "SIGHUP"];

/**
 * Does some work that can be interrupted: its signal aborts, and it is given the time to tidy up.
 *
 * @throws {INTERRUPTED} once it has.
 */
export async function interruptible<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const abort = () => controller.abort(INTERRUPTED);
  for (const signal of SIGNALS) Deno.addSignalListener(signal, abort);
  try {
    return await work(controller.signal);
  } finally {
    for (const signal of SIGNALS) Deno.removeSignalListener(signal, abort);
  }
}
