import { assertEquals, assertThrows } from "@std/assert";
import { JournalReader, MalformedJournal, readMessages } from "./message_journal.ts";
import { type MessageRecorder, recordMessages } from "./message_recorder.ts";
import { Packet } from "./network/packet.ts";

function record(
  story: (recorder: MessageRecorder["observer"]) => void,
  options: { readonly limit?: number } = {},
): string {
  const blocks: string[] = [];
  const recorder = recordMessages((block) => blocks.push(block), options);
  story(recorder.observer);
  recorder.end();
  return blocks.join("");
}

function packet(id: number, body: Record<string, unknown>, [src, dest] = ["n0", "n1"]): Packet {
  return new Packet(id, src ?? "", dest ?? "", JSON.stringify({ src, dest, body }, null, id % 2));
}

Deno.test("a journal holds what became of each message, whose operations and what nodes logged", () => {
  const text = record(({ message, op, log, up }) => {
    message?.(100, "send", packet(0, { type: "init" }, ["c0", "n0"]));
    message?.(150.4, "recv", packet(0, { type: "init" }, ["c0", "n0"]));
    log?.("n0", "up", 180);
    up?.(200);
    const op0 = { index: 0, time: 5, type: "invoke", process: 3, f: "read", value: null } as const;
    op?.(op0, { client: "c7", node: "n0" });
    message?.(10, "send", packet(1, { type: "gossip", msg_id: 4, text: "ü\n" }));
    message?.(10, "send", packet(2, { type: "gossip" }));
    message?.(12, "lost", packet(2, { type: "gossip" }));
    message?.(13, "recv", packet(1, { type: "gossip" }));
    message?.(14, "cut", packet(1, { type: "gossip" }));
    log?.("<n1>", 'two\n"lines" \\', 20);
  });
  const { messages, logs, clients, leftOut } = readMessages(text);
  assertEquals(messages.map(({ id, src, dest, body, sentNs }) => [id, src, dest, body, sentNs]), [
    [0, "c0", "n0", { type: "init" }, -100],
    [1, "n0", "n1", { type: "gossip", msg_id: 4, text: "ü\n" }, 10],
    [2, "n0", "n1", { type: "gossip" }, 10],
  ]);
  assertEquals(messages.map(({ ends }) => ends), [
    [{ fate: "recv", timeNs: -50 }],
    [{ fate: "recv", timeNs: 13 }, { fate: "cut", timeNs: 14 }],
    [{ fate: "lost", timeNs: 12 }],
  ]);
  assertEquals(logs, [
    { node: "n0", line: "up", timeNs: -20 },
    { node: "<n1>", line: 'two\n"lines" \\', timeNs: 20 },
  ]);
  assertEquals([...clients], [[3, "c7"]]);
  assertEquals(leftOut, 0);
});

Deno.test("a body too long to keep leaves its type and numbers", () => {
  const text = record(({ message }) => {
    const body = { type: "sync", in_reply_to: 2, values: "x".repeat(5_000) };
    message?.(1, "send", packet(0, body));
  });
  const [{ body, isOutline } = { body: null, isOutline: false }] = readMessages(text).messages;
  assertEquals([body, isOutline], [{ type: "sync", in_reply_to: 2 }, true]);
});

Deno.test("a journal in pieces, cut anywhere, is that in one", () => {
  const text = record(({ message }) => {
    for (let id = 0; id < 10; id++) {
      message?.(id, "send", packet(id, { type: "gossip", text: `\n${id}` }));
      message?.(id, "recv", packet(id, { type: "gossip" }));
    }
  });
  for (const size of [1, 7, text.length]) {
    const reader = new JournalReader();
    for (let from = 0; from < text.length; from += size) reader.push(text.slice(from, from + size));
    assertEquals(reader.journal(), readMessages(text));
  }
});

Deno.test("a journal at its limit says how many events it leaves out", () => {
  const text = record(({ message }) => {
    for (let id = 0; id < 10; id++) message?.(id, "send", packet(id, { type: "gossip" }));
  }, { limit: 200 });
  const { messages, leftOut } = readMessages(text);
  assertEquals([messages.length + leftOut, leftOut > 0, messages.length > 0], [10, true, true]);
});

Deno.test("a journal that ends amid a line is read up to there; another version is refused", () => {
  const text = record(({ message }) => {
    message?.(1, "send", packet(0, { type: "a" }));
    message?.(2, "send", packet(1, { type: "b" }));
  });
  assertEquals(readMessages(text.slice(0, -5)).messages.length, 1);
  assertEquals(readMessages("").messages, []);
  assertThrows(() => readMessages("glomers messages 2\n"), MalformedJournal, "line 1");
  assertThrows(() => readMessages(text.replace("> 1", "& 1")), MalformedJournal, "line 2");
});

Deno.test("a journal may be read in pieces, cut anywhere", () => {
  const text = record(({ message, log }) => {
    message?.(100, "send", packet(0, { type: "gossip", text: "ü" }));
    log?.("n0", "a line", 120);
    message?.(150, "recv", packet(0, { type: "gossip" }));
    message?.(160, "recv", packet(0, { type: "gossip" }));
  });
  const reader = new JournalReader();
  for (let from = 0; from < text.length; from += 3) reader.push(text.slice(from, from + 3));
  assertEquals(reader.journal(), readMessages(text));
  assertEquals(reader.journal().messages.map(({ ends }) => ends.length), [2]);
  assertThrows(
    () => reader.push("> what\n"),
    MalformedJournal,
    "line 6: expected a mark and a time",
  );
});
