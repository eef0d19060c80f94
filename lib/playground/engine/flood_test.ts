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
