import { assert, assertEquals } from "@std/assert";
import type { Program } from "../node.ts";
import { parseTestOptions } from "../workbench/options.ts";
import { Broadcast } from "../workloads.ts";
import lostOnPartition from "./broken/lost_on_partition.ts";
import { simulate } from "./simulate.ts";
import { type TraceFilter, tracing } from "./trace.ts";

const LINE = "-w broadcast --node-count 3 --time-limit 4 --rate 10 --latency 10 " +
  "--nemesis partition --nemesis-interval 1 --loss 0.1 --seed 6";

async function transcript(
  filter?: TraceFilter,
  program: Program = lostOnPartition,
  line = LINE,
): Promise<string[]> {
  const lines: string[] = [];
  const { run } = parseTestOptions(line.split(" "), { simulated: true });
  await simulate(program, run, tracing((text) => lines.push(text), filter));
  return lines;
}

Deno.test("a transcript tells phases, operations, messages and what became of them", async () => {
  const lines = await transcript();
  const find = (pattern: RegExp) =>
    assert(lines.some((line) => pattern.test(line)), `nothing like ${pattern}`);
  assertEquals(lines[0], "          ── starting ──");
  assertEquals(lines.filter((line) => line.startsWith("          ──")).length, 6);
  find(/^ +\d+\.\d{4} {3}c\d+ ──▶ n0 +init #1 node_id "n0", node_ids \["n0","n1","n2"\]$/);
  find(/ ● process \d +asks +broadcast \d+$/);
  find(/ ● process \d +ok +read \[[\d ]*\]$/);
  find(/ ● nemesis +start-partition :[a-z-]+$/);
  find(/ n\d ──▶ n\d +tell message \d+$/);
  find(/ n\d ◀── n\d +tell message \d+ {3}\(delivered\)$/);
  find(/ n\d ─✂ {2}n\d +tell message \d+ {3}\(cut by the partition\)$/);
  find(/ n\d ─✗ {2}n\d +tell message \d+ {3}\(lost\)$/);
});

Deno.test("times in a transcript never go back", async () => {
  const times = (await transcript()).filter((line) => /^ +\d/.test(line))
    .map((line) => Number.parseFloat(line)).slice(20);
  assertEquals(times, times.toSorted((a, b) => a - b));
});

Deno.test("filtered by node, only what that node takes part in is told", async () => {
  const lines = (await transcript({ node: "n1" })).filter((line) => /(──▶|◀──|─✂|─✗)/.test(line));
  assert(lines.length > 0);
  assertEquals(lines.filter((line) => !line.includes("n1")), []);
});

Deno.test("filtered by value, 1 is not 10 or 1.5", async () => {
  const lines = (await transcript({ value: "1" })).filter((line) => /asks +broadcast/.test(line));
  assertEquals(lines.map((line) => line.split(" ").at(-1)), ["1"]);
});

Deno.test("what nodes log and do wrong is told, and long fields are cut short", async () => {
  const program: Program = (node) => {
    node.on(Broadcast.topology, () => {
      node.log("hears of a topology");
      return { type: "topology_ok" };
    });
    node.on(Broadcast.read, () => ({ type: "read_ok", messages: Array(200).fill(1) }));
    node.on(Broadcast.broadcast, () => {
      node.send("nobody", Broadcast.read, {});
      return { type: "broadcast_ok" };
    });
  };
  const line = "-w broadcast --node-count 1 --time-limit 2 --rate 5 --seed 1";
  const lines = await transcript({}, program, line);
  const starting = lines.findIndex((text) => text.includes("n0") && text.endsWith("topology"));
  assert(lines[starting]?.endsWith("n0             logs: hears of a topology"));
  assert(lines.some((text) => text.includes("✗ problem") && text.includes("nobody")));
  assert(lines.some((text) => text.includes("messages [1,1") && text.includes("…")));
});
