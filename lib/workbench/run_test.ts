import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { Kv } from "../kv.ts";
import type { Node, Program } from "../node.ts";
import { inVirtualTime, simulateOnce } from "../simulator/simulate_once.ts";
import type { Fault } from "./faults/kinds.ts";
import { isEdnObject, keyword } from "../history/edn.ts";
import { NS_PER_S, type Op } from "../history/operations.ts";
import { planOf, type PlanOptions, workloadOf } from "./plan.ts";
import type { PlannedFault } from "./planned.ts";
import { type Observer, run } from "./run.ts";
import { integer, oneWay } from "../rpc.ts";
import { Broadcast, Echo } from "../workloads.ts";
import type { Workload } from "./workloads/workload.ts";

/** Every node keeps what clients send it, after it has told somebody. */
const telling = (tell: (node: Node, message: number) => unknown): Program => (node) => {
  const values: number[] = [];
  node.on(Broadcast.topology, () => ({ type: "topology_ok" }));
  node.on(Broadcast.broadcast, async ({ message }) => {
    await tell(node, message);
    values.push(message);
    return { type: "broadcast_ok" };
  });
  node.on(Broadcast.read, () => ({ type: "read_ok", messages: values }));
};

const alone = telling(() => {});

const echo: Program = (node) => {
  node.on(Echo.echo, ({ echo }) => ({ type: "echo_ok", echo }));
};

const SMALL = { workload: "broadcast", nodeCount: 2, timeLimitS: 5, rate: 10 };

/** The phases that an observer sees, in order. */
async function phasesOf(options: PlanOptions, program = alone): Promise<string[]> {
  const phases: string[] = [];
  await simulateOnce(program, options, { phase: (phase) => phases.push(phase) });
  return phases;
}

Deno.test("a run with final operations recovers before them; one without does not", async () => {
  assertEquals(await phasesOf(SMALL), [
    "starting",
    "running",
    "recovering",
    "final",
    "stopping",
    "checking",
  ]);
  assertEquals(await phasesOf({ workload: "echo", nodeCount: 1, timeLimitS: 1 }, echo), [
    "starting",
    "running",
    "stopping",
    "checking",
  ]);
});

const isFinal = ({ extra }: Op) => extra?.["final?"] === true;

Deno.test("operations end with the time limit; final reads come ten seconds later, one a thread", async () => {
  const { history } = await simulateOnce(alone, { ...SMALL, concurrency: 4 });
  const main = history.filter((op) => !isFinal(op));
  assert(main.every(({ time }) => time < 5.01 * NS_PER_S));
  assert(main.length > 70 && main.length < 130, `${main.length} events`);
  const final = history.filter((op) => isFinal(op) && op.type === "invoke");
  assertEquals(final.map(({ process }) => process).sort(), [0, 1, 2, 3]);
  assert(final.every(({ time }) => time >= 14.5 * NS_PER_S && time < 15.1 * NS_PER_S));
});

Deno.test("a history's indices count, and its times never go back", async () => {
  const { history } = await simulateOnce(alone, SMALL);
  assertEquals(history.map(({ index }) => index), history.map((_, i) => i));
  const times = history.map(({ time }) => time);
  assertEquals(times, times.toSorted((a, b) => a - b));
});

Deno.test("a rate of nothing invokes nothing, but takes its time", async () => {
  let endNs = 0;
  await simulateOnce(echo, { workload: "echo", nodeCount: 1, timeLimitS: 7, rate: 0 }, {
    started: ({ nowNs }) => setTimeout(() => endNs = nowNs(), 6_900),
  });
  assertEquals(Math.round(endNs / NS_PER_S), 7);
});

Deno.test("the results count the messages and operations of the whole run", async () => {
  const { results = {}, history } = await simulateOnce(alone, SMALL);
  const net = results["net"] ?? null;
  const clients = isEdnObject(net) ? net["clients"] ?? null : null;
  const sent = isEdnObject(clients) ? Number(clients["send-count"]) : 0;
  // Two init and two topology exchanges, and two messages for every operation.
  assertEquals(sent, 8 + history.length);
});

Deno.test("what partitions cut is told of nodes that send each other something", async () => {
  const others = telling((node) => node.send(node.peers[0] ?? "", oneWay("tell", {}), {}));
  const services = telling((node, value) => new Kv(node, "lin-kv", integer).write("last", value));
  const cutOf = async (program: Program) => (await simulateOnce(program, SMALL)).cut;
  assertEquals(await cutOf(others), new Map());
  assertEquals(await cutOf(alone), undefined);
  assertEquals(await cutOf(services), undefined);
});

/** Kills, pauses, cuts off and skews a second after the start, for good. */
const forGood: PlannedFault[] = [
  { timeS: 1, f: "kill", nodes: ["n0"] },
  { timeS: 1, f: "pause", nodes: ["n1"] },
  { timeS: 1, f: "skew", node: "n2", skewMs: 100 },
];

Deno.test("whatever still is wrong is put right before the recovery", async () => {
  const { history } = await simulateOnce(alone, { ...SMALL, nodeCount: 3, faults: forGood });
  const nemesis = history.filter(({ process }) => process === "nemesis");
  const ended = nemesis.filter(({ time }) => time > 2 * NS_PER_S).map(({ f }) => f);
  assertEquals(ended, ["resume", "start", "skew"].flatMap((f) => [f, f]));
  const answers = history.filter((op) => isFinal(op) && op.type === "ok");
  assertEquals(answers.length, 3);
});

Deno.test("a fault strikes at its time, and is in the history twice", async () => {
  const { history } = await simulateOnce(alone, { ...SMALL, faults: forGood.slice(0, 1) });
  const [invoked, completed] = history.filter(({ process }) => process === "nemesis");
  assertEquals([invoked?.time, invoked?.f, invoked?.value], [NS_PER_S, "kill", ["n0"]]);
  const killed = new Map([["n0", keyword("killed")]]);
  assertEquals([completed?.time, completed?.value], [NS_PER_S, killed]);
});

Deno.test("operations that are written down are invoked at their times, by their threads", async () => {
  const operations = [
    { timeS: 2, thread: 1, f: "broadcast", value: "5" },
    { timeS: 1, thread: 0, f: "read", value: "nil" },
  ];
  const { history } = await simulateOnce(alone, { ...SMALL, operations });
  const invoked = history.filter((op) => op.type === "invoke" && !isFinal(op));
  assertEquals(
    invoked.map(({ time, process, f }) => [time, process, f]),
    [[NS_PER_S, 0, "read"], [2 * NS_PER_S, 1, "broadcast"]],
  );
});

Deno.test("a malformed reply is a problem of the node's, and leaves the operation open", async () => {
  const asked = oneWay("echo", { msg_id: integer });
  const answer = oneWay("echo_ok", { in_reply_to: integer, more: integer });
  const malformed: Program = (node) => {
    node.on(asked, ({ msg_id }, { src }) => {
      node.send(src, answer, { in_reply_to: msg_id, more: 1 });
    });
  };
  const options = { workload: "echo", nodeCount: 1, timeLimitS: 1, rate: 20 };
  const { history, problems, results = {} } = await simulateOnce(malformed, options);
  const completions = history.filter(({ type }) => type !== "invoke");
  assertEquals(new Set(completions.map(({ type }) => type)), new Set(["info"]));
  assert(completions.length > 3);
  assertEquals(problems.length, 1, "replies that differ in numbers only are told of once");
  assertMatch(problems[0]?.text ?? "", /^malformed reply from n0: "more" does not belong there/);
  assertEquals(results["valid?"], false);
});

Deno.test("a program that fails at the start ends the run", async () => {
  const early: Program = (node) => void node.peers;
  const { crash } = await simulateOnce(early, SMALL);
  assertMatch(crash?.text ?? "", /^n0 did not start: a node has no id before init/);
});

Deno.test("a node that fails in the set-up ends the run, and what happened so far is kept", async () => {
  const deaf: Program = () => {};
  const problems: string[] = [];
  const observer: Observer = { problem: ({ text }) => problems.push(text) };
  const { crash, results, history } = await simulateOnce(deaf, SMALL, observer);
  assertEquals([results, history], [undefined, []]);
  assertMatch(crash?.text ?? "", /^n\d failed in the set-up: .*topology/);
  assertEquals(problems[0], crash?.text);
});

Deno.test("a signal ends a run early, with its reason and the nodes stopped", async () => {
  const controller = new AbortController();
  const phases: string[] = [];
  const observer: Observer = {
    phase: (phase) => phases.push(phase),
    op: ({ index }) => index === 10 && controller.abort(new Error("enough")),
  };
  const running = inVirtualTime(
    alone,
    1,
    (engine) => run(planOf(SMALL), { ...engine, observer, signal: controller.signal }),
  );
  await assertRejects(() => running, Error, "enough");
  assertEquals(phases, ["starting", "running", "stopping"]);
});

Deno.test("a run whose history outgrows memory has crashed, with a word", async () => {
  const plan = planOf({ ...SMALL, workload: "echo" });
  const length = 100_000_000; // of nothing, which takes no room
  const workload: Workload = {
    ...workloadOf(plan),
    open: () => () => Promise.resolve({ type: "ok", value: new Array<null>(length) }),
  };
  const { history, crash } = await inVirtualTime(
    echo,
    1,
    (engine) => run(plan, { ...engine, workload }),
  );
  assertMatch(crash?.text ?? "", /holds 350,000,000 values/);
  assertEquals(history.filter(({ type }) => type === "ok").length, 4);
});

Deno.test("a run can be steered in its main phase, and not after it", async () => {
  let inflict: (fault: Fault) => void = () => {};
  const observer: Observer = {
    op: ({ index }) => index === 6 && inflict({ f: "kill", nodes: ["n1"] }),
    phase: (phase) => phase === "stopping" && inflict({ f: "kill", nodes: ["n0"] }),
  };
  const { history } = await inVirtualTime(
    echo,
    1,
    (engine) =>
      run(planOf({ ...SMALL, workload: "echo" }), {
        ...engine,
        observer,
        steer: (given) => inflict = given,
      }),
  );
  const struck = history.filter(({ process }) => process === "nemesis");
  assertEquals(struck.map(({ f }) => f), ["kill", "kill"], "once asked for and once done");
  const unanswered = history.filter(({ type }) => type === "info").length - struck.length;
  assert(unanswered > 0, "nobody notices");
});

Deno.test("a run whose observer fails has crashed, and its nodes are stopped all the same", async () => {
  const failing = () => {
    throw new Error("the disk is full");
  };
  const logs: Program = (node) => {
    echo(node);
    node.log("up");
  };
  const observers: Observer[] = [
    { op: ({ index }) => index === 2 && failing() },
    { log: failing },
    { message: (_timeNs, _event, { body }) => body.type === "echo_ok" && failing() },
    { message: (_timeNs, event) => event === "recv" && failing() },
    { phase: (phase) => phase === "stopping" && failing() },
  ];
  for (const observer of observers) {
    let stops = 0;
    const running = inVirtualTime(logs, 1, ({ clock, host }) => {
      const stop = host.stop.bind(host);
      host.stop = () => (stops++, stop());
      const plan = planOf({ workload: "echo", nodeCount: 2, timeLimitS: 1 });
      return run(plan, {
        clock,
        host,
        observer,
        explainFailure: (error) => ({ text: String(error), lastWords: [] }),
      });
    });
    const { crash, results } = await running;
    assertEquals([crash?.text, results, stops], ["Error: the disk is full", undefined, 1]);
  }
});
