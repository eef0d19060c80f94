import { assert, assertEquals, assertThrows } from "@std/assert";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { NS_PER_MS, type Op, pairs, parseHistory } from "../../history/operations.ts";
import { withFolder } from "../../testing/process.ts";
import { MalformedFressian, readFressian, Structure } from "./fressian.ts";
import { readNetJournal } from "./net_journal.ts";

const TESTDATA = new URL("testdata/", import.meta.url).pathname;
const unzip = (name: string) => gunzipSync(Deno.readFileSync(`${TESTDATA}${name}.gz`));

Deno.test("values come out of Fressian as Maelstrom put them in", () => {
  const bytes = unzip("values.fressian");
  const values = [...readFressian(bytes)].map((event) => {
    const message = event instanceof Structure ? event.fields[3] : undefined;
    const body = message instanceof Structure ? message.fields[3] : undefined;
    return typeof body === "object" && body !== null && "value" in body ? body.value : undefined;
  });
  assertEquals(values, JSON.parse(new TextDecoder().decode(unzip("values.json"))));
  assertEquals([...readFressian(bytes.subarray(0, -3))].length, values.length - 1);
  assertThrows(() => [...readFressian(new Uint8Array([0xa7]))], MalformedFressian, "byte 1");
  assertThrows(() => [...readFressian(new Uint8Array([1, 0xf3]))], MalformedFressian, "0xf3");
});

Deno.test("Maelstrom's messages get the times of the history and the clients of its processes", () => {
  const dir = `${TESTDATA}lin-kv`;
  const history = parseHistory(Deno.readTextFileSync(`${dir}/history.edn`));
  const journal = readNetJournal(dir, history);
  assert(journal !== undefined);
  const { messages, clients, leftOut, hidesLosses } = journal;
  assertEquals([leftOut, hidesLosses, clients.size], [0, true, 4]);
  assertEquals(new Set(clients.values()).size, 4);
  assertEquals(messages.toSorted((a, b) => a.sentNs - b.sentNs), messages);
  for (const { invocation, completion } of pairs(history)) {
    const { process, f, time } = invocation;
    const client = clients.get(Number(process));
    const own = messages.filter(({ src, sentNs }) =>
      src === client && sentNs >= time && sentNs <= (completion?.time ?? Infinity)
    );
    assertEquals(own.map(({ body }) => body.type), [f]);
  }
  const ends = messages.flatMap(({ sentNs, ends }) => ends.map(({ timeNs }) => timeNs - sentNs));
  assert(ends.length === messages.length && ends.every((tookNs) => tookNs > 0));
  assertEquals(readNetJournal(TESTDATA, history), undefined);
});

/** Writes what a client sends as Maelstrom does, without its caches. */
function writeSend(id: number, timeNs: number, src: string, type: string): Uint8Array {
  const text = (text: string) => [0xe3, text.length, ...new TextEncoder().encode(text)];
  const integer = (value: number) => {
    const bytes = new DataView(new ArrayBuffer(8));
    bytes.setBigInt64(0, BigInt(value));
    return [0xf8, ...new Uint8Array(bytes.buffer)];
  };
  const structure = (tag: string) => [0xef, ...text(tag), 4];
  const keyword = (name: string) => [0xca, 0xf7, ...text(name)];
  return Uint8Array.from([
    ...[...structure("ev"), ...integer(id), ...integer(timeNs), ...keyword("send")],
    ...[...structure("msg"), ...integer(id), ...text(src), ...text("n0")],
    ...[0xc0, 0xed, ...keyword("type"), ...text(type), 0xfd],
  ]);
}

Deno.test("a client that waits long is told from those that ask often meanwhile", () =>
  withFolder((folder) => {
    const sends: Uint8Array[] = [];
    const history: Op[] = [];
    const add = (timeMs: number, process: number, type: "invoke" | "info" | "ok") =>
      history.push({
        index: history.length,
        time: timeMs * NS_PER_MS,
        type,
        process,
        f: "read",
        value: null,
      });
    const send = (timeMs: number, src: string) =>
      sends.push(writeSend(sends.length, (5_000 + timeMs) * NS_PER_MS, src, "read"));
    add(0, 0, "invoke");
    send(1, "c7");
    for (let timeMs = 100; timeMs < 1_000; timeMs += 100) {
      add(timeMs, 1, "invoke");
      send(timeMs + 1, "c8");
      add(timeMs + 50, 1, "ok");
    }
    add(1_000, 0, "info");
    Deno.mkdirSync(join(folder, "net-journal"));
    for (const [i, bytes] of sends.entries()) {
      Deno.writeFileSync(join(folder, "net-journal", `${i}.fressian`), bytes);
    }
    const { clients, messages } = readNetJournal(folder, history) ?? {};
    assertEquals([...clients ?? []], [[0, "c7"], [1, "c8"]]);
    assertEquals(messages?.map(({ sentNs }) => sentNs / NS_PER_MS).slice(0, 2), [0, 100]);
  }));
