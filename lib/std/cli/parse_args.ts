/**
 * What this project uses of `@std/cli/parse-args`, from the npm registry: the same code, compiled.
 *
 * @module
 */
// @ts-types="./types.d.ts"
export { parseArgs } from "deno-std/cli/parse_args.js";
