import { assert, assertEquals, assertNotEquals, assertRejects } from "@std/assert";
import type { Program } from "../node.ts";
import { integer, oneWay } from "../rpc.ts";
import { Broadcast, Echo, UniqueIds } from "../workloads.ts";
import { Deadlock } from "../workbench/clock/virtual_clock.ts";
import { prettyEdn } from "../history/edn.ts";
import { printHistory } from "../history/operations.ts";
import type { FaultKind } from "../workbench/faults/kinds.ts";
import type { PlanOptions } from "../workbench/plan.ts";
import type { RunResult } from "../workbench/result.ts";
import type { Observer } from "../workbench/run.ts";
import { failureSignature } from "./failure.ts";
import { simulateOnce } from "./simulate_once.ts";

const gossip = oneWay("gossip", { message: integer });

/** Tells every peer of a value, and again now and then those drawn by lot. */
const broadcast: Program = (node) => {
  const values = new Set<number>();
  const add = (message: number) => {
    if (values.has(message)) return;
    values.add(message);
    for (const peer of node.peers) node.send(peer, gossip, { message });
  };
  node.on(Broadcast.topology, () => ({ type: "topology_ok" }));
  node.on(Broadcast.broadcast, ({ message }) => {
    add(message);
    return { type: "broadcast_ok" };
  });
  node.on(Broadcast.read, () => ({ type: "read_ok", messages: [...values] }));
  node.on(gossip, ({ message }) => {
    values.add(message);
  });
  node.onInit(() => {
    setInterval(() => {
      const peer = node.peers[Math.floor(Math.random() * node.peers.length)];
      for (const message of values) if (peer) node.send(peer, gossip, { message });
    }, 500);
  });
};

const ids: Program = (node) => {
  node.on(UniqueIds.generate, () => ({ type: "generate_ok", id: crypto.randomUUID() }));
};

/** What a run leaves in its files. */
async function files(program: Program, options: PlanOptions): Promise<string> {
  const { history, results = {} } = await simulateOnce(program, options);
  return `${printHistory(history)}\n${prettyEdn(results)}`;
}

const WIDE: PlanOptions = {
  workload: "broadcast",
  nodeCount: 25,
  timeLimitS: 5,
  rate: 20,
  latencyMs: 100,
  latencyDistribution: "exponential",
  faults: ["partition"],
  faultIntervalS: 2,
};

Deno.test("the same seed gives the same history and results, byte for byte", async () => {
  const first = await files(broadcast, WIDE);
  assertEquals(first, await files(broadcast, WIDE));
  assert(first.includes(":start-partition") && first.includes(":valid? "));
});

Deno.test("what ran before in the same process does not matter", async () => {
  const options = {
    workload: "broadcast",
    nodeCount: 3,
    timeLimitS: 2,
    rate: 20,
    latencyMs: 20,
    loss: 0.1,
  };
  const first = await files(broadcast, options);
  await files(ids, { workload: "unique-ids", timeLimitS: 1, rate: 50 });
  assertEquals(await files(broadcast, options), first);
});

Deno.test("different seeds differ", async () => {
  const options = { workload: "broadcast", nodeCount: 5, timeLimitS: 3, rate: 20, latencyMs: 10 };
  const runs = [
    await files(broadcast, { ...options, seed: 1 }),
    await files(broadcast, { ...options, seed: 2 }),
    await files(broadcast, { ...options, seed: 3 }),
  ];
  assertEquals(new Set(runs).size, 3);
});

Deno.test("what the nemesis does depends on the seed, not on what programs draw", async () => {
  const options: PlanOptions = {
    workload: "broadcast",
    nodeCount: 5,
    timeLimitS: 10,
    rate: 5,
    faults: ["partition"],
  };
  const nemesis = async (program: Program) => {
    const { history } = await simulateOnce(program, options);
    return history.filter(({ process }) => process === "nemesis").map(({ f, value }) => [f, value]);
  };
  const drawing: Program = (node) => {
    broadcast(node);
    setInterval(() => Math.random(), 70);
  };
  assertEquals(await nemesis(drawing), await nemesis(broadcast));
});

/** What a run's nemesis did, and every message's fate by count. */
async function faultsOf(options: PlanOptions): Promise<
  { faults: Set<string>; outcome: RunResult } & {
    readonly fates: ReadonlyMap<string, number>;
  }
> {
  const faults = new Set<string>();
  const fates = new Map<string, number>();
  const observer: Observer = {
    fault: ({ fault }) => faults.add(fault.f),
    message: (_, fate) => fates.set(fate, (fates.get(fate) ?? 0) + 1),
  };
  return { faults, fates, outcome: await simulateOnce(broadcast, options, observer) };
}

const SMALL = { workload: "broadcast", nodeCount: 5, timeLimitS: 10, rate: 20, faultIntervalS: 1 };

Deno.test("kills, pauses, skews and partitions strike, and end before the final reads", async () => {
  const kinds: [FaultKind[], string[]][] = [
    [["kill"], ["kill", "start"]],
    [["pause"], ["pause", "resume"]],
    [["skew"], ["skew"]],
    [["one-way"], ["start-partition", "stop-partition"]],
    [["partial"], ["start-partition", "stop-partition"]],
    [["kill", "pause", "partition"], [
      "kill",
      "pause",
      "start",
      "resume",
      "start-partition",
      "stop-partition",
    ]],
  ];
  for (const [some, expected] of kinds) {
    const kind = some.join(",");
    const { faults, outcome } = await faultsOf({ ...SMALL, faults: some });
    assert(expected.every((f) => faults.has(f)), `${kind}: ${[...faults]}`);
    assertEquals(outcome.crash, undefined, kind);
    const finals = outcome.history.filter(({ extra }) => extra?.["final?"] === true);
    assertEquals(finals.filter(({ type }) => type === "ok").length, 5, kind);
  }
});

Deno.test("what is lost does not arrive, and what is duplicated arrives twice", async () => {
  const quiet = { workload: "broadcast", nodeCount: 5, timeLimitS: 5, rate: 20, latencyMs: 5 };
  const lossy = (await faultsOf({ ...quiet, loss: 0.3 })).fates;
  const [sent = 0, received = 0, lost = 0] = ["send", "recv", "lost"].map((f) => lossy.get(f));
  assert(lost > 0.2 * sent && received <= sent - lost, `${lost} of ${sent} lost`);
  const doubled = (await faultsOf({ ...quiet, duplication: 0.3 })).fates;
  assert((doubled.get("recv") ?? 0) > 1.2 * (doubled.get("send") ?? 0));
});

Deno.test("a node's memory is lost when it is killed", async () => {
  const counting: Program = (node) => {
    let last = 0;
    node.on(UniqueIds.generate, () => ({ type: "generate_ok", id: ++last }));
  };
  const options: PlanOptions = {
    workload: "unique-ids",
    nodeCount: 1,
    concurrency: 50,
    timeLimitS: 5,
    rate: 20,
    faults: ["kill"],
    faultIntervalS: 0.5,
  };
  assertEquals(failureSignature(await simulateOnce(counting, options)), ["duplicated"]);
  assertEquals(failureSignature(await simulateOnce(ids, options)), []);
});

Deno.test("a program finds the plan's arguments, wherever it looks for its own", async () => {
  const before = [Deno.args, globalThis.process.argv];
  const seen: unknown[] = [];
  const program: Program = (node) => {
    node.onInit(() => void seen.push(node.args, Deno.args, globalThis.process.argv.slice(2)));
  };
  const options = { workload: "echo", nodeCount: 1, timeLimitS: 0.1, args: ["lean", "-x"] };
  await simulateOnce(program, options);
  assertEquals(seen, [["lean", "-x"], ["lean", "-x"], ["lean", "-x"]]);
  assertEquals([Deno.args, globalThis.process.argv], before);
});

Deno.test("a program that waits for what virtual time cannot bring fails by name", async () => {
  const options = { workload: "echo", nodeCount: 1, timeLimitS: 1, rate: 0 };
  const program: Program = (node) => {
    node.on(Echo.echo, ({ echo }) => ({ type: "echo_ok", echo }));
  };
  assertNotEquals((await simulateOnce(program, options)).results, undefined);
  const busy: Program = (node) => {
    node.onInit(() => {
      const again = () => void setImmediate(again);
      again();
    });
  };
  await assertRejects(() => simulateOnce(busy, options), Deadlock, "time did not pass");
});

Deno.test("reading a file from a handler ends the run and names the call", async () => {
  const program: Program = (node) => {
    node.on(Echo.echo, async () => ({ type: "echo_ok", echo: await Deno.readTextFile("x") }));
  };
  await assertRejects(
    () => simulateOnce(program, { workload: "echo", nodeCount: 1, timeLimitS: 1 }),
    Error,
    "a simulated program called Deno.readTextFile",
  );
});

Deno.test("an error that nobody catches is not confused with a log line that looks like one", async () => {
  const program: Program = (node) => {
    node.on(Echo.echo, ({ echo }) => {
      node.log("uncaught: only said so");
      setTimeout(() => {
        throw new Error("meant it");
      });
      return { type: "echo_ok", echo };
    });
  };
  const errors: string[] = [];
  await simulateOnce(
    program,
    { workload: "echo", nodeCount: 1, timeLimitS: 1 },
    { uncaught: (node, text) => errors.push(`${node}: ${text.split("\n")[0]}`) },
  );
  assertEquals([...new Set(errors)], ["n0: Error: meant it"]);
});
