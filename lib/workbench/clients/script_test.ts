import { assertEquals } from "@std/assert";
import { type Context, each } from "./generator.ts";
import { scripted } from "./script.ts";

const read = { f: "read", value: null } as const;
const at = (nowNs: number, free = [0, 1]): Context => ({ nowNs, free, threads: 2 });

Deno.test("a script keeps to its times and threads", () => {
  const script = [
    { timeNs: 20, thread: 1, ...read },
    { timeNs: 10, thread: 0, f: "write", value: 1 },
  ];
  const generator = scripted(script, each(() => read));
  assertEquals(generator.when(at(0)), 10);
  assertEquals(generator.take(at(10)), { thread: 0, f: "write", value: 1 });
  assertEquals(generator.when(at(12, [0])), "pending");
  assertEquals(generator.when(at(30, [1])), 30);
  assertEquals(generator.take(at(30, [1])), { thread: 1, f: "read", value: null });
  assertEquals(generator.when(at(40)), "never");
});
