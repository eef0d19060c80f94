import { assert, assertEquals } from "@std/assert";

const SHEBANG = "#!/usr/bin/env -S deno run --quiet";

for (const folder of ["./", "./faulty/"]) {
  Deno.test(`every node in nodes/${folder.slice(2)} is an executable script without permissions`, async () => {
    for await (const { name, isFile } of Deno.readDir(new URL(folder, import.meta.url))) {
      if (!isFile || name === "mod.ts" || name.endsWith("_test.ts")) continue;
      const url = new URL(`${folder}${name}`, import.meta.url);
      const { mode } = await Deno.stat(url);
      assert(mode === null || (mode & 0o111) === 0o111, `${name} is not executable`);
      const [shebang] = (await Deno.readTextFile(url)).split("\n");
      assertEquals(shebang, SHEBANG, name);
    }
  });
}
