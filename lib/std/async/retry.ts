// @ts-types="./types.d.ts"
export { retry, RetryError } from "deno-std/async/retry.js";
