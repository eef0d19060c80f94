import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import type { Program } from "../node.ts";
import { integer, oneWay, rpc } from "../rpc.ts";
import { Broadcast, Echo } from "../workloads.ts";
import { scenario } from "./scenario.ts";

const gossip = oneWay("gossip", { message: integer });

/** Tells every peer of a value again and again, for it keeps no account of who has it. */
const broadcast: Program = (node) => {
  const values = new Set<number>();
  node.on(Broadcast.broadcast, ({ message }) => {
    values.add(message);
    return { type: "broadcast_ok" };
  });
  node.on(Broadcast.read, () => ({ type: "read_ok", messages: [...values] }));
  node.on(gossip, ({ message }) => void values.add(message));
  node.onInit(() => {
    setInterval(() => {
      for (const message of values) {
        for (const peer of node.peers) node.send(peer, gossip, { message });
      }
    }, 100);
  });
};

type World = Parameters<Parameters<typeof scenario>[2]>[0];

const read = async (world: World, node: string) =>
  (await world.ask(node, Broadcast.read, {})).messages;

Deno.test("the story in the documentation", async () => {
  await scenario(broadcast, { nodes: 3, latencyMs: 10 }, async (world) => {
    world.partition(["n0"], ["n1", "n2"]);
    await world.ask("n0", Broadcast.broadcast, { message: 7 });
    await world.pass(1_000);
    assertEquals(await read(world, "n2"), []);
    world.heal();
    await world.expectWithin(1_000, async () => {
      assertEquals(await read(world, "n2"), [7]);
    });
  });
});

Deno.test("a cut concerns one direction, and ends with heal", async () => {
  await scenario(broadcast, { nodes: 2 }, async (world) => {
    world.cut({ from: "n1", to: "n0" });
    await world.ask("n0", Broadcast.broadcast, { message: 1 });
    await world.ask("n1", Broadcast.broadcast, { message: 2 });
    await world.pass(500);
    assertEquals([await read(world, "n0"), await read(world, "n1")], [[1], [2, 1]]);
    assert(world.sightings.some(({ fate, src, dest }) => `${fate} ${src} ${dest}` === "cut n1 n0"));
    world.heal();
    await world.pass(200);
    assertEquals(await read(world, "n0"), [1, 2]);
  });
});

Deno.test("what is held back comes when it is released", async () => {
  await scenario(broadcast, { nodes: 2 }, async (world) => {
    world.hold("n1");
    await world.ask("n0", Broadcast.broadcast, { message: 1 });
    const answer = read(world, "n1");
    await world.pass(1_000);
    assertEquals(await read(world, "n0"), [1]);
    world.release("n1");
    assert((await answer).length <= 1);
    await world.pass(1);
    assertEquals(await read(world, "n1"), [1]);
  });
});

Deno.test("a killed node forgets, and gets init again when it is started", async () => {
  await scenario(broadcast, { nodes: 2 }, async (world) => {
    await world.ask("n0", Broadcast.broadcast, { message: 1 });
    world.kill("n0");
    await assertRejects(() => read(world, "n0"), Error, "no reply from n0 to read in 5000 ms");
    world.restart("n0");
    assertEquals(await read(world, "n0"), []);
    const inits = world.sightings.filter(({ fate, type, dest }) =>
      fate === "recv" && type === "init" && dest === "n0"
    );
    assertEquals(inits.length, 2);
  });
});

Deno.test("a paused node answers once it goes on", async () => {
  await scenario(broadcast, { nodes: 1 }, async (world) => {
    world.pause("n0");
    const answer = read(world, "n0");
    await world.pass(3_000);
    world.resume("n0");
    assertEquals(await answer, []);
    assertEquals(world.nowMs, 3_000);
  });
});

Deno.test("an error reply rejects with its code", async () => {
  await scenario(broadcast, {}, async (world) => {
    const error = await assertRejects(() => world.ask("n0", Echo.echo, { echo: 1 }));
    assert(error instanceof Error && "code" in error);
    assertEquals(error.code, 10);
  });
});

Deno.test("an expectation that is not met in time fails with what it said last", async () => {
  let looks = 0;
  const told = scenario(broadcast, {}, (world) =>
    world.expectWithin(95, () => {
      throw new Error(`look ${++looks} at ${world.nowMs} ms`);
    }));
  await assertRejects(() => told, Error, "look 11 at 95 ms");
});

Deno.test("a node that ends ends the story, whatever the story waits for", async () => {
  const program: Program = (node) => {
    node.onInit(() => void setTimeout(() => Deno.exit(7), 100));
  };
  let end = 0;
  const told = scenario(program, { nodes: 2 }, async (world) => {
    try {
      await world.pass(60_000);
    } finally {
      end = world.nowMs;
    }
  });
  await assertRejects(() => told, Error, "ended: exit status 7");
  assertEquals(end, 0, "the story was not waited for");
});

Deno.test("a node that ends while the story is about to begin fails it, and nothing else", async () => {
  const program: Program = () => Deno.exit(3);
  await assertRejects(() => scenario(program, {}, (w) => w.pass(1)), Error, "exit status 3");
  await scenario(broadcast, {}, (world) => world.pass(1));
});

Deno.test("server messages are counted, and problems noted", async () => {
  const toNobody = rpc("toNobody", {}, {});
  const program: Program = (node) => {
    broadcast(node);
    node.on(toNobody, () => {
      node.send("n9", gossip, { message: 1 });
      return { type: "toNobody_ok" };
    });
  };
  await scenario(program, { nodes: 2 }, async (world) => {
    await world.ask("n0", Broadcast.broadcast, { message: 1 });
    await world.pass(150);
    assertEquals(world.serverMessages, 1);
    await assertRejects(() => world.ask("n0", toNobody, {}), Error, "no reply");
    assertEquals(world.problems.map(({ node }) => node), ["n0"]);
    assert(world.problems[0]?.text.includes('unknown "dest" n9'));
  });
});

Deno.test("the same seed tells the same story", async () => {
  const tell = async (seed: number) => {
    let told: unknown;
    const options = {
      nodes: 3,
      seed,
      latency: { meanMs: 30, distribution: "exponential" },
      loss: 0.2,
      duplication: 0.2,
    } as const;
    await scenario(broadcast, options, async (world) => {
      await world.ask("n0", Broadcast.broadcast, { message: 1 });
      await world.pass(2_000);
      told = [...world.sightings];
    });
    return JSON.stringify(told);
  };
  assertEquals(await tell(1), await tell(1));
  assert(await tell(1) !== await tell(2));
});

Deno.test("a story that speaks of a node that is not there is told so", async () => {
  await scenario(() => {}, { nodes: 2 }, (world) => {
    const expected = "there is no node n7, only n0, n1";
    assertThrows(() => world.kill("n7"), RangeError, expected);
    assertThrows(() => world.partition(["n0"], ["n1", "n7"]), RangeError, expected);
    assertThrows(() => world.cut({ from: "n7", to: "n0" }), RangeError, expected);
    return Promise.resolve();
  });
});

Deno.test("a world that cannot be is refused, and so is what is no time", async () => {
  const refused: [Parameters<typeof scenario>[1], string][] = [
    [{ nodes: 0 }, "nodes must be a whole number of at least 1, got 0"],
    [{ latencyMs: -10 }, "latencyMs must be a time in milliseconds, got -10"],
    [{ loss: 5 }, "loss must be a probability from 0 to 1, got 5"],
  ];
  for (const [options, why] of refused) {
    await assertRejects(
      () => scenario(broadcast, options, () => Promise.resolve()),
      RangeError,
      why,
    );
  }
  await scenario(broadcast, { nodes: 2 }, async (world) => {
    assertThrows(() => world.pass(NaN), RangeError, "time to pass must be a time");
    await assertRejects(() => world.expectWithin(Infinity, () => {}), RangeError, "got Infinity");
    assertThrows(() => world.partition(["n0"], ["n0", "n1"]), RangeError, "n0 cannot be on both");
    assertEquals(world.nowMs, 0);
  });
});

Deno.test("a second simulation beside one that runs is refused, and time is real afterwards", async () => {
  await scenario(broadcast, {}, async (world) => {
    const second = () => scenario(broadcast, {}, () => Promise.resolve());
    await assertRejects(second, Error, "a simulation is running already");
    await world.pass(10);
    assertEquals(world.nowMs, 10);
  });
  assert(Date.now() > Date.UTC(2020));
});
