// @ts-types="./types.d.ts"
export { delay } from "deno-std/async/delay.js";
