import { assert, assertEquals } from "@std/assert";
import { integer, Node } from "../lib/mod.ts";
import { loadProgram } from "../lib/simulator/program.ts";

const SHEBANG = "#!/usr/bin/env -S deno run --quiet";
/** What a node may do that stores things. Without the variable, this is a folder nobody uses. */
const STORING = "--allow-env=GLOMERS_RUN_DIR --allow-read=${GLOMERS_RUN_DIR}/journal " +
  "--allow-write=${GLOMERS_RUN_DIR}/journal";

for (const folder of ["./", "./faulty/"]) {
  const name = `nodes/${folder.slice(2)}`;
  Deno.test(`every node in ${name} is an executable script that may do what it has to`, async () => {
    for await (const { name, isFile } of Deno.readDir(new URL(folder, import.meta.url))) {
      if (!isFile || name === "mod.ts" || name.endsWith("_test.ts")) continue;
      const url = new URL(`${folder}${name}`, import.meta.url);
      const { mode } = await Deno.stat(url);
      assert(mode === null || (mode & 0o111) === 0o111, `${name} is not executable`);
      const text = await Deno.readTextFile(url);
      const stores = text.includes("node.openDisk()") || await keepsJournal(url.href);
      const [shebang] = text.split("\n");
      assertEquals(shebang, stores ? `${SHEBANG} ${STORING}` : SHEBANG, name);
    }
  });
}

/** Whether a program makes a journal, as a node can have only one. */
async function keepsJournal(url: string): Promise<boolean> {
  const node = new Node({ send: () => {}, log: () => {} });
  (await loadProgram(url))(node);
  try {
    node.journal({
      name: "second",
      record: integer,
      state: integer,
      restore: () => {},
      apply: () => {},
      snapshot: () => 0,
    });
    return false;
  } catch {
    return true;
  }
}
