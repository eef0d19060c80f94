/** Stands in for `@std/async/deadline` where JSR is out of reach (see `tasks/setup.ts`). */

/** Options of {@linkcode deadline}. */
export interface DeadlineOptions {
  /** Gives up early; the promise then rejects with the signal's reason. */
  signal?: AbortSignal;
}

/**
 * The outcome of `p`, unless `ms` milliseconds pass first: then it rejects with a `DOMException`
 * named `TimeoutError`.
 */
export async function deadline<T>(
  p: Promise<T>,
  ms: number,
  options: DeadlineOptions = {},
): Promise<T> {
  const signals = options.signal ? [options.signal] : [];
  if (ms < Number.MAX_SAFE_INTEGER) signals.push(AbortSignal.timeout(ms));
  const signal = AbortSignal.any(signals);
  const given = Promise.withResolvers<never>();
  const giveUp = () => given.reject(signal.reason);
  if (signal.aborted) giveUp();
  signal.addEventListener("abort", giveUp, { once: true });
  try {
    return await Promise.race([given.promise, p]);
  } finally {
    signal.removeEventListener("abort", giveUp);
  }
}
