/**
 * What this project uses of `@std/async`, from the npm registry: the same code, compiled.
 *
 * @module
 */
export { deadline } from "./deadline.ts";
export { delay } from "./delay.ts";
export { retry, RetryError } from "./retry.ts";
