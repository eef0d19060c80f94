/** Stands in for `@std/cli` where JSR is out of reach (see `tasks/setup.ts`). */

export * from "./parse_args.ts";
export * from "./unicode_width.ts";
