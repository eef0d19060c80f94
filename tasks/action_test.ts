import { assertEquals, assertMatch } from "@std/assert";
import { join } from "node:path";
import { withFolder } from "../lib/testing/process.ts";
import { fromRoot, nodeScript } from "./testing/scripts.ts";

const STEP = ".ci/github-action/run";

Deno.test("the action's step tests a node elsewhere, and leaves annotation, summary and JUnit", () =>
  withFolder(async (folder) => {
    const action = await Deno.readTextFile(fromRoot(".ci/github-action/action.yml"));
    assertMatch(action, /\$GITHUB_ACTION_PATH\/run"$/m);
    const wrong = `reply '"type":"echo_ok","echo":"something else"'`;
    await Deno.writeTextFile(join(folder, "node"), nodeScript(wrong), { mode: 0o755 });
    const test = { challenge: "1", timeLimitS: 1, rate: 20, args: [folder] };
    const config = { bin: "./node", engine: "workbench", tests: [test] };
    await Deno.writeTextFile(join(folder, "glomers.json"), JSON.stringify(config));
    const summary = join(folder, "summary.md");
    const { code, stderr } = await new Deno.Command("bash", {
      args: [fromRoot(STEP)],
      cwd: folder,
      env: {
        GITHUB_ACTIONS: "true",
        GITHUB_STEP_SUMMARY: summary,
        GLOMERS_ARGUMENTS: "--seed 7",
        NO_COLOR: "1",
      },
    }).output();
    const err = new TextDecoder().decode(stderr);
    assertEquals(code, 1, err);
    assertMatch(err, /^::error title=1 {2}Echo::Invalid: the echo checker rejects/m);
    assertMatch(await Deno.readTextFile(summary), /\| ❌ \| 1 {2}Echo \| 7 \|/);
    assertMatch(await Deno.readTextFile(join(folder, "results/junit.xml")), /<failure message=/);
  }));
