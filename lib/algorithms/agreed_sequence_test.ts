import { assert, assertEquals, assertRejects } from "@std/assert";
import { RpcError } from "../message.ts";
import type { Node } from "../node.ts";
import { array, integer, json, rpc, string, tuple } from "../rpc.ts";
import { KvService } from "../workloads.ts";
import { scenario } from "../testing/mod.ts";
import { AgreedSequence } from "./agreed_sequence.ts";

type Entry = [name: string, value: number];

const append = rpc("append", { value: integer }, { place: integer });
const applied = rpc("applied", {}, { values: array(integer) });
const spoil = rpc("spoil", { key: integer, value: json }, {});

function program(node: Node): void {
  const values: number[] = [];
  const entries = new AgreedSequence(
    node,
    tuple<Entry>(string, integer),
    ([_name, value]) => values.push(value) - 1,
  );

  node.on(append, async ({ value }) => {
    return { type: "append_ok", place: await entries.append((name) => [name, value]) };
  });

  node.on(applied, async () => {
    await entries.catchUp();
    return { type: "applied_ok", values };
  });

  node.on(spoil, async ({ key, value }) => {
    await node.rpc("lin-kv", KvService.write, { key, value });
    return { type: "spoil_ok" };
  });
}

Deno.test("nodes that append at once get places of their own and apply the same sequence", () =>
  scenario(program, { nodes: 3, latencyMs: 5 }, async (world) => {
    const ask = async (node: string, value: number) =>
      (await world.ask(node, append, { value })).place;
    const places = await Promise.all(world.nodes.map((node, value) => ask(node, value)));
    assertEquals(places.toSorted(), [0, 1, 2]);
    const expected = [0, 1, 2].map((place) => places.indexOf(place));
    for (const node of world.nodes) {
      assertEquals((await world.ask(node, applied, {})).values, expected);
    }
  }));

Deno.test("an append whose answers are lost is repeated until it has its one place", () =>
  scenario(program, { nodes: 2, latencyMs: 5 }, async (world) => {
    world.cut({ from: "lin-kv", to: "n0" });
    const first = world.ask("n0", append, { value: 7 });
    await world.pass(100);
    assertEquals((await world.ask("n1", append, { value: 8 })).place, 1);
    await world.pass(2_000);
    world.heal();
    assertEquals((await first).place, 0);
    assertEquals((await world.ask("n0", applied, {})).values, [7, 8]);
  }));

Deno.test("an append fails, and does not retry for ever, where the store holds no entry", () =>
  scenario(program, { nodes: 1 }, async (world) => {
    await world.ask("n0", spoil, { key: 0, value: "no entry" });
    const before = world.serverMessages;
    const error = await assertRejects(() => world.ask("n0", append, { value: 1 }), RpcError);
    assertEquals(error.code, 13);
    assert(error.message.includes('"0" must be a list'), error.message);
    assertEquals(world.serverMessages - before, 4, "one compare-and-set and one read");
  }));
