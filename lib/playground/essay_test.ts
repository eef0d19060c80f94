import { assertEquals } from "@std/assert";
import { splitEssay } from "./essay.ts";

Deno.test("a node's file is an essay and code, whatever comments the code has", () => {
  const source = `#!/usr/bin/env -S deno run
/**
 * An idea.
 *
 *     a command
 *
 * @module
 */
import { Echo } from "../lib/mod.ts";

/**
 * What it does.
 */
export default function echo() {}
`;
  assertEquals(splitEssay(source), {
    text: "An idea.\n\n    a command",
    code: source.slice(source.indexOf("import")).trim(),
  });
  assertEquals(splitEssay("const a = 1;\n"), { text: "", code: "const a = 1;" });
});
