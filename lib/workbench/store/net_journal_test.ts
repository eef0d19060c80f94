import { assert, assertEquals, assertThrows } from "@std/assert";
import { gunzipSync } from "node:zlib";
import { pairs, parseHistory } from "../../history/operations.ts";
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
