import { assertEquals, assertRejects } from "@std/assert";
import { integer, type Node, rpc, RpcError, string } from "../../mod.ts";
import { scenario, type World } from "../../testing/mod.ts";
import { Replicated } from "./replicated.ts";

const Add = rpc("add", { delta: integer }, { sum: integer });
const Sum = rpc("sum", {}, { sum: integer });
/** What a node holds by itself. */
const Own = rpc("own", {}, { sum: integer });

/** A counter whose increments must each take effect once; without pauses between rounds. */
function counter(node: Node): void {
  let sum = 0;
  const replicated = new Replicated<number, number, number>(node, {
    name: "sum",
    command: integer,
    result: integer,
    state: integer,
    apply: (delta) => sum += delta,
    snapshot: () => sum,
    restore: (state) => sum = state,
  }, { roundMs: 0, keptEntries: 10 });

  node.on(Add, async ({ delta }) => ({ type: "add_ok", sum: await replicated.execute(delta) }));
  node.on(Sum, async () => {
    await replicated.barrier();
    return { type: "sum_ok", sum };
  });
  node.on(Own, () => ({ type: "own_ok", sum }));
}

const add = async (world: World, node: string, delta: number) =>
  (await world.ask(node, Add, { delta })).sum;

Deno.test("a command takes effect once, and its result is its own, whatever is lost or repeated", () =>
  scenario(counter, { nodes: 3, loss: 0.2, duplication: 0.2, latencyMs: 2 }, async (world) => {
    const sums: number[] = [];
    for (let i = 0; i < 60; i++) sums.push(await add(world, `n${i % 3}`, 1));
    assertEquals(sums, Array.from({ length: 60 }, (_, i) => i + 1));
  }));

Deno.test("commands that a leader takes with it are repeated to the next", () =>
  scenario(counter, { nodes: 3, latencyMs: 50 }, async (world) => {
    await add(world, "n0", 1);
    const leader = world.sightings.findLast(({ type, dest }) => type === "raft" && dest === "n0")
      ?.src ?? "n1";
    const [node = ""] = world.nodes.filter((one) => one !== leader);
    const asked = [1, 2, 3].map(() => add(world, node, 1));
    await world.pass(80); // they have reached the leader
    world.kill(leader);
    assertEquals(await Promise.all(asked), [2, 3, 4]);
  }));

Deno.test("a node that missed what the others no longer keep gets their state", () =>
  scenario(counter, { nodes: 3 }, async (world) => {
    await add(world, "n0", 1);
    world.kill("n2");
    for (let i = 0; i < 150; i++) await add(world, i % 2 === 0 ? "n0" : "n1", 1);
    world.restart("n2");
    await world.expectWithin(1_000, async () => {
      assertEquals((await world.ask("n2", Own, {})).sum, 151);
    });
    assertEquals(await add(world, "n2", 1), 152);
    assertEquals((await world.ask("n0", Sum, {})).sum, 152);
  }));

const Keep = rpc("keep", { text: string }, { kept: integer });

/** Counts the texts that it was given. */
function counterOfTexts(node: Node): void {
  let kept = 0;
  const replicated = new Replicated<string, number, number>(node, {
    name: "texts",
    command: string,
    result: integer,
    state: integer,
    apply: () => ++kept,
    snapshot: () => kept,
    restore: (state) => kept = state,
  });
  node.on(Keep, async ({ text }) => ({ type: "keep_ok", kept: await replicated.execute(text) }));
}

Deno.test("what a node has no room for is refused in words, what its leader has none for comes again", () =>
  scenario(counterOfTexts, { nodes: 3 }, async (world) => {
    const keep = async (node: string, text: string) => (await world.ask(node, Keep, { text })).kept;
    await keep("n0", "small");
    const large = "x".repeat(9_000_000);
    const asked = ["n0", "n1", "n0", "n1"].map((node) => keep(node, large));
    const why = "2 requests wait already, of 18000004 characters";
    assertEquals((await assertRejects(() => keep("n1", "y"), RpcError, why)).code, 11);
    assertEquals((await Promise.all(asked)).toSorted(), [2, 3, 4, 5]);
  }));
