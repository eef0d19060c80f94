/**
 * What this project uses of `@std/streams`, from the npm registry: the same code, compiled.
 *
 * @module
 */
// @ts-types="./types.d.ts"
export { TextLineStream } from "deno-std/streams/text_line_stream.js";
