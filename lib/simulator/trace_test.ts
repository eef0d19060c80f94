import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import type { Program } from "../node.ts";
import { json, oneWay } from "../rpc.ts";
import type { PlanOptions } from "../workbench/plan.ts";
import { Broadcast, Echo, LinKv } from "../workloads.ts";
import lostOnPartition from "../../nodes/faulty/lost_on_partition.ts";
import { simulateOnce } from "./simulate_once.ts";
import { filterProblem, type TraceFilter, transcribe } from "./trace.ts";
import { RealInputOutput } from "./virtual_globals.ts";

const LOSSY: PlanOptions = {
  workload: "broadcast",
  nodeCount: 3,
  timeLimitS: 4,
  rate: 10,
  latencyMs: 10,
  faults: ["partition"],
  faultIntervalS: 1,
  loss: 0.1,
  seed: 6,
};

async function transcript(
  filter?: TraceFilter,
  program: Program = lostOnPartition,
  options = LOSSY,
): Promise<string[]> {
  const lines: string[] = [];
  const trace = transcribe((text) => lines.push(text), filter);
  await simulateOnce(program, options, trace);
  trace.end();
  return lines;
}

Deno.test("a transcript shows phases, operations, messages and their fates", async () => {
  const lines = await transcript();
  const find = (pattern: RegExp) =>
    assert(lines.some((line) => pattern.test(line)), `nothing like ${pattern}`);
  assertEquals(lines[0], "          ── starting ──");
  assertEquals(lines.filter((line) => line.startsWith("          ──")).length, 6);
  find(/^ +-\d+\.\d{4} {3}c\d+ ──▶ n0 +init #1 node_id "n0", node_ids \["n0","n1","n2"\]$/);
  find(/ ● process \d +asks +broadcast \d+ {3}\(client c\d+ of n\d\)$/);
  find(/ ● process \d +ok +read \[[\d ]*\] {3}\(client c\d+ of n\d\)$/);
  find(/ ● nemesis +start-partition :[a-z-]+$/);
  find(/ n\d ──▶ n\d +tell message \d+$/);
  find(/ n\d ◀── n\d +tell message \d+ {3}\(delivered\)$/);
  find(/ n\d ─✂ {2}n\d +tell message \d+ {3}\(cut by the partition\)$/);
  find(/ n\d ─✗ {2}n\d +tell message \d+ {3}\(lost\)$/);
});

Deno.test("times are the history's: negative until all nodes are up, and never decreasing", async () => {
  const lines = await transcript();
  const times = lines.filter((line) => /^ +-?\d/.test(line)).map(Number.parseFloat);
  assertEquals(times, times.toSorted((a, b) => a - b));
  const timeOf = (what: RegExp) => Number.parseFloat(lines.find((line) => what.test(line)) ?? "");
  assert(timeOf(/init #1/) < 0);
  assertEquals(timeOf(/topology #1/), 0);
});

Deno.test("a run that throws has a transcript up to that point, even while nodes start", async () => {
  const options = { workload: "echo", nodeCount: 1, timeLimitS: 2, deliveryMs: 0 };
  const until = async (program: Program): Promise<string[]> => {
    const lines: string[] = [];
    const trace = transcribe((text) => lines.push(text));
    await assertRejects(() => simulateOnce(program, options, trace), RealInputOutput);
    trace.end();
    return lines;
  };
  const reads = () => void Deno.readTextFileSync("/nowhere");
  const atInit = await until((node) => node.onInit(reads));
  assertEquals(atInit.slice(0, 3), [
    "          ── starting ──",
    '   0.0000   c0 ──▶ n0      init #1 node_id "n0", node_ids ["n0"]',
    '   0.0000   n0 ◀── c0      init #1 node_id "n0", node_ids ["n0"]   (delivered)',
  ]);
  const later = await until((node) =>
    node.on(Echo.echo, ({ echo }) => {
      reads();
      return { type: "echo_ok", echo };
    })
  );
  assert(later.some((text) => /n0 ◀── c\d +echo #1 .*delivered/.test(text)));
});

const tell = oneWay("tell", { key: json, value: json });

/** Tells the other node about each write; both nodes log it. */
const telling: Program = (node) => {
  node.on(LinKv.write, ({ key, value }) => {
    node.log(`asked for ${value}.`);
    for (const peer of node.peers) node.send(peer, tell, { key, value });
    return { type: "write_ok" };
  });
  node.on(tell, ({ value }) => node.log(`told of ${value}.`));
};

/** Two writes at n0, 15 and 1. n1 is killed while the message about the second is on its way. */
async function twoWrites(filter: TraceFilter): Promise<string> {
  const write = (timeS: number, value: number) => ({
    timeS,
    thread: 0,
    f: "write",
    value: `[7 ${value}]`,
  });
  const options: PlanOptions = {
    workload: "lin-kv",
    nodeCount: 2,
    concurrency: "2n",
    timeLimitS: 1,
    latencyMs: 10,
    deliveryMs: 0,
    operations: [write(0.1, 15), write(0.2, 1)],
    faults: [{ timeS: 0.205, f: "kill", nodes: ["n1"] }],
  };
  const lines: string[] = [];
  const trace = transcribe((text) => lines.push(text), filter);
  await simulateOnce(telling, options, trace);
  trace.end();
  return `\n${lines.join("\n")}\n`;
}

Deno.test("every event has a line, also a message whose receiver is killed meanwhile", async () => {
  assertEquals(
    await twoWrites({}),
    `
          ── starting ──
   0.0000   c0 ──▶ n0      init #1 node_id "n0", node_ids ["n0","n1"]
   0.0000   c1 ──▶ n1      init #1 node_id "n1", node_ids ["n0","n1"]
   0.0000   n0 ◀── c0      init #1 node_id "n0", node_ids ["n0","n1"]   (delivered)
   0.0000   n0 ──▶ c0      init_ok re #1
   0.0000   n1 ◀── c1      init #1 node_id "n1", node_ids ["n0","n1"]   (delivered)
   0.0000   n1 ──▶ c1      init_ok re #1
   0.0000   c0 ◀── n0      init_ok re #1   (delivered)
   0.0000   c1 ◀── n1      init_ok re #1   (delivered)
          ── running ──
   0.1000 ● process 0      asks    write [7 15]   (client c4 of n0)
   0.1000   c4 ──▶ n0      write #1 key 7, value 15
   0.1000   n0 ◀── c4      write #1 key 7, value 15   (delivered)
   0.1000   n0             logs: asked for 15.
   0.1000   n0 ──▶ n1      tell key 7, value 15
   0.1000   n0 ──▶ c4      write_ok re #1
   0.1000   c4 ◀── n0      write_ok re #1   (delivered)
   0.1000 ● process 0      ok      write [7 15]   (client c4 of n0)
   0.1100   n1 ◀── n0      tell key 7, value 15   (delivered)
   0.1100   n1             logs: told of 15.
   0.2000 ● process 0      asks    write [7 1]   (client c4 of n0)
   0.2000   c4 ──▶ n0      write #2 key 7, value 1
   0.2000   n0 ◀── c4      write #2 key 7, value 1   (delivered)
   0.2000   n0             logs: asked for 1.
   0.2000   n0 ──▶ n1      tell key 7, value 1
   0.2000   n0 ──▶ c4      write_ok re #2
   0.2000   c4 ◀── n0      write_ok re #2   (delivered)
   0.2000 ● process 0      ok      write [7 1]   (client c4 of n0)
   0.2050 ● nemesis        kill ["n1"]
   0.2050   n0 ──┤ n1      tell key 7, value 1   (its receiver ended before it came)
   0.2050 ● nemesis        kill {"n1" :killed}
          ── stopping ──
          ── checking ──
`,
  );
});

Deno.test("a filter by node keeps only what that node takes part in", async () => {
  assertEquals(
    await twoWrites({ ids: ["n1"] }),
    `
          ── starting ──
   0.0000   c1 ──▶ n1      init #1 node_id "n1", node_ids ["n0","n1"]
   0.0000   n1 ◀── c1      init #1 node_id "n1", node_ids ["n0","n1"]   (delivered)
   0.0000   n1 ──▶ c1      init_ok re #1
   0.0000   c1 ◀── n1      init_ok re #1   (delivered)
          ── running ──
   0.1000   n0 ──▶ n1      tell key 7, value 15
   0.1100   n1 ◀── n0      tell key 7, value 15   (delivered)
   0.1100   n1             logs: told of 15.
   0.2000   n0 ──▶ n1      tell key 7, value 1
   0.2050 ● nemesis        kill ["n1"]
   0.2050   n0 ──┤ n1      tell key 7, value 1   (its receiver ended before it came)
   0.2050 ● nemesis        kill {"n1" :killed}
          ── stopping ──
          ── checking ──
`,
  );
});

Deno.test("a filter by node or client keeps only the operations that concern it", async () => {
  const options = { workload: "echo", nodeCount: 3, concurrency: 6, timeLimitS: 5, deliveryMs: 0 };
  const program: Program = (node) => node.on(Echo.echo, ({ echo }) => ({ type: "echo_ok", echo }));
  const filtered = async (...ids: string[]) => {
    const found = (await transcript({ ids }, program, options)).flatMap((text) => {
      const [, process, client, node] = / process (\d).*client (c\d+) of (n\d)/.exec(text) ?? [];
      return process === undefined ? [] : [{ process, client, node }];
    });
    return {
      processes: [...new Set(found.map(({ process }) => process))].sort(),
      clients: [...new Set(found.map(({ client }) => client ?? ""))],
      nodes: [...new Set(found.map(({ node }) => node))].sort(),
    };
  };
  const { processes, clients: [client = ""], nodes } = await filtered("n1");
  assertEquals([processes, nodes], [["1", "4"], ["n1"]]);
  const ofClient = await filtered(client);
  assertEquals([ofClient.processes.length, ofClient.clients], [1, [client]]);
  assertEquals((await filtered("n1", "n2")).processes, ["1", "2", "4", "5"]);
});

Deno.test("a filter that matches nothing says so", async () => {
  const last = async (filter: TraceFilter) =>
    (await twoWrites(filter)).trimEnd().split("\n").at(-1);
  assertEquals(await last({ value: "zzz" }), "          ── nothing mentions zzz ──");
  assertEquals(await last({ ids: ["c99"] }), "          ── nothing happens with c99 ──");
  assertEquals(
    await last({ ids: ["n0", "n1"], value: "16" }),
    "          ── nothing with n0 or n1 mentions 16 ──",
  );
});

Deno.test("a filter must name nodes, clients or services of the run", () => {
  const nodes = ["n0", "n1", "n2", "n3"];
  assertEquals(filterProblem({ ids: ["n3", "c17", "lin-kv"] }, nodes), undefined);
  assertEquals(filterProblem({ value: "n9" }, nodes), undefined);
  assertEquals(
    filterProblem({ ids: ["n0", "n9"] }, nodes),
    "there is no n9: nodes are n0 … n3, clients c0, c1, …, services lin-kv, seq-kv, lww-kv, lin-tso",
  );
  assertMatch(filterProblem({ ids: [""] }, ["a", "b"]) ?? "", /there is no "": nodes are a, b,/);
});

Deno.test("a filter by value keeps only what mentions it, and message numbers are not values", async () => {
  assertEquals(
    await twoWrites({ value: "1" }),
    `
          ── starting ──
          ── running ──
   0.2000 ● process 0      asks    write [7 1]   (client c4 of n0)
   0.2000   c4 ──▶ n0      write #2 key 7, value 1
   0.2000   n0 ◀── c4      write #2 key 7, value 1   (delivered)
   0.2000   n0             logs: asked for 1.
   0.2000   n0 ──▶ n1      tell key 7, value 1
   0.2000 ● process 0      ok      write [7 1]   (client c4 of n0)
   0.2050 ● nemesis        kill ["n1"]
   0.2050   n0 ──┤ n1      tell key 7, value 1   (its receiver ended before it came)
   0.2050 ● nemesis        kill {"n1" :killed}
          ── stopping ──
          ── checking ──
`,
  );
});

Deno.test("a filter by value ignores longer numbers and names", async () => {
  const texts = [
    "1",
    "has 1.",
    "[1,2]",
    '"1": 2',
    "2-1",
    "-1",
    "10",
    "0.1",
    "1.5",
    "1.5.",
    "1x5",
    "n1",
    "1st",
  ];
  const found = async (value: string) => {
    const program: Program = (node) => node.onInit(() => texts.forEach((text) => node.log(text)));
    const lines = await transcript({ value }, program, { workload: "echo", nodeCount: 1, rate: 0 });
    return lines.flatMap((line) => line.split("logs: ").slice(1));
  };
  assertEquals(await found("1"), ["1", "has 1.", "[1,2]", '"1": 2', "2-1"]);
  assertEquals(await found("1.5"), ["1.5", "1.5."]);
  assertEquals(await found("[1"), ["[1,2]"]);
  assertEquals(await found("7"), []);
});

Deno.test("log lines and problems have lines of their own, and long fields are cut short", async () => {
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
  const options = { workload: "broadcast", nodeCount: 1, timeLimitS: 2, rate: 5 };
  const lines = await transcript({}, program, options);
  const starting = lines.findIndex((text) => text.includes("n0") && text.endsWith("topology"));
  assert(lines[starting]?.endsWith("n0             logs: hears of a topology"));
  assert(lines.some((text) => text.includes("✗ problem") && text.includes("nobody")));
  assert(lines.some((text) => text.includes("messages [1,1") && text.includes("…")));
});

Deno.test("in a brief transcript a message has one line, unless it arrives late or not at all", async () => {
  assertEquals(
    await twoWrites({ promptMs: 1, ids: ["n1"] }),
    `
          ── starting ──
   0.0000   c1 ──▶ n1      init #1 node_id "n1", node_ids ["n0","n1"]
   0.0000   n1 ──▶ c1      init_ok re #1
          ── running ──
   0.1000   n0 ──▶ n1      tell key 7, value 15
   0.1100   n1 ◀── n0      tell key 7, value 15   (delivered)
   0.1100   n1             logs: told of 15.
   0.2000   n0 ──▶ n1      tell key 7, value 1
   0.2050 ● nemesis        kill ["n1"]
   0.2050   n0 ──┤ n1      tell key 7, value 1   (its receiver ended before it came)
   0.2050 ● nemesis        kill {"n1" :killed}
          ── stopping ──
          ── checking ──
`,
  );
  const lines = await transcript({ promptMs: 10 });
  const tells = lines.filter((line) => /n\d .* tell message/.test(line));
  assert(tells.some((line) => line.includes("──▶")) && tells.some((line) => line.includes("─✂")));
  const messages = tells.map((line) => line.replace(/──▶|─✂ |─✗ | {3}\(.*\)$/g, ""));
  assertEquals(new Set(messages).size, messages.length, "one line each");
  const starting = lines.slice(0, lines.indexOf("          ── running ──"));
  assert(starting.filter((line) => line.includes("init")).every((line) => /^ +-\d/.test(line)));
});
