import { assertThrows } from "@std/assert";
import { Packet, type PacketEvent } from "../../workbench/network/packet.ts";
import { watchForFloods } from "./flood.ts";

/** What happens to so many messages of some length. */
function happen(watch: ReturnType<typeof watchForFloods>, events: readonly PacketEvent[]) {
  return (count: number, text: string) => {
    const packet = new Packet(1, "n0", "n1", text, { type: "tell" });
    for (let i = 0; i < count; i++) for (const event of events) watch.message?.(0, event, packet);
  };
}

Deno.test("a run may send many messages, and not more", () => {
  const arrive = happen(watchForFloods(), ["send", "recv"]);
  arrive(300_000, "{}");
  assertThrows(() => arrive(1, "{}"), Error, "more than 300,000 messages, the last of them a tell");
});

Deno.test("long messages may pass, and not wait all at once", () => {
  const text = "long ".repeat(200_000);
  const watch = watchForFloods();
  happen(watch, ["send", "recv"])(500, text);
  happen(watch, ["send"])(100, text);
  assertThrows(() => happen(watch, ["send"])(1, text), Error, "characters are under way");
});

Deno.test("long messages pass one after the other, and not without end", () => {
  const arrive = happen(watchForFloods(), ["send", "recv"]);
  const text = "long ".repeat(2_000_000);
  arrive(100, text);
  assertThrows(() => arrive(1, text), Error, "messages of 1,010,000,000 characters");
});

Deno.test("what clients and services get is kept, and has a bound of its own", () => {
  const text = "long ".repeat(200_000);
  for (const dest of ["c3", "seq-kv"]) {
    const watch = watchForFloods();
    const packet = new Packet(1, "n0", dest, text, { type: "read_ok" });
    const arrive = () => {
      for (const event of ["send", "recv"] as const) watch.message?.(0, event, packet);
    };
    for (let i = 0; i < 200; i++) arrive();
    assertThrows(arrive, Error, `characters to clients and services, which keep them; to ${dest}`);
  }
});

Deno.test("long lines of logs end the run, and too many operations", () => {
  const watch = watchForFloods();
  const line = "x".repeat(1_000_000);
  for (let i = 0; i < 20; i++) watch.log?.("n0", line, 0);
  assertThrows(() => watch.log?.("n0", line, 0), Error, "more than 20,000,000 characters");
  const invoke = { index: 0, time: 0, type: "invoke", process: 1, f: "read", value: null } as const;
  for (let i = 0; i < 100_000; i++) watch.op?.(invoke);
  assertThrows(() => watch.op?.(invoke), Error, "more than 100,000 operations");
});

Deno.test("a flood of log lines ends the run, with the last line", () => {
  const watch = watchForFloods();
  for (let i = 1; i <= 100_000; i++) watch.log?.("n0", "again", 0);
  const next = () => watch.log?.("n2", "once more", 0);
  assertThrows(next, Error, "100,000 lines, the last of them of n2: once more");
});
