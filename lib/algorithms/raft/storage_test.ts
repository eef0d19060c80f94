import { assertEquals } from "@std/assert";
import { json, string } from "../../rpc.ts";
import { type DiskRecord, Storage, storageShapes } from "./storage.ts";

const vote = { term: 2, vote: "n1" };

/** The entries after records were added to a snapshot at index 10 and the entries 11 and 12. */
function entriesAfter(...records: Omit<DiskRecord<string, string>, "term" | "vote">[]): string[] {
  const snapshot = { index: 10, term: 1, state: "ten" };
  const storage = new Storage<string, string>({
    ...vote,
    snapshot,
    entries: [[1, "11"], [1, "12"]],
  });
  for (const record of records) storage.add({ ...vote, ...record });
  return storage.stored.entries.map(([, command]) => `${command}`);
}

Deno.test("a record appends its entries, and replaces those that are there", () => {
  assertEquals(entriesAfter({ behind: 12, entries: [[2, "13"]] }), ["11", "12", "13"]);
  assertEquals(entriesAfter({ behind: 10, entries: [[2, "new"]] }), ["new"]);
});

Deno.test("a record that a snapshot includes adds nothing, and one that it includes in part the rest", () => {
  const late: Omit<DiskRecord<string, string>, "term" | "vote"> = {
    behind: 8,
    entries: [[1, "9"], [1, "10"], [1, "11"]],
  };
  assertEquals(entriesAfter(late), ["11"]);
  assertEquals(entriesAfter(late, { behind: 11, entries: [[1, "12"]] }), ["11", "12"]);
});

Deno.test("a leader's state takes the place of everything", () => {
  const snapshot = { index: 20, term: 2, state: "twenty" };
  assertEquals(entriesAfter({ snapshot, behind: 20, entries: [[2, "21"]] }), ["21"]);
});

Deno.test("an older record over a newer state leaves one node's log, and the newer term", () => {
  const snapshot = { index: 20, term: 3, state: "twenty" };
  const storage = new Storage<string, string>({ term: 4, vote: null, snapshot, entries: [] });
  const entries = Array.from({ length: 15 }, (_, i): [number, string] => [1, `${11 + i}`]);
  storage.add({ ...vote, behind: 10, entries });
  assertEquals(storage.stored, { term: 4, vote: null, snapshot, entries: [] });
});

Deno.test("what is stored has the shapes that a journal checks", () => {
  const { stored, record } = storageShapes(string, json);
  const storage = new Storage<string, string>();
  assertEquals(stored.problem(storage.stored, "it"), undefined);
  assertEquals(record.problem({ ...vote, behind: 0, entries: [[1, null]] }, "it"), undefined);
  assertEquals(
    record.problem({ ...vote, behind: 0, entries: [[1, 5]] }, "it"),
    `"it.entries[0][1]" must be a string, got 5`,
  );
});
