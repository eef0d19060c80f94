/**
 * The package for npm as README says it is used, in a folder elsewhere.
 *
 * @module
 */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import type { Body } from "../lib/message.ts";
import { finish, NodeProcess, runDeno, withFolder } from "../lib/testing/process.ts";
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

/** A set that keeps what it was told, for Node.js. */
const WITH_JOURNAL = `
import { array, GSet, integer, serve } from "@glomers/maelstrom";

await serve((node) => {
  const elements = new Set();
  const journal = node.journal({
    name: "g-set",
    record: integer,
    state: array(integer),
    restore: (state) => state.forEach((element) => elements.add(element)),
    apply: (element) => void elements.add(element),
    snapshot: () => [...elements],
  });
  node.on(GSet.add, async ({ element }) => {
    console.log("adds", element);
    await journal.append(element);
    return { type: "add_ok" };
  });
  node.on(GSet.read, () => ({ type: "read_ok", value: [...elements] }));
});
`;

/** A node that asks itself, since `node.rpc` needs what Node.js 20 lacks. */
const ASKS_ITSELF = `
import { Echo, serve } from "@glomers/maelstrom";

export default function echo(node) {
  node.on(Echo.echo, async ({ echo }, { src }) => {
    if (src === node.id) return { type: "echo_ok", echo };
    return await node.rpc(node.id, Echo.echo, { echo });
  });
}

if (process.argv[2] === "serve") await serve(echo);
`;

/** Simulates it, and a program that fails; then what this platform may not have. */
const SIMULATES = `
import { writeFileSync } from "node:fs";
import { Echo, UniqueIds } from "@glomers/maelstrom";
import { loadPerIncarnation, simulate, sweep } from "@glomers/maelstrom/simulator";
import { assertTranscript, scenario } from "@glomers/maelstrom/testing";
import { run } from "@glomers/maelstrom/workbench";
import echo from "./asks_itself.mjs";

const { history, results } = await simulate(echo, {
  workload: "echo", nodeCount: 2, timeLimitS: 5, faults: ["partition", "kill"], availability: 0,
});
console.log("valid", results["valid?"], history.length > 20);
const sevens = (node) => node.on(UniqueIds.generate, () => ({ type: "generate_ok", id: 7 }));
await simulate(sevens, { workload: "unique-ids", timeLimitS: 3 }).catch(({ message }) =>
  console.log(message.split("\\n").slice(0, 3).join("\\n"))
);
const lines = [];
await scenario(echo, { transcript: (line) => lines.push(line) }, async (world) => {
  console.log((await world.ask("n0", Echo.echo, { echo: "hi" })).echo);
});
writeFileSync("story.txt", \`An echo.\\n----\\n\${lines.join("\\n")}\\n\`);
await assertTranscript(new URL("story.txt", import.meta.url), lines);
const module = import.meta.resolve("./asks_itself.mjs");
const options = { workload: "echo", program: "./asks_itself.mjs", seeds: 2 };
for (const onDeno of [() => run(options), () => sweep(module, options)]) {
  await onDeno().catch(({ message }) => console.log(message));
}
try {
  await simulate(loadPerIncarnation(module), {
    workload: "echo", timeLimitS: 1,
  });
} catch ({ message }) {
  console.log(message);
}
`;

/** Puts the packed file into a folder, as README says. */
async function install(folder: string): Promise<void> {
  const file = join(folder, "glomers.tgz");
  const { code, err } = await runDeno(
    ["run", "-A", "--quiet", "tasks/pack.ts", file],
    fromRoot("."),
  );
  assertEquals(code, 0, err);
  assertStringIncludes(COMMANDS[1] ?? "", "npm install /tmp/glomers.tgz");
  await sh(folder, "npm install --silent --no-audit --no-fund ./glomers.tgz");
}

/** What README says to type. */
const COMMANDS = (blocksOf(USE_IT, "sh")[0] ?? "").split("\n");

async function passesUnderCommand(folder: string): Promise<void> {
  const [node = ""] = blocksOf(USE_IT, "js");
  await Deno.writeTextFile(join(folder, "my_node.mjs"), node, { mode: 0o755 });
  const [, , test = ""] = COMMANDS;
  assertStringIncludes(await sh(folder, test), "✓ pass");
}

/** Starts node n0, as a client that is later than those of earlier incarnations. */
async function init(node: NodeProcess, client: string): Promise<Body> {
  const body = { type: "init", msg_id: 1, node_id: "n0", node_ids: ["n0"] };
  await node.write(`${JSON.stringify({ src: client, dest: "n0", body })}\n`);
  return (await node.message()).body;
}

async function keepsJournal(folder: string): Promise<void> {
  await Deno.writeTextFile(join(folder, "set.mjs"), WITH_JOURNAL);
  const start = (first = "") =>
    new NodeProcess({
      command: "sh",
      args: ["-c", `${first} exec node "$0"`, join(folder, "set.mjs")],
      env: { GLOMERS_RUN_DIR: folder },
      signal: AbortSignal.timeout(60_000),
    });
  {
    await using first = start();
    assertEquals((await init(first, "c0")).type, "init_ok");
    for (const element of [7, 8]) await first.ask({ type: "add", element });
    await using second = start();
    const { text } = await init(second, "c1");
    assertStringIncludes(String(text), `another process runs n0 in ${folder}/journal`);
  }
  // It has the process id of the last, as in a container that is started again.
  await using third = start('echo $$ > "$GLOMERS_RUN_DIR/journal/n0.pid";');
  assertEquals((await init(third, "c2")).type, "init_ok");
  assertEquals((await third.ask({ type: "read" })).value, [7, 8]);
  await third.ask({ type: "add", element: 9 });
  assertEquals(await third.end(), { rest: [], log: "adds 9\n", code: 0 });
}

async function simulates(folder: string): Promise<void> {
  await Deno.writeTextFile(join(folder, "simulates.mjs"), SIMULATES);
  const out = await sh(folder, "node simulates.mjs");
  assertStringIncludes(
    out,
    "valid true true\nfails by duplicated (seed 1)\nreplay: await simulate",
  );
  assertStringIncludes(out, "made small: 2 operations, no faults, 1 node");
  const showsImports = await sh(folder, `node -p 'typeof require("module").registerHooks'`);
  const denoAlone =
    "\nhi\nrun starts processes through Deno; elsewhere, npx glomers test brings it along\n" +
    "a sweep needs Deno, which has web workers and shows what modules import\n";
  const needs = "loading a module per incarnation needs Deno, or Node.js 22.15 or later";
  assertStringIncludes(out, denoAlone + (showsImports.trim() === "function" ? "" : needs));
  const options = "-w echo --node-count 1 --time-limit 5 --seeds 2";
  const swept = await sh(folder, `npx glomers sim ./asks_itself.mjs ${options}`);
  assertStringIncludes(swept, "all of 2 runs pass");
}

async function asksItself(folder: string): Promise<void> {
  await Deno.writeTextFile(join(folder, "asks_itself.mjs"), ASKS_ITSELF);
  await using node = new NodeProcess({
    command: "node",
    args: [join(folder, "asks_itself.mjs"), "serve"],
    signal: AbortSignal.timeout(60_000),
  });
  await node.init();
  await node.write(`{"src":"c1","dest":"n0","body":{"type":"echo","msg_id":7,"echo":"hi"}}\n`);
  const { src, dest, body } = await node.message();
  assertEquals([src, dest, body.type], ["n0", "n0", "echo"]);
  await node.write(`${JSON.stringify({ src, dest, body })}\n`);
  await node.write(`${JSON.stringify(await node.message())}\n`);
  assertEquals((await node.message()).body, { type: "echo_ok", echo: "hi", in_reply_to: 7 });
}

/** The Deno starter, where neither Deno nor a configuration for its modules is installed. */
async function startsOnDeno(folder: string): Promise<void> {
  const started = await sh(folder, "npx glomers init deno starter");
  assertStringIncludes(started, "Next: cd starter && npx glomers test");
  const simulated = await sh(join(folder, "starter"), "npx glomers sim 1 --time-limit 2 --seed 1");
  assertStringIncludes(simulated, "✓ pass");
}

/** The packed file itself, by npx alone. */
async function startsByNpx(folder: string): Promise<void> {
  const started = await sh(
    folder,
    "npx --yes --package=./glomers.tgz glomers init node fetched 2>&1",
  );
  const [, next = ""] = /Next: (cd fetched && (npx --package=.* glomers) test)\n/.exec(started) ??
    [];
  assertStringIncludes(next, join(folder, "glomers.tgz"), started);
  const yes = next.replace("npx", "npx --yes"); // where nobody can be asked
  assertStringIncludes(await sh(folder, `${yes} --time-limit 1`), "✓ pass");
}

async function holdsNoSources(folder: string): Promise<void> {
  const sources = await sh(folder, "find node_modules/@glomers -name '*.ts' ! -name '*.d.ts'");
  assertEquals(sources, "", "TypeScript that nothing can run");
}

Deno.test({
  name: "the package for npm serves nodes on Node.js, and tests them, in a folder elsewhere",
  ignore: !hasNpm || Deno.env.get("PACKAGES") !== "all",
  fn: () =>
    withFolder(async (folder) => {
      await install(folder);
      await holdsNoSources(folder);
      await keepsJournal(folder);
      await asksItself(folder);
      await simulates(folder);
      await startsOnDeno(folder);
      await startsByNpx(folder);
      await passesUnderCommand(folder);
    }),
});
