import { assertEquals } from "@std/assert";
import { type Entry, Log } from "./log.ts";

/** A log whose entries have these terms; the data of each is its term and index. */
function logOf(...terms: number[]): Log<string> {
  return new Log({ index: 0, term: 0 }, entriesOf(1, ...terms));
}

function entriesOf(from: number, ...terms: number[]): Entry<string>[] {
  return terms.map((term, i) => [term, `${term}.${from + i}`]);
}

const termsOf = (log: Log<string>) => log.slice(log.first, log.last.index).map(([term]) => term);

Deno.test("an empty log matches index 0 alone", () => {
  const log = logOf();
  assertEquals(log.last, { index: 0, term: 0 });
  assertEquals(log.matches({ index: 0, term: 0 }), true);
  assertEquals(log.matches({ index: 1, term: 0 }), false);
});

Deno.test("entries that are there already stay, and those that conflict are replaced", () => {
  const log = logOf(1, 1, 2, 2);
  log.merge(1, entriesOf(2, 1, 2));
  assertEquals([termsOf(log), log.stable], [[1, 1, 2, 2], 4], "a late copy takes nothing away");
  log.merge(2, entriesOf(3, 3));
  assertEquals([termsOf(log), log.stable], [[1, 1, 3], 2]);
  log.merge(3, entriesOf(4, 3, 4));
  assertEquals([termsOf(log), log.stable], [[1, 1, 3, 3, 4], 2]);
});

Deno.test("what is committed is never replaced", () => {
  const log = logOf(1, 1, 1);
  log.commit(2);
  assertEquals(log.merge(1, entriesOf(2, 2)), false);
  assertEquals(termsOf(log), [1, 1, 1]);
  assertEquals(log.merge(2, entriesOf(3, 2)), true);
});

Deno.test("entries written before they were replaced do not count as stable", () => {
  const log = logOf(1);
  log.append([1, "a"]);
  log.append([1, "b"]);
  log.merge(1, entriesOf(2, 2));
  log.settle({ index: 3, term: 1 });
  assertEquals(log.stable, 1);
  log.settle({ index: 2, term: 2 });
  assertEquals(log.stable, 2);
});

Deno.test("a candidate's log is at least as good if its last term is higher, or it is as long", () => {
  const log = logOf(1, 2, 2);
  assertEquals(log.isNoNewerThan({ index: 1, term: 3 }), true);
  assertEquals(log.isNoNewerThan({ index: 3, term: 2 }), true);
  assertEquals(log.isNoNewerThan({ index: 2, term: 2 }), false);
  assertEquals(log.isNoNewerThan({ index: 9, term: 1 }), false);
});

Deno.test("two questions find where the logs of the paper's figure 7 part, whatever their lengths", () => {
  const leader = logOf(1, 1, 1, 4, 4, 5, 5, 6, 6, 6);
  const e = logOf(1, 1, 1, 4, 4, 4, 4);
  const f = logOf(1, 1, 1, 2, 2, 2, 3, 3, 3, 3, 3);
  assertEquals(e.lastPossibleMatch({ index: 10, term: 6 }), { index: 7, term: 4 });
  assertEquals(leader.lastPossibleMatch({ index: 7, term: 4 }), { index: 5, term: 4 });
  assertEquals(f.lastPossibleMatch({ index: 10, term: 6 }), { index: 10, term: 3 });
  assertEquals(leader.lastPossibleMatch({ index: 10, term: 3 }), { index: 3, term: 1 });
});

Deno.test("applied entries can be dropped, others cannot", () => {
  const log = logOf(1, 1, 2, 2, 3);
  log.commit(4);
  log.apply(3);
  log.compact(9);
  assertEquals([log.first, log.termAt(3), log.termAt(2), termsOf(log)], [4, 2, undefined, [2, 3]]);
  assertEquals(log.slice(1, 4), entriesOf(4, 2));
  log.merge(4, entriesOf(5, 4));
  assertEquals(termsOf(log), [2, 4]);
  assertEquals(log.lastPossibleMatch({ index: 5, term: 1 }), { index: 3, term: 2 });
});

Deno.test("sizes are known of all entries that are held, whatever came and went", () => {
  const log = logOf(1, 1);
  const size = (from: number, to: number) =>
    log.slice(from, to).reduce((sum, entry) => sum + JSON.stringify(entry).length, 0);
  const assertSizes = () => {
    const { first, last: { index: last } } = log;
    for (let from = first; from <= last + 1; from++) {
      for (let to = from - 1; to <= last; to++) assertEquals(log.sizeOf(from, to), size(from, to));
    }
  };
  assertSizes();
  log.append([2, "a longer one"]);
  log.merge(2, [[3, "one"], [3, null], [3, "another"]]);
  assertSizes();
  log.commit(4);
  log.apply(4);
  log.compact(3);
  assertEquals([log.first, log.last.index], [4, 5]);
  assertSizes();
  log.compact(4);
  log.merge(4, [[4, "yet another"]]);
  assertSizes();
  log.restore({ index: 9, term: 5 });
  log.append([6, "new"]);
  assertSizes();
});

Deno.test("as many entries are taken as there is room for, and at least one", () => {
  const log = logOf(1, 1, 1, 1); // of 9 characters each
  const taken = (from: number, size: number) => log.take(from, size).map(([, data]) => data);
  assertEquals(taken(2, 18), ["1.2", "1.3"]);
  assertEquals(taken(2, 17), ["1.2"]);
  assertEquals(taken(2, 1), ["1.2"]);
  assertEquals(taken(2, 99), ["1.2", "1.3", "1.4"]);
  assertEquals(taken(5, 99), []);
});

Deno.test("a snapshot stands for all entries before it", () => {
  const log = logOf(1, 1);
  log.restore({ index: 7, term: 3 });
  assertEquals(log.last, { index: 7, term: 3 });
  assertEquals([log.stable, log.committed, log.applied], [7, 7, 7]);
  assertEquals(log.append([4, "x"]), 8);
});
