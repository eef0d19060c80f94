import { assert, assertEquals } from "@std/assert";
import { UniqueIds } from "../lib/mod.ts";
import { TestNode } from "../lib/testing/mod.ts";
import uniqueIds from "./2_unique_ids.ts";

async function generate(node: TestNode, count: number): Promise<unknown[]> {
  const replies = Array.from({ length: count }, () => node.ask(UniqueIds.generate, {}));
  return (await Promise.all(replies)).map(({ id }) => id);
}

Deno.test("ids are unique on one node, on three, and across incarnations of one node", async () => {
  const ids = ["n0", "n1", "n2"];
  const incarnations = [...ids, ...ids, "n0"].map((id) => new TestNode(uniqueIds, id, ids));
  const generated = await Promise.all(incarnations.map((node) => generate(node, 1000)));
  assertEquals(new Set(generated.flat()).size, 7000);
});

Deno.test("ids are strings, so a checker can sort them", async () => {
  const ids = await generate(new TestNode(uniqueIds), 20);
  assert(ids.every((id) => typeof id === "string"));
});

Deno.test("a node asks no other node for an id", async () => {
  const n0 = new TestNode(uniqueIds, "n0", ["n0", "n1", "n2"]);
  await generate(n0, 100);
  assertEquals(n0.sent, []);
});

Deno.test("randomness is drawn when a node starts, not when its script is loaded", async () => {
  const randomUUID = crypto.randomUUID;
  const uuids: ReturnType<typeof randomUUID>[] = ["0-0-0-0-1", "0-0-0-0-2"];
  crypto.randomUUID = () => uuids.shift() ?? "0-0-0-0-0";
  try {
    const first = new TestNode(uniqueIds);
    const second = new TestNode(uniqueIds);
    assertEquals(await generate(first, 2), ["0-0-0-0-1-0", "0-0-0-0-1-1"]);
    assertEquals(await generate(second, 1), ["0-0-0-0-2-0"]);
  } finally {
    crypto.randomUUID = randomUUID;
  }
});
