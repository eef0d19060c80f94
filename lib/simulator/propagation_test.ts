import { assert } from "@std/assert";
import type { Node } from "../node.ts";
import { array, integer, oneWay } from "../rpc.ts";
import { Broadcast } from "../workloads.ts";
import { runBroadcast } from "./broadcast_run.ts";

const gossip = oneWay("gossip", { values: array(integer) });

/** Tells every peer about a value at once, and repeats all values every so often. */
function teller(againMs: number) {
  return (node: Node) => {
    const values = new Set<number>();
    const tell = (values: Iterable<number>) => {
      for (const peer of node.peers) node.send(peer, gossip, { values: [...values] });
    };
    if (againMs < Infinity) node.onInit(() => void setInterval(() => tell(values), againMs));
    node.on(Broadcast.topology, () => ({ type: "topology_ok" }));
    node.on(Broadcast.read, () => ({ type: "read_ok", messages: [...values] }));
    node.on(Broadcast.broadcast, ({ message }) => {
      values.add(message);
      tell([message]);
      return { type: "broadcast_ok" };
    });
    node.on(gossip, (body) => {
      for (const value of body.values) values.add(value);
    });
  };
}

async function delaysOf(program: (node: Node) => void) {
  const { delays } = await runBroadcast(program, {
    nodeCount: 3,
    rate: 10,
    timeLimitS: 10,
    latencyMs: 50,
    faults: [
      {
        timeS: 1,
        f: "start-partition",
        shape: "one",
        grudge: { n0: ["n1", "n2"], n1: ["n0"], n2: ["n0"] },
      },
      { timeS: 9, f: "stop-partition" },
    ],
  });
  return delays;
}

Deno.test("a value sent once never reaches the other side of a partition", async () => {
  const delays = await delaysOf(teller(Infinity));
  const lost = delays.filter(({ delayMs }) => delayMs === Infinity);
  assert(lost.length > 20);
  for (const { startMs } of lost) assert(startMs > 900 && startMs < 9_100);
  for (const { delayMs } of delays) assert(delayMs === 0 || delayMs === Infinity);
});

Deno.test("a repeated value arrives with the next repetition after the partition heals", async () => {
  const delays = await delaysOf(teller(700));
  const late = delays.filter(({ delayMs }) => delayMs > 0);
  assert(late.length > 5, `${late.length} late values`);
  for (const { arrivedMs } of late) assert(arrivedMs > 9_000 && arrivedMs < 9_750);
  for (const { delayMs } of delays) assert(delayMs <= 700);
});
