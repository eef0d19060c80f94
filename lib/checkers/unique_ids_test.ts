import { assert, assertEquals, assertThrows } from "@std/assert";
import { isEdnObject, parseEdn, printEdn } from "../history/edn.ts";
import { UNKNOWN } from "./checker.ts";
import { checkSafely } from "./compose.ts";
import { recorded, transcript } from "./history_fixture.ts";
import { checkUniqueIds, explainUniqueIds } from "./unique_ids.ts";

function generated(...ids: string[]): ReturnType<typeof transcript> {
  return transcript(
    ids.flatMap((id, n) => [`${n} ${n} invoke generate`, `${n}.5 ${n} ok generate ${id}`]).join(
      "\n",
    ),
  );
}

Deno.test("unique-ids: objects as ids cannot be judged, as in Maelstrom", () => {
  const { history, results } = recorded("unique-ids/object-ids");
  const stored = results["workload"];
  assert(isEdnObject(stored));
  const result = checkSafely(checkUniqueIds, history);
  assertEquals([result["valid?"], stored["valid?"]], [UNKNOWN, UNKNOWN]);
  assertEquals(explainUniqueIds(stored).length, 1);
});

Deno.test("unique-ids: distinct ids are valid, with their range", () => {
  assertEquals(
    printEdn(checkUniqueIds(generated('"n0-1"', '"n1-0"', '"n0-0"'))),
    "{:valid? true, :attempted-count 3, :acknowledged-count 3, :duplicated-count 0, " +
      ':duplicated {}, :range ["n0-0" "n1-0"]}',
  );
});

Deno.test("unique-ids: attempts without an acknowledgement count, their ids do not", () => {
  const result = checkUniqueIds(transcript(`
    0 0 invoke generate
    1 0 ok     generate 5
    2 1 invoke generate
    3 1 info   generate nil {:error :net-timeout}
    4 2 invoke generate
  `));
  assertEquals([result["attempted-count"], result["acknowledged-count"]], [3, 1]);
  assertEquals(result["range"], [5, 5]);
});

Deno.test("unique-ids: an id acknowledged twice is found, and the explanation says where", () => {
  const history = generated("1", "2", "1");
  const result = checkUniqueIds(history);
  assertEquals(result["valid?"], false);
  assertEquals(result["duplicated"], new Map([[1, 2]]));
  assertEquals(explainUniqueIds(result, history), [
    "1 id was acknowledged more than once, of 3 in all.",
    "Id 1 was acknowledged 2 times: to process 0 at 0.001 s and process 2 at 0.003 s.",
  ]);
});

Deno.test("unique-ids: 64-bit ids that differ in their last digit are distinct, also when read from a file", () => {
  assertEquals(
    checkUniqueIds(generated("818638448817602601", "818638448817602602"))["valid?"],
    true,
  );
  const twice = checkUniqueIds(generated("818638448817602601", "818638448817602601"));
  assertEquals(twice["duplicated"], new Map([[818638448817602601n, 2]]));
});

Deno.test("unique-ids: arrays go by length and then item by item", () => {
  const result = checkUniqueIds(generated("[2 100]", "[0 5]", "[9]", "[9]"));
  assertEquals(result["range"], [[9], [2, 100]]);
  assertEquals(result["duplicated-count"], 1);
});

Deno.test("unique-ids: mixed kinds of ids have no order", () => {
  assertThrows(() => checkUniqueIds(generated("1", '"1"')), TypeError, "have no order");
  assertThrows(() => checkUniqueIds(generated("[1]", '["1"]')), TypeError, "have no order");
});

Deno.test("unique-ids: nil is an id, but no end of a range", () => {
  const result = checkUniqueIds(generated("nil", "2", "nil", "1"));
  assertEquals(result["range"], [1, 2]);
  assertEquals(result["duplicated"], new Map([[null, 2]]));
});

Deno.test("unique-ids: numbers are duplicates only within their category", () => {
  const duplicated = (...ids: string[]) => checkUniqueIds(generated(...ids))["duplicated-count"];
  assertEquals(duplicated("1", "1.0", "1.0M", "3/2", "1.5"), 0);
  assertEquals([duplicated("1", "1N"), duplicated("1.0M", "1.00M"), duplicated("[1]", "[1N]")], [
    1,
    1,
    1,
  ]);
});

Deno.test("unique-ids: a run without ids has no range", () => {
  assertEquals(checkUniqueIds([])["range"], [null, null]);
});

Deno.test("unique-ids: the 48 most frequent duplicates are shown, sorted", () => {
  const ids = Array.from({ length: 60 }, (_, id) => `${id}`);
  const result = checkUniqueIds(generated(...ids, ...ids, "3"));
  const duplicated = result["duplicated"];
  assert(duplicated instanceof Map);
  assertEquals(result["duplicated-count"], 60);
  assertEquals([...duplicated.keys()], [3, ...Array.from({ length: 47 }, (_, n) => n + 13)]);
  assertEquals(parseEdn(printEdn(duplicated)), duplicated);
});
