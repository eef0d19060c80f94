import { assert, assertEquals, assertNotEquals, assertRejects } from "@std/assert";
import type { Program } from "../node.ts";
import { integer, oneWay } from "../rpc.ts";
import { Broadcast, Echo, UniqueIds } from "../workloads.ts";
import { Deadlock } from "../workbench/clock/virtual_clock.ts";
import { prettyEdn } from "../history/edn.ts";
import { printHistory } from "../history/operations.ts";
import { parseTestOptions } from "../workbench/command_line.ts";
import type { RunResult } from "../workbench/result.ts";
import type { Observer, RunOptions } from "../workbench/run.ts";
import { failureSignature } from "./failure.ts";
import { simulate } from "./simulate.ts";

const optionsOf = (line: string, seed: number | string = 1): RunOptions => ({
  ...parseTestOptions(line.split(" "), { simulated: true }).run,
  seed,
});

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
async function files(program: Program, options: RunOptions): Promise<string> {
  const { history, results = {} } = await simulate(program, options);
  return `${printHistory(history)}\n${prettyEdn(results)}`;
}

const WIDE = "-w broadcast --node-count 25 --time-limit 5 --rate 20 --latency 100 " +
  "--latency-dist exponential --nemesis partition --nemesis-interval 2";

Deno.test("the same seed gives the same history and results, byte for byte", async () => {
  const first = await files(broadcast, optionsOf(WIDE));
  assertEquals(first, await files(broadcast, optionsOf(WIDE)));
  assert(first.includes(":start-partition") && first.includes(":valid? "));
});

Deno.test("what ran before in the same process does not matter", async () => {
  const line = "-w broadcast --node-count 3 --time-limit 2 --rate 20 --latency 20 --loss 0.1";
  const first = await files(broadcast, optionsOf(line));
  await files(ids, optionsOf("-w unique-ids --time-limit 1 --rate 50"));
  assertEquals(await files(broadcast, optionsOf(line)), first);
});

Deno.test("different seeds differ", async () => {
  const line = "-w broadcast --node-count 5 --time-limit 3 --rate 20 --latency 10";
  const runs = [
    await files(broadcast, optionsOf(line, 1)),
    await files(broadcast, optionsOf(line, 2)),
    await files(broadcast, optionsOf(line, 3)),
  ];
  assertEquals(new Set(runs).size, 3);
});

Deno.test("what the nemesis does depends on the seed, not on what programs draw", async () => {
  const line = "-w broadcast --node-count 5 --time-limit 10 --rate 5 --nemesis partition";
  const nemesis = async (program: Program) => {
    const { history } = await simulate(program, optionsOf(line));
    return history.filter(({ process }) => process === "nemesis").map(({ f, value }) => [f, value]);
  };
  const drawing: Program = (node) => {
    broadcast(node);
    setInterval(() => Math.random(), 70);
  };
  assertEquals(await nemesis(drawing), await nemesis(broadcast));
});

/** What a run's nemesis did, and every message's fate by count. */
async function faultsOf(line: string): Promise<
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
  return { faults, fates, outcome: await simulate(broadcast, optionsOf(line), observer) };
}

const SMALL = "-w broadcast --node-count 5 --time-limit 10 --rate 20 --nemesis-interval 1";

Deno.test("kills, pauses, skews and partitions strike, and end before the final reads", async () => {
  const kinds: [string, string[]][] = [
    ["kill", ["kill", "restart"]],
    ["pause", ["pause", "resume"]],
    ["skew", ["skew"]],
    ["one-way", ["start-partition", "stop-partition"]],
    ["partial", ["start-partition", "stop-partition"]],
    ["kill,pause,partition", [
      "kill",
      "pause",
      "restart",
      "resume",
      "start-partition",
      "stop-partition",
    ]],
  ];
  for (const [kind, expected] of kinds) {
    const { faults, outcome } = await faultsOf(`${SMALL} --nemesis ${kind}`);
    assert(expected.every((f) => faults.has(f)), `${kind}: ${[...faults]}`);
    assertEquals(outcome.crash, undefined, kind);
    const finals = outcome.history.filter(({ extra }) => extra?.["final?"] === true);
    assertEquals(finals.filter(({ type }) => type === "ok").length, 5, kind);
  }
});

Deno.test("what is lost does not arrive, and what is duplicated arrives twice", async () => {
  const quiet = "-w broadcast --node-count 5 --time-limit 5 --rate 20 --latency 5";
  const lossy = (await faultsOf(`${quiet} --loss 0.3`)).fates;
  const [sent = 0, received = 0, lost = 0] = ["send", "recv", "lost"].map((f) => lossy.get(f));
  assert(lost > 0.2 * sent && received <= sent - lost, `${lost} of ${sent} lost`);
  const doubled = (await faultsOf(`${quiet} --duplication 0.3`)).fates;
  assert((doubled.get("recv") ?? 0) > 1.2 * (doubled.get("send") ?? 0));
});

Deno.test("a node's memory is lost when it is killed", async () => {
  const counting: Program = (node) => {
    let last = 0;
    node.on(UniqueIds.generate, () => ({ type: "generate_ok", id: ++last }));
  };
  const line = "-w unique-ids --node-count 1 --concurrency 50 --time-limit 5 --rate 20 " +
    "--nemesis kill --nemesis-interval 0.5";
  assertEquals(failureSignature(await simulate(counting, optionsOf(line))), ["duplicated"]);
  assertEquals(failureSignature(await simulate(ids, optionsOf(line))), []);
});

Deno.test("a program that waits for what virtual time cannot bring fails by name", async () => {
  const line = "-w echo --node-count 1 --time-limit 1 --rate 0";
  const program: Program = (node) => {
    node.on(Echo.echo, ({ echo }) => ({ type: "echo_ok", echo }));
  };
  assertNotEquals((await simulate(program, optionsOf(line))).results, undefined);
  const busy: Program = (node) => {
    node.onInit(() => {
      const again = () => void setImmediate(again);
      again();
    });
  };
  await assertRejects(() => simulate(busy, optionsOf(line)), Deadlock, "time did not pass");
});

Deno.test("reading a file from a handler ends the run and names the call", async () => {
  const program: Program = (node) => {
    node.on(Echo.echo, async () => ({ type: "echo_ok", echo: await Deno.readTextFile("x") }));
  };
  await assertRejects(
    () => simulate(program, optionsOf("-w echo --node-count 1 --time-limit 1")),
    Error,
    "a simulated program called Deno.readTextFile",
  );
});

Deno.test("an error that nobody catches is told apart from a log line that looks like one", async () => {
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
  await simulate(
    program,
    optionsOf("-w echo --node-count 1 --time-limit 1 --rate 5"),
    { uncaught: (node, text) => errors.push(`${node}: ${text.split("\n")[0]}`) },
  );
  assertEquals([...new Set(errors)], ["n0: Error: meant it"]);
});
