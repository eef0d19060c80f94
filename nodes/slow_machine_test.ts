/**
 * 3c, 3d and 3e on a machine that has too much to do: lateness must not multiply messages.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import type { Program } from "../lib/mod.ts";
import { runBroadcast } from "../lib/simulator/broadcast_run.ts";
import type { PlannedFault } from "../lib/workbench/planned.ts";
import faultTolerantBroadcast from "./3c_fault_tolerant_broadcast.ts";
import efficientBroadcast1 from "./3d_efficient_broadcast_1.ts";
import efficientBroadcast2 from "./3e_efficient_broadcast_2.ts";

const NODES = 25;
const IDS = Array.from({ length: NODES }, (_, i) => `n${i}`);
const TIME_LIMIT_S = 8;

interface Subject {
  readonly program: Program;
  /** The least time that a parent's acknowledgement gets. */
  readonly patienceMs: number;
  /** What extra scatters may cost, in messages a second. */
  readonly extraPerS: number;
}

const SUBJECTS: Readonly<Record<string, Subject>> = {
  "3c": { program: faultTolerantBroadcast, patienceMs: 150, extraPerS: 0 },
  "3d": { program: efficientBroadcast1, patienceMs: 235, extraPerS: 0 },
  "3e": { program: efficientBroadcast2, patienceMs: 400, extraPerS: (NODES - 1) / 1.2 },
};

type Faults = readonly PlannedFault[];

/** Everything comes that late from the second second on, at some nodes. */
const late = (nodes: readonly string[]) => (lateMs: number): Faults => [
  { timeS: 1, f: "slow", nodes, lateMs },
];

/** Every two seconds all nodes stand still for that long, as when the machine stops the world. */
const stalls = (lateMs: number): Faults =>
  [1, 3, 5, 7].flatMap((timeS): Faults => [
    { timeS, f: "pause", nodes: IDS },
    { timeS: timeS + lateMs / 1000, f: "resume", nodes: IDS },
  ]);

const SLOWNESS: Readonly<Record<string, (lateMs: number) => Faults>> = {
  "every node is late": late(IDS),
  "the root is late": late(["n0"]),
  "a few nodes are late": late(IDS.slice(5, 10)),
  "all nodes stall": stalls,
};

for (const [id, { program, patienceMs, extraPerS }] of Object.entries(SUBJECTS)) {
  Deno.test(`${id}: lateness costs suspicions, and few of them however late it is`, async () => {
    const run = (faults: Faults) =>
      runBroadcast(program, { nodeCount: NODES, timeLimitS: TIME_LIMIT_S, faults, seed: 1 });
    const { messagesPerS: healthyPerS } = await run([]);
    for (const [what, faults] of Object.entries(SLOWNESS)) {
      for (const lateMs of [250, 1000]) {
        const { valid, messagesPerS } = await run(faults(lateMs));
        assertEquals(valid, true);
        const suspicions = NODES * (1 + Math.max(0, Math.log2(lateMs / patienceMs)));
        const mostPerS = healthyPerS + extraPerS +
          suspicions * 2 * (NODES - 1) / TIME_LIMIT_S;
        assert(messagesPerS < mostPerS, `${what}, ${lateMs} ms: ${messagesPerS} a second`);
      }
    }
  });
}

Deno.test("stalls of a third of a second are no partition, and cost nothing", async () => {
  for (const [program, most] of [[efficientBroadcast1, 2.2], [efficientBroadcast2, 0.6]] as const) {
    const { valid, messagesPerOp } = await runBroadcast(program, {
      timeLimitS: TIME_LIMIT_S,
      faults: stalls(300),
      seed: 1,
    });
    assertEquals(valid, true);
    assert(messagesPerOp < most, `${messagesPerOp} messages per operation`);
  }
});

Deno.test("deliveries that keep the root busy for half of the time are no partition", async () => {
  for (const [program, most] of [[efficientBroadcast1, 3], [efficientBroadcast2, 0.6]] as const) {
    const { valid, messagesPerOp } = await runBroadcast(program, { deliveryMs: 10, seed: 1 });
    assertEquals(valid, true);
    assert(messagesPerOp < most, `${messagesPerOp} messages per operation`);
  }
});

Deno.test("3e: a report that is late for the scatter does not cost its values a whole round", async () => {
  const few = IDS.slice(5, 8);
  const faults = [2, 4, 6, 8, 10].flatMap((timeS): Faults => [
    { timeS, f: "slow", nodes: few, lateMs: 400 },
    { timeS: timeS + 1, f: "slow", nodes: few, lateMs: 0 },
  ]);
  const { valid, maxMs } = await runBroadcast(efficientBroadcast2, {
    timeLimitS: 12,
    faults,
    seed: 1,
  });
  assertEquals(valid, true);
  assert(maxMs < 2_000, `${maxMs} ms`);
});
