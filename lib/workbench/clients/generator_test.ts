import { assert, assertEquals } from "@std/assert";
import { SECOND } from "../clock/clock.ts";
import {
  any,
  type Context,
  each,
  eachThread,
  type Generator,
  once,
  scripted,
  sequence,
  stagger,
  timeLimit,
} from "./generator.ts";
import { Random } from "../random.ts";

const read = { f: "read", value: null } as const;
const at = (now: number, free = [0, 1], threads = 2): Context => ({ now, free, threads });

/** Takes what a generator has, as if every operation took no time; at most `max`. */
function drain(generator: Generator, { max = 1000, threads = 2 } = {}) {
  const taken: { time: number; thread: number; f: string }[] = [];
  const free = Array.from({ length: threads }, (_, thread) => thread);
  for (let now = 0; taken.length < max;) {
    const when = generator.when(at(now, free, threads));
    if (typeof when !== "number") break;
    now = Math.max(now, when);
    const { thread, f } = generator.take(at(now, free, threads));
    taken.push({ time: now, thread, f });
    free.push(...free.splice(0, 1)); // the next one's turn
  }
  return taken;
}

Deno.test("a rate is kept on average, with gaps up to twice the mean", () => {
  const times = drain(stagger(100, new Random(1), each(() => read)), { max: 2000 })
    .map(({ time }) => time);
  const gaps = times.slice(1).map((time, i) => time - (times[i] ?? 0));
  const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
  assert(Math.abs(mean - SECOND / 100) < SECOND / 2000, `mean gap ${mean} ns`);
  assert(Math.max(...gaps) <= 2 * SECOND / 100);
  assertEquals(times[0], 0);
});

Deno.test("a schedule that fell behind slips: there is no burst", () => {
  const generator = stagger(10, new Random(1), each(() => read));
  generator.take(at(0));
  generator.take(at(5 * SECOND));
  const next = generator.when(at(5 * SECOND));
  assert(typeof next === "number" && next > 5 * SECOND);
});

Deno.test("a rate of nothing means no operation", () => {
  assertEquals(stagger(0, new Random(1), each(() => read)).when(at(0)), "never");
});

Deno.test("a time limit counts from the first operation", () => {
  const generator = timeLimit(2 * SECOND, each(() => read));
  assertEquals(generator.when(at(3 * SECOND)), 3 * SECOND);
  assertEquals(generator.when(at(4.9 * SECOND)), 4.9 * SECOND);
  assertEquals(generator.when(at(5 * SECOND)), "never");
});

Deno.test("any gives the soonest, the first named of equals", () => {
  const late = stagger(1, new Random(1), each(() => ({ ...read, f: "late" })));
  late.take(at(0));
  const both = any(late, each(() => ({ ...read, f: "soon" })));
  assertEquals(both.take(at(0)).f, "soon");
  const equals = any(each(() => ({ ...read, f: "a" })), each(() => ({ ...read, f: "b" })));
  assertEquals(equals.take(at(0)).f, "a");
});

Deno.test("each thread gets its own, and waits for it while it is busy", () => {
  const generator = eachThread((thread) => once({ f: `f${thread}`, value: null }));
  assertEquals(generator.take(at(0, [1])).f, "f1");
  assertEquals(generator.when(at(0, [1])), "pending");
  assertEquals(generator.take(at(0, [1, 0])), { thread: 0, f: "f0", value: null });
  assertEquals(generator.when(at(0)), "never");
});

Deno.test("a sequence goes on once what came before has nothing more", () => {
  const generator = sequence(once({ ...read, f: "a" }), once({ ...read, f: "b" }));
  assertEquals(drain(generator).map(({ f }) => f), ["a", "b"]);
});

Deno.test("generators are told of what happens through every combinator", () => {
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

Deno.test("a script keeps to its times and threads", () => {
  const plan = [
    { time: 20, thread: 1, ...read },
    { time: 10, thread: 0, f: "write", value: 1 },
  ];
  const generator = scripted(plan, each(() => read));
  assertEquals(generator.when(at(0)), 10);
  assertEquals(generator.take(at(10)), { thread: 0, f: "write", value: 1 });
  assertEquals(generator.when(at(12, [0])), "pending");
  assertEquals(generator.when(at(30, [1])), 30);
  assertEquals(generator.take(at(30, [1])), { thread: 1, f: "read", value: null });
  assertEquals(generator.when(at(40)), "never");
});
