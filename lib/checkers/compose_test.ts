import { assert, assertEquals } from "@std/assert";
import { isEdnObject, keyword, parseEdn, prettyEdn, printEdn } from "../history/edn.ts";
import { checkAvailability, explainAvailability } from "./availability.ts";
import { UNKNOWN } from "./checker.ts";
import { checkSafely, composeResults } from "./compose.ts";
import { checkCounter } from "./counter.ts";
import { checkExceptions, explainExceptions, projectExceptions } from "./exceptions.ts";
import { recorded, transcript } from "./history_fixture.ts";
import { checkSetFull } from "./set_full.ts";
import { checkStats, explainStats } from "./stats.ts";

for (const run of ["broadcast/flaky", "broadcast/rate-zero", "g-counter/final-reads-fail"]) {
  Deno.test(`results of ${run} equal Maelstrom's, key order included`, () => {
    const { history, results: stored } = recorded(run);
    const net = stored["net"];
    assert(isEdnObject(net));
    const check = run.startsWith("broadcast") ? checkSetFull : checkCounter;
    const results = composeResults({ history, check, net: { ...net, "valid?": true } });
    assertEquals(parseEdn(prettyEdn(results)), stored);
    assertEquals(Object.keys(results), Object.keys(stored));
    assertEquals(Object.keys(results["stats"] ?? {}), Object.keys(stored["stats"] ?? {}));
  });
}

const mixed = transcript(`
  0 0 invoke read
  1 0 ok     read 1
  2 1 invoke write 1
  3 1 fail   write 1 {:error [:abort "no"]}
  4 2 invoke write 2
  5 2 info   write 2 {:error :net-timeout}
  6 nemesis info start-partition nil
`);

Deno.test("stats count completions by kind, and a kind that never succeeded is invalid", () => {
  const result = checkStats(mixed);
  assertEquals(
    printEdn(result),
    "{:valid? false, :count 3, :ok-count 1, :fail-count 1, :info-count 1, :by-f " +
      "{:read {:valid? true, :count 1, :ok-count 1, :fail-count 0, :info-count 0}, " +
      ":write {:valid? false, :count 2, :ok-count 0, :fail-count 1, :info-count 1}}}",
  );
  assertEquals(explainStats(result, mixed), [
    "None of 2 write operations succeeded, so nothing shows that any can. Most common error " +
    '(1 time): abort "no", first for process 1 at 0.003 s.',
  ]);
});

Deno.test("stats of no operations are valid, and kafka's crashes are exempt", () => {
  assertEquals(checkStats([])["valid?"], true);
  const crash = transcript("0 0 invoke crash\n1 0 info crash");
  assertEquals([checkStats(crash)["valid?"], explainStats(checkStats(crash))], [true, []]);
});

Deno.test("availability is a 32-bit fraction, judged only where the run requires one", () => {
  assertEquals(printEdn(checkAvailability(mixed)), "{:valid? true, :ok-fraction 0.33333334}");
  assertEquals(printEdn(checkAvailability([])), "{:valid? true, :ok-fraction 1}");
  assertEquals(checkAvailability(mixed, { availability: 0.3 })["valid?"], true);
  assertEquals(checkAvailability(mixed.slice(0, 2), { availability: 1 })["valid?"], true);
  assertEquals(checkAvailability(mixed, { availability: 0.34 })["valid?"], false);
  const total = checkAvailability(mixed, { availability: 1 });
  assertEquals(explainAvailability(total, mixed), [
    "33.33 % of the operations were acknowledged, too few.",
    '1 time write: abort "no".',
    "1 time write: net-timeout.",
    "The first was write of process 1 at 0.003 s.",
  ]);
});

Deno.test("exceptions are counted by class, the most frequent first, and never invalid", () => {
  const thrown = (type: string, message: string) =>
    `{:exception {:via [{:type ${type} :message "${message}"}]}}`;
  const history = transcript(`
    0 0 info read nil
    1 1 info read nil ${thrown("b.Common", "first\\nline")}
    2 2 info read nil ${thrown("b.Common", "second")}
    3 3 info read nil ${thrown("a.Rare", "once")}
  `);
  const result = checkExceptions(history);
  assertEquals(printEdn(projectExceptions(result)), "[[b.Common 2] [a.Rare 1]]");
  assertEquals(result["valid?"], true);
  assertEquals(
    explainExceptions(result)[0],
    "2 operations ended in an exception, the first read of process 1 at 0.001 s: first line",
  );
  assertEquals(checkExceptions([]), { "valid?": true });
});

Deno.test("an error reply is explained by its code and text", () => {
  const { results } = recorded("g-counter/final-reads-fail");
  const exceptions = results["exceptions"];
  assert(isEdnObject(exceptions));
  assertEquals(explainExceptions(exceptions), [
    "2 operations ended in an exception, the first read of process 1 at 18.009 s: " +
    'error 11 (temporarily-unavailable), "closed".',
  ]);
});

Deno.test("a checker that throws yields the verdict unknown, and the others still run", () => {
  const failing = () => {
    throw new RangeError("no such thing");
  };
  assertEquals(
    printEdn(checkSafely(failing, [])),
    '{:valid? :unknown, :error {:via [{:type RangeError, :message "no such thing"}], ' +
      ':cause "no such thing"}}',
  );
  const results = composeResults({ history: [], check: failing, net: { "valid?": true } });
  assertEquals(results["valid?"], UNKNOWN);
  assertEquals(results["stats"], checkStats([]));
});

Deno.test("the overall verdict is the worst: false, then unknown, then true", () => {
  const compose = (valid: true | false | typeof UNKNOWN) =>
    composeResults({
      history: [],
      check: () => ({ "valid?": valid }),
      net: { "valid?": true },
    })["valid?"];
  assertEquals([compose(true), compose(UNKNOWN), compose(false)], [
    true,
    keyword("unknown"),
    false,
  ]);
  const unavailable = composeResults({
    history: mixed,
    check: () => ({ "valid?": UNKNOWN }),
    options: { availability: 1 },
    net: { "valid?": true },
  });
  assertEquals(unavailable["valid?"], false);
});
