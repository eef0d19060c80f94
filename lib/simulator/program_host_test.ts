import {
  assert,
  assertEquals,
  assertMatch,
  assertNotEquals,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { delay } from "@std/async";
import { setTimeout as setRealTimeout } from "node:timers";
import type { Program } from "../node.ts";
import { integer, json, oneWay, rpc } from "../rpc.ts";
import { scenario } from "../testing/mod.ts";
import { simulateOnce } from "./simulate_once.ts";
import { RealInputOutput } from "./virtual_globals.ts";

/** Virtual time begins here. */
const EPOCH_MS = Date.UTC(2000, 0, 1);

const ask = rpc("ask", {}, { value: json });
const poke = oneWay("poke", { n: integer });

Deno.test("every incarnation draws different numbers, the same in every run", async () => {
  const drawing: Program = (node) => {
    node.on(ask, () => ({ type: "ask_ok", value: Math.random() }));
  };
  const draws = async () => {
    const values: unknown[] = [];
    await scenario(drawing, { nodes: 2 }, async (world) => {
      const draw = async (node: string) => values.push((await world.ask(node, ask, {})).value);
      await draw("n0");
      await draw("n1");
      world.kill("n0");
      world.restart("n0");
      await draw("n0");
    });
    return values;
  };
  const first = await draws();
  assertEquals(new Set(first).size, 3);
  assertEquals(await draws(), first);
});

Deno.test("nodes share nothing: a receiver may change what it was sent", async () => {
  const seen: unknown[] = [];
  const note = oneWay("note", { list: json });
  const program: Program = (node) => {
    const list = [1];
    node.on(ask, () => {
      for (const peer of node.peers) node.send(peer, note, { list });
      return { type: "ask_ok", value: list };
    });
    node.on(note, ({ list }) => {
      if (Array.isArray(list)) list.push(2);
      seen.push(list);
    });
  };
  await scenario(program, { nodes: 3 }, async (world) => {
    await world.ask("n0", ask, {});
    await world.pass(10);
  });
  assertEquals(seen, [[1, 2], [1, 2]]);
});

/** Logs when a timer fires, which messages arrive, and when the promises after them settle. */
function ticking(log: string[]): Program {
  return (node) => {
    node.on(ask, () => ({ type: "ask_ok", value: Date.now() - EPOCH_MS }));
    node.on(poke, async ({ n }) => {
      log.push(`poke ${n}`);
      await Promise.resolve();
      log.push(`settled ${n}`);
    });
    node.onInit(() => {
      if (node.id === "n0") setTimeout(() => log.push(`timer at ${performance.now()}`), 100);
      else setTimeout(() => [1, 2].forEach((n) => node.send("n0", poke, { n })), 20);
    });
  };
}

Deno.test("a paused node does nothing, and then gives everything that waited a turn of its own", async () => {
  const log: string[] = [];
  await scenario(ticking(log), { nodes: 2 }, async (world) => {
    await world.pass(10);
    world.pause("n0");
    await world.pass(490);
    assertEquals(log, []);
    world.resume("n0");
    await world.pass(10);
  });
  const [timer, ...rest] = log;
  assert(timer?.startsWith("timer at 50"), timer);
  assertEquals(rest, ["poke 1", "settled 1", "poke 2", "settled 2"]);
});

Deno.test("a request that waits for a paused node is answered only if its client may be there", async () => {
  const answers: Program = (node) => node.on(ask, () => ({ type: "ask_ok", value: 7 }));
  for (
    const [pausedMs, isAnswered] of [[4_000, true], [6_000, false]] as const
  ) {
    const log: string[] = [];
    await scenario(answers, {}, async (world) => {
      const told = async (what: string) => {
        await world.ask("n0", ask, {});
        log.push(what);
      };
      await told("at once");
      world.pause("n0");
      const waits = told("waits").catch(() => {});
      await world.pass(pausedMs);
      world.resume("n0");
      await waits;
      assertEquals(log, ["at once", ...(isAnswered ? ["waits"] : [])]);
      await world.pass(1);
      await told("later");
      assertEquals(log.at(-1), "later");
    });
  }
});

Deno.test("callbacks that a pause delays have separate turns, in the order in which they came due", async () => {
  const log: string[] = [];
  const program: Program = (node) =>
    node.onInit(() => {
      for (const n of [1, 2]) {
        setTimeout(async () => {
          log.push(`timer ${n}`);
          await Promise.resolve();
          log.push(`settled ${n}`);
        }, 10 * n);
      }
    });
  await scenario(program, {}, async (world) => {
    world.pause("n0");
    await world.pass(100);
    world.resume("n0");
    world.pause("n0");
    await world.pass(100);
    assertEquals(log, [], "paused again before its first turn");
    world.resume("n0");
    await world.pass(1);
  });
  assertEquals(log, ["timer 1", "settled 1", "timer 2", "settled 2"]);
});

Deno.test("a timer that came due during a pause can still be cleared", async () => {
  const log: string[] = [];
  const program: Program = (node) =>
    node.onInit(() => {
      setTimeout(() => {
        log.push("first");
        clearTimeout(second);
        clearInterval(ticks);
      }, 10);
      const second = setTimeout(() => log.push("second"), 20);
      const ticks = setInterval(() => log.push("tick"), 30);
    });
  await scenario(program, {}, async (world) => {
    world.pause("n0");
    await world.pass(100);
    world.resume("n0");
    await world.pass(100);
  });
  assertEquals(log, ["first"]);
});

Deno.test("a killed node's timers never fire, and its late replies are dropped", async () => {
  const log: string[] = [];
  const program: Program = (node) => {
    node.on(poke, () => void log.push(`${node.id} poked`));
    node.onInit(() => {
      if (node.id === "n1") setTimeout(() => log.push("timer"), 100);
    });
    node.on(ask, async () => {
      await delay(50);
      return { type: "ask_ok", value: null };
    });
  };
  await scenario(program, { nodes: 2 }, async (world) => {
    const answer = world.ask("n1", ask, {}).catch((error) => error.code);
    await world.pass(20);
    world.kill("n1");
    await world.pass(500);
    assertEquals(await answer, 0);
  });
  assertEquals(log, []);
});

Deno.test("a slow node's timers and input are late, in order, and its clock is right", async () => {
  const log: string[] = [];
  const note = (what: string) => log.push(`${what} at ${Date.now() - EPOCH_MS}`);
  const program: Program = (node) => {
    node.on(poke, ({ n }) => void note(`poke ${n}`));
    node.onInit(() => {
      if (node.id === "n0") {
        for (const n of [1, 2]) setTimeout(() => node.send("n1", poke, { n }), 100 * n);
      } else {
        setTimeout(() => note("timer"), 150);
      }
    });
  };
  await scenario(program, { nodes: 2 }, async (world) => {
    world.slow("n1", 80);
    await world.pass(160);
    world.slow("n1", 0);
    await world.pass(1_000);
  });
  // The timer stays late when the node is fast again, and what comes later does not overtake it.
  assertEquals(log, ["poke 1 at 180", "timer at 230", "poke 2 at 230"]);
});

Deno.test("slowness belongs to the machine and outlasts a restart", async () => {
  await scenario(ticking([]), { nodes: 1 }, async (world) => {
    world.slow("n0", 200);
    world.kill("n0");
    world.restart("n0");
    const before = Date.now();
    await world.ask("n0", ask, {});
    assert(Date.now() - before >= 200, "a request is late, too");
  });
});

Deno.test("skew moves a node's wall clock, but neither its timers nor other nodes' clocks", async () => {
  await scenario(ticking([]), { nodes: 2 }, async (world) => {
    world.skew("n0", 3_000);
    await world.pass(1_000);
    assertEquals((await world.ask("n0", ask, {})).value, 4_000);
    assertEquals((await world.ask("n1", ask, {})).value, 1_000);
    world.skew("n0", 0);
    assertEquals((await world.ask("n0", ask, {})).value, 1_000);
  });
});

Deno.test("skew belongs to the machine and outlasts a restart", async () => {
  await scenario(ticking([]), { nodes: 2 }, async (world) => {
    world.skew("n0", 3_000);
    world.kill("n0");
    world.restart("n0");
    await world.pass(1_000);
    assertEquals((await world.ask("n0", ask, {})).value, 4_000);
    world.kill("n1");
    world.skew("n1", -500);
    world.restart("n1");
    await world.pass(1_000);
    assertEquals((await world.ask("n1", ask, {})).value, 1_500);
  });
});

Deno.test("what a program writes to the console or to standard error goes to its log", async () => {
  const program: Program = (node) => {
    node.on(ask, () => {
      console.log("asked %d times", 1);
      console.error({ of: node.id });
      console.group("of", "a group");
      console.count("often");
      console.assert(true, "holds");
      console.assert(1 > 2, "1 > 2");
      Deno.stderr.writeSync(new TextEncoder().encode("two\nlines\n"));
      return { type: "ask_ok", value: null };
    });
  };
  const logged: string[] = [];
  const log = (node: string, line: string) => logged.push(`${node}: ${line}`);
  await scenario(program, { log }, async (world) => void await world.ask("n0", ask, {}));
  assertEquals(logged, [
    ...["n0: asked 1 times", "n0: { of: 'n0' }", "n0: of a group", "n0: often"],
    ...["n0: Assertion failed 1 > 2", "n0: two", "n0: lines"],
  ]);
});

Deno.test("a program that ends its process crashes", async () => {
  const program: Program = (node) => {
    node.on(ask, async () => {
      await delay(10);
      Deno.exit(3);
    });
  };
  await assertRejects(
    () => scenario(program, {}, async (world) => void await world.ask("n0", ask, {})),
    Error,
    "n0 ended: exit status 3",
  );
});

Deno.test("a node that real time wakes gives itself away when it sends", async () => {
  const program: Program = (node) => {
    node.on(poke, () => {});
    node.on(ask, () => {
      setRealTimeout(() => node.send("n1", poke, { n: 1 }), 1);
      return { type: "ask_ok", value: null };
    });
  };
  const running = scenario(program, { nodes: 2 }, async (world) => {
    await world.ask("n0", ask, {});
    const busy = Date.now() + 60_000;
    while (Date.now() < busy) await world.ask("n1", ask, {}).then(() => world.pass(1));
  });
  await assertRejects(() => running, RealInputOutput, "sent a message when it was not its turn");
});

Deno.test("an error that nothing catches is logged, and the node keeps running", async () => {
  const program: Program = (node) => {
    node.on(ask, () => {
      setTimeout(() => {
        throw new Error("thrown by a timer");
      }, 1);
      setTimeout(() => Promise.reject(new Error("rejected unheard")), 2);
      setTimeout(() =>
        queueMicrotask(() => {
          throw new Error("thrown by a microtask");
        }), 3);
      setTimeout(() => reportError(new Error("reported")), 4);
      return { type: "ask_ok", value: 1 };
    });
  };
  const logged: string[] = [];
  await scenario(
    program,
    { log: (node, line) => logged.push(`${node}: ${line}`) },
    async (world) => {
      await world.ask("n0", ask, {});
      await world.pass(10);
      await world.ask("n0", ask, {});
    },
  );
  const errors = logged.filter((line) => line.includes("uncaught"));
  assertStringIncludes(errors[0] ?? "", "n0: uncaught: Error: thrown by a timer");
  assertStringIncludes(errors[1] ?? "", "n0: uncaught: Error: rejected unheard");
  assertStringIncludes(errors[2] ?? "", "n0: uncaught: Error: thrown by a microtask");
  assertStringIncludes(errors[3] ?? "", "n0: uncaught: Error: reported");
});

Deno.test("a program that throws does not start", async () => {
  const program: Program = () => {
    throw new Error("no such thing");
  };
  const story = () => Promise.resolve();
  await assertRejects(() => scenario(program, {}, story), Error, "n0 did not start: no such thing");
  const { crash } = await simulateOnce(program, { workload: "echo" });
  assertMatch(crash?.lastWords.join("\n") ?? "", /^Error: no such thing\n.*program_host_test\.ts:/);
});

Deno.test("timers that a story sets between two turns of a node belong to the story", async () => {
  const program: Program = (node) => {
    node.onInit(() => void setTimeout(() => {}, 10));
  };
  await scenario(program, { nodes: 2 }, async (world) => {
    world.kill("n1");
    world.restart("n1");
    const mine = delay(100); // must not count as the restarted node's timer
    world.kill("n1");
    await mine;
    assertNotEquals(world.nowMs, 0);
  });
});
