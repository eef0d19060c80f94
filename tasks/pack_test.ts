/**
 * The package for npm as README says it is used, in a folder elsewhere.
 *
 * @module
 */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { finish, runDeno, withFolder } from "../lib/testing/process.ts";
import { blocksOf, USE_IT } from "./testing/readme.ts";
import { fromRoot } from "./testing/scripts.ts";

async function sh(folder: string, command: string): Promise<string> {
  const { code, out, err } = await finish(
    new Deno.Command("sh", {
      args: ["-c", command],
      cwd: folder,
      env: { NO_COLOR: "1" },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn(),
  );
  assertEquals(code, 0, `${command}\n${out}\n${err}`);
  return out;
}

const hasNpm = await new Deno.Command("sh", { args: ["-c", "npm --version"] }).output()
  .then(({ success }) => success);

Deno.test({
  name: "a node on Node.js passes under the package's own command, both from npm alone",
  ignore: !hasNpm,
  fn: () =>
    withFolder(async (folder) => {
      const file = join(folder, "glomers.tgz");
      const { code, err } = await runDeno(
        ["run", "-A", "--quiet", "tasks/pack.ts", file],
        fromRoot("."),
      );
      assertEquals(code, 0, err);
      const [node = ""] = blocksOf(USE_IT, "js");
      await Deno.writeTextFile(join(folder, "my_node.mjs"), node, { mode: 0o755 });
      const [, install = "", test = ""] = (blocksOf(USE_IT, "sh")[0] ?? "").split("\n");
      assert(
        install.startsWith("npm install /tmp/glomers.tgz") && test.startsWith("npx glomers test"),
      );
      await sh(
        folder,
        install.replace("/tmp/glomers.tgz", "--silent --no-audit --no-fund ./glomers.tgz"),
      );
      assertStringIncludes(await sh(folder, test), "✓ pass");
      const packed = await sh(folder, "find node_modules/@glomers -name '*.ts' ! -name '*.d.ts'");
      assertEquals(packed, "", "TypeScript that nothing can run");
    }),
});
