/** Stands in for `@std/async/delay` where JSR is out of reach (see `tasks/setup.ts`). */

/** The longest wait that a single timer takes, in milliseconds. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Options of {@linkcode delay}. */
export interface DelayOptions {
  /** Ends the wait early; the promise then rejects with the signal's reason. */
  signal?: AbortSignal;
  /**
   * Whether the wait keeps the process running.
   *
   * @default {true}
   */
  persistent?: boolean;
}

/** Resolves after `ms` milliseconds, however many they are. */
export function delay(ms: number, options: DelayOptions = {}): Promise<void> {
  const { signal, persistent = true } = options;
  if (signal?.aborted) return Promise.reject(signal.reason);
  return new Promise((resolve, reject) => {
    let timer: number;
    const finish = () => {
      signal?.removeEventListener("abort", abort);
      resolve();
    };
    const abort = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const wait = (remainingMs: number) => {
      const stepMs = Math.min(remainingMs, LONGEST_TIMER_MS);
      const startedMs = stepMs < remainingMs ? Date.now() : 0;
      const next = () => wait(remainingMs - (Date.now() - startedMs));
      timer = Number(setTimeout(stepMs < remainingMs ? next : finish, stepMs));
      if (!persistent) Deno.unrefTimer(timer);
    };
    wait(Math.trunc(Math.max(ms, 0) || 0));
    signal?.addEventListener("abort", abort, { once: true });
  });
}
