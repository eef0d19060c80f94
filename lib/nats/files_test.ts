import { assertEquals, assertMatch } from "@std/assert";
import { join } from "node:path";
import { withFolder } from "../testing/process.ts";
import { filesOf, findDifference } from "./files.ts";

/** A program in three files, and one that it does not import. */
const FILES = {
  "node.ts": `import { word } from "./lib/word.ts";\nconsole.log(word);\n`,
  "lib/word.ts": `export { word } from "../words.js";\n`,
  "words.js": `export const word = "hello";\n`,
  "other.ts": "throw new Error();\n",
};

async function write(folder: string): Promise<string> {
  await Deno.mkdir(join(folder, "lib"));
  for (const [name, text] of Object.entries(FILES)) {
    await Deno.writeTextFile(join(folder, name), text);
  }
  return await Deno.realPath(join(folder, "node.ts"));
}

Deno.test("a program is the same where all of its files are, wherever they lie", () =>
  withFolder((here) =>
    withFolder(async (there) => {
      const files = await filesOf(await write(here));
      assertEquals(files.map(([path]) => path), ["node.ts", "lib/word.ts", "words.js"]);
      const program = await write(there);
      await Deno.writeTextFile(join(there, "other.ts"), "it may differ");
      assertEquals(await findDifference(program, files), undefined);
    })
  ));

Deno.test("a module that differs or is missing is named", () =>
  withFolder((here) =>
    withFolder(async (there) => {
      const files = await filesOf(await write(here));
      const program = await write(there);
      const differs = /\/words\.js, which it imports, differs .*: SHA-256 \w{12}…, not \w{12}…$/;
      await Deno.writeTextFile(join(there, "words.js"), "export const word = 'goodbye';");
      assertMatch(await findDifference(program, files) ?? "", differs);
      await Deno.remove(join(there, "lib/word.ts"));
      const missing = /^there is no file .*\/lib\/word\.ts, which it imports$/;
      assertMatch(await findDifference(program, files) ?? "", missing);
    })
  ));

Deno.test("a program in another language is one file", () =>
  withFolder(async (folder) => {
    const program = join(folder, "node");
    await Deno.writeTextFile(program, "#!/bin/sh\n");
    assertEquals((await filesOf(program)).map(([path]) => path), ["node"]);
  }));
