import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { Edn } from "../../history/edn.ts";
import { NS_PER_MS, type Op, type OpPair, pairs } from "../../history/operations.ts";
import { UNKNOWN } from "../checker.ts";
import { transcript } from "../history_fixture.ts";
import { findLinearization, findMinimalWitness, judgeDistinctValues, type Model } from "./mod.ts";
import { casOf, casRegister } from "./register.ts";

// Histories of a register.

/** An operation that takes effect at some moment between its invocation and its completion. */
interface Deed {
  readonly f: "read" | "write" | "cas";
  readonly value: number;
  readonly to: number;
  readonly before: number;
  readonly after: number;
  readonly outcome: "ok" | "lost reply" | "lost request";
}

/** Executes deeds on a register: they take effect in their order, each in its interval. */
function execution(deeds: readonly Deed[]): Op[] {
  const events: { at: number; op: Omit<Op, "index" | "time"> }[] = [];
  let register: Edn = null;
  for (const [process, { f, value, to, before, after, outcome }] of deeds.entries()) {
    const asked = f === "read" ? null : f === "write" ? value : [value, to];
    let answer: Edn = asked;
    let type: Op["type"] = outcome === "ok" ? "ok" : "info";
    if (outcome !== "lost request") {
      if (f === "read" && outcome === "ok") answer = register;
      if (f === "write") register = value;
      if (f === "cas" && register === value) register = to;
      else if (f === "cas" && outcome === "ok") type = "fail";
    }
    const moment = 10 * process;
    events.push({ at: moment - before, op: { type: "invoke", process, f, value: asked } });
    events.push({ at: moment + after, op: { type, process, f, value: answer } });
  }
  return events
    .sort((a, b) => a.at - b.at)
    .map(({ at, op }, index) => ({ index, time: NS_PER_MS * (100 + at), ...op }));
}

const deed: fc.Arbitrary<Deed> = fc.record({
  f: fc.constantFrom("read", "write", "cas"),
  value: fc.nat(2),
  to: fc.nat(2),
  before: fc.integer({ min: 1, max: 39 }),
  after: fc.integer({ min: 1, max: 39 }),
  outcome: fc.constantFrom("ok", "ok", "ok", "lost reply", "lost request"),
});

/** Deeds most of which overlap, many without a reply: there are many ways to explain them. */
const tangled: fc.Arbitrary<Deed> = fc.record({
  f: fc.constantFrom("read", "read", "write", "cas"),
  value: fc.nat(2),
  to: fc.nat(2),
  before: fc.integer({ min: 1, max: 59 }),
  after: fc.integer({ min: 1, max: 59 }),
  outcome: fc.constantFrom("ok", "ok", "lost reply", "lost request"),
});

/** A few deeds; some reads may return a wrong value. */
const doubtful = fc.tuple(
  fc.oneof(fc.array(deed, { maxLength: 8 }), fc.array(tangled, { minLength: 8, maxLength: 14 })),
  fc.array(fc.option(fc.nat(2), { freq: 3 }), { minLength: 14, maxLength: 14 }),
).map(([deeds, lies]) =>
  execution(deeds).map((op): Op => {
    const lie = typeof op.process === "number" ? lies[op.process] ?? null : null;
    return op.f === "read" && op.type === "ok" && lie !== null ? { ...op, value: lie } : op;
  })
);

// The definition by brute force.

/** Whether some order explains operations: tries all; `failed` remembers dead ends. */
function isExplicable(
  calls: readonly OpPair[],
  state: Edn,
  failed = new Set<string>(),
): boolean {
  const end = ({ completion }: OpPair) => completion?.type === "ok" ? completion.index : Infinity;
  const firstEnd = Math.min(...calls.map(end));
  if (firstEnd === Infinity) return true;
  const key = `${state}: ${calls.map(({ invocation }) => invocation.index)}`;
  if (failed.has(key)) return false;
  failed.add(key);
  return calls.some((call) => {
    if (call.invocation.index > firstEnd) return false;
    const op = end(call) < Infinity ? call.completion : call.invocation;
    const after = op && casRegister.step(state, op);
    if (after === undefined) return false;
    return isExplicable(calls.filter((other) => other !== call), after, failed);
  });
}

function callsUntil(history: readonly Op[], last: number): OpPair[] {
  return pairs(history.slice(0, last + 1)).filter(({ completion }) => completion?.type !== "fail");
}

/** The first completion that no order of the operations until then explains. */
function firstUnexplained(history: readonly Op[]): Op | undefined {
  const failed = new Set(
    pairs(history).filter(({ completion }) => completion?.type === "fail")
      .map(({ invocation }) => invocation),
  );
  return history.find((op, index) =>
    op.type === "ok" &&
    !isExplicable(callsUntil(history, index).filter((c) => !failed.has(c.invocation)), null)
  );
}

/** Deeds of which no two write the same value, but for a few; some reads may return a wrong one. */
const distinct = fc.tuple(
  fc.array(fc.record({ deed: tangled, offset: fc.integer({ min: -4, max: 0 }) }), {
    maxLength: 12,
  }),
  fc.array(fc.option(fc.nat(9), { freq: 3 }), { minLength: 12, maxLength: 12 }),
  fc.nat(9),
).map(([deeds, lies, twice]) => {
  const unique = deeds.map(({ deed, offset }, i): Deed => {
    const fresh = i === twice ? i - 1 : i;
    return deed.f === "cas"
      ? { ...deed, value: Math.max(0, i + offset), to: fresh }
      : { ...deed, value: fresh };
  });
  return execution(unique).map((op): Op => {
    const lie = typeof op.process === "number" ? lies[op.process] ?? null : null;
    return op.f === "read" && op.type === "ok" && lie !== null ? { ...op, value: lie } : op;
  });
});

const PLAIN: Model<Edn> = {
  initial: casRegister.initial,
  step: casRegister.step,
  identify: casRegister.identify,
};

Deno.test("an execution of a register is linearizable, however its operations overlap", () => {
  fc.assert(
    fc.property(fc.array(deed, { maxLength: 60 }), (deeds) => {
      assertEquals(findLinearization(execution(deeds), casRegister).verdict, true);
    }),
    { numRuns: 300, seed: 1 },
  );
});

Deno.test("the verdict and the first unexplained completion equal those of brute force", () => {
  const verdicts = new Set<boolean>();
  fc.assert(
    fc.property(doubtful, (history) => {
      const expected = firstUnexplained(history);
      for (const model of [casRegister, PLAIN]) {
        const found = findLinearization(history, model);
        assertEquals(found.verdict, expected === undefined);
        assertEquals(found.verdict === false ? found.op : undefined, expected);
      }
      verdicts.add(expected === undefined);
    }),
    { numRuns: 2500, seed: 5 },
  );
  assertEquals(verdicts.size, 2, "some histories must be linearizable, some not");
});

Deno.test("where values are distinct, judging them equals brute force", () => {
  const counts = { true: 0, false: 0, undecided: 0 };
  fc.assert(
    fc.property(distinct, (history) => {
      const expected = firstUnexplained(history);
      const judged = judgeDistinctValues(history);
      if (judged === undefined) return void counts.undecided++;
      assertEquals(judged.verdict, expected === undefined);
      assertEquals(judged.verdict ? undefined : judged.op, expected);
      counts[`${judged.verdict}`]++;
      if (judged.verdict) assertExplains(judged.order, history);
    }),
    { numRuns: 4000, seed: 7 },
  );
  assert(Object.values(counts).every((count) => count > 30), JSON.stringify(counts));
});

Deno.test("the order found explains the history: each operation is possible and lies in its interval", () => {
  fc.assert(
    fc.property(doubtful, (history) => {
      const found = findLinearization(history, casRegister);
      if (found.verdict === true) assertExplains(found.order, history);
    }),
    { numRuns: 500, seed: 3 },
  );
});

/** Asserts that each operation is possible and lies in its interval. */
function assertExplains(ops: readonly Op[], history: readonly Op[]): void {
  let state: Edn | undefined = null;
  for (const op of ops) {
    assert(state !== undefined);
    state = casRegister.step(state, op);
  }
  assert(state !== undefined);
  const definite = history.filter(({ type }) => type === "ok");
  assertEquals(ops.filter(({ type }) => type === "ok").toSorted(byIndex), definite);
  const began = new Map(
    pairs(history).map((c) => [c.completion ?? c.invocation, c.invocation]),
  );
  for (const [i, op] of ops.entries()) {
    const { index } = began.get(op) ?? op;
    assert(ops.slice(i + 1).every((later) => later.type !== "ok" || later.index > index));
  }
}

function byIndex(a: Op, b: Op): number {
  return a.index - b.index;
}

Deno.test("a minimal witness has no explanation, whatever state it begins in", () => {
  let invalid = 0;
  fc.assert(
    fc.property(doubtful, (history) => {
      const found = findLinearization(history, casRegister);
      if (found.verdict !== false) return;
      invalid++;
      const { calls, isFromStart } = findMinimalWitness(history, casRegister, found.op);
      assert(calls.some(({ completion }) => completion === found.op));
      const start = isFromStart ? 0 : Math.min(...calls.map(({ invocation }) => invocation.index));
      const optional = pairs(history).filter((call) =>
        call.invocation.index < found.op.index && call.completion?.type !== "fail" &&
        (call.completion?.index ?? Infinity) > start &&
        !calls.some(({ invocation }) => invocation === call.invocation)
      ).map(({ invocation }) => ({ invocation }));
      for (const state of isFromStart ? [null] : reachable(history, found.op.index)) {
        assert(!isExplicable([...calls, ...optional], state));
      }
    }),
    { numRuns: 1000, seed: 4 },
  );
  assert(invalid > 50);
});

/** The values that a register may hold by some time. */
function reachable(history: readonly Op[], end: number): Set<Edn> {
  const states = new Set<Edn>([null]);
  for (const state of states) {
    for (const { invocation, completion } of pairs(history)) {
      const after = casRegister.step(state, completion ?? invocation);
      if (completion?.type === "fail" || invocation.index > end) continue;
      if (after !== undefined) states.add(after);
    }
  }
  return states;
}

// By example.

Deno.test("a read sees every write that completed before it began, and may see a concurrent one", () => {
  const overlapping = (invoked: number) =>
    findLinearization(
      transcript(`
      0 0 invoke write 1
      1 0 ok     write 1
      ${invoked < 3 ? "2 1 invoke read" : ""}
      2 0 invoke write 2
      3 0 ok     write 2
      ${invoked < 3 ? "" : "4 1 invoke read"}
      5 1 ok     read 1`.replaceAll(/\n\s*\n/g, "\n")),
      casRegister,
    ).verdict;
  assertEquals(overlapping(2), true);
  assertEquals(overlapping(4), false);
});

Deno.test("a write without a reply may take effect late, or never, but not twice", () => {
  const reads = (...values: number[]) =>
    findLinearization(
      transcript(`
      0 0 invoke write 7
      1 0 info   write 7
      2 1 invoke write 1
      3 1 ok     write 1
      ${values.map((value) => `4 1 invoke read\n4 1 ok read ${value}`).join("\n")}
      5 1 invoke write 2
      6 1 ok     write 2
      7 1 invoke read
      8 1 ok     read 7`),
      casRegister,
    );
  assertEquals(reads(1).verdict, true);
  const twice = reads(7);
  assert(twice.verdict === false);
  assertEquals(twice.op.time, 8 * NS_PER_MS);
  assertEquals(twice.configurations.map(({ state }) => state), [2]);
});

Deno.test("the first unexplained completion is found even where every path seems to end sooner", () => {
  // Either the first read or the second uses up the late write, but only the first lets the search
  // get further.
  const history = transcript(`
    0 0 invoke read
    1 1 invoke write 1
    2 2 invoke write 0
    3 0 ok     read 0
    4 1 ok     write 1
    5 2 info   write 0
    6 3 invoke read
    7 4 invoke read
    8 3 ok     read 0
    9 4 ok     read 1
    10 3 invoke read
    11 3 ok     read 0`);
  const found = findLinearization(history, casRegister);
  assert(found.verdict === false);
  assertEquals(found.op.index, 9);
});

Deno.test("of two late operations with one effect, the search uses the weaker one first", () => {
  const history = transcript(`
    0 0 invoke cas [1 3]
    1 0 info   cas [1 3]
    2 1 invoke write 3
    3 1 info   write 3
    4 2 invoke write 1
    5 2 ok     write 1
    6 2 invoke read
    7 2 ok     read 3
    8 2 invoke write 2
    9 2 ok     write 2
    10 2 invoke read
    11 2 ok     read 3`);
  assertEquals(findLinearization(history, casRegister).verdict, true);
});

Deno.test("a read of nil is possible in any state", () => {
  const history = transcript(`
    0 0 invoke write 1
    1 0 ok     write 1
    2 0 invoke read
    3 0 ok     read nil`);
  assertEquals(findLinearization(history, casRegister).verdict, true);
});

Deno.test("a search that exceeds its bound says so", () => {
  const deeds = Array.from({ length: 12 }, (_, i): Deed => ({
    f: i % 2 === 0 ? "write" : "read",
    value: i,
    to: 0,
    before: 35,
    after: 35,
    outcome: "ok",
  }));
  const found = findLinearization(execution(deeds), casRegister, { maxConfigurations: 3 });
  assertEquals(found, {
    verdict: UNKNOWN,
    cause: "the search gave up after 3 configurations; " +
      "it explained the first 0 of 12 completions",
  });
});

Deno.test("the search works for any model, such as a queue", () => {
  const queue: Model<readonly Edn[]> = {
    initial: [],
    step: (items, { f, value }) => {
      if (f === "enqueue") return [...items, value];
      return items[0] === value ? items.slice(1) : undefined;
    },
    identify: (items) => items.join(),
  };
  const dequeued = (first: number, second: number) =>
    findLinearization(
      transcript(`
      0 0 invoke enqueue 1
      1 0 ok     enqueue 1
      2 0 invoke enqueue 2
      3 0 ok     enqueue 2
      4 0 invoke dequeue
      5 0 ok     dequeue ${first}
      6 0 invoke dequeue
      7 0 ok     dequeue ${second}`),
      queue,
    ).verdict;
  assertEquals(dequeued(1, 2), true);
  assertEquals(dequeued(2, 1), false);
});

interface Load {
  readonly count: number;
  /** How long an operation takes: they begin ten units apart. */
  readonly duration: number;
  readonly values: number;
  /** One in how many operations has no definite outcome. */
  readonly oneIn: number;
}

/** Operations by busy clients. */
function longHistory({ count, duration, values, oneIn }: Load, seed: number): Op[] {
  const busy: fc.Arbitrary<Deed> = fc.record({
    f: fc.constantFrom("read", "read", "write", "cas"),
    value: fc.nat(values - 1),
    to: fc.nat(values - 1),
    before: fc.integer({ min: 1, max: duration / 2 }),
    after: fc.integer({ min: 1, max: duration / 2 }),
    outcome: fc.integer({ min: 0, max: 2 * oneIn - 1 }).map((n) =>
      n === 0 ? "lost reply" : n === 1 ? "lost request" : "ok"
    ),
  });
  const deeds = fc.noBias(fc.array(busy, { minLength: count, maxLength: count }));
  return execution(fc.sample(deeds, { seed, numRuns: 1 })[0] ?? []);
}

Deno.test("five thousand operations, one in twenty of them indefinite, are decided", () => {
  const history = longHistory({ count: 5000, duration: 160, values: 5, oneIn: 20 }, 5);
  assertEquals(findLinearization(history, casRegister).verdict, true);
  const last = history.findLastIndex(({ f, type, value }) =>
    f === "read" && type === "ok" && value !== null
  );
  const lie = history.map((op, index) => index === last ? { ...op, value: 99 } : op);
  const found = findLinearization(lie, casRegister);
  assert(found.verdict === false);
  assertEquals(found.op.index, last);
  const { calls } = findMinimalWitness(lie, casRegister, found.op);
  assertEquals(calls.map(({ completion }) => completion?.index), [last]);
});

Deno.test("a search tries few configurations, though one in five operations is indefinite", () => {
  for (const count of [1000, 2000, 4000]) {
    const history = longHistory({ count, duration: 120, values: 20, oneIn: 5 }, 1);
    const found = findLinearization(history, casRegister, { maxConfigurations: 10 * count });
    assertEquals(found.verdict, true);
  }
});

Deno.test("a search stops when its time is up, and says how far it got", () => {
  const history = longHistory({ count: 1000, duration: 120, values: 20, oneIn: 5 }, 1);
  let looks = 0;
  const found = findLinearization(history, casRegister, { isOver: () => ++looks > 10 });
  assert("cause" in found);
  const [, configurations, explained, all] =
    /^the search ran out of time after (\S+) configurations; it explained the first (\d+) of (\d+) completions$/
      .exec(found.cause) ?? [];
  assertEquals(configurations, "640");
  assert(0 < Number(explained) && Number(explained) < Number(all), found.cause);
});

Deno.test("fifty clients on one register are judged by its values, if these are distinct", () => {
  const deeds = Array.from({ length: 3000 }, (_, i): Deed => ({
    f: i % 3 === 0 ? "write" : "read",
    value: i,
    to: 0,
    before: 1 + i * 7919 % 250,
    after: 1 + i * 104729 % 250,
    outcome: i % 5 === 0 ? (i % 2 === 0 ? "lost reply" : "lost request") : "ok",
  }));
  const history = execution(deeds);
  assertEquals(judgeDistinctValues(history)?.verdict, true);
  const last = history.findLast(({ f, type }) => f === "read" && type === "ok");
  const lie = history.map((op) => op === last ? { ...op, value: 0 } : op);
  const judged = judgeDistinctValues(lie);
  assert(judged?.verdict === false);
  assertEquals(judged.op.index, last?.index);
  const { calls } = findMinimalWitness(
    lie,
    casRegister,
    judged.op,
    (part) => judgeDistinctValues(part)?.verdict,
  );
  assertEquals(calls.length, 3);
});

Deno.test("a cas takes a pair", () => {
  assertEquals(casOf([1, 2]), [1, 2]);
  let message = "";
  try {
    casOf(3);
  } catch (error) {
    message = String(error);
  }
  assertEquals(message, "TypeError: a cas takes [from to], got 3");
});
