/** Stands in for `@std/async/debounce` where JSR is out of reach (see `tasks/setup.ts`). */

/** What {@linkcode debounce} makes of a function. */
export interface DebouncedFunction<T extends Array<unknown>> {
  (...args: T): void;
  /** Drops the call that is pending. */
  clear(): void;
  /** Makes the call that is pending now. */
  flush(): void;
  /** Whether a call is pending. */
  readonly pending: boolean;
}

/** Options of {@linkcode debounce}. */
export interface DebounceOptions {
  /** Drops the pending call when it aborts. */
  signal?: AbortSignal | undefined;
}

/** Calls `fn` once `wait` milliseconds have passed without a further call, with the last arguments. */
// deno-lint-ignore no-explicit-any -- the real signature: `unknown` would refuse typed parameters
export function debounce<T extends Array<any>>(
  fn: (this: DebouncedFunction<T>, ...args: T) => void,
  wait: number,
  options: DebounceOptions = {},
): DebouncedFunction<T> {
  if (!Number.isInteger(wait) || wait < 0) {
    throw new RangeError("'wait' must be a positive integer");
  }
  let timer: number | undefined;
  let callPending: (() => void) | undefined;
  const clear = () => {
    clearTimeout(timer);
    timer = callPending = undefined;
  };
  const schedule = (...args: T) => {
    clear();
    callPending = () => {
      clear();
      fn.call(debounced, ...args);
    };
    timer = Number(setTimeout(callPending, wait));
  };
  const debounced: DebouncedFunction<T> = Object.defineProperty(
    Object.assign(schedule, { clear, flush: () => callPending?.(), pending: false }),
    "pending",
    { get: () => callPending !== undefined },
  );
  options.signal?.throwIfAborted();
  options.signal?.addEventListener("abort", clear, { once: true });
  return debounced;
}
