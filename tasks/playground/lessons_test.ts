import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { loadSource } from "../../lib/playground/engine/load_source.ts";
import { readFaultLesson, readLesson } from "../../lib/playground/lessons/lesson.ts";
import { FAULT_LESSONS, LESSONS } from "../../lib/playground/lessons/mod.ts";
import { summariseRun } from "../../lib/report/summary.ts";
import { failureSignature } from "../../lib/simulator/failure.ts";
import { simulateOnce } from "../../lib/simulator/simulate_once.ts";
import { FAULTY } from "../../nodes/faulty/mod.ts";
import { challengeOf } from "../shared/challenges.ts";
import { readChallenges } from "./exercises.ts";

/** What a starter shows in a run of the challenge, and under which seeds. */
interface Expected {
  readonly id: string;
  /** Parts of the failure signature: the anomaly that the lesson is about. */
  readonly shows?: readonly string[];
  /** Limits that it exceeds. */
  readonly exceeds?: readonly string[];
  /** Seconds of operations that are enough. Default 3. */
  readonly timeLimitS?: number;
  /** Default: 1 and 2. */
  readonly seeds?: readonly number[];
}

const STARTERS: readonly Expected[] = [
  { id: "1", shows: ["workload invalid"] },
  { id: "2", shows: ["duplicated"], timeLimitS: 1 },
  { id: "3a", shows: ["lost"] },
  { id: "3b", shows: ["lost"] },
  { id: "3c", shows: ["lost"], timeLimitS: 5 },
  { id: "3d", exceeds: ["messages per op", "median latency", "maximum latency"], timeLimitS: 5 },
  { id: "3e", exceeds: ["median latency", "maximum latency"], timeLimitS: 5 },
  { id: "4", shows: ["sum-too-low"] },
  { id: "4-crdt", shows: ["sum-too-low"] },
  { id: "5a", shows: ["inconsistent-offsets"], timeLimitS: 1 },
  { id: "5b", shows: ["inconsistent-offsets", "lost-write"], timeLimitS: 1 },
  { id: "5c", shows: ["poll-skip"], timeLimitS: 2 },
  { id: "6a", shows: ["availability invalid"], timeLimitS: 1 },
  { id: "6b", shows: ["cyclic-versions"], timeLimitS: 2 },
  { id: "6b", shows: ["availability invalid"], seeds: [3] },
  { id: "6c", shows: ["G1b"], timeLimitS: 2 },
  { id: "g-set", shows: ["lost"], timeLimitS: 5 },
  { id: "pn-counter", shows: ["sum-too-high"], timeLimitS: 5 },
  { id: "5c-raft", shows: ["inconsistent-offsets", "lost-write"], timeLimitS: 20, seeds: [1, 5] },
  { id: "lin-kv", shows: ["no-order-for-read"], timeLimitS: 5 },
  { id: "lin-kv-proxy", shows: ["no-order-for-read"], timeLimitS: 5 },
  { id: "txn-list-append", shows: ["incompatible-order"], timeLimitS: 5 },
  { id: "txn-raft", shows: ["G1b", "lost-update"], timeLimitS: 3 },
  { id: "txn-rw-register", shows: ["internal"], timeLimitS: 5 },
];

/** Characters of a line that an editor shows on a laptop. */
const EDITOR_WIDTH = 76;

const challenges = readChallenges();

for (const { id, shows = [], exceeds = [], timeLimitS = 3, seeds = [1, 2] } of STARTERS) {
  Deno.test(`the starter of ${id} runs, and shows ${[...shows, ...exceeds].join(", ")}`, async () => {
    const challenge = challenges.find((one) => one.id === id);
    const hardest = challenge?.runs.at(-1);
    const starter = LESSONS[id]?.starter;
    assert(challenge !== undefined && hardest !== undefined && starter !== undefined);
    const program = await loadSource(starter);
    for (const seed of seeds) {
      const run = await simulateOnce(program, { ...hardest, timeLimitS, seed: `${seed}` });
      assertEquals(run.crash, undefined);
      const summary = summariseRun(run, challenge.limits);
      assertEquals(summary.ending, "fail");
      const signature = failureSignature(run);
      for (const part of shows) assert(signature.includes(part), `seed ${seed}: ${signature}`);
      const exceeded = summary.limits.filter(({ ok }) => !ok).map(({ name }) => name);
      assertEquals(exceeded, exceeds);
    }
  });
}

/** What lessons say that our solutions take, in messages per operation. */
const OURS: readonly (readonly [id: string, says: string, figure: number])[] = [
  ["3c", "Ours takes 2,", 2],
  ["3d", "ours takes **2.1** messages", 2.1],
  ["3e", "That makes **0.37**", 0.37],
  ["4", "Ours takes **0.3**", 0.3],
  ["4-crdt", "Ours takes 0.09,", 0.09],
  ["5b", "Ours takes **3**,", 3],
  ["5c", "That is **0.15**", 0.15],
  ["g-set", "known to be known: 2.7.", 2.7],
  ["lin-kv", "at about 2.4 messages per operation", 2.4],
  ["txn-list-append", "takes about 4 messages per operation", 4],
  ["txn-raft", "It takes 2.4 messages per operation", 2.4],
];

for (const [id, says, figure] of OURS) {
  Deno.test(`what the lesson of ${id} says that our solution takes is what it takes`, async () => {
    const challenge = challenges.find((one) => one.id === id);
    assertStringIncludes(LESSONS[id]?.text.replaceAll(/\s+/g, " ") ?? "", says);
    assert(challenge !== undefined);
    const hardest = challenge.runs.at(-1) ?? { workload: id };
    const timeLimitS = Math.min(12, hardest.timeLimitS ?? 12);
    const program = await loadSource(challenge.solution);
    const run = await simulateOnce(program, { ...hardest, timeLimitS, seed: "1" });
    const { serverMessagesPerOp = 0 } = summariseRun(run).metrics;
    const isNear = Math.abs(serverMessagesPerOp / figure - 1) < 0.15;
    assert(isNear, `${serverMessagesPerOp} messages per operation`);
  });
}

Deno.test("a lesson whose runs are shorter than the challenge's says so", () => {
  const seconds: Readonly<Record<number, string>> = { 3: "three", 5: "five" };
  for (const { id, runs } of challenges) {
    const [length = 0, asked = 0] = [runs, challengeOf(id).runs].map((some) => some[0]?.timeLimitS);
    const text = LESSONS[id]?.text.replaceAll(/\s+/g, " ") ?? "";
    const [, said] = /runs for twenty seconds\. Here it is (\w+),/.exec(text) ?? [];
    assertEquals(
      said,
      length < asked ? seconds[length] : undefined,
      `${id}: ${length} of ${asked}`,
    );
  }
});

Deno.test("a lesson that another is to be read before comes after it", () => {
  const order = challenges.map(({ id }) => id);
  let links = 0;
  for (const [id, { text }] of Object.entries(LESSONS)) {
    for (const [, before = ""] of text.matchAll(/begin with \[[^\]]*\]\(([\w-]+)\.html\)/g)) {
      links++;
      assert(order.indexOf(before) < order.indexOf(id), `${before} comes after ${id}`);
    }
  }
  assert(links > 0);
});

Deno.test("every challenge has a lesson, and every lesson a row above", () => {
  const ids = challenges.map(({ id }) => id).sort();
  assertEquals(Object.keys(LESSONS).sort(), ids);
  assertEquals([...new Set(STARTERS.map(({ id }) => id))].sort(), ids);
});

Deno.test("every faulty program has a lesson that does not name it", () => {
  const programs = Object.keys(FAULTY).map((file) => file.replace(/\.ts$/, ""));
  assertEquals(Object.keys(FAULT_LESSONS).sort(), programs.sort());
  for (const [program, text] of Object.entries(FAULT_LESSONS)) {
    const { title, hints } = readFaultLesson(text);
    assert(hints.length >= 3, program);
    assert(!text.includes(program) && !text.includes(program.replaceAll("_", " ")), title);
  }
});

for (const [id, { text, starter }] of Object.entries(LESSONS)) {
  Deno.test(`the lesson of ${id} has its parts, and its starter fits into the editor`, () => {
    const { title, original, hints } = readLesson(text);
    assert(title.length > 0);
    assert(original.startsWith("https://"), original);
    assert(hints.length >= 3, `${hints.length} hints`);
    for (const [, address = ""] of text.matchAll(/\]\(([^)]*)\)/g)) {
      const isLesson = Object.keys(LESSONS).some((other) => address === `${other}.html`);
      assert(isLesson || address.startsWith("https://"), address);
    }
    assertStringIncludes(starter, `from "@glomers/maelstrom"`);
    const widest = Math.max(...starter.split("\n").map((line) => line.length));
    assert(widest <= EDITOR_WIDTH, `a line of ${widest} characters`);
  });
}
