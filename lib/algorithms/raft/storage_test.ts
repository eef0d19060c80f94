import { assertEquals } from "@std/assert";
import { json, string } from "../../rpc.ts";
import { type DiskRecord, Storage, storageShapes } from "./storage.ts";

const vote = { term: 2, vote: "n1" };
const entry = (term: number, command: string): [number, string] => [term, command];

type Change = Omit<DiskRecord<string, string>, "number" | "term" | "vote">;

/** The entries after records were added to a snapshot at index 10 and the entries 11 and 12. */
function entriesAfter(...records: Change[]): string[] {
  const snapshot = { index: 10, term: 1, state: "ten" };
  const storage = new Storage<string, string>({
    number: 7,
    ...vote,
    snapshot,
    entries: [[1, "11"], [1, "12"]],
  });
  for (const [i, record] of records.entries()) storage.add({ number: 8 + i, ...vote, ...record });
  return storage.stored.entries.map(([, command]) => `${command}`);
}

Deno.test("a record appends its entries, and replaces those that are there", () => {
  assertEquals(entriesAfter({ behind: 12, entries: [[2, "13"]] }), ["11", "12", "13"]);
  assertEquals(entriesAfter({ behind: 10, entries: [[2, "new"]] }), ["new"]);
});

Deno.test("a leader's state takes the place of everything", () => {
  const snapshot = { index: 20, term: 2, state: "twenty" };
  assertEquals(entriesAfter({ snapshot, behind: 20, entries: [[2, "21"]] }), ["21"]);
});

Deno.test("a record that is included already, or what took its place since, changes nothing", () => {
  const stored = {
    number: 7,
    term: 4,
    vote: null,
    snapshot: null,
    entries: [entry(3, "1"), entry(4, "other")],
  };
  const storage = new Storage<string, string>(stored);
  storage.add({ number: 7, ...vote, behind: 2, entries: [[3, "3"]] });
  assertEquals(storage.stored, stored);
  storage.add({ number: 8, term: 4, vote: "n2", behind: 2, entries: [[4, "next"]] });
  const entries = [...stored.entries, [4, "next"]];
  assertEquals<unknown>(storage.stored, { ...stored, number: 8, vote: "n2", entries });
});

Deno.test("what is stored has the shapes that a journal checks", () => {
  const { stored, record } = storageShapes(string, json);
  const storage = new Storage<string, string>();
  assertEquals(stored.problem(storage.stored, "it"), undefined);
  const problem = (entry: unknown, voters?: unknown) => {
    const snapshot = { index: 1, term: 1, state: 1, ...(voters !== undefined && { voters }) };
    return record.problem({ number: 1, ...vote, snapshot, behind: 0, entries: [entry] }, "it");
  };
  for (const entry of [[1, null], [1, "x"], [1, null, ["n0"]]]) {
    assertEquals([problem(entry), problem(entry, ["n0"])], [undefined, undefined]);
  }
  assertEquals(problem([1, 5]), `"it.entries[0][1]" must be a string, got 5`);
  assertEquals(problem([1, "x", ["n0"]]), `"it.entries[0][1]" must be null`);
  assertEquals(problem([1, null], [5]), `"it.snapshot.voters[0]" must be a string, got 5`);
});
