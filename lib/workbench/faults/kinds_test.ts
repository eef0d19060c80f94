import { assert, assertEquals } from "@std/assert";
import { keyword, printEdn } from "../../history/edn.ts";
import type { Grudge } from "../network/network.ts";
import { Random } from "../random.ts";
import {
  type Fault,
  FAULT_KINDS,
  type FaultKind,
  type FaultTarget,
  inflict,
  invokedValue,
  isFaultKind,
  remedies,
  restrict,
} from "./kinds.ts";
import { split } from "./partitions.ts";

const NODES = ["n0", "n1", "n2", "n3", "n4"];

Deno.test("every strike ends what it began", () => {
  const ends: [FaultKind, string, string][] = [
    ["partition", "start-partition", "stop-partition"],
    ["one-way", "start-partition", "stop-partition"],
    ["partial", "start-partition", "stop-partition"],
    ["pause", "pause", "resume"],
    ["kill", "kill", "start"],
    ["kill-one", "kill", "start"],
    ["kill-all", "kill", "start"],
    ["skew", "skew", "skew"],
    ["slow", "slow", "slow"],
  ];
  assertEquals(ends.map(([kind]) => kind), Object.keys(FAULT_KINDS).filter(isFaultKind));
  const random = new Random(2);
  for (const [kind, beginning, ending] of ends) {
    for (let i = 0; i < 10; i++) {
      const [begin, end] = FAULT_KINDS[kind].draw(NODES, random);
      assertEquals([begin.f, end.f], [beginning, ending]);
      assertEquals(FAULT_KINDS[kind].begins, begin.f);
      if (begin.f === "slow" && end.f === "slow") {
        assertEquals(begin.nodes, end.nodes);
        assert([1, 2, 5].includes(begin.nodes.length), "fewer than half, or all");
      }
      if (end.f === "start" || end.f === "resume") assertEquals(end.nodes, NODES);
      if ("skewMs" in end) assertEquals(end.skewMs, 0);
      if ("lateMs" in end) assertEquals(end.lateMs, 0);
    }
  }
});

Deno.test("kills and pauses strike as many nodes as Jepsen's targets say, each as often", () => {
  const sizes: Readonly<Record<string, readonly number[]>> = {
    "some": [1, 2, 3, 4, 5],
    "one": [1],
    "minority-third": [1],
    "minority": [2],
    "majority": [3],
    "all": [5],
  };
  const random = new Random(1);
  for (const kind of ["kill", "pause"] as const) {
    const drawn = new Map<string, Set<number>>();
    for (let i = 0; i < 600; i++) {
      const [begin] = FAULT_KINDS[kind].draw(NODES, random);
      if (!("targets" in begin) || begin.targets === undefined) throw new Error("no targets");
      drawn.set(begin.targets, (drawn.get(begin.targets) ?? new Set()).add(begin.nodes.length));
      assertEquals(new Set(begin.nodes).size, begin.nodes.length);
    }
    for (const [targets, expected] of Object.entries(sizes)) {
      assertEquals([...drawn.get(targets) ?? []].sort(), expected, targets);
    }
  }
  const alone = Array.from({ length: 100 }, () => FAULT_KINDS.kill.draw(["n0"], random)[0]);
  assertEquals(new Set(alone.map((fault) => "nodes" in fault && fault.nodes.length)).size, 2);
});

Deno.test("kill-one always strikes one node, kill-all all of them", () => {
  const random = new Random(1);
  const struck = (kind: FaultKind) => {
    const [begin] = FAULT_KINDS[kind].draw(NODES, random);
    return "nodes" in begin && [begin.f, begin.nodes.length];
  };
  for (let i = 0; i < 10; i++) {
    assertEquals([struck("kill-one"), struck("kill-all")], [["kill", 1], ["kill", 5]]);
  }
});

/** Records what is done to it. */
function recorder(): { readonly target: FaultTarget; readonly done: string[] } {
  const done: string[] = [];
  const verb = (name: string) => (...args: readonly unknown[]) =>
    void done.push([name, ...args].join(" "));
  const target = {
    partition: (grudge: Grudge) => void done.push(`partition ${Object.keys(grudge)}`),
    heal: verb("heal"),
    kill: verb("kill"),
    restart: (node: string) => done.push(`restart ${node}`) > 0,
    pause: verb("pause"),
    resume: verb("resume"),
    skew: verb("skew"),
    slow: verb("slow"),
    strikeDisk: verb("disk"),
  };
  return { target, done };
}

Deno.test("a fault is inflicted on each node that it names", () => {
  const { target, done } = recorder();
  const nodes = ["n0", "n1"];
  const faults: Fault[] = [
    { f: "start-partition", shape: "one", grudge: split(nodes, 1) },
    { f: "stop-partition" },
    { f: "kill", nodes },
    { f: "start", nodes: ["n0"] },
    { f: "pause", nodes: ["n1"] },
    { f: "resume", nodes: ["n1"] },
    { f: "skew", node: "n0", skewMs: 5 },
    { f: "slow", nodes, lateMs: 7 },
    { f: "fail-sync", nodes },
    { f: "fill-disk", nodes: ["n0"] },
    { f: "free-disk", nodes: ["n0"] },
  ];
  for (const fault of faults) inflict(fault, target);
  assertEquals(done, [
    "partition n0,n1",
    "heal",
    "kill n0",
    "kill n1",
    "restart n0",
    "pause n1",
    "resume n1",
    "skew n0 5",
    "slow n0 7",
    "slow n1 7",
    "disk n0 fail-sync",
    "disk n1 fail-sync",
    "disk n0 fill-disk",
    "disk n0 free-disk",
  ]);
});

Deno.test("the history names a partition's shape, then who is cut off from whom", () => {
  const { target } = recorder();
  const fault = { f: "start-partition", shape: "one", grudge: split(["n1", "n2"], 1) } as const;
  assertEquals(invokedValue(fault), keyword("one"));
  const completed = inflict(fault, target);
  assertEquals(printEdn(completed), '[:isolated {"n1" #{"n2"}, "n2" #{"n1"}}]');
  assertEquals(invokedValue({ f: "stop-partition" }), null);
  assertEquals(inflict({ f: "stop-partition" }, target), keyword("network-healed"));
});

Deno.test("the history names what nodes a process fault was to strike, then what became of each", () => {
  const { target } = recorder();
  const values = (fault: Fault) =>
    [invokedValue(fault), inflict(fault, target)].map((value) => printEdn(value)).join(" ");
  const nodes = ["n0", "n2"];
  const killed = '{"n0" :killed, "n2" :killed}';
  assertEquals(values({ f: "kill", nodes, targets: "minority" }), `:minority ${killed}`);
  assertEquals(values({ f: "kill", nodes, targets: "some" }), `nil ${killed}`);
  assertEquals(values({ f: "kill", nodes }), `["n0" "n2"] ${killed}`);
  assertEquals(values({ f: "pause", nodes: ["n1"], targets: "one" }), ':one {"n1" :paused}');
  assertEquals(values({ f: "resume", nodes: ["n1"], targets: "all" }), ':all {"n1" :resumed}');
  const start: Fault = { f: "start", nodes, targets: "all" };
  assertEquals(values(start), ':all {"n0" :started, "n2" :started}');
  const running = { ...target, restart: () => false };
  assertEquals(
    printEdn(inflict(start, running)),
    '{"n0" :already-running, "n2" :already-running}',
  );
});

Deno.test("the history names the nodes of every other fault", () => {
  assertEquals(invokedValue({ f: "skew", node: "n1", skewMs: -3 }), new Map([["n1", -3]]));
  const slow = { f: "slow", nodes: ["n0", "n2"], lateMs: 9 } as const;
  assertEquals(invokedValue(slow), new Map([["n0", 9], ["n2", 9]]));
});

Deno.test("in the end the network is healed, and every node resumed and started", () => {
  const begun = new Set(["kill", "pause", "start-partition"] as const);
  assertEquals(remedies(begun, NODES), [
    { f: "stop-partition" },
    { f: "resume", nodes: NODES, targets: "all" },
    { f: "start", nodes: NODES, targets: "all" },
  ]);
  assertEquals(remedies(new Set(["skew"] as const), NODES), []);
});

Deno.test("a fault is restricted to the nodes that exist", () => {
  const exists = (id: string) => ["n0", "n1"].includes(id);
  const partition = (grudge: Grudge): Fault => ({ f: "start-partition", shape: "partial", grudge });
  const cases: [Fault, Fault | undefined][] = [
    [{ f: "kill", nodes: ["n2", "n1"] }, { f: "kill", nodes: ["n1"] }],
    [{ f: "resume", nodes: ["n2", "n3"] }, undefined],
    [{ f: "skew", node: "n1", skewMs: 5 }, { f: "skew", node: "n1", skewMs: 5 }],
    [{ f: "skew", node: "n2", skewMs: 5 }, undefined],
    [{ f: "slow", nodes: ["n2", "n0"], lateMs: 9 }, { f: "slow", nodes: ["n0"], lateMs: 9 }],
    [{ f: "stop-partition" }, { f: "stop-partition" }],
    [
      partition({ n0: ["n1", "n2"], n2: ["n0", "n1"] }),
      partition({ n0: ["n1"] }),
    ],
    [partition({ n0: ["n2"], n2: ["n0"] }), undefined],
  ];
  for (const [fault, left] of cases) assertEquals(restrict(fault, exists), left);
});
