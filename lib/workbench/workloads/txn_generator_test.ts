import { assert, assertEquals } from "@std/assert";
import { Random } from "../random.ts";
import { generateTransactions, type MicroOp } from "./txn_generator.ts";

const DEFAULTS = { keyCount: 10, maxTxnLength: 4, maxWritesPerKey: 16 };

function draw(count: number, options = DEFAULTS, seed = 1): MicroOp[][] {
  const next = generateTransactions(options, new Random(seed));
  return Array.from({ length: count }, next);
}

Deno.test("lengths are uniform from 1 to the maximum", () => {
  const lengths = Map.groupBy(draw(8_000), ({ length }) => length);
  assertEquals([...lengths.keys()].sort(), [1, 2, 3, 4]);
  for (const [length, txns] of lengths) {
    assert(Math.abs(txns.length - 2_000) < 200, `${txns.length} of length ${length}`);
  }
});

Deno.test("half of the micro-operations are writes, and reads carry no value", () => {
  const ops = draw(4_000, { ...DEFAULTS, maxWritesPerKey: 1_000_000 }).flat();
  const writes = ops.filter(({ f }) => f === "write");
  assert(Math.abs(writes.length / ops.length - 0.5) < 0.02, `${writes.length} of ${ops.length}`);
  assert(ops.every(({ f, value }) => (f === "read") === (value === null)));
});

Deno.test("a place of the pool is twice as likely as the one before", () => {
  const ops = draw(40_000, { keyCount: 4, maxTxnLength: 1, maxWritesPerKey: 1_000_000 }).flat();
  for (let key = 0; key < 4; key++) {
    const share = ops.filter((op) => op.key === key).length / ops.length;
    assert(Math.abs(share - 2 ** key / 15) < 0.01, `key ${key} has ${share}`);
  }
});

Deno.test("the writes of a key are 1, 2, 3, … up to the maximum", () => {
  const written = new Map<number, number[]>();
  for (const { f, key, value } of draw(5_000).flat()) {
    if (f === "write") written.set(key, [...written.get(key) ?? [], Number(value)]);
  }
  const full = Array.from({ length: 16 }, (_, i) => i + 1);
  for (const values of written.values()) assertEquals(values, full.slice(0, values.length));
  assert([...written.values()].filter(({ length }) => length === 16).length > 100);
});

Deno.test("never more keys are in use than the pool has places, and new keys leave no gap", () => {
  const ops = draw(2_000, { keyCount: 3, maxTxnLength: 1, maxWritesPerKey: 2 }).flat();
  const first = new Map<number, number>();
  const last = new Map<number, number>();
  for (const [i, { key }] of ops.entries()) {
    if (!first.has(key)) first.set(key, i);
    last.set(key, i);
  }
  for (let i = 0; i < ops.length; i++) {
    const inUse = [...first].filter(([key, from]) => from <= i && i <= (last.get(key) ?? -1));
    assert(inUse.length <= 3, `${inUse.length} keys at ${i}`);
  }
  const keys = [...first.keys()].sort((a, b) => a - b).slice(0, -3);
  assertEquals(keys, keys.map((_, i) => i));
  assert(keys.length > 300, `only ${keys.length} keys`);
});

Deno.test("a busy key retires soon after its last write, and old keys stay in use", () => {
  const ops = draw(20_000, { keyCount: 10, maxTxnLength: 1, maxWritesPerKey: 16 }).flat();
  const runs = Map.groupBy(ops, ({ key }) => key);
  const busiest = [...runs.values()].map(({ length }) => length).sort((a, b) => b - a);
  assert((busiest[0] ?? 0) < 100, `${busiest[0]} operations on one key`);
  const late = new Set(ops.slice(10_000).map(({ key }) => key));
  assert(late.has(0) || late.has(1), "the first places are still those of the beginning");
});

Deno.test("one key, one micro-operation: the pool is as small as the options say", () => {
  const ops = draw(100, { keyCount: 1, maxTxnLength: 1, maxWritesPerKey: 3 }).flat();
  let newest = 0;
  for (const { key } of ops) {
    assert(key === newest || key === newest + 1, `${key} after ${newest}`);
    newest = key;
  }
});

Deno.test("the same seed gives the same transactions", () => {
  assertEquals(draw(100), draw(100));
  assert(JSON.stringify(draw(100)) !== JSON.stringify(draw(100, DEFAULTS, 2)));
});
