import { assertEquals } from "@std/assert";
import { Echo, type Json } from "../lib/mod.ts";
import { TestNode } from "../lib/testing/mod.ts";
import echo from "./1_echo.ts";

Deno.test("echo replies with what it was sent, whatever that is", async () => {
  const n0 = new TestNode(echo);
  const things: Json[] = ["Please echo 35", "", "hé 🌍", 0, null, false, [], { deep: [{ a: 1 }] }];
  for (const thing of things) assertEquals((await n0.ask(Echo.echo, { echo: thing })).echo, thing);
  assertEquals([n0.sent, n0.logged], [[], []]);
});
