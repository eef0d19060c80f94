/** Stands in for `@std/async/retry` where JSR is out of reach (see `tasks/setup.ts`). */

import { delay } from "./delay.ts";

/** What {@linkcode retry} throws after the last attempt; the cause is that attempt's error. */
export class RetryError extends Error {
  constructor(cause: unknown, attempts: number) {
    super(`Retrying exceeded the maxAttempts (${attempts}).`, { cause });
    this.name = "RetryError";
  }
}

/** Options of {@linkcode retry}. Times are in milliseconds. */
export interface RetryOptions {
  /**
   * By how much each wait is longer than the one before.
   *
   * @default {2}
   */
  multiplier?: number;
  /**
   * The longest wait.
   *
   * @default {60000}
   */
  maxTimeout?: number;
  /**
   * Attempts in all, the first one included.
   *
   * @default {5}
   */
  maxAttempts?: number;
  /**
   * The first wait, before jitter.
   *
   * @default {1000}
   */
  minTimeout?: number;
  /**
   * The share of a wait that is left to chance, from 0 to 1.
   *
   * @default {1}
   */
  jitter?: number;
  /**
   * Whether another attempt makes sense after this error; if not, it is thrown as it is.
   *
   * @default {() => true}
   */
  isRetriable?: (err: unknown) => boolean;
  /** Ends the attempts and waits with the signal's reason. */
  signal?: AbortSignal;
}

/** Calls `fn` until it succeeds, with waits that grow exponentially. */
export async function retry<T>(
  fn: (() => Promise<T>) | (() => T),
  options: RetryOptions = {},
): Promise<T> {
  const {
    multiplier = 2,
    maxTimeout = 60_000,
    maxAttempts = 5,
    minTimeout = 1000,
    jitter = 1,
    isRetriable = () => true,
    signal,
  } = options;
  const require = (holds: boolean, name: string, rule: string, value: number) => {
    if (holds) return;
    throw new RangeError(`Cannot retry as '${name}' must be ${rule}: current value is ${value}`);
  };
  require(
    Number.isInteger(maxAttempts) && maxAttempts >= 1,
    "maxAttempts",
    "a positive integer",
    maxAttempts,
  );
  require(
    Number.isFinite(multiplier) && multiplier >= 1,
    "multiplier",
    "a finite number >= 1",
    multiplier,
  );
  require(maxTimeout > 0, "maxTimeout", "a positive number", maxTimeout);
  require(minTimeout >= 0, "minTimeout", ">= 0", minTimeout);
  require(jitter >= 0 && jitter <= 1, "jitter", "between 0 and 1", jitter);
  if (minTimeout > maxTimeout) {
    throw new RangeError(
      `Cannot retry as 'minTimeout' must be <= 'maxTimeout': current values 'minTimeout=${minTimeout}', 'maxTimeout=${maxTimeout}'`,
    );
  }

  for (let attempt = 1;; attempt++) {
    signal?.throwIfAborted();
    try {
      return await fn();
    } catch (error) {
      if (!isRetriable(error)) throw error;
      if (attempt >= maxAttempts) throw new RetryError(error, maxAttempts);
    }
    const fullMs = Math.min(maxTimeout, minTimeout * multiplier ** (attempt - 1));
    await delay(fullMs * (1 - jitter * Math.random()), signal ? { signal } : {});
  }
}
