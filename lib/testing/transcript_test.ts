import { assertEquals, AssertionError, assertRejects } from "@std/assert";
import type { Program } from "../node.ts";
import { Echo } from "../workloads.ts";
import { scenario } from "./scenario.ts";
import { assertTranscript } from "./transcript.ts";

async function withFile(text: string, use: (file: URL) => Promise<void>): Promise<void> {
  const path = await Deno.makeTempFile({ suffix: ".txt" });
  try {
    await Deno.writeTextFile(path, text);
    await use(new URL(`file://${path}`));
  } finally {
    await Deno.remove(path);
  }
}

Deno.test("a transcript must equal its file to the last character", () =>
  withFile("What to see.\n----\none\ntwo\n", async (file) => {
    await assertTranscript(file, ["one", "two"], { update: false });
    for (const other of [["one"], ["one", "two "], ["one", "two", ""]]) {
      const compare = () => assertTranscript(file, other, { update: false });
      await assertRejects(compare, AssertionError, "-- --update rewrites it");
    }
  }));

Deno.test("an update keeps the prose and replaces the transcript", () =>
  withFile("What to see.\n\n----\nold\n", async (file) => {
    await assertTranscript(file, ["new", "----", "lines"], { update: true });
    assertEquals(await Deno.readTextFile(file), "What to see.\n\n----\nnew\n----\nlines\n");
    await assertTranscript(file, ["new", "----", "lines"], { update: false });
  }));

Deno.test("a file without prose is refused, also in an update", () =>
  withFile("one\n", async (file) => {
    const update = () => assertTranscript(file, ["one"], { update: true });
    await assertRejects(update, Error, "needs some prose and a line ----");
  }));

Deno.test("a scenario writes down what the test does, messages and log lines, but no init", async () => {
  const echo: Program = (node) => {
    node.on(Echo.echo, ({ echo }) => {
      node.log(`hears ${echo}`);
      return { type: "echo_ok", echo };
    });
  };
  const lines: string[] = [];
  const options = { nodes: 2, transcript: (line: string) => lines.push(line) };
  await scenario(echo, options, async (world) => {
    world.title("a slow node");
    await world.ask("n0", Echo.echo, { echo: 1 });
    world.hold("n1");
    const reply = world.ask("n1", Echo.echo, { echo: 2 });
    await world.pass(500);
    world.release("n1");
    await reply;
    world.partition(["n0"], ["n1"]);
    world.cut({ from: "n0", to: "lin-kv" });
    world.heal();
    world.skew("n0", -20);
    for (const verb of ["pause", "resume", "kill", "restart"] as const) world[verb]("n0");
  });
  assertEquals(
    `\n${lines.join("\n")}\n`,
    `
          ── a slow node ──
   0.0000   c2 ──▶ n0      echo #1 echo 1
   0.0000   n0             logs: hears 1
   0.0000   n0 ──▶ c2      echo_ok re #1 echo 1
   0.0000 ● test           holds messages to n1
   0.0000   c3 ──▶ n1      echo #1 echo 2
   0.5000 ● test           releases messages to n1
   0.5000   n1 ◀── c3      echo #1 echo 2   (delivered)
   0.5000   n1             logs: hears 2
   0.5000   n1 ──▶ c3      echo_ok re #1 echo 2
   0.5000 ● test           partitions n0 | n1
   0.5000 ● test           cuts n0 ──▶ lin-kv
   0.5000 ● test           heals the network
   0.5000 ● test           skews the clock of n0 by -20 ms
   0.5000 ● test           pauses n0
   0.5000 ● test           resumes n0
   0.5000 ● test           kills n0
   0.5000 ● test           restarts n0
`,
  );
});
