import { assert, assertEquals, assertMatch } from "@std/assert";
import fc from "fast-check";
import { type Edn, isEdnObject, List, parseEdn, printEdn } from "../../history/edn.ts";
import { type Op, parseHistory } from "../../history/operations.ts";
import { UNKNOWN } from "../checker.ts";
import { transcript } from "../history_fixture.ts";
import { checkKafka, explainKafka } from "./mod.ts";

// Recorded runs.

for (const run of ["aborted-visible", "lost-acknowledged", "offset-race", "offsets-backwards"]) {
  Deno.test(`kafka: ${run} equals Maelstrom's result to the letter`, async () => {
    const history = parseHistory(await unzipped(`${run}/history.edn.gz`));
    const printed = (await unzipped(`${run}/results.edn.gz`)).replaceAll(/\s+/g, " ");
    const theirs = printed.slice(printed.indexOf(":workload ") + ":workload ".length);
    const ours = `${printEdn(checkKafka(history))}, :valid? false}`;
    const difference = [...theirs].findIndex((letter, place) => letter !== ours[place]);
    if (ours === theirs.trim()) return;
    assertEquals(
      ours.slice(difference - 80).slice(0, 400),
      theirs.slice(difference - 80).slice(0, 400),
    );
  });
}

async function unzipped(file: string): Promise<string> {
  const zipped = await Deno.readFile(new URL(`testdata/${file}`, import.meta.url));
  const text = new Blob([zipped]).stream().pipeThrough(new DecompressionStream("gzip"));
  return await new Response(text).text();
}

// A correct log.

interface Command {
  readonly process: number;
  readonly f: "send" | "fail" | "info" | "poll" | "assign";
  readonly key: string;
  readonly took: boolean;
}

/** Executes commands on a correct log, and polls all of it at the end. */
function correctLog(commands: readonly Command[]): Op[] {
  const lines: string[] = [];
  const logs = new Map<string, number[]>();
  const positions = new Map<number, Map<string, number>>();
  let messages = 0;
  const line = (...words: (string | number)[]) => lines.push(`${lines.length} ${words.join(" ")}`);
  const poll = (process: number, most: number) => {
    const at = positions.get(process) ?? new Map<string, number>();
    const polled = [...at].map(([key, from]) => {
      const log = logs.get(key) ?? [];
      const found = log.slice(from, from + most).map((value, i) => `[${2 * (from + i)} ${value}]`);
      at.set(key, from + found.length);
      return found.length === 0 ? "" : `"${key}" [${found.join(" ")}]`;
    });
    line(process, "invoke poll [[:poll]]");
    line(process, `ok poll [[:poll {${polled.join(" ")}}]]`);
  };
  const assign = (process: number, keys: string[]) => {
    const before = positions.get(process);
    positions.set(process, new Map(keys.map((key) => [key, before?.get(key) ?? 0])));
    const value = `[${keys.map((key) => `"${key}"`).join(" ")}]`;
    line(process, "invoke assign", value);
    line(process, "ok assign", value);
  };
  for (const { process, f, key, took } of commands) {
    if (f === "poll") poll(process, 2);
    else if (f === "assign") assign(process, took ? [key, "a"] : [key]);
    else {
      const value = ++messages;
      const log = logs.get(key) ?? [];
      logs.set(key, log);
      line(process, `invoke send [[:send "${key}" ${value}]]`);
      if (f === "send" || (f === "info" && took)) log.push(value);
      // Offsets have holes: the log hands out every other one.
      if (f === "send") {
        line(process, `ok send [[:send "${key}" [${2 * log.length - 2} ${value}]]]`);
      } else line(process, `${f} send [[:send "${key}" ${value}]]`);
    }
  }
  // Twice, since what the last operation polls for the first time counts as unseen.
  for (const process of [98, 99]) {
    assign(process, [...logs.keys()]);
    poll(process, Infinity);
  }
  return transcript(lines.join("\n"));
}

const command: fc.Arbitrary<Command> = fc.record({
  process: fc.nat(2),
  f: fc.constantFrom("send", "send", "fail", "info", "poll", "poll", "assign"),
  key: fc.constantFrom("a", "b", "c"),
  took: fc.boolean(),
});

Deno.test("kafka: a correct log is valid, whatever clients do", () => {
  const first: Command = { process: 0, f: "send", key: "a", took: true };
  fc.assert(
    fc.property(fc.array(command, { maxLength: 60 }), (commands) => {
      const result = checkKafka(correctLog([first, ...commands]));
      assertEquals(result["error-types"], new List([]));
      assertEquals(result["valid?"], true);
    }),
    { numRuns: 200, seed: 7 },
  );
});

// Faulty logs.

/** Sends 1, 2 and 3 to key `a`, then follows the lines. */
function afterThreeSends(lines: string, offsets = [0, 1, 2]): Op[] {
  const sends = offsets.map((offset, i) => `
    ${2 * i}   0 invoke send [[:send "a" ${i + 1}]]
    ${2 * i + 1} 0 ok     send [[:send "a" [${offset} ${i + 1}]]]`);
  return transcript(sends.join("\n").replaceAll(/\n\s*\n/g, "\n") + "\n" + lines.trim());
}

/** Polls of key `a`, one after another: `process: offset message, offset message …`. */
function polls(...described: string[]): string {
  return described.flatMap((text, i) => {
    const [process = "", list = ""] = text.split(": ");
    const messages = list.split(", ").map((message) => `[${message}]`).join(" ");
    return [
      `${10 + 2 * i} ${process} invoke poll [[:poll]]`,
      `${11 + 2 * i} ${process} ok     poll [[:poll {"a" [${messages}]}]]`,
    ];
  }).join("\n");
}

const ALL = "9: 0 1, 1 2, 2 3";

const faulty: Record<string, [history: Op[], errors: Record<string, number>]> = {
  "nothing": [afterThreeSends(polls(ALL)), {}],
  "a poll that misses the message after the last": [
    afterThreeSends(polls("1: 0 1", "1: 2 3", ALL)),
    { "poll-skip": 1 },
  ],
  "a poll that repeats a message": [
    afterThreeSends(polls("1: 0 1, 1 2", "1: 1 2, 2 3")),
    { "nonmonotonic-poll": 1 },
  ],
  "a poll that leaves out a message between two": [
    afterThreeSends(polls("1: 0 1, 2 3", ALL)),
    { "int-poll-skip": 1 },
  ],
  "a poll in reverse": [
    afterThreeSends(polls("1: 2 3, 1 2, 0 1")),
    { "int-nonmonotonic-poll": 2 },
  ],
  "a message that nobody polls, before others": [
    afterThreeSends(polls("1: 0 1", "2: 2 3")),
    { "lost-write": 1, "unseen": 1 },
  ],
  "a message that nobody polls, at the end": [
    afterThreeSends(polls("1: 0 1, 1 2")),
    { "unseen": 1 },
  ],
  "a message that is polled at a second offset": [
    afterThreeSends(polls(ALL, "1: 3 2")),
    { "duplicate": 1, "int-nonmonotonic-poll": 1, "int-poll-skip": 1, "nonmonotonic-send": 1 },
  ],
  "two messages at one offset": [
    afterThreeSends(polls("1: 0 1", "2: 1 2", "3: 2 3"), [0, 1, 1]),
    { "duplicate": 1, "inconsistent-offsets": 1 },
  ],
  "offsets that go back as one process sends": [
    afterThreeSends(polls("1: 0 1, 1 3, 2 2"), [0, 2, 1]),
    { "nonmonotonic-send": 1 },
  ],
  "a failed send that is polled": [
    afterThreeSends(`
      6 1 invoke send [[:send "a" 4]]
      7 1 fail   send [[:send "a" 4]]
      ${polls(ALL + ", 3 4")}`),
    { "G1a": 1 },
  ],
  "a message that is polled before it is sent": [
    afterThreeSends(`
      ${polls(ALL + ", 3 4")}
      20 1 invoke send [[:send "a" 4]]
      21 1 ok     send [[:send "a" [3 4]]]`),
    { "G1c-realtime": 1, "strong-PL-2-cycle-exists": 1 },
  ],
  "one operation whose sends go back": [
    afterThreeSends(`
      6 1 invoke send [[:send "a" 4] [:send "a" 5]]
      7 1 ok     send [[:send "a" [4 4]] [:send "a" [3 5]]]
      ${polls(ALL + ", 3 5, 4 4")}`),
    { "int-nonmonotonic-send": 1 },
  ],
};

for (const [name, [history, errors]] of Object.entries(faulty)) {
  Deno.test(`kafka: ${name} gives ${Object.keys(errors).join(", ") || "no error"}`, () => {
    const result = checkKafka(history);
    const counts = Object.keys(errors).map((type) => [type, countOf(result[type])]);
    assertEquals(printEdn(result["error-types"] ?? null), keywords(Object.keys(errors)));
    assertEquals(Object.fromEntries(counts), errors);
    assertEquals(result["bad-error-types"], result["error-types"]);
    assertEquals(result["valid?"], Object.keys(errors).length === 0);
    const lines = explainKafka(result, history);
    for (const type of Object.keys(errors).filter((type) => type !== "strong-PL-2-cycle-exists")) {
      assert(lines.some((line) => line.startsWith(`${type}: `)), `${type} is not explained`);
    }
  });
}

function keywords(names: string[]): string {
  return `(${names.map((name) => `:${name}`).join(" ")})`;
}

function countOf(entry: Edn | undefined): Edn | undefined {
  if (!isEdnObject(entry)) return undefined;
  if (entry["unseen"] instanceof Map) return [...entry["unseen"].values()][0];
  return entry["count"];
}

Deno.test("kafka: gaps between the messages of one send are tolerated", () => {
  const history = afterThreeSends(`
    6 1 invoke send [[:send "a" 4] [:send "a" 5]]
    6 2 invoke send [[:send "a" 6]]
    7 1 ok     send [[:send "a" [3 4]] [:send "a" [5 5]]]
    7 2 ok     send [[:send "a" [4 6]]]
    ${polls(ALL + ", 3 4, 4 6, 5 5")}`);
  const result = checkKafka(history);
  assertEquals(printEdn(result["error-types"] ?? null), "(:int-send-skip)");
  assertEquals(printEdn(result["bad-error-types"] ?? null), "()");
  assertEquals(result["valid?"], true);
});

Deno.test("kafka: an indefinite send counts once its message is polled", () => {
  const lost = afterThreeSends(`
    6 1 invoke send [[:send "a" 4]]
    7 1 info   send [[:send "a" 4]] {:error :net-timeout}
    8 2 invoke send [[:send "a" 5]]
    9 2 ok     send [[:send "a" [4 5]]]
    ${polls(ALL + ", 4 5")}`);
  assertEquals(checkKafka(lost)["valid?"], true, "it may never have happened");
  assertEquals(printEdn(checkKafka(lost)["info-txn-causes"] ?? null), "(:net-timeout)");
  const there = `
    6 1 invoke send [[:send "b" 4]]
    7 1 info   send [[:send "b" 4]] {:error :net-timeout}
    ${polls(ALL)}
    20 2 invoke poll [[:poll]]
    21 2 ok     poll [[:poll {"b" [[0 4]]}]]`;
  const again = `
    30 3 invoke poll [[:poll]]
    31 3 ok     poll [[:poll {"b" [[0 4]]}]]`;
  assertEquals(checkKafka(afterThreeSends(there + again))["valid?"], true);
  assertEquals(checkKafka(afterThreeSends(there))["valid?"], false, "as in Jepsen, see `unseen`");
  const passedOver = `
    6 1 invoke send [[:send "a" 4] [:send "b" 1]]
    7 1 info   send [[:send "a" 4] [:send "b" 1]]
    8 2 invoke poll [[:poll]]
    9 2 ok     poll [[:poll {"b" [[0 1]]}]]
    ${polls(ALL)}`;
  assertEquals(checkKafka(afterThreeSends(passedOver))["valid?"], true);
});

Deno.test("kafka: an assignment forgets positions in keys that it drops, an empty poll that of its key", () => {
  const goneBack = (between: string) =>
    checkKafka(afterThreeSends(`
      10 1 invoke poll [[:poll]]
      11 1 ok     poll [[:poll {"a" [[0 1] [1 2] [2 3]]}]]
      12 1 invoke assign ["b"]
      ${between}
      20 1 invoke poll [[:poll]]
      21 1 ok     poll [[:poll {"a" [[0 1]]}]]`))["valid?"];
  assertEquals(goneBack(`13 1 ok assign ["b"]`), true);
  assertEquals(goneBack(`13 1 fail assign ["b"]`), false);
  assertEquals(goneBack(`13 1 ok assign ["a" "b"]`), false);
  const emptied = afterThreeSends(`
    ${polls("1: 0 1, 1 2, 2 3")}
    12 1 invoke poll [[:poll]]
    13 1 ok     poll [[:poll {"a" []}]]
    14 1 invoke poll [[:poll]]
    15 1 ok     poll [[:poll {"a" [[0 1]]}]]`);
  assertEquals(checkKafka(emptied)["valid?"], true);
});

Deno.test("kafka: lag is how long before the poll the next message was known to exist", () => {
  const lag = (history: Op[]) => printEdn(checkKafka(history)["worst-realtime-lag"] ?? null);
  const onlyAssigned = transcript(`
    0 1 invoke assign ["a"]
    1 1 ok     assign ["a"]`);
  assertEquals(lag(onlyAssigned), "{:time 0.0, :lag 0.0}");
  // Message 2 is known to exist since 3 ms; the poll that does not return it begins at 10 ms.
  assertEquals(
    lag(afterThreeSends(polls("1: 0 1", "1: 1 2, 2 3"))),
    `{:time 0.01, :process 1, :key "a", :lag 0.007}`,
  );
  // A key that was assigned but not returned lags from its first message.
  const ignored = `
    8  1 invoke assign ["a"]
    9  1 ok     assign ["a"]
    20 1 invoke poll [[:poll]]
    21 1 ok     poll [[:poll {}]]
    22 2 invoke poll [[:poll]]
    23 2 ok     poll [[:poll {"a" [[0 1] [1 2] [2 3]]}]]`;
  assertEquals(lag(afterThreeSends(ignored)), `{:time 0.02, :process 1, :key "a", :lag 0.019}`);
});

Deno.test("kafka: there is no verdict where Maelstrom's checker gives up", () => {
  const invented = checkKafka(afterThreeSends(polls(ALL + ", 3 77")));
  assertEquals(invented["valid?"], UNKNOWN);
  assertMatch(explainKafka(invented).join(), /message 77 of key "a" was polled, but nobody/);
  const empty = checkKafka(afterThreeSends(`
    10 1 invoke poll [[:poll]]
    11 1 ok     poll [[:poll {"b" []}]]`));
  assertEquals(empty["valid?"], UNKNOWN);
  assertMatch(explainKafka(empty).join(), /every poll of it came back as an empty list/);
  assertEquals(checkKafka([])["valid?"], UNKNOWN);
  assertMatch(explainKafka(checkKafka([])).join(), /no client did anything/);
});

Deno.test("kafka: a run in which no operation follows another is not valid", () => {
  const alone = checkKafka(transcript(`
    0 0 invoke poll [[:poll]]
    1 0 ok     poll [[:poll {}]]`));
  assertEquals(printEdn(alone["bad-error-types"] ?? null), "(:empty-transaction-graph)");
  assertEquals(alone["empty-transaction-graph"], { count: 1, errs: true });
});

Deno.test("kafka: cycles are listed as Elle lists them, in the order of Bifurcan's hash sets", () => {
  const history = [0, 1, 2, 3, 4].flatMap((offset) => [
    `0 0 invoke poll [[:poll]]`,
    `0 0 ok     poll [[:poll {"a" [[${offset} ${offset}]]}]]`,
    `0 1 invoke send [[:send "a" ${offset}]]`,
    `0 1 ok     send [[:send "a" [${offset} ${offset}]]]`,
  ]);
  const found = checkKafka(transcript(history.join("\n")))["G1c-realtime"] ?? null;
  const cycles = [...printEdn(found).matchAll(/:cycle \[#\S+?Op\{:index (\d+)/g)];
  assertEquals(cycles.map(([, first]) => Number(first)), [1, 19, 5, 13, 9]);
});

Deno.test("kafka: a result of more than eight keys has the order of Clojure's hash maps", () => {
  const keys = (name: string) => Object.keys(checkKafka(faulty[name]?.[0] ?? []));
  assertEquals(keys("a message that nobody polls, before others"), [
    "valid?",
    "worst-realtime-lag",
    "bad-error-types",
    "error-types",
    "info-txn-causes",
    "lost-write",
    "unseen",
  ]);
  assertEquals(keys("a message that is polled at a second offset"), [
    "duplicate",
    "valid?",
    "info-txn-causes",
    "worst-realtime-lag",
    "nonmonotonic-send",
    "error-types",
    "int-poll-skip",
    "int-nonmonotonic-poll",
    "bad-error-types",
  ]);
});

Deno.test("kafka: the explanation of a lost message says who sent it, when, and who polled past it", () => {
  const [history = []] = faulty["a message that nobody polls, before others"] ?? [];
  assertEquals(explainKafka(checkKafka(history), history), [
    `lost-write: message 2 of key "a" is lost: process 0 had its send of 2 acknowledged (offset 1) at ` +
    "0.003 s, and no poll ever returned it, though process 2 at 0.013 s had polled as far as message " +
    "3 (offset 2).",
    `unseen: key "a" has 1 acknowledged but never polled, from message 2 on; process 0 had its send of ` +
    "2 acknowledged (offset 1) at 0.003 s.",
  ]);
  const stored = parseEdn(printEdn(checkKafka(history)));
  assert(isEdnObject(stored));
  assertEquals(explainKafka(stored)[0], explainKafka(checkKafka(history))[0]);
});
