import { assert, assertEquals } from "@std/assert";
import { NS_PER_S } from "../../history/operations.ts";
import {
  any,
  type Context,
  each,
  eachThread,
  type Generator,
  once,
  sequence,
  stagger,
  timeLimit,
} from "./generator.ts";
import { Random } from "../random.ts";

const read = { f: "read", value: null } as const;
const at = (nowNs: number, free = [0, 1], threads = 2): Context => ({ nowNs, free, threads });

/** Takes what a generator has, as if every operation took no time; at most `max`. */
function drain(generator: Generator, { max = 1000, threads = 2 } = {}) {
  const taken: { timeNs: number; thread: number; f: string }[] = [];
  const free = Array.from({ length: threads }, (_, thread) => thread);
  for (let nowNs = 0; taken.length < max;) {
    const when = generator.when(at(nowNs, free, threads));
    if (typeof when !== "number") break;
    nowNs = Math.max(nowNs, when);
    const { thread, f } = generator.take(at(nowNs, free, threads));
    taken.push({ timeNs: nowNs, thread, f });
    free.push(...free.splice(0, 1)); // the next one's turn
  }
  return taken;
}

Deno.test("a rate is kept on average, with gaps up to twice the mean", () => {
  const times = drain(stagger(100, new Random(1), each(() => read)), { max: 2000 })
    .map(({ timeNs }) => timeNs);
  const gaps = times.slice(1).map((timeNs, i) => timeNs - (times[i] ?? 0));
  const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
  assert(Math.abs(mean - NS_PER_S / 100) < NS_PER_S / 2000, `mean gap ${mean} ns`);
  assert(Math.max(...gaps) <= 2 * NS_PER_S / 100);
  assertEquals(times[0], 0);
});

Deno.test("a schedule that fell behind slips: there is no burst", () => {
  const generator = stagger(10, new Random(1), each(() => read));
  generator.take(at(0));
  generator.take(at(5 * NS_PER_S));
  const next = generator.when(at(5 * NS_PER_S));
  assert(typeof next === "number" && next > 5 * NS_PER_S);
});

Deno.test("a rate of 0 means no operation", () => {
  assertEquals(stagger(0, new Random(1), each(() => read)).when(at(0)), "never");
});

Deno.test("a time limit counts from the first operation", () => {
  const generator = timeLimit(2 * NS_PER_S, each(() => read));
  assertEquals(generator.when(at(3 * NS_PER_S)), 3 * NS_PER_S);
  assertEquals(generator.when(at(4.9 * NS_PER_S)), 4.9 * NS_PER_S);
  assertEquals(generator.when(at(5 * NS_PER_S)), "never");
});

Deno.test("any has the earliest operation, of equals the one listed first", () => {
  const late = stagger(1, new Random(1), each(() => ({ ...read, f: "late" })));
  late.take(at(0));
  const both = any(late, each(() => ({ ...read, f: "soon" })));
  assertEquals(both.take(at(0)).f, "soon");
  const equals = any(each(() => ({ ...read, f: "a" })), each(() => ({ ...read, f: "b" })));
  assertEquals(equals.take(at(0)).f, "a");
});

Deno.test("each thread has its own generator, which waits while its thread is busy", () => {
  const generator = eachThread((thread) => once({ f: `f${thread}`, value: null }));
  assertEquals(generator.take(at(0, [1])).f, "f1");
  assertEquals(generator.when(at(0, [1])), "pending");
  assertEquals(generator.take(at(0, [1, 0])), { thread: 0, f: "f0", value: null });
  assertEquals(generator.when(at(0)), "never");
});

Deno.test("a sequence goes on where a generator has no more", () => {
  const generator = sequence(once({ ...read, f: "a" }), once({ ...read, f: "b" }));
  assertEquals(drain(generator).map(({ f }) => f), ["a", "b"]);
});

Deno.test("every combinator passes events on to its generators", () => {
  const seen: number[] = [];
  const inner: Generator = {
    ...each(() => read),
    observe: (_op, thread) => void seen.push(thread),
  };
  const op = { index: 0, time: 0, type: "ok", process: 4, f: "read", value: null } as const;
  const wrapped = timeLimit(1, stagger(1, new Random(1), any(sequence(inner), once(read))));
  wrapped.observe?.(op, 4);
  assertEquals(seen, [4]);
});
