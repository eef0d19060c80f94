import { assert, assertEquals } from "@std/assert";
import { type Edn, keyword } from "../../history/edn.ts";
import { NS_PER_MS, NS_PER_S, type Op } from "../../history/operations.ts";
import type { MessageJournal, SentMessage } from "../message_journal.ts";
import { broadcast } from "./broadcast.ts";
import { gCounter } from "./counter.ts";
import { kafka } from "./kafka.ts";
import { linKv } from "./lin_kv.ts";
import type { Picture, PictureSubject, Plot } from "./picture.ts";
import { uniqueIds } from "./unique_ids.ts";
import type { Workload } from "./workload.ts";

type Event = readonly [
  process: number,
  type: Op["type"],
  f: string,
  value: Edn,
  extra?: Op["extra"],
];

/** A history of events, one a second. */
function historyOf(events: readonly Event[]): Op[] {
  return events.map(([process, type, f, value, extra], index) => ({
    index,
    time: index * NS_PER_S,
    process,
    type,
    f,
    value,
    ...(extra && { extra }),
  }));
}

function picturesOf(
  workload: Workload,
  history: readonly Op[],
  more: Partial<PictureSubject> = {},
): readonly Picture[] {
  const result = workload.check(history);
  return workload.pictures?.({ history, result, nodes: ["n0", "n1"], ...more }) ?? [];
}

function plot(picture: Picture | undefined): Plot {
  assert(picture?.kind === "plot");
  return picture;
}

function pointsOf(picture: Picture | undefined, name: string) {
  return plot(picture).series.find((one) => one.name === name)?.points;
}

function message(
  id: number,
  [src, dest]: readonly [string, string],
  body: SentMessage["body"],
  receivedMs?: number,
): SentMessage {
  const ends = receivedMs === undefined
    ? []
    : [{ fate: "recv" as const, timeNs: receivedMs * NS_PER_MS }];
  return { id, src, dest, body, sentNs: 0, isOutline: false, ends };
}

Deno.test("broadcast shows when each node first had each value, and which never did", () => {
  const messages = [
    message(0, ["c0", "n0"], { type: "broadcast", msg_id: 2, message: 7 }, 10),
    message(1, ["c0", "n1"], { type: "broadcast", msg_id: 3, message: 2 }, 20),
    message(2, ["n0", "n1"], { type: "gossip", msg_id: 2, values: [7] }, 60),
    message(3, ["n0", "n1"], { type: "gossip", values: [7, 8] }, 35),
  ];
  messages.push(
    message(4, ["n1", "n0"], { type: "tell", value: 2 }, 50),
    message(5, ["n1", "n0"], { type: "vote", term: 7, index: 2 }, 51),
    message(6, ["c0", "n2"], { type: "broadcast", message: 9 }, 60),
    message(7, ["n0", "c0"], { type: "read_ok", messages: [9] }, 75),
  );
  const journal: MessageJournal = { messages, logs: [], clients: new Map(), leftOut: 0 };
  const [heat, times] = picturesOf(broadcast, [], { journal });
  assert(heat?.kind === "heat");
  assertEquals(heat.columns, ["7", "2", "9"]);
  assertEquals(heat.cells, [[0, 30, 15], [25, 0, null]]);
  assertEquals(pointsOf(times, "to the last node")?.map(([ms]) => ms), [25, 30]);
  assertEquals(picturesOf(broadcast, []), []);
});

Deno.test("a counter's reads lie between what the adds allow; wrong ones stand out", () => {
  const final = { "final?": true };
  const [picture] = picturesOf(
    gCounter,
    historyOf([
      [0, "invoke", "add", 3],
      [1, "invoke", "add", 2],
      [0, "ok", "add", 3],
      [1, "info", "add", 2],
      [0, "ok", "read", 5, final],
      [1, "ok", "read", 2, final],
    ]),
  );
  assertEquals(pointsOf(picture, "least"), [[0, 0], [0, 0], [1, 0], [2, 3]]);
  assertEquals(pointsOf(picture, "greatest"), [[0, 0], [0, 3], [1, 5], [2, 5]]);
  assertEquals(pointsOf(picture, "read"), [[4, 5]]);
  assertEquals(pointsOf(picture, "final read, not allowed"), [[5, 2]]);
});

Deno.test("kafka shows where logs end, how far polls lag, and what was lost", () => {
  const send = (sent: Edn): Edn => [[keyword("send"), "k", sent]];
  const poll = (...messages: Edn[]): Edn => [[keyword("poll"), new Map([["k", messages]])]];
  const [ends, lags] = picturesOf(
    kafka,
    historyOf([
      [0, "invoke", "send", send(1)],
      [0, "ok", "send", send([0, 1])],
      [0, "invoke", "send", send(2)],
      [0, "ok", "send", send([1, 2])],
      [0, "invoke", "send", send(3)],
      [0, "ok", "send", send([2, 3])],
      [1, "invoke", "poll", [[keyword("poll")]]],
      [1, "ok", "poll", poll([0, 1])],
      [1, "invoke", "poll", [[keyword("poll")]]],
      [1, "ok", "poll", poll([2, 3])],
    ]),
  );
  const key = plot(ends).series[0]?.name ?? "";
  assertEquals(pointsOf(ends, key), [[1, 0], [3, 1], [5, 2]]);
  assertEquals(pointsOf(ends, "acknowledged and lost"), [[3, 1]]);
  assertEquals(pointsOf(lags, key), [[7, 2], [9, 0]]);
});

Deno.test("kafka shows the logs that have errors, though they are not the longest", () => {
  const send = (key: string, ...sent: Edn[]): Edn => sent.map((one) => [keyword("send"), key, one]);
  const polled = new Map<Edn, Edn>([["short", [[0, 0], [1, 2]]]]); // where 1 is acknowledged
  const long = Array.from({ length: 6 }, (_, i) => `long${i}`);
  const full = (key: string) => Array.from({ length: 4 }, (_, n): Edn => [n, `${key} ${n}`]);
  for (const key of long) polled.set(key, full(key));
  const all: Event[] = [
    [0, "invoke", "send", send("short", 0, 1, 2)],
    [0, "ok", "send", send("short", [0, 0], [1, 1], [2, 2])],
    ...long.flatMap((key): Event[] => [
      [0, "invoke", "send", send(key, ...full(key).map((_, n) => `${key} ${n}`))],
      [0, "ok", "send", send(key, ...full(key))],
    ]),
    [1, "invoke", "poll", [[keyword("poll")]]],
    [1, "ok", "poll", [[keyword("poll"), polled]]],
  ];
  const [ends, lags] = picturesOf(kafka, historyOf(all));
  for (const picture of [plot(ends), plot(lags)]) {
    assertEquals(picture.series[0]?.name, 'key "short"');
    assert(picture.caption.endsWith(" 5 of 7 logs: those with errors first, then the longest."));
  }
});

Deno.test("lin-kv shows an order of all operations but the one that has no place in it", () => {
  const [picture] = picturesOf(
    linKv,
    historyOf([
      [0, "invoke", "write", [0, 1]],
      [0, "ok", "write", [0, 1]],
      [1, "invoke", "write", [0, 2]],
      [1, "ok", "write", [0, 2]],
      [2, "invoke", "read", [0, null]],
      [2, "ok", "read", [0, 1]],
    ]),
  );
  assert(picture?.kind === "spans");
  assertEquals(picture.spans.map(({ text, place, isBad }) => [text, place, isBad]), [
    ["write 1", 1, false],
    ["write 2", 2, false],
    ["read 1", null, true],
  ]);
});

Deno.test("kafka shows no lag where no poll got anything; ids a second end where they end", () => {
  const polls = historyOf([
    [0, "invoke", "send", [[keyword("send"), "7", 1]]],
    [0, "ok", "send", [[keyword("send"), "7", [0, 1]]]],
    [0, "invoke", "poll", [[keyword("poll")]]],
    [0, "ok", "poll", [[keyword("poll"), {}]]],
  ]);
  assertEquals(picturesOf(kafka, polls).map(({ title }) => title), ["Where the logs end"]);
  const ids = historyOf([0, 1, 2, 3].flatMap((id): Event[] => [
    [0, "invoke", "generate", null],
    [0, "ok", "generate", id],
  ]));
  const [throughput] = picturesOf(uniqueIds, ids);
  assertEquals(pointsOf(throughput, "ids")?.at(-1), [8, 0]);
});
