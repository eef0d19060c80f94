import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import type { Program } from "../node.ts";
import { integer, oneWay, rpc } from "../rpc.ts";
import { Broadcast, Echo } from "../workloads.ts";
import { scenario } from "./scenario.ts";

const gossip = oneWay("gossip", { message: integer });

/** Repeats every value to every peer, since it does not track who has which. */
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

Deno.test("the story in the documentation holds", async () => {
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

Deno.test("a cut affects one direction, adds to other cuts, and ends with heal", async () => {
  await scenario(broadcast, { nodes: 2 }, async (world) => {
    world.cut({ from: "n1", to: "n0" });
    await world.ask("n0", Broadcast.broadcast, { message: 1 });
    await world.ask("n1", Broadcast.broadcast, { message: 2 });
    await world.pass(500);
    assertEquals([await read(world, "n0"), await read(world, "n1")], [[1], [2, 1]]);
    assert(world.sightings.some(({ fate, src, dest }) => `${fate} ${src} ${dest}` === "cut n1 n0"));
    world.cut({ from: "n0", to: "n1" });
    await world.ask("n0", Broadcast.broadcast, { message: 3 });
    await world.pass(500);
    assertEquals([await read(world, "n0"), await read(world, "n1")], [[1, 3], [2, 1]]);
    world.heal();
    await world.pass(200);
    assertEquals(await read(world, "n0"), [1, 3, 2]);
  });
});

Deno.test("messages that are held arrive when they are released", async () => {
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

Deno.test("a killed node forgets, and gets a new init when it restarts", async () => {
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

Deno.test("a paused node replies once it resumes", async () => {
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

Deno.test("an expectation that is not met in time throws its last error", async () => {
  let looks = 0;
  const expecting = scenario(broadcast, {}, (world) =>
    world.expectWithin(95, () => {
      throw new Error(`look ${++looks} at ${world.nowMs} ms`);
    }));
  await assertRejects(() => expecting, Error, "look 11 at 95 ms");
});

Deno.test("a node that ends by itself ends the story, whatever the story waits for", async () => {
  const program: Program = (node) => {
    node.onInit(() => void setTimeout(() => Deno.exit(7), 100));
  };
  let end = 0;
  const ending = scenario(program, { nodes: 2 }, async (world) => {
    try {
      await world.pass(60_000);
    } finally {
      end = world.nowMs;
    }
  });
  await assertRejects(() => ending, Error, "ended: exit status 7");
  assertEquals(end, 0, "the scenario does not wait for the story");
});

Deno.test("a node that ends during its start fails this scenario and not the next", async () => {
  const program: Program = () => Deno.exit(3);
  await assertRejects(() => scenario(program, {}, (w) => w.pass(1)), Error, "exit status 3");
  await scenario(broadcast, {}, (world) => world.pass(1));
});

Deno.test("a world counts server messages and notes problems", async () => {
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

Deno.test("one seed always tells the same story", async () => {
  const tell = async (seed: number) => {
    let sightings: unknown;
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
      sightings = [...world.sightings];
    });
    return JSON.stringify(sightings);
  };
  assertEquals(await tell(1), await tell(1));
  assert(await tell(1) !== await tell(2));
});

Deno.test("a verb rejects a node that does not exist", async () => {
  await scenario(() => {}, { nodes: 2 }, (world) => {
    const expected = "there is no node n7, only n0, n1";
    assertThrows(() => world.kill("n7"), RangeError, expected);
    assertThrows(() => world.partition(["n0"], ["n1", "n7"]), RangeError, expected);
    assertThrows(() => world.cut({ from: "n7", to: "n0" }), RangeError, expected);
    return Promise.resolve();
  });
});

Deno.test("options that describe no world are rejected, and so are times that are none", async () => {
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

Deno.test("a second simulation at the same time is refused, and time is real afterwards", async () => {
  await scenario(broadcast, {}, async (world) => {
    const second = () => scenario(broadcast, {}, () => Promise.resolve());
    await assertRejects(second, Error, "a simulation is running already");
    await world.pass(10);
    assertEquals(world.nowMs, 10);
  });
  assert(Date.now() > Date.UTC(2020));
});
