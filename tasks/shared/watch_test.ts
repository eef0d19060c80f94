import { assertEquals, assertMatch } from "@std/assert";
import { join } from "node:path";
import { spawnDeno, withFolder } from "../../lib/testing/process.ts";
import { fromRoot } from "../testing/scripts.ts";

Deno.test("a program that is saved is simulated again, and what has changed is said", () =>
  withFolder(async (folder) => {
    const file = join(folder, "main.ts");
    const program = (answer: string) =>
      `import { Echo, type Node } from "${fromRoot("lib/mod.ts")}";
      export default (node: Node) =>
        node.on(Echo.echo, ({ echo }) => ({ type: "echo_ok", echo: ${answer} }));`;
    Deno.writeTextFileSync(file, program('"something else"'));
    const watching = spawnDeno([
      ...["run", "--quiet", "--allow-read", fromRoot("tasks/cli.ts"), "sim", "1", "--bin", file],
      ...["--time-limit", "2", "--seed", "7", "--watch"],
    ], folder);
    const end = setTimeout(() => watching.kill("SIGKILL"), 60_000);
    let [out, rounds] = ["", 0];
    for await (const text of watching.stdout.pipeThrough(new TextDecoderStream())) {
      out += text;
      const waiting = out.match(/waiting for a change/g)?.length ?? 0;
      if (waiting === rounds) continue;
      rounds = waiting;
      if (rounds === 1) Deno.writeTextFileSync(file, program("echo"));
      else if (rounds === 2) Deno.writeTextFileSync(file, "export default (");
      else break;
    }
    const errors = new Response(watching.stderr).text();
    watching.kill("SIGTERM");
    await watching.status;
    clearTimeout(end);
    assertMatch(out, /✗ fail[^]*✓ pass[^]*since the last run, 1 {2}Echo:\n +fail → pass\n/);
    assertEquals(rounds, 3);
    assertMatch(await errors, /^cannot load .*main\.ts: /);
  }));
