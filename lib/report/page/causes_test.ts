import { assertEquals } from "@std/assert";
import { NS_PER_MS } from "../../history/operations.ts";
import type { Node } from "../../node.ts";
import { integer, oneWay } from "../../rpc.ts";
import { simulateOnce } from "../../simulator/simulate_once.ts";
import { readMessages, type SentMessage } from "../../workbench/message_journal.ts";
import { recordMessages } from "../../workbench/message_recorder.ts";
import { Broadcast } from "../../workloads.ts";
import { findCauses } from "./causes.ts";
import { Links } from "./client/links.ts";
import { decode } from "./client/decode.ts";
import { findRelated } from "./client/events.ts";
import { pageOfRun } from "./page_fixture.ts";

const names = ["at_once", "after_timer", "after_write", "after_two", "beat"] as const;
const [atOnce, afterTimer, afterWrite, afterTwo, beat] = names.map((name) =>
  oneWay(name, { message: integer })
);

/** Sends messages in every way in which one may follow from another, or from none. */
function sendsInAllWays(node: Node): void {
  const journal = node.journal({
    name: "values",
    record: integer,
    state: integer,
    apply: () => {},
    restore: () => {},
    snapshot: () => 0,
  });
  node.on(Broadcast.topology, () => ({ type: "topology_ok" }));
  node.on(Broadcast.read, () => ({ type: "read_ok", messages: [] }));
  for (const name of names) node.on(oneWay(name, { message: integer }), () => {});
  setInterval(() => send(beat, 0), 300);
  function send(what: typeof beat, message: number) {
    if (what !== undefined) node.send(node.peers[0] ?? "", what, { message });
  }
  node.on(Broadcast.broadcast, async ({ message }) => {
    send(atOnce, message);
    setTimeout(() => {
      send(afterTimer, message);
      setTimeout(() => send(afterTwo, message), 10);
    }, 10);
    await journal.append(message);
    send(afterWrite, message);
    return { type: "broadcast_ok" };
  });
}

Deno.test("a simulation knows what each message is sent because of", async () => {
  let text = "";
  const { observer, end } = recordMessages((block) => text += block);
  const options = { workload: "broadcast", nodeCount: 2, rate: 5, timeLimitS: 2 };
  await simulateOnce(sendsInAllWays, { ...options, disk: ["slow"] }, observer);
  end();
  const { messages } = readMessages(text);
  const { areExact, ids } = findCauses(messages);
  assertEquals(areExact, true);
  const byId = new Map(messages.map((message) => [message.id, message]));
  const seen = new Set<string>();
  for (const [i, { body, src }] of messages.entries()) {
    const cause = byId.get(ids[i] ?? -1);
    const { type } = body;
    if (type === "beat" || type === "after_two") assertEquals(cause, undefined, type);
    else if (names.some((name) => name === type)) {
      assertEquals([cause?.body.type, cause?.dest], ["broadcast", src], String(type));
      assertEquals(cause?.body["message"], body["message"]);
    }
    seen.add(String(type));
  }
  assertEquals(names.filter((name) => !seen.has(name)), []);
});

function message(
  id: number,
  ends: readonly [src: string, dest: string],
  [sentMs, gotMs]: [number, number],
  body = {},
): SentMessage {
  const [src, dest] = ends;
  return {
    id,
    src,
    dest,
    body: { type: "a", ...body },
    isOutline: false,
    sentNs: sentMs * NS_PER_MS,
    ends: [{ fate: "recv", timeNs: gotMs * NS_PER_MS }],
  };
}

Deno.test("of processes, what a node received last and not long ago is the cause", () => {
  const { areExact, ids } = findCauses([
    message(0, ["c1", "n0"], [0, 1]),
    message(1, ["n0", "n1"], [2, 90]),
    message(2, ["n0", "n2"], [52, 53]),
    message(3, ["n1", "n0"], [89, 95]),
    message(4, ["n1", "n0"], [91, 95]),
    message(5, ["c1", "n0"], [96, 97]),
  ]);
  assertEquals(areExact, false);
  assertEquals(ids, [undefined, 0, undefined, undefined, 1, undefined]);
});

Deno.test("messages link to what they answer and follow from, as trees", () => {
  const links = new Links({
    sentUs: [],
    tookUs: [],
    src: [],
    dest: [],
    type: [],
    fate: [],
    text: [],
    answers: [0, 0, 1, 0, 4],
    cause: [0, 1, 0, 1, 1],
  });
  assertEquals([...links.parents], [-1, 0, 1, 2, 3]);
  assertEquals([...links.answers], [4, 2, -1, -1, -1]);
  assertEquals(links.ancestorsOf(3), [2, 1, 0]);
  assertEquals(links.treesOf([0], 3), [
    { row: 0, depth: 0 },
    { row: 1, depth: 1 },
    { row: 2, depth: 2 },
  ]);
});

Deno.test("an operation leads to its messages, and each of them back to it", async () => {
  const { scene } = await pageOfRun();
  const data = decode(scene);
  const { operations, messages, kinds, types } = scene;
  const row = operations.kind.findIndex((kind) => kinds[kind] === "broadcast");
  const related = findRelated(data, { kind: "operation", row });
  const described = related.map((
    { selected, how, depth },
  ) => [types[messages.type[selected.row] ?? 0], how, depth]);
  assertEquals(described, [
    ["broadcast", "asks", 0],
    ["tell", "then", 1],
    ["tell", "then", 1],
    ["broadcast_ok", "answer", 1],
  ]);
  for (const { selected } of related) {
    const [first] = findRelated(data, selected);
    assertEquals(first, { selected: { kind: "operation", row }, how: "part of", depth: 0 });
  }
});
