import { assert, assertEquals } from "@std/assert";
import { type Entry, Logs } from "./log.ts";

/** How many messages a poll returns. */
const MAX_POLLED = 2_000;

function filled(key: string, count: number): Logs {
  const logs = new Logs();
  for (let i = 0; i < count; i++) logs.append(key, i + 100);
  return logs;
}

Deno.test("offsets count each key's messages from 0", () => {
  const logs = new Logs();
  assertEquals([logs.append("a", 7), logs.append("b", 7), logs.append("a", 7)], [0, 0, 1]);
});

Deno.test("a poll returns the messages from its offset on, in order", () => {
  const logs = filled("a", 4);
  assertEquals(logs.poll({ a: 0 }), { a: [[0, 100], [1, 101], [2, 102], [3, 103]] });
  assertEquals(logs.poll({ a: 2 }), { a: [[2, 102], [3, 103]] });
});

Deno.test("a poll leaves out keys with nothing to return", () => {
  assertEquals(filled("a", 2).poll({ a: 2, b: 0 }), {});
  assertEquals(filled("a", 2).poll({}), {});
});

Deno.test("a poll from before the beginning starts at the beginning", () => {
  assertEquals(filled("a", 1).poll({ a: -5 }), { a: [[0, 100]] });
});

Deno.test("polls are bounded, and consecutive ones miss nothing", () => {
  const logs = filled("a", 3 * MAX_POLLED + 1);
  const seen: Entry[] = [];
  for (;;) {
    const { a: entries } = logs.poll({ a: seen.length });
    if (entries === undefined) break;
    assert(entries.length <= MAX_POLLED);
    seen.push(...entries);
  }
  assertEquals(seen, Array.from({ length: 3 * MAX_POLLED + 1 }, (_, i): Entry => [i, i + 100]));
});

Deno.test("a key with many messages does not starve the others", () => {
  const logs = filled("a", 2 * MAX_POLLED);
  logs.append("z", 1);
  const polled = logs.poll({ a: 0, z: 0 });
  assertEquals(polled.a?.length, MAX_POLLED / 2);
  assertEquals(polled.z, [[0, 1]]);
});

Deno.test("a poll of very many keys returns one message of each", () => {
  const logs = new Logs();
  const offsets: Record<string, number> = {};
  for (let key = 0; key < MAX_POLLED + 10; key++) {
    for (const msg of [1, 2]) logs.append(`${key}`, msg);
    offsets[key] = 0;
  }
  const polled = Object.values(logs.poll(offsets));
  assertEquals(polled.length, MAX_POLLED + 10);
  assert(polled.every((entries) => entries.length === 1));
});

Deno.test("committed offsets never go back, and keys without one are left out", () => {
  const logs = new Logs();
  logs.commit({ a: 4, b: 0 });
  logs.commit({ a: 3, b: 1 });
  assertEquals(logs.committed(["a", "b", "c"]), { a: 4, b: 1 });
  assertEquals(logs.committed([]), {});
});

Deno.test("a key may be any string", () => {
  const logs = new Logs();
  logs.append("__proto__", 1);
  logs.commit({ ["__proto__"]: 0 });
  const polled = logs.poll(JSON.parse('{"__proto__": 0, "constructor": 0}'));
  assertEquals(JSON.stringify(polled), '{"__proto__":[[0,1]]}');
  assertEquals(JSON.stringify(logs.committed(["__proto__"])), '{"__proto__":0}');
});

Deno.test("a poll's result does not change when messages are appended later", () => {
  const logs = filled("a", 1);
  const before = logs.poll({ a: 0 });
  logs.append("a", 9);
  assertEquals(before, { a: [[0, 100]] });
});

Deno.test("a snapshot holds messages and committed offsets, and shares nothing", () => {
  const logs = new Logs();
  logs.append("k", 7);
  logs.commit({ k: 1, other: 3 });
  const state = logs.snapshot();
  logs.append("k", 8);
  const restored = new Logs();
  restored.append("gone", 1);
  restored.restore(state);
  assertEquals(restored.poll({ k: 0, gone: 0 }), { k: [[0, 7]] });
  assertEquals(restored.committed(["k", "other"]), { k: 1, other: 3 });
  assertEquals(restored.append("k", 9), 1);
});
