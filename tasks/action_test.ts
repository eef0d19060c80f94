/**
 * What README offers for continuous integration, run as the systems run it: the commands of the
 * GitHub action and of the recipe for GitLab, in their shells, in a repository of a user's.
 *
 * @module
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { join } from "node:path";
import { finish, type Finished, withFolder } from "../lib/testing/process.ts";
import { blocksOf, CI } from "./testing/readme.ts";
import { fromRoot, nodeScript } from "./testing/scripts.ts";

const ECHO = `reply '"type":"echo_ok","echo":"'"$echo"'"'`;
const WRONG = `reply '"type":"echo_ok","echo":"something else"'`;

/** Writes a repository with a node and what it is to pass. */
async function writeNode(folder: string, answer: string): Promise<void> {
  await Deno.writeTextFile(join(folder, "node"), nodeScript(answer), { mode: 0o755 });
  const test = { challenge: "1", timeLimitS: 1, rate: 20, args: [folder] };
  const config = { bin: "./node", engine: "workbench", tests: [test] };
  await Deno.writeTextFile(join(folder, "glomers.json"), JSON.stringify(config));
}

/** Runs a script as a step, with these variables beside PATH and the like. */
async function runStep(
  script: string,
  shell: readonly [string, ...string[]],
  cwd: string,
  env: Readonly<Record<string, string>>,
): Promise<Finished> {
  const file = await Deno.makeTempFile({ suffix: ".sh" });
  try {
    await Deno.writeTextFile(file, script);
    const [command, ...args] = shell;
    return await finish(
      new Deno.Command(command, {
        args: [...args, file],
        cwd,
        env: { NO_COLOR: "1", CI: "true", ...env },
        stdin: "null",
        stdout: "piped",
        stderr: "piped",
      }).spawn(),
    );
  } finally {
    await Deno.remove(file);
  }
}

/** The action's own step: its command and its variables, with the inputs put in. */
async function actionStep(inputs: Readonly<Record<string, string>>) {
  const action = await Deno.readTextFile(fromRoot(".ci/github-action/action.yml"));
  const put = (text: string) =>
    text.replaceAll(/\$\{\{ inputs\.([\w-]+) \}\}/g, (_, name) => inputs[name] ?? "");
  const [, step = ""] = /\n {4}- shell: bash\n([^]*?)(?=\n {4}- )/.exec(action) ?? [];
  const field = (name: string) => put(new RegExp(`^ +${name}: (.*)$`, "m").exec(step)?.[1] ?? "");
  const env = [...step.matchAll(/^ {8}(\w+): (.*)$/gm)].map(([, name = "", value = ""]) =>
    [name, put(value)] as const
  );
  const [, kept = ""] = /if: failure\(\)[^]*?path: (.*)\n/.exec(action) ?? [];
  return {
    script: field("run"),
    folder: field("working-directory"),
    env: Object.fromEntries(env),
    kept: put(kept),
  };
}

/** As GitHub runs a step whose shell is bash. */
const GITHUB_BASH = ["bash", "--noprofile", "--norc", "-eo", "pipefail"] as const;

Deno.test("the action's step tests a node elsewhere, and leaves annotation, summary and what it uploads", () =>
  withFolder(async (workspace) => {
    const inputs = { "arguments": "--seed 7", "working-directory": "node" };
    const { script, folder, env, kept } = await actionStep(inputs);
    assertEquals([folder, env, kept], ["node", { GLOMERS_ARGUMENTS: "--seed 7" }, "node/results"]);
    await Deno.mkdir(join(workspace, folder));
    await writeNode(join(workspace, folder), WRONG);
    const summary = join(workspace, "summary.md");
    const { code, err } = await runStep(script, GITHUB_BASH, join(workspace, folder), {
      GITHUB_ACTIONS: "true",
      GITHUB_ACTION_PATH: fromRoot(".ci/github-action"),
      GITHUB_STEP_SUMMARY: summary,
      GITHUB_WORKSPACE: workspace,
      ...env,
    });
    assertEquals(code, 1, err);
    assertMatch(err, /^::error title=1 {2}Echo::Invalid: the echo checker rejects/m);
    assertMatch(await Deno.readTextFile(summary), /\| ❌ \| 1 {2}Echo \| 7 \|/);
    const uploaded = (path: string) => Deno.readTextFile(join(workspace, kept, path));
    assertMatch(await uploaded("junit.xml"), /<failure type="fail" message=/);
    assertMatch(await uploaded("runs/latest/report.html"), /✗ fail/);
  }));

Deno.test("GitLab's recipe clones the project, tests a node, and leaves what it keeps", () =>
  withFolder(async (folder) => {
    const [, recipe = ""] = blocksOf(CI, "yaml");
    const [before = "", script = ""] = ["before_script", "script"].map((name) => {
      const [, items = ""] = new RegExp(`^  ${name}:\n((?:    - .*\n)+)`, "m").exec(recipe) ?? [];
      return items.replaceAll(/^ {4}- /gm, "");
    });
    assert(/git clone/.test(before) && /cli\.ts test/.test(script), recipe);
    assertMatch(recipe, /paths: \[results\]\n {4}reports: \{ junit: results\/junit\.xml \}/);
    const clone = await Deno.makeTempDir();
    try {
      await writeNode(folder, ECHO);
      const commands = `${before}${script}`.replaceAll("/tmp/glomers", join(clone, "glomers"));
      // GitLab takes bash where the image has it. What the recipe installs is here already.
      const shell = ["bash", "-eo", "pipefail"] as const;
      const { code, out, err } = await runStep(`apt-get() { :; }\n${commands}`, shell, folder, {
        GITLAB_CI: "true",
        CI_PROJECT_DIR: folder,
        GLOMERS: `file://${fromRoot(".")}`,
      });
      assertEquals(code, 0, `${out}\n${err}`);
      assertMatch(out, /✓ pass {2}1 {2}Echo/);
      const junit = await Deno.readTextFile(join(folder, "results/junit.xml"));
      assert(junit.includes('<testcase name="1  Echo') && !junit.includes("<failure"), junit);
    } finally {
      await Deno.remove(clone, { recursive: true });
    }
  }));
