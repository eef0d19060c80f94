// @ts-types="./types.d.ts"
export { deadline } from "deno-std/async/deadline.js";
