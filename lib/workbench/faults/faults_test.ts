import { assert, assertEquals, assertThrows } from "@std/assert";
import { SECOND } from "../clock/clock.ts";
import {
  checked,
  type FaultKind,
  faults,
  faultValues,
  grudgeOf,
  merged,
  PARTITION_SHAPES,
  partitions,
  type PartitionShape,
  split,
  type TimedFault,
} from "./faults.ts";
import { keyword, printEdn } from "../../history/edn.ts";
import type { Grudge } from "../network/network.ts";
import { parseTestOptions } from "../command_line.ts";
import { Random } from "../random.ts";

const names = (count: number) => Array.from({ length: count }, (_, i) => `n${i}`);

/** How many sources each node is cut off from, ascending. */
const cuts = (grudge: Grudge) => [...grudge.values()].map(({ size }) => size).sort((a, b) => a - b);

const draw = (shape: PartitionShape, count: number, seed = 1) =>
  grudgeOf(shape, names(count), new Random(seed));

function take(count: number, schedule: Iterable<TimedFault>): TimedFault[] {
  const taken: TimedFault[] = [];
  for (const fault of schedule) {
    if (taken.push(fault) === count) break;
  }
  return taken;
}

Deno.test("complete splits have Maelstrom's sizes, and are symmetric", () => {
  const sizes: [PartitionShape, number, number[]][] = [
    ["one", 3, [1, 1, 2]],
    ["one", 5, [1, 1, 1, 1, 4]],
    ["majority", 2, [1, 1]],
    ["majority", 5, [2, 2, 2, 3, 3]],
    ["minority-third", 3, [0, 0, 0]],
    ["minority-third", 5, [1, 1, 1, 1, 4]],
    ["one", 1, [0]],
  ];
  for (const [shape, count, expected] of sizes) {
    const grudge = draw(shape, count);
    assertEquals(cuts(grudge), expected, `${shape} of ${count}`);
    for (const [node, sources] of grudge) {
      for (const source of sources) assert(grudge.get(source)?.has(node));
    }
  }
  assertEquals(cuts(draw("minority-third", 25)).filter((size) => size === 17).length, 8);
});

Deno.test("a ring of three lets messages pass in one sense only", () => {
  const grudge = draw("majorities-ring", 3);
  assertEquals(cuts(grudge), [1, 1, 1]);
  for (const [node, sources] of grudge) {
    for (const source of sources) assert(!grudge.get(source)?.has(node));
  }
});

Deno.test("a ring of two cuts nothing; one of five leaves each node its two neighbours", () => {
  assertEquals(cuts(draw("majorities-ring", 2)), [0, 0]);
  const five = draw("majorities-ring", 5);
  assertEquals(cuts(five), [2, 2, 2, 2, 2]);
  for (const [node, sources] of five) {
    for (const source of sources) assert(five.get(source)?.has(node));
  }
});

Deno.test("in a large ring every node hears a majority, and no two the same one", () => {
  const grudge = draw("majorities-ring", 25);
  for (const sources of grudge.values()) assert(sources.size <= 12);
  const heard = new Set([...grudge.values()].map((sources) => [...sources].sort().join()));
  assert(heard.size > 20);
});

Deno.test("every shape comes up, from the start on, in turn with its end", () => {
  const schedule = take(400, partitions(names(5), new Random(1), { intervalS: 10 }));
  assertEquals(schedule[0]?.time, 0);
  const shapes = new Set<string>();
  for (const [i, { fault }] of schedule.entries()) {
    assertEquals(fault.f, i % 2 === 0 ? "start-partition" : "stop-partition");
    if (fault.f === "start-partition") shapes.add(fault.shape);
  }
  assertEquals([...shapes].sort(), [...PARTITION_SHAPES].sort());
  const meanGap = (schedule.at(-1)?.time ?? 0) / (schedule.length - 1) / SECOND;
  assert(meanGap > 9 && meanGap < 11, `mean gap ${meanGap} s`);
});

Deno.test("every other kind of fault ends what it began", () => {
  const ends: [FaultKind, string, string][] = [
    ["one-way", "start-partition", "stop-partition"],
    ["partial", "start-partition", "stop-partition"],
    ["pause", "pause", "resume"],
    ["kill", "kill", "restart"],
    ["skew", "skew", "skew"],
  ];
  for (const [kind, begin, end] of ends) {
    const schedule = take(20, faults(kind, names(5), new Random(2), 3));
    assert((schedule[0]?.time ?? 0) > 0);
    for (let i = 0; i < schedule.length; i += 2) {
      const [begun, ended] = [schedule[i]?.fault, schedule[i + 1]?.fault];
      assertEquals([begun?.f, ended?.f], [begin, end]);
      if (begun && "nodes" in begun && ended && "nodes" in ended) {
        assertEquals(begun.nodes, ended.nodes);
        assert(begun.nodes.length >= 1 && begun.nodes.length <= 2, "fewer than half of five");
      }
      if (ended && "skewMs" in ended) assertEquals(ended.skewMs, 0);
    }
  }
});

Deno.test("a one-way partition cuts no pair in both senses", () => {
  for (const { fault } of take(40, faults("one-way", names(5), new Random(4), 3))) {
    if (fault.f !== "start-partition") continue;
    for (const [node, sources] of fault.grudge) {
      for (const source of sources) assert(!fault.grudge.get(source)?.has(node));
    }
  }
});

Deno.test("a partial partition cuts links in both senses, some and not all", () => {
  const cutLinks = new Set<string>();
  for (const { fault } of take(40, faults("partial", names(5), new Random(4), 3))) {
    if (fault.f !== "start-partition") continue;
    const links = [...fault.grudge].flatMap(([node, sources]) =>
      [...sources].map((source) => `${node} ${source}`)
    );
    assertEquals(
      links.map((link) => link.split(" ").reverse().join(" ")).sort(),
      links.toSorted(),
    );
    assert(links.length < 20, "some of the ten links are left");
    for (const link of links) cutLinks.add(link);
  }
  assertEquals(cutLinks.size, 20, "each link is cut once in a while");
});

Deno.test("a further kind of fault does not move the strikes of the others", () => {
  const strikes = (kinds: string) => {
    const line = `-w echo --node-count 5 --nemesis ${kinds} --seed 1`;
    const { run } = parseTestOptions(line.split(" "), { simulated: true });
    assert(run.faults !== undefined);
    return take(40, run.faults(run.nodes, new Random(1)));
  };
  const pauses = (kinds: string) =>
    strikes(kinds).filter(({ fault: { f } }) => f === "pause" || f === "resume").slice(0, 10);
  const alone = pauses("pause");
  assertEquals(alone.length, 10);
  for (const kinds of ["pause,kill", "kill,pause", "partition,pause,skew"]) {
    assertEquals(pauses(kinds), alone, kinds);
  }
});

Deno.test("merged schedules come in order of time", () => {
  const random = new Random(5);
  const all = take(
    50,
    merged([faults("pause", names(3), random.split("a"), 1), faults("kill", names(3), random, 2)]),
  );
  const times = all.map(({ time }) => time);
  assertEquals(times, times.toSorted((a, b) => a - b));
  assertEquals(new Set(all.map(({ fault }) => fault.f)).size, 4);
});

Deno.test("the history names a partition's shape, and then who is cut off from whom", () => {
  const fault = { f: "start-partition", shape: "one", grudge: split(["n1", "n2"], 1) } as const;
  const [invoked, completed] = faultValues(fault);
  assertEquals(invoked, keyword("one"));
  assertEquals(printEdn(completed), '[:isolated {"n1" #{"n2"}, "n2" #{"n1"}}]');
  assertEquals(faultValues({ f: "stop-partition" }), [null, keyword("network-healed")]);
});

Deno.test("faults that are written down come in order of time, and to whom there is", () => {
  const look = (...faults: TimedFault[]) => [...checked(faults, (id) => id === "n0")];
  const kill = (time: number, ...nodes: string[]): TimedFault => ({
    time: time * SECOND,
    fault: { f: "kill", nodes },
  });
  const healed: TimedFault = { time: 2 * SECOND, fault: { f: "stop-partition" } };
  assertEquals(look(kill(1, "n0"), healed, healed).length, 3);
  const grudge = new Map([["n0", new Set(["n7"])]]);
  const refused: [TimedFault[], string][] = [
    [[healed, kill(1, "n0")], "the fault kill at 1 s must not come before 2 s"],
    [[kill(-1, "n0")], "the fault kill at -1 s must not come before 0 s"],
    [[kill(NaN, "n0")], "the fault kill at NaN s must not come before 0 s"],
    [[kill(1, "n0", "n9")], "the fault kill at 1 s: there is no n9"],
    [[{ time: 0, fault: { f: "start-partition", shape: "x", grudge } }], "there is no n7"],
    [[{ time: 0, fault: { f: "skew", node: "n8", skewMs: 1 } }], "there is no n8"],
  ];
  for (const [faults, why] of refused) assertThrows(() => look(...faults), RangeError, why);
});
