import { assert, assertEquals, assertRejects } from "@std/assert";
import { LinKv, RpcError } from "../lib/mod.ts";
import { simulate } from "../lib/simulator/simulate.ts";
import { scenario, type World } from "../lib/testing/mod.ts";
import type { PlanOptions } from "../lib/workbench/plan.ts";
import linKv from "./lin_kv.ts";

const read = async (world: World, node: string, key: number) =>
  (await world.ask(node, LinKv.read, { key })).value;
const write = (world: World, node: string, key: number, value: number) =>
  world.ask(node, LinKv.write, { key, value });

/** The node that tells others what to do. */
function leaderOf({ sightings }: World): string {
  const counts = Map.groupBy(
    sightings.slice(-200).filter(({ type }) => type === "raft"),
    (one) => one.src,
  );
  const [[leader] = [""]] = [...counts].sort(([, a], [, b]) => b.length - a.length);
  return leader;
}

Deno.test("what one node writes every other reads, and errors are results like others", () =>
  scenario(linKv, { nodes: 3 }, async (world) => {
    await write(world, "n0", 1, 7);
    for (const node of world.nodes) assertEquals(await read(world, node, 1), 7);
    await world.ask("n1", LinKv.cas, { key: 1, from: 7, to: 8 });
    const failed = await assertRejects(
      () => world.ask("n2", LinKv.cas, { key: 1, from: 7, to: 9 }),
      RpcError,
    );
    assertEquals(failed.code, 22);
    assertEquals((await assertRejects(() => read(world, "n2", 2), RpcError)).code, 20);
    assertEquals(await read(world, "n2", 1), 8);
  }));

Deno.test("another leader has all that was acknowledged", () =>
  scenario(linKv, { nodes: 5 }, async (world) => {
    for (let i = 0; i < 20; i++) await write(world, "n0", i, i);
    const leader = leaderOf(world);
    const [other = ""] = world.nodes.filter((node) => node !== leader);
    world.kill(leader);
    for (let i = 0; i < 20; i++) assertEquals(await read(world, other, i), i);
  }));

/** Does something again as long as the node has not answered. */
async function persist<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof RpcError && (error.code === 0 || error.code === 11)) return persist(ask);
    throw error;
  }
}

/** How long nodes need to answer again after their leader is gone: the first of them, and all. */
async function failOver(
  world: World,
  fault: "kill" | "cut" | "deafen",
): Promise<[firstMs: number, lastMs: number]> {
  const leader = leaderOf(world);
  const others = world.nodes.filter((node) => node !== leader);
  const sinceMs = world.nowMs;
  if (fault === "kill") world.kill(leader);
  else if (fault === "cut") world.partition([leader], others);
  else for (const from of others) world.cut({ from, to: leader }); // it is heard, and hears nobody
  const answeredMs = await Promise.all(others.map(async (node) => {
    const [value] = await Promise.all([
      persist(() => read(world, node, 1)),
      persist(() => write(world, node, 2, 0)),
    ]);
    assertEquals(value, 7);
    return world.nowMs - sinceMs;
  }));
  return [Math.min(...answeredMs), Math.max(...answeredMs)];
}

const FAULTS = ["kill", "cut", "deafen"] as const;

for (const latencyMs of [0, 100, 300, 1_000]) {
  // A leader answers two message delays after its election.
  const leaderMs = Math.max(1_000, 10 * latencyMs);
  const allMs = latencyMs < 1_000 ? leaderMs + 6 * latencyMs : Infinity; // they are asked again
  Deno.test(`a leader's end leaves no gap of more than ${leaderMs} ms at ${latencyMs} ms`, async () => {
    for (let seed = 1; seed <= 12; seed++) {
      const nodes = seed % 2 === 0 ? 3 : 5;
      await scenario(linKv, { nodes, latencyMs, seed }, async (world) => {
        await world.pass(2_000 + 12 * latencyMs);
        await persist(() => write(world, leaderOf(world), 1, 7));
        await world.pass(1_000 + 37 * seed + 2 * latencyMs);
        const [firstMs, lastMs] = await failOver(world, FAULTS[seed % 3] ?? "kill");
        const electedMs = firstMs - 2 * latencyMs;
        assert(electedMs <= leaderMs, `seed ${seed}: a leader after ${electedMs} ms`);
        assert(lastMs <= allMs, `seed ${seed}: the last after ${lastMs} ms`);
      });
    }
  });
}

/** Takes a transcript, and notes the terms of leaders. */
function noteTerms(terms: Set<string>): (line: string) => void {
  return (line) => {
    const [, term] = /"append","term":(\d+)/.exec(line) ?? [];
    if (term !== undefined) terms.add(term);
  };
}

for (const latencyMs of [1_000, 2_000]) {
  Deno.test(`a leader lasts at ${latencyMs} ms`, async () => {
    const terms = new Set<string>();
    const transcript = noteTerms(terms);
    await scenario(linKv, { nodes: 5, latencyMs, transcript }, async (world) => {
      await world.pass(12 * latencyMs);
      assertEquals(terms.size, 1);
      await persist(() => write(world, leaderOf(world), 1, 7));
      await world.pass(60_000);
      assertEquals(terms.size, 1);
    });
  });
}

Deno.test("a leader lasts whose disk is slow", async () => {
  const terms = new Set<string>();
  const transcript = noteTerms(terms);
  await scenario(linKv, { nodes: 3, disk: { syncMs: 200 }, transcript }, async (world) => {
    await world.pass(3_000);
    terms.clear();
    for (let key = 0; key < 40; key++) {
      void persist(() => write(world, world.nodes[key % 3] ?? "", key, 7));
      await world.pass(500);
    }
    assertEquals(terms.size, 1);
  });
});

Deno.test("what is acknowledged survives the end of all nodes", () =>
  scenario(linKv, { nodes: 3 }, async (world) => {
    await write(world, "n0", 1, 7);
    for (const node of world.nodes) world.kill(node);
    await world.pass(500);
    for (const node of world.nodes) world.restart(node);
    assertEquals(await read(world, "n2", 1), 7);
  }));

Deno.test("a connected majority answers every operation, whoever else is cut off", async () => {
  const ids = ["n0", "n1", "n2", "n3", "n4"];
  for (const [i, first] of ids.entries()) {
    for (const second of ids.slice(i + 1)) {
      await scenario(linKv, { nodes: 5, latencyMs: 10 }, async (world) => {
        await write(world, "n0", 0, 0);
        const majority = ids.filter((id) => id !== first && id !== second);
        world.partition([first, second], majority);
        const answers: Promise<unknown>[] = [];
        for (let key = 0; key < 60; key++) {
          for (const node of majority) answers.push(write(world, node, key, key));
          await world.pass(50);
        }
        await Promise.all(answers); // none is refused, and no client waits in vain
      });
    }
  }
});

Deno.test("a minority answers nothing, and catches up afterwards", () =>
  scenario(linKv, { nodes: 5 }, async (world) => {
    await write(world, "n0", 1, 1);
    const minority = [leaderOf(world), "n0", "n1"].filter((id, i, all) => all.indexOf(id) === i)
      .slice(0, 2);
    const majority = world.nodes.filter((node) => !minority.includes(node));
    world.partition(minority, majority);
    const [inside = "", cut = ""] = [majority[0], minority[1]];
    const stale = assertRejects(() => read(world, cut, 1), RpcError);
    await write(world, inside, 1, 2);
    assertEquals(await read(world, majority[1] ?? "", 1), 2);
    const { code } = await stale;
    assert(code === 0 || code === 11, `${code}`);
    world.heal();
    await world.pass(500);
    assertEquals(await read(world, cut, 1), 2);
  }));

const HEALTHY = { workload: "lin-kv", concurrency: "2n", timeLimitS: 5, rate: 100 } as const;

Deno.test("a healthy cluster of five takes at most 2.65 messages an operation", async () => {
  let perOp = () => NaN;
  await simulate(linKv, { ...HEALTHY, nodeCount: 5, timeLimitS: 10 }, {
    started: (gauge) => perOp = () => gauge.serverMessages() / gauge.invocations(),
  });
  assert(perOp() <= 2.65, `${perOp()}`);
});

for (
  const [what, options] of [
    ["partitions", { faults: ["partition"], faultIntervalS: 2 }],
    ["the kill of any nodes", { faults: ["kill"], faultIntervalS: 1, disk: ["torn"] }],
    ["loss, duplication and reordering", {
      loss: 0.1,
      duplication: 0.1,
      latencyMs: 20,
      latencyDistribution: "exponential",
    }],
  ] satisfies [string, Partial<PlanOptions>][]
) {
  Deno.test(`linearizable through ${what}`, async () => {
    const { results } = await simulate(linKv, { ...HEALTHY, nodeCount: 3, rate: 50, ...options });
    assertEquals(results?.["valid?"], true);
  });
}
