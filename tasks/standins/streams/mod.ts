/** Stands in for `@std/streams` where JSR is out of reach (see `tasks/setup.ts`). */

export * from "./text_line_stream.ts";
export * from "./to_text.ts";
