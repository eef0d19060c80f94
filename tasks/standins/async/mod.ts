/** Stands in for `@std/async` where JSR is out of reach (see `tasks/setup.ts`). */

export * from "./deadline.ts";
export * from "./debounce.ts";
export * from "./delay.ts";
export * from "./pool.ts";
export * from "./retry.ts";
