import { assertEquals, assertRejects } from "@std/assert";
import { initFrom, Piped, programsByHand, servedNode } from "./programs.ts";

const encoder = new TextEncoder();
const echo = encoder.encode(
  '{"id":1,"src":"c1","dest":"n0","body":{"echo":"hé 🌍","type":"echo","msg_id":7}}\n',
);

Deno.test("every program that is measured solves challenge 1", async () => {
  for (const program of [servedNode, ...await programsByHand()]) {
    await using piped = new Piped(program);
    const body = { type: "echo_ok", echo: "hé 🌍", in_reply_to: 7 };
    assertEquals((await piped.exchange(initFrom("c0"), 1)).body.type, "init_ok");
    assertEquals(await piped.exchange(echo, 1), { src: "n0", dest: "c1", body }, program.name);
    await program.remove?.();
  }
});

Deno.test("a program that ends early is reported by name", async () => {
  await using piped = new Piped({ name: "nothing", command: Deno.execPath(), args: ["eval", ""] });
  await assertRejects(
    () => piped.exchange(initFrom("c0"), 1),
    Error,
    "nothing ended after 0",
  );
});
