import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import * as std from "@std/async";
import * as standIn from "./async/mod.ts";

type Async = typeof standIn;

/** A test of the stand-in, and of `@std/async`, which is the real package where JSR answers. */
function test(name: string, run: (async: Async) => Promise<void> | void): void {
  Deno.test(`stand-in: ${name}`, () => run(standIn));
  Deno.test(`@std/async: ${name}`, () => run(std));
}

const never = () => new Promise<never>(() => {});
const interrupted = new Error("interrupted");

test("delay ends when its time has come, or its signal says so", async ({ delay }) => {
  let ended = false;
  const waiting = delay(1).then(() => ended = true);
  assertEquals(ended, false);
  await waiting;
  await delay(-1);
  await delay(NaN);
  const controller = new AbortController();
  const aborted = delay(2 ** 40, { signal: controller.signal });
  controller.abort(interrupted);
  assertEquals(await assertRejects(() => aborted), interrupted);
  assertEquals(await assertRejects(() => delay(1, { signal: controller.signal })), interrupted);
});

test("deadline passes an outcome on, or gives up", async ({ deadline }) => {
  assertEquals(await deadline(Promise.resolve(1), 60_000), 1);
  await assertRejects(() => deadline(Promise.reject(interrupted), 60_000), Error, "interrupted");
  const error = await assertRejects(() => deadline(never(), 1), DOMException);
  assertEquals(error.name, "TimeoutError");
  const signal = AbortSignal.abort(interrupted);
  assertEquals(await assertRejects(() => deadline(never(), 60_000, { signal })), interrupted);
});

test("pooledMap keeps the order, and the limit", async ({ pooledMap }) => {
  let active = 0;
  let most = 0;
  const results = pooledMap(2, [3, 1, 2], async (n) => {
    most = Math.max(most, ++active);
    for (let turn = 0; turn < n * 5; turn++) await Promise.resolve();
    active--;
    return n * 10;
  });
  assertEquals(await Array.fromAsync(results), [30, 10, 20]);
  assertEquals(most, 2);
  assertThrows(() => pooledMap(0, [], () => Promise.resolve()), RangeError, "'poolLimit'");
});

test("pooledMap starts nothing after a failure, and reports them all", async ({ pooledMap }) => {
  const started: number[] = [];
  const got: number[] = [];
  const gate = Promise.withResolvers<void>();
  const results = pooledMap(2, [0, 1, 2, 3, 4], async (n) => {
    started.push(n);
    if (n === 1) await gate.promise;
    if (n === 2) gate.resolve();
    if (n === 1 || n === 2) throw new Error(`failed at ${n}`);
    return n;
  });
  const error = await assertRejects(async () => {
    for await (const result of results) got.push(result);
  }, AggregateError);
  assertEquals(started, [0, 1, 2]);
  assertEquals(got, [0]);
  assertEquals(error.errors.map(String).sort(), ["Error: failed at 1", "Error: failed at 2"]);
});

test("retry tries until it succeeds, or has tried often enough", async ({ retry, RetryError }) => {
  let attempts = 0;
  const succeedAt = (n: number) => () => {
    if (++attempts < n) throw new Error(`attempt ${attempts}`);
    return "done";
  };
  const options = { minTimeout: 0, maxTimeout: 1, maxAttempts: 3 };
  assertEquals(await retry(succeedAt(3), options), "done");
  assertEquals(attempts, 3);
  attempts = 0;
  const error = await assertRejects(() => retry(succeedAt(9), options), RetryError, "(3)");
  assertEquals(String(error.cause), "Error: attempt 3");
  attempts = 0;
  const isRetriable = () => false;
  await assertRejects(() => retry(succeedAt(9), { ...options, isRetriable }), Error, "attempt 1");
  const signal = AbortSignal.abort(interrupted);
  assertEquals(await assertRejects(() => retry(succeedAt(1), { signal })), interrupted);
});

test("retry refuses figures that make no sense", async ({ retry }) => {
  const wrong = [
    { maxAttempts: 0 },
    { multiplier: 0.5 },
    { maxTimeout: 0 },
    { minTimeout: -1 },
    { jitter: 2 },
    { minTimeout: 2, maxTimeout: 1 },
  ];
  for (const options of wrong) {
    const name = Object.keys(options)[0] ?? "";
    await assertRejects(() => retry(() => 1, options), RangeError, `'${name}' must be`);
  }
});

test("debounce makes one call of many, with the last arguments", ({ debounce }) => {
  const calls: number[] = [];
  const debounced = debounce((n: number) => void calls.push(n), 60_000);
  debounced(1);
  debounced(2);
  assert(debounced.pending);
  debounced.flush();
  assertEquals([calls, debounced.pending], [[2], false]);
  debounced(3);
  debounced.clear();
  debounced.flush();
  assertEquals(calls, [2]);
  assertThrows(() => debounce(() => {}, -1), RangeError, "'wait'");
});
