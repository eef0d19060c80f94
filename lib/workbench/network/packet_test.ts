import { assertEquals } from "@std/assert";
import { Packet } from "./packet.ts";

Deno.test("a packet's type is that of its body, wherever in it that stands", () => {
  const bodies = [
    { type: "read", msg_id: 1 },
    { msg_id: 1, type: "read" },
    { value: { type: "inner" }, type: "outer" },
    { type: 'a "quoted" \\ type' },
    { type: 7 },
    {},
  ];
  for (const body of bodies) {
    const text = JSON.stringify({ src: "n0", dest: "n1", body });
    assertEquals(new Packet(0, "n0", "n1", text).type, String(body.type));
  }
});
