import { assert, assertEquals, assertMatch } from "@std/assert";
import { formatWhole } from "../../checkers/format.ts";
import { keyword } from "../../history/edn.ts";
import { NS_PER_S, type Op, pairs } from "../../history/operations.ts";
import type { Program } from "../../node.ts";
import { Counter, KvService } from "../../workloads.ts";
import { ALONE } from "./alone_fixture.ts";
import { findBands } from "./bands.ts";
import { readFindings } from "./findings.ts";
import { breakable, markup } from "./markup.ts";
import { pageOf, pageOfCrash, pageOfFailure, pageOfRun } from "./page_fixture.ts";
import { renderPage } from "./render_page.ts";
import { FATES, US_PER_S } from "./scene.ts";

function event(index: number, op: Partial<Op>): Op {
  const base = { type: "info", process: "nemesis", f: "read", value: null } as const;
  return { index, time: index * NS_PER_S, ...base, ...op };
}

Deno.test("faults are bands, with whom they strike", () => {
  const history = [
    event(1, { f: "start-partition", value: keyword("one") }),
    event(2, {
      f: "start-partition",
      value: [
        keyword("isolated"),
        new Map([["n0", new Set(["n1"])], ["n1", new Set(["n0"])]]),
      ],
    }),
    event(3, { f: "kill", value: new Map([["n0", keyword("killed")], ["n1", keyword("killed")]]) }),
    event(4, { f: "stop-partition", value: keyword("network-healed") }),
    event(5, {
      f: "start",
      value: new Map([["n0", keyword("started")], ["n1", keyword("started")]]),
    }),
    event(6, { f: "slow", value: new Map([["n1", 300]]) }),
    event(7, { f: "fail-sync", value: ["n0"] }),
  ];
  const bands = findBands(history, 9_000_000);
  assertEquals(
    bands.map(({ label, fromUs, toUs }) => [label, fromUs / US_PER_S, toUs / US_PER_S]),
    [
      ["cut: n0 | n1", 2, 4],
      ["n0 and n1 down", 3, 5],
      ["n1 slow", 6, 9],
      ["n0 next sync fails", 7, 7],
    ],
  );
  assertEquals(bands[0]?.cut, [["n0", "n1"], ["n1", "n0"]]);
});

Deno.test("a finding is linked to the times and operations that it names, and keeps its table", () => {
  const operations = pairs([
    event(0, { type: "invoke", process: 2, time: 1_000_000_000 }),
    event(1, { type: "ok", process: 2, time: 1_234_400_000 }),
    event(2, { type: "invoke", process: 3, time: 8_000_000_000 }),
  ]);
  const findings = readFindings([
    "Value 7 was acknowledged to process 2 (n0) at 1.234 s, 3.500 s before.",
    "  3        8.000 s  never",
    "Nothing else.",
  ], { operations });
  assertEquals(findings.map(({ table }) => table.length), [1, 0]);
  assertEquals(findings[0]?.moments, [
    { fromUs: 1_000_000, toUs: 1_234_400, operations: [0] },
    { fromUs: 8_000_000, toUs: 8_000_000, operations: [1] },
  ]);
  assertEquals(findings[1]?.moments, []);
});

Deno.test("every finding of every workload leads to a moment, that of a wrong read to the reads", async () => {
  for (const [workload, program] of Object.entries(ALONE)) {
    const options = { workload, concurrency: 4, rate: 40, timeLimitS: 2, nodeCount: 2 };
    for (const page of [await pageOf(program, options), await pageOfCrash(workload)]) {
      const lone = page.findings.filter(({ moments }) => moments.length === 0);
      assertEquals(lone.map(({ text }) => text), [], workload);
      if (!workload.endsWith("counter") || page.summary.ending === "crash") continue;
      const wrong = page.findings.flatMap(({ moments }) => moments[0]?.operations ?? []);
      assert(wrong.length > 0);
      const { kind, startUs } = page.scene.operations;
      const atUs = (row: number) => startUs.slice(0, row + 1).reduce((a, b) => a + b, 0);
      for (const row of wrong) {
        assertEquals(page.scene.kinds[kind[row] ?? -1], "read");
        assert(atUs(row) > 10 * US_PER_S, `${atUs(row)}`);
      }
    }
  }
});

Deno.test("a page counts what became of every message, and shows the first finding", async () => {
  const page = await pageOfFailure();
  assertEquals(page.summary.ending, "fail");
  const { messages, bands, view, pictures } = page.scene;
  const cut = messages.fate.filter((fate) => FATES[fate] === "cut").length;
  const tells = page.traffic.types.find(({ type }) => type === "tell");
  assertEquals(tells?.cut, cut);
  assert(cut > 0 && tells?.sent === tells!.received + cut);
  assertEquals(page.traffic.counts.flat().reduce((a, b) => a + b), messages.src.length);
  assertEquals(bands.map(({ label }) => label), ["cut: n0 | n1 n2"]);
  const [first] = page.findings.find(({ isNamed }) => isNamed)?.moments ?? [];
  assert(first !== undefined && view[0] < first.fromUs && first.toUs < view[1]);
  const heat = pictures.find(({ kind }) => kind === "heat");
  assert(heat?.kind === "heat" && heat.cells.flat().includes(null));
  assertEquals(page.logs.map(({ node }) => node), ["n0", "n1", "n2"]);
});

Deno.test("an answer is linked to its request", async () => {
  const { messages, types } = (await pageOfRun()).scene;
  for (const [row, back] of messages.answers.entries()) {
    const type = types[messages.type[row] ?? -1] ?? "";
    assertEquals(back > 0, type.endsWith("_ok"), type);
    if (back > 0) assertEquals(`${types[messages.type[row - back] ?? -1]}_ok`, type);
  }
});

/** Asks a service for a key that nobody wrote, and logs much. */
const asking: Program = (node) => {
  node.on(Counter.add, async ({ delta }) => {
    for (let i = 0; i < 6_000; i++) console.error(`line ${i}`);
    await node.rpc("seq-kv", KvService.cas, { key: "a", from: delta, to: 1 });
    return { type: "add_ok" };
  });
  node.on(Counter.read, () => ({ type: "read_ok", value: 0 }));
};

Deno.test("an error is called by its code wherever its message is shown, with its text", async () => {
  const { scene, traffic } = await pageOf(asking, { workload: "g-counter", timeLimitS: 1 });
  const missing = "error 20 key-does-not-exist";
  const row = scene.messages.type.findIndex((type) => scene.types[type] === missing);
  assertMatch(scene.messages.text[row] ?? "", /^re #\d+ text "key does not exist"$/);
  assert(traffic.types.some(({ type }) => type === missing));
});

Deno.test("a page says how many lines of logs its diagram leaves out, and shows the last", async () => {
  const page = await pageOf(asking, { workload: "g-counter", timeLimitS: 1 });
  const { leftOut, text } = page.scene.logs;
  const all = page.logs.reduce((sum, { total }) => sum + total, 0);
  assertEquals(text.length + leftOut, all);
  assert(leftOut > 0 && text.length > 1_000);
  assertEquals(page.gaps, [
    `Of ${formatWhole(all)} lines that nodes logged, the diagram shows ` +
    `${formatWhole(text.length)}: those around findings, and the last. ` +
    "A shorter or a smaller run has room for all of its lines.",
  ]);
  assert(renderPage(page).includes("lines that nodes logged, the diagram shows"));
});

Deno.test("what goes into markup is escaped, and nothing that a node wrote is markup", async () => {
  assertEquals(
    markup`<p>${'<img onerror="x">&\''}</p>`.text,
    "<p>&lt;img onerror=&quot;x&quot;&gt;&amp;&#39;</p>",
  );
  assertEquals(breakable("a_b <b>").text, "a_<wbr>b &lt;b&gt;");
  for (const page of [await pageOfFailure(), await pageOfCrash()]) {
    const text = renderPage(page);
    assertEquals(text.match(/<script/g)?.length, 2);
    assert(!text.includes("<b>help"));
    assertMatch(text, /script-src &#39;sha256-[\w+/=]+&#39;; style-src &#39;sha256-/);
    assert(!/\son\w+=|style=/.test(text.replace(/<script[\s\S]*<\/script>/g, "")));
  }
});

Deno.test("a page of many messages leaves out fields until it is small enough, and says so", async () => {
  const page = await pageOfFailure();
  const { messages } = page.scene;
  const TIMES = 60;
  const many = <T>(column: readonly T[]) => Array.from({ length: TIMES }, () => column).flat();
  const text = many(messages.text).map((one, i) => `${one} ${Math.sin(i)} ${Math.cos(7 * i)}`);
  const sentUs = many(messages.sentUs).map((us, i) => i % messages.text.length === 0 ? 0 : us);
  const { src, dest, type, fate, answers, cause, tookUs } = messages;
  const columns = [src, dest, type, fate, answers, cause, tookUs].map(many<number>);
  const [s = [], d = [], t = [], f = [], a = [], c = [], u = []] = columns;
  const large = {
    src: s,
    dest: d,
    type: t,
    fate: f,
    answers: a,
    cause: c,
    tookUs: u,
    sentUs,
    text,
  };
  const html = renderPage({ ...page, scene: { ...page.scene, messages: large } });
  assert(html.length < 400_000, `${html.length} characters`);
  assertMatch(html, /[\d,]+ messages are shown without their fields/);
});

Deno.test("where nothing is found, the diagram shows the first second from the first fault on", async () => {
  const grudge = { n0: ["n1"], n1: ["n0"] };
  const page = await pageOf(ALONE["echo"] ?? asking, {
    workload: "echo",
    nodeCount: 2,
    timeLimitS: 3,
    operations: [{ timeS: 1.5, thread: 0, f: "echo", value: '"7"' }],
    faults: [{ timeS: 1, f: "start-partition", shape: "one", grudge }],
  });
  assertEquals(page.summary.ending, "pass");
  const [fromUs, toUs] = page.scene.view;
  assert(fromUs < 1.1 * US_PER_S && toUs > 1.5 * US_PER_S, `${page.scene.view}`);
});

Deno.test("of a small run the diagram shows all that led to the finding", async () => {
  const write = (timeS: number, thread: number) => ({ timeS, thread, f: "add", value: "1" });
  const { scene, findings } = await pageOf(ALONE["g-counter"] ?? asking, {
    workload: "g-counter",
    nodeCount: 2,
    timeLimitS: 1,
    operations: [write(0.1, 0), write(0.6, 1)],
  });
  assert(findings.some(({ isNamed }) => isNamed), "the add that is missing is named");
  assert(scene.view[0] <= 100_000 && scene.view[1] >= 600_000, `${scene.view}`);
  assert(scene.view[1] < 3 * US_PER_S, "final reads are far away");
});
