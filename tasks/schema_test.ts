import { assertEquals, assertMatch } from "@std/assert";
import config from "../deno.json" with { type: "json" };
import { runDeno } from "../lib/testing/process.ts";
import { fromRoot } from "./testing/scripts.ts";

for (const name of ["config", "report"]) {
  Deno.test(`the file of the schema ${name} is what the command prints`, async () => {
    const path = `tasks/schemas/${name}.json`;
    const { out } = await runDeno(["run", "-A", "--quiet", "tasks/cli.ts", "schema", name]);
    const file = Deno.readTextFileSync(fromRoot(path));
    assertEquals(file, out, `deno task --quiet glomers schema ${name} > ${path}`);
    const { $id } = JSON.parse(file);
    assertMatch($id, new RegExp(`^https://.*/${RegExp.escape(config.version)}/${path}$`));
  });
}
