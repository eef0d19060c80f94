import { assert, assertEquals, assertThrows } from "@std/assert";
import { NS_PER_S } from "../../history/operations.ts";
import { faultsOf, planOf } from "../plan.ts";
import { Random } from "../random.ts";
import { FAULT_KINDS, type FaultKind } from "./kinds.ts";
import { PARTITION_SHAPES } from "./partitions.ts";
import { merge, schedule, type TimedFault, validate } from "./schedule.ts";

const names = (count: number) => Array.from({ length: count }, (_, i) => `n${i}`);

function take(count: number, faults: Iterable<TimedFault>): TimedFault[] {
  const taken: TimedFault[] = [];
  for (const fault of faults) {
    if (taken.push(fault) === count) break;
  }
  return taken;
}

Deno.test("every shape of partition comes up, from the start on, in turn with its end", () => {
  const strikes = take(400, schedule([FAULT_KINDS.partition], names(5), new Random(1), 10));
  assertEquals(strikes[0]?.timeNs, 0);
  const shapes = new Set<string>();
  for (const [i, { fault }] of strikes.entries()) {
    assertEquals(fault.f, i % 2 === 0 ? "start-partition" : "stop-partition");
    if (fault.f === "start-partition") shapes.add(fault.shape);
  }
  assertEquals([...shapes].sort(), [...PARTITION_SHAPES].sort());
  const meanGap = (strikes.at(-1)?.timeNs ?? 0) / (strikes.length - 1) / NS_PER_S;
  assert(meanGap > 9 && meanGap < 11, `mean gap ${meanGap} s`);
});

Deno.test("the kinds that Jepsen has strike at once, the others after a gap", () => {
  for (const [name, kind] of Object.entries(FAULT_KINDS)) {
    const [first] = take(1, schedule([kind], names(5), new Random(2), 3));
    const isJepsens = /^(partition|pause|kill.*)$/.test(name);
    assertEquals(first?.timeNs === 0, isJepsens, name);
  }
});

const strikes = (faults: readonly FaultKind[], count = 40) =>
  take(count, faultsOf(planOf({ workload: "echo", nodeCount: 5, faults }), new Random(1)));

Deno.test("another stream of faults does not move the strikes of the others", () => {
  const pauses = (...kinds: readonly FaultKind[]) =>
    strikes(kinds).filter(({ fault: { f } }) => f === "pause" || f === "resume").slice(0, 10);
  const alone = pauses("pause");
  assertEquals(alone.length, 10);
  assertEquals(pauses("partition", "pause", "skew"), alone);
});

Deno.test("kills and pauses share a schedule, and either of them takes turns with its end", () => {
  const mixed = strikes(["kill", "pause"], 400);
  const meanGap = (mixed.at(-1)?.timeNs ?? 0) / (mixed.length - 1) / NS_PER_S;
  assert(meanGap > 9 && meanGap < 11, `mean gap ${meanGap} s`);
  for (const [begin, end] of [["kill", "start"], ["pause", "resume"]]) {
    const own = mixed.map(({ fault }) => fault.f).filter((f) => f === begin || f === end);
    assert(own.length > 150);
    assertEquals(own, own.map((_, i) => i % 2 === 0 ? begin : end));
  }
});

Deno.test("merged schedules come in order of time", () => {
  const random = new Random(5);
  const all = take(
    50,
    merge([
      schedule([FAULT_KINDS.pause], names(3), random.split("a"), 1),
      schedule([FAULT_KINDS.kill], names(3), random, 2),
    ]),
  );
  const times = all.map(({ timeNs }) => timeNs);
  assertEquals(times, times.toSorted((a, b) => a - b));
  assertEquals(new Set(all.map(({ fault }) => fault.f)).size, 4);
});

Deno.test("faults that are out of order or name a stranger are refused", () => {
  const look = (...faults: TimedFault[]) => [...validate(faults, (id) => id === "n0")];
  const kill = (timeS: number, ...nodes: string[]): TimedFault => ({
    timeNs: timeS * NS_PER_S,
    fault: { f: "kill", nodes },
  });
  const healed: TimedFault = { timeNs: 2 * NS_PER_S, fault: { f: "stop-partition" } };
  assertEquals(look(kill(1, "n0"), healed, healed).length, 3);
  const grudge = { n0: ["n7"] };
  const refused: [TimedFault[], string][] = [
    [[healed, kill(1, "n0")], "the fault kill at 1 s must not come before 2 s"],
    [[kill(-1, "n0")], "the fault kill at -1 s must not come before 0 s"],
    [[kill(NaN, "n0")], "the fault kill at NaN s must not come before 0 s"],
    [[kill(1, "n0", "n9")], "the fault kill at 1 s: there is no n9"],
    [[{ timeNs: 0, fault: { f: "start-partition", shape: "x", grudge } }], "there is no n7"],
    [[{ timeNs: 0, fault: { f: "skew", node: "n8", skewMs: 1 } }], "there is no n8"],
  ];
  for (const [faults, why] of refused) assertThrows(() => look(...faults), RangeError, why);
});
