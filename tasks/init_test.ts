import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { join } from "node:path";
import { runDeno, withFolder } from "../lib/testing/process.ts";
import { UsageError } from "../lib/workbench/option.ts";
import { main } from "./init.ts";
import { isInstalled } from "./shared/installed.ts";
import { fromRoot } from "./testing/scripts.ts";

/** What each language's starter needs, and how to ask for its version. */
const TOOLCHAINS: Readonly<Record<string, readonly [command: string, flag?: string]>> = {
  deno: ["deno"],
  python: ["python3"],
  go: ["go", "version"],
  node: ["node"],
  java: ["javac", "-version"],
  ruby: ["ruby"],
};

function glomers(folder: string, ...words: string[]) {
  const argv = ["run", "--quiet", "--allow-all", fromRoot("tasks/cli.ts"), ...words];
  return runDeno(argv, folder);
}

for (const [language, [command, flag]] of Object.entries(TOOLCHAINS)) {
  const isThere = await isInstalled(command, flag);
  const missing = isThere ? "" : ` (${command} is not installed)`;
  Deno.test({
    name: `the starter for ${language} passes what its glomers.json asks for${missing}`,
    ignore: !isThere,
    fn: () =>
      withFolder(async (folder) => {
        const written = await glomers(folder, "init", language, "starter");
        assertEquals([written.code, written.err], [0, ""]);
        assertMatch(written.out, /\nNext: cd starter && glomers test\n$/);
        const starter = join(folder, "starter");
        const { code, out, err } = await glomers(
          starter,
          ...["test", "--engine", "workbench", "--time-limit", "1", "--rate", "20"],
        );
        assertEquals([code, err], [0, ""], out);
        assertMatch(out, /✓ pass {2}1 {2}Echo\n[^]*operations +\d+, all ok/);
        const readme = await Deno.readTextFile(join(starter, "README.md"));
        assert(!readme.includes("{{"), readme);
      }),
  });
}

Deno.test("the starter for Deno runs in the simulator, too", () =>
  withFolder(async (folder) => {
    await glomers(folder, "init");
    const { code, out, err } = await glomers(folder, "sim", "1", "--seed", "7");
    assertEquals([code, err], [0, ""], out);
    assertMatch(out, /✓ pass {2}1 {2}Echo {2}\(seed 7\)/);
  }));

Deno.test("no file is overwritten, and a language that there is not is refused", () =>
  withFolder((folder) => {
    const readme = join(folder, "README.md");
    Deno.writeTextFileSync(readme, "mine");
    assertThrows(() => main(["python", folder]), UsageError, `${readme} is there already`);
    assertEquals([...Deno.readDirSync(folder)].map(({ name }) => name), ["README.md"]);
    assertThrows(() => main(["pyton", folder]), UsageError, "did you mean python?");
  }));

Deno.test({
  name: "what the page on other languages shows is what the starter for Python says",
  ignore: !await isInstalled("python3"),
  fn: () =>
    withFolder(async (folder) => {
      const page = await Deno.readTextFile(fromRoot("tasks/templates/OTHER_LANGUAGES.md"));
      const [, exchange = ""] = /```text\n([^]*?)```/.exec(page) ?? [];
      const lines = (mark: string) =>
        exchange.split("\n").filter((line) => line.startsWith(mark)).map((line) => line.slice(2));
      assertEquals(lines("> ").length, 3);
      await glomers(folder, "init", "python");
      const child = new Deno.Command(join(folder, "main.py"), { stdin: "piped", stdout: "piped" })
        .spawn();
      const input = child.stdin.getWriter();
      await input.write(new TextEncoder().encode(`${lines("> ").join("\n")}\n`));
      await input.close();
      const answers = new TextDecoder().decode((await child.output()).stdout).trim().split("\n");
      assertEquals(
        answers.map((line) => JSON.parse(line)),
        lines("< ").map((line) => JSON.parse(line)),
      );
    }),
});
