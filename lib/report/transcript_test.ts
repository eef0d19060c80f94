import { assert, assertEquals, assertMatch } from "@std/assert";
import { stripVTControlCharacters } from "node:util";
import type { Node } from "../node.ts";
import { integer, oneWay } from "../rpc.ts";
import { simulateOnce } from "../simulator/simulate_once.ts";
import { transcribe } from "../simulator/trace.ts";
import type { PlanOptions } from "../workbench/plan.ts";
import { Broadcast } from "../workloads.ts";
import { foldTranscript } from "./transcript.ts";

const tell = oneWay("tell", { message: integer });

function telling(node: Node): void {
  const values: number[] = [];
  node.on(Broadcast.topology, () => ({ type: "topology_ok" }));
  node.on(Broadcast.read, () => ({ type: "read_ok", messages: values }));
  node.on(tell, () => {});
  node.on(Broadcast.broadcast, ({ message }) => {
    values.push(message);
    for (const peer of node.peers) node.send(peer, tell, { message });
    return { type: "broadcast_ok" };
  });
}

const PLAN: PlanOptions = {
  workload: "broadcast",
  nodeCount: 3,
  latencyMs: 30,
  latencyDistribution: "constant",
  timeLimitS: 0.3,
  seed: "1",
  operations: [{ thread: 0, timeS: 0.1, f: "broadcast", value: "7" }],
  faults: [{ timeS: 0.05, f: "start-partition", shape: "one", grudge: { n2: ["n0"] } }],
};

async function transcriptOf(style: Parameters<typeof foldTranscript>[1]): Promise<string[]> {
  const lines: string[] = [];
  const folded = foldTranscript((line) => lines.push(line), style);
  const transcriber = transcribe(folded.take);
  await simulateOnce(telling, PLAN, transcriber);
  transcriber.end();
  folded.end();
  return lines;
}

Deno.test("a message has one line, with when it was sent and when it came to its end", async () => {
  const lines = await transcriptOf({ color: false });
  const of = (part: string) => lines.filter((line) => line.includes(part));
  const [told = "", cut = "", ...more] = of("tell message 7");
  assertEquals(more, []);
  assertMatch(told, /^ +(0\.10\d\d) +0\.13\d\d {3}n0 ──▶ n1 +tell message 7$/);
  assertMatch(
    cut,
    /^ +(0\.10\d\d) +\1 {3}n0 ─✂ {2}n2 +tell message 7 {3}\(cut by the partition\)$/,
  );
  assertEquals(of("topology"), [
    "          ── set-up: 3 init, 3 init_ok, 3 topology, 3 topology_ok ──",
  ]);
  assert(lines.findIndex((line) => line.includes("set-up")) < lines.indexOf(told));
  assertEquals(lines[0], "     sent    ended");
});

Deno.test("lines are cut to the terminal's width, in colour or not", async () => {
  const whole = await transcriptOf({ color: false });
  assert(whole.some((line) => line.length > 60));
  const narrow = await transcriptOf({ color: true, width: 60 });
  const plain = narrow.map(stripVTControlCharacters);
  const others = (line: string) => !/nemesis|^ +n\d[ n\d]*$/.test(line);
  assertEquals(
    plain.filter(others),
    whole.filter(others).map((line) => line.length > 60 ? `${line.slice(0, 59)}…` : line),
  );
  assert(narrow.some((line, i) => line !== plain[i]));
});

Deno.test("however narrow the terminal, a fault says whom it strikes", async () => {
  const plain = await transcriptOf({ color: false, width: 60 });
  assert(plain.every((line) => line.length <= 60));
  const from = plain.findIndex((line) => line.includes("start-partition n2"));
  assertEquals(plain.slice(from, from + 2), [
    "   0.0500          ● nemesis start-partition n2 not hearing",
    "                             n0",
  ]);
});

Deno.test("a message without an end has its line when the transcript ends", () => {
  const lines: string[] = [];
  const { take, end } = foldTranscript((line) => lines.push(line), { color: false });
  take("   0.1000   n0 ──▶ n1      tell", { id: 1, type: "tell", event: "send" });
  take("   0.2000 ● process 0      ok      read");
  assertEquals(lines.length, 1);
  end();
  assertEquals(lines.slice(1), [
    "   0.1000        …   n0 ──▶ n1      tell",
    "   0.2000          ● process 0      ok      read",
  ]);
});
