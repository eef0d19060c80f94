import { assert, assertEquals } from "@std/assert";
import { keyword, printEdn } from "../../history/edn.ts";
import type { Grudge } from "../network/network.ts";
import { Random } from "../random.ts";
import {
  type Fault,
  FAULT_KINDS,
  type FaultKind,
  type FaultTarget,
  faultValues,
  inflict,
  isFaultKind,
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
    ["kill", "kill", "restart"],
    ["skew", "skew", "skew"],
    ["slow", "slow", "slow"],
  ];
  assertEquals(ends.map(([kind]) => kind), Object.keys(FAULT_KINDS).filter(isFaultKind));
  const random = new Random(2);
  for (const [kind, beginning, ending] of ends) {
    for (let i = 0; i < 10; i++) {
      const [begin, end] = FAULT_KINDS[kind].draw(NODES, random);
      assertEquals([begin.f, end.f], [beginning, ending]);
      if ("nodes" in begin && "nodes" in end) {
        assertEquals(begin.nodes, end.nodes);
        const isFew = begin.nodes.length >= 1 && begin.nodes.length <= 2;
        assert(
          isFew || (begin.f === "slow" && begin.nodes.length === 5),
          "fewer than half, or all",
        );
      }
      if ("skewMs" in end) assertEquals(end.skewMs, 0);
      if ("lateMs" in end) assertEquals(end.lateMs, 0);
    }
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
    restart: verb("restart"),
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
    { f: "restart", nodes: ["n0"] },
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
  const fault = { f: "start-partition", shape: "one", grudge: split(["n1", "n2"], 1) } as const;
  const [invoked, completed] = faultValues(fault);
  assertEquals(invoked, keyword("one"));
  assertEquals(printEdn(completed), '[:isolated {"n1" #{"n2"}, "n2" #{"n1"}}]');
  assertEquals(faultValues({ f: "stop-partition" }), [null, keyword("network-healed")]);
});

Deno.test("the history names the nodes of every other fault", () => {
  assertEquals(faultValues({ f: "kill", nodes: ["n0", "n2"] }), [["n0", "n2"], null]);
  assertEquals(faultValues({ f: "skew", node: "n1", skewMs: -3 }), [new Map([["n1", -3]]), null]);
  const slow = { f: "slow", nodes: ["n0", "n2"], lateMs: 9 } as const;
  assertEquals(faultValues(slow), [new Map([["n0", 9], ["n2", 9]]), null]);
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
