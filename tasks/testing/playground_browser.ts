/// <reference lib="dom" />
/**
 * The playground in a real browser: `deno task test:browser`. The site is served below a path, as some
 * hosts do it.
 *
 * @module
 */
import {
  assert,
  assertEquals,
  assertMatch,
  assertNotEquals,
  assertStringIncludes,
} from "@std/assert";
import { join } from "node:path";
import type { Browser, Page as Tab } from "playwright-core";
import type { Job, Report } from "../../lib/playground/engine/job.ts";
import { loadSource } from "../../lib/playground/engine/load_source.ts";
import { sumUp } from "../../lib/playground/engine/sum_up.ts";
import { launchChromium, type Look } from "../../lib/report/chromium_fixture.ts";
import { simulateOnce } from "../../lib/simulator/simulate_once.ts";
import { recordMessages } from "../../lib/workbench/message_recorder.ts";
import { planOf } from "../../lib/workbench/plan.ts";
import { readChallenges } from "../playground/exercises.ts";
import { FAULT_TOLERANCE } from "../shared/fault_tolerance.ts";
import { serveFolder } from "../playground/serve_folder.ts";
import { writeSite } from "../playground/site.ts";

/** The site and a browser, for all tests. */
class Setting implements AsyncDisposable {
  static async begin(): Promise<Setting> {
    const folder = await Deno.makeTempDir();
    await writeSite(join(folder, "below"));
    return new Setting(folder, await launchChromium());
  }

  readonly #end = new AbortController();
  readonly address: string;

  private constructor(readonly folder: string, readonly browser: Browser) {
    const server = serveFolder(folder, { port: 0, signal: this.#end.signal });
    this.address = `http://127.0.0.1:${server.addr.port}/below/`;
  }

  /** Opens a page; whatever the browser complains of, and any request elsewhere, fails the test. */
  async open(
    path: string,
    story: (tab: Tab) => Promise<void>,
    { width = 1_400, scheme = "light" }: Look = {},
  ): Promise<void> {
    const context = await this.browser.newContext({
      viewport: { width, height: 900 },
      colorScheme: scheme,
    });
    const tab = await context.newPage();
    const complaints: string[] = [];
    tab.on("console", (message) => complaints.push(message.text()));
    tab.on("pageerror", (error) => complaints.push(error.message));
    tab.on("request", (request) => {
      const url = request.url();
      if (!url.startsWith(this.address) && !/^(data|blob):/.test(url)) complaints.push(url);
    });
    try {
      await tab.goto(this.address + path);
      await tab.locator("html[data-ready]").waitFor({ timeout: 10_000, state: "attached" });
      await story(tab);
      assertEquals(complaints, []);
    } finally {
      await context.close();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.browser.close();
    this.#end.abort();
    await Deno.remove(this.folder, { recursive: true });
  }
}

const setting = await Setting.begin();

const textOf = (tab: Tab, id: string) => tab.locator(`#${id}`).innerText();

/** Waits until nothing runs any more. */
async function ended(tab: Tab): Promise<void> {
  await tab.locator("#run-once:not(:disabled)").waitFor({ timeout: 50_000 });
}

async function press(tab: Tab, id: string): Promise<void> {
  await tab.locator(`#${id}`).click();
  await ended(tab);
}

/** Replaces the code, as by a paste. */
async function write(tab: Tab, code: string): Promise<void> {
  await tab.locator("#editor .cm-content").click();
  await tab.keyboard.press("Control+a");
  await tab.keyboard.insertText(code);
}

/** Types a line above the first that has a text. */
async function typeAbove(tab: Tab, text: string, line: string): Promise<void> {
  const place = tab.locator("#editor .cm-line", { hasText: text }).first();
  await place.click({ position: { x: 1, y: 5 } });
  await tab.keyboard.press("Home");
  await tab.keyboard.press("Enter");
  await tab.keyboard.press("ArrowUp");
  await tab.keyboard.type(line);
}

/** The entries of the diagram's key, with the colours of their samples. */
async function keysIn(tab: Tab): Promise<Map<string, string>> {
  await tab.locator("#diagram-key .key").first().waitFor();
  const entries = await tab.locator("#diagram-key .key").evaluateAll((keys) =>
    keys.map((key) => [key.textContent ?? "", key.querySelector("i")?.className ?? ""])
  );
  return new Map(entries.map(([name = "", sample = ""]) => [name, sample]));
}

Deno.test("3b is solved from its starter by typing, shrunk, tried with seeds, shared and opened again", async () => {
  let address = "";
  await setting.open("3b.html", async (tab) => {
    await press(tab, "find-seed");
    assertEquals(await textOf(tab, "status"), "seed 1 fails");
    assertStringIncludes(await textOf(tab, "told"), "were lost");
    const colours = await keysIn(tab);
    await press(tab, "shrink");
    assertStringIncludes(await textOf(tab, "status"), "in the same way with 1 operation, 0 faults");
    const ofSmall = await keysIn(tab);
    assertEquals(ofSmall.get("broadcast, broadcast_ok"), colours.get("broadcast, broadcast_ok"));
    assertEquals([...ofSmall.keys()].filter((name) => /init|topology/.test(name)), []);
    await tab.locator("#filter-set-up").check();
    assert([...(await keysIn(tab)).keys()].some((name) => name.includes("topology")));
    await typeAbove(tab, "A program is", 'const tell = oneWay("tell", { value: integer });');
    await typeAbove(tab, "A program is", 'import { integer, oneWay } from "@glomers/maelstrom";');
    await typeAbove(
      tab,
      "// Missing",
      "for (const peer of node.peers) node.send(peer, tell, { value: message });",
    );
    await typeAbove(
      tab,
      "// A client asks",
      "node.on(tell, ({ value }) => void values.add(value));",
    );
    await tab.keyboard.press("Control+Enter");
    await tab.locator("#verdict .pass").waitFor();
    await ended(tab);
    await tab.locator("#comparison td").first().waitFor();
    assertStringIncludes(await textOf(tab, "comparison"), "our solution");
    assertEquals(await textOf(tab, "passed-title"), "It passes");
    await tab.locator("#prove").click(); // offered as the next step
    await tab.locator("#status", { hasText: /^[1-9]\d of 200 seeds, 0 failed$/ }).waitFor();
    await press(tab, "stop"); // the rest would take a while
    assertEquals(await textOf(tab, "status"), "stopped");
    await tab.locator(".options summary").click();
    await tab.locator("#fault-partition").check();
    await tab.locator("#share").click();
    await tab.waitForURL(/#v1\./);
    address = tab.url();
  });
  await setting.open(address.slice(setting.address.length), async (tab) => {
    assertStringIncludes(await textOf(tab, "editor .cm-content"), "node.send(peer, tell");
    await typeAbove(tab, "A program is", "// mine");
    await tab.reload();
    await tab.locator("html[data-ready]").waitFor({ state: "attached" });
    assertStringIncludes(await textOf(tab, "editor .cm-content"), "// mine");
    await tab.goto(address);
    await tab.reload(); // where only what follows # differs, a page is not loaded again
    await tab.locator("html[data-ready]").waitFor({ state: "attached" });
    await press(tab, "run-once");
    assertStringIncludes(await textOf(tab, "verdict"), "fail"); // with the partition of the link
    await tab.locator(".options summary").click();
    await tab.locator("#as-asked").click();
    await press(tab, "run-once");
    assertStringIncludes(await textOf(tab, "verdict"), "pass");
    await tab.goto(`${setting.address}index.html`);
    await tab.locator("html[data-ready]").waitFor({ state: "attached" });
    assertStringIncludes(await tab.locator("[data-exercise='3b']").innerText(), "✓ passes");
  });
});

/** Has the site's worker do a job, as any page of it can. */
function simulateInBrowser(tab: Tab, job: Job): Promise<Report> {
  return tab.evaluate(async (job) => {
    const script = await (await fetch("assets/worker.js")).blob();
    const worker = new Worker(URL.createObjectURL(script));
    const report = await new Promise<Report>((resolve, reject) => {
      worker.onmessage = ({ data }) => {
        if (data.kind === "done") resolve(data.report);
        else if ("why" in data) reject(new Error(data.why.join("\n")));
      };
      worker.postMessage(job);
    });
    worker.terminate();
    return report;
  }, job);
}

Deno.test("seeds agree with Deno for every challenge, to the last message", async () => {
  await setting.open("index.html", async (tab) => {
    for (const { id, runs, limits, solution } of readChallenges()) {
      const options = { ...runs.at(-1) ?? { workload: "echo" }, ...FAULT_TOLERANCE[id]?.short };
      const plan = planOf({
        ...options,
        timeLimitS: Math.min(4, options.timeLimitS ?? 4),
        seed: 7,
      });
      const context = { text: solution, limits, title: id };
      const job = { plan, module: "node.ts", context, withJournal: true };
      const { summary } = await simulateInBrowser(tab, job);
      let journal = "";
      const recorder = recordMessages((block) => journal += block);
      const run = await simulateOnce(await loadSource(solution), plan, recorder.observer);
      recorder.end();
      const { scene } = sumUp(run, context, journal).page ?? {};
      assert(scene !== undefined && scene.operations.kind.length > 0, id);
      assertEquals(JSON.stringify(summary.page?.scene), JSON.stringify(scene), id);
    }
  });
});

const BROADCAST = `import { Broadcast, integer, type Node, oneWay } from "@glomers/maelstrom";
const kept: unknown[] = [];
const tell = oneWay("tell", { value: integer });
export default function broadcast(node: Node): void {
  node.on(Broadcast.topology, () => ({ type: "topology_ok" }));
  node.on(Broadcast.read, () => ({ type: "read_ok", messages: [] }));
  node.on(tell, ({ value }) => node.peers.forEach((peer) => node.send(peer, tell, { value })));
  node.on(Broadcast.broadcast, ({ message }) => {
`;

Deno.test("loops, floods and memory without end end the run with a word, never the tab", async () => {
  const cases = {
    "for (;;);": "loop without end",
    "setInterval(() => kept.push(new Array(10_000).fill(message)), 1);":
      /takes too long|hold more than/,
    "const all = []; for (;;) all.push(new Array(100_000).fill(1));": "hold more than 1,000 MiB",
    "const all = []; for (;;) all.push({ message });": /loop without end|more memory/,
    'node.send(node.peers[0]!, tell, { value: message }); return { type: "broadcast_ok" };':
      /flood the network: more than|takes too long: .* [1-9]\d*,\d+ messages between/,
  };
  await Promise.all(
    Object.entries(cases).map(([code, word]) =>
      setting.open("3b.html", async (tab) => {
        await write(tab, `${BROADCAST}${code}\n});\n}`);
        await press(tab, "run-once");
        const told = await textOf(tab, "told");
        assert(typeof word === "string" ? told.includes(word) : word.test(told), told);
        await tab.locator("#start-over").click();
        await press(tab, "run-once");
        assertStringIncludes(await textOf(tab, "told"), "were lost");
      })
    ),
  );
});

/** Echoes; each run leaves 100 MB behind, where only the end of its worker takes them away. */
const LEAVES_MUCH = `import { Echo, type Node } from "@glomers/maelstrom";
const all = ((globalThis as { left?: unknown[] }).left ??= []);
export default function echo(node: Node): void {
  all.push(new Array(13_000_000).fill(0.5));
`;

Deno.test("what runs leave behind ends with their workers, in sweeps and while a run is made small", async () => {
  await setting.open("1.html", async (tab) => {
    const right = 'node.on(Echo.echo, ({ echo }) => ({ type: "echo_ok", echo }));\n}';
    await write(tab, LEAVES_MUCH + right);
    await tab.locator("#run-seeds").click();
    await tab.locator("#status", { hasText: /^[6-9]\d of 200 seeds, 0 failed$/ })
      .waitFor({ timeout: 120_000 });
    await press(tab, "stop");
    const wrong = 'node.on(Echo.echo, () => ({ type: "echo_ok", echo: "no" }));\n}';
    await write(tab, LEAVES_MUCH + wrong);
    await press(tab, "run-once");
    await tab.locator("#shrink").click();
    await tab.locator("#run-once:not(:disabled)").waitFor({ timeout: 120_000 });
    assertMatch(await textOf(tab, "status"), /^fails in the same way with 1 operation/);
  });
});

Deno.test("in the sandbox, memory without end ends the run with a word, and the page goes on", async () => {
  const keep = "setInterval(() => kept.push(new Array(2_000_000).fill(0.5)), 1);";
  await setting.open("sandbox.html", async (tab) => {
    await tab.locator("#program").selectOption("3b");
    await write(tab, `${BROADCAST}${keep} return { type: "broadcast_ok" };\n});\n}`);
    await tab.locator("#run-once").click();
    await tab.locator("#verdict .badge").waitFor({ timeout: 60_000 });
    assertStringIncludes(await textOf(tab, "verdict"), "its large arrays hold more than 1,000 MiB");
    assertEquals(await textOf(tab, "run-once"), "▶ Start");
  });
});

Deno.test("where two tabs change the same code, the learner says which is kept", async () => {
  await setting.open("3b.html", async (tab) => {
    const other = await tab.context().newPage();
    await other.goto(tab.url());
    await other.locator("html[data-ready]").waitFor({ state: "attached" });
    await write(other, "// theirs");
    await tab.locator("#elsewhere").waitFor();
    await tab.locator("#keep-own").click();
    await tab.locator("#elsewhere").waitFor({ state: "hidden" });
    await other.locator("#elsewhere").waitFor();
    assertStringIncludes(await textOf(other, "editor .cm-content"), "// theirs");
    await other.locator("#take-other").click();
    assertStringIncludes(await textOf(other, "editor .cm-content"), "// A program is");
    await write(other, "// newer");
    await tab.locator("#take-other").click();
    assertStringIncludes(await textOf(tab, "editor .cm-content"), "// newer");
    assertEquals(await tab.locator("#elsewhere").isVisible(), false);
  });
});

Deno.test("hints and the API open beside the editor, which stays where it is", async () => {
  for (const width of [360, 800, 1_280, 2_000]) {
    await setting.open("3b.html", async (tab) => {
      const placeOf = () =>
        tab.evaluate(() => {
          const { x, y, width, height } = document.getElementById("editor")!
            .getBoundingClientRect();
          return [x, y + scrollY, width, height];
        });
      const before = await placeOf();
      const stays = async (when: string) =>
        assertEquals(await placeOf(), before, `${width} ${when}`);
      await tab.locator("#show-hints").click();
      for (const hint of await tab.locator("details.hint").all()) {
        await hint.locator("summary").click();
      }
      await stays("with all hints");
      await tab.locator("#show-api").click();
      await tab.locator("#api-entries .topic").first().waitFor();
      assertEquals(await tab.locator("#hints-panel").isVisible(), false);
      await stays("with the API");
      await tab.locator("#api-search").fill("send");
      assertStringIncludes(
        await tab.locator("#api-entries .topic").first().innerText(),
        "node.send(dest: string, message: OneWay",
      );
      const isInView = await tab.evaluate(() => {
        const { top, bottom } = document.getElementById("beside")!.getBoundingClientRect();
        return top < innerHeight && bottom > 0;
      });
      assert(isInView || width >= 1_024, `${width}: the panel is out of sight`);
      const over = await tab.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      assert(over <= 0, `${over} px too wide at ${width}`);
      await tab.keyboard.press("Escape");
      assertEquals(await tab.locator("#beside").isVisible(), false);
      await tab.locator("#show-hints").click();
      await tab.keyboard.press("Escape");
      assertEquals(await tab.locator("#beside").isVisible(), false, "from its button");
      await tab.locator("#show-api").focus();
      assertEquals(await tab.evaluate(() => document.activeElement?.id), "show-api");
      await stays("when it is closed");
    }, { width });
  }
});

Deno.test("the editor completes with signatures, and says what the call takes", async () => {
  await setting.open("4.html", async (tab) => {
    await typeAbove(tab, "// A client adds", "store.");
    const options = tab.locator("#editor .cm-tooltip-autocomplete li");
    await options.first().waitFor();
    assertStringIncludes(await options.nth(0).innerText(), "read(key)");
    assertStringIncludes(
      await tab.locator("#editor .cm-completionInfo").innerText(),
      "store.read(key: Json): Promise<T>",
    );
    await tab.keyboard.press("Escape");
    await tab.keyboard.type("cas(");
    assertStringIncludes(
      await tab.locator("#editor .cm-signature").innerText(),
      "store.cas(key: Json, from: T | null, to: T, options?: CasOptions): Promise<void>",
    );
  });
});

Deno.test("what the editor completes lies above the pictures of a run", async () => {
  for (const width of [360, 1_280]) {
    await setting.open("3b.html", async (tab) => {
      await press(tab, "run-once");
      await typeAbove(tab, "A client asks", "        node.");
      const list = tab.locator("#editor .cm-tooltip-autocomplete");
      await list.waitFor();
      const { x, y, width, height } = await list.boundingBox() ??
        { x: 0, y: 0, width: 0, height: 0 };
      const above = await tab.evaluate(
        (places) => places.map(([x = 0, y = 0]) => document.elementFromPoint(x, y)?.id),
        [[x + width - 4, y + 4], [x + 4, y + height - 4], [x + width - 4, y + height - 4]],
      );
      assertEquals(above, ["editor", "editor", "editor"]);
    }, { width });
  }
});

Deno.test("what belongs to an earlier version of the code says so; console.log is shown by node and time", async () => {
  await setting.open("1.html", async (tab) => {
    const solution = (text: string) =>
      `import { Echo, type Node } from "@glomers/maelstrom";
export default (node: Node) => node.on(Echo.echo, ({ echo }) => {
  console.log("asked", { for: echo });
  return { type: "echo_ok", echo: ${text} };
});`;
    await write(tab, solution("echo"));
    await press(tab, "run-once");
    assertMatch(
      await tab.locator("#logged li").first().innerText(),
      /^\d+\.\d{3} s n0 asked \{"for":"Please echo \d+"\}$/,
    );
    assertEquals(await textOf(tab, "passed-title"), "It passes");
    assertEquals(await tab.locator("#outdated").isVisible(), false);
    await write(tab, solution("echo + 1"));
    assert(await tab.locator("#outdated").isVisible());
    assertEquals(await textOf(tab, "passed-title"), "An earlier version of the code passed");
    await press(tab, "run-once");
    assertStringIncludes(await textOf(tab, "verdict"), "fail");
    assertEquals(await tab.locator("#outdated").isVisible(), false);
    assertEquals(await tab.locator("#next-step").isVisible(), false);
    assertEquals(await textOf(tab, "passed-title"), "An earlier version of the code passed");
    await press(tab, "run-seeds");
    assertMatch(await textOf(tab, "status"), /It stopped at 20 failures: 1\d\d of 200 seeds/);
    await tab.reload();
    await tab.locator("html[data-ready]").waitFor({ state: "attached" });
    assertEquals(await textOf(tab, "passed-title"), "You have passed this before");
  });
});

Deno.test("errors about names are answered, and a correct run whose handlers throw is no plain pass", async () => {
  const program = (code: string) =>
    `import { Echo, type Node, oneWay } from "@glomers/maelstrom";
const tell = oneWay("tell", {});
export default (node: Node) => {
  node.on(tell, () => { throw new Error("unknown"); });
  node.on(Echo.echo, ({ echo }) => {
    ${code}
    return { type: "echo_ok", echo };
  });
}`;
  await setting.open("1.html", async (tab) => {
    await write(tab, program('node.sent("n0", tell, {});'));
    await press(tab, "run-once");
    assertStringIncludes(
      await tab.locator(".spots button").first().innerText(),
      "node.sent is not a function: did you mean node.send(dest: string,",
    );
    await write(tab, program("node.send(node.peers[0], tell, {});"));
    await press(tab, "run-once");
    assertStringIncludes(
      await tab.locator(".spots button").first().innerText(),
      'the destination must be a node\'s id, such as "n0", got undefined',
    );
    await write(tab, program("node.send(node.id, tell, {});"));
    await press(tab, "run-once");
    assertMatch(
      await textOf(tab, "verdict"),
      /pass\s+Correct, but \d+ handlers threw on n0, the first: Error: unknown/,
    );
  });
});

Deno.test("errors lead to their lines", async () => {
  await setting.open("3b.html", async (tab) => {
    await write(tab, "const a = 1;\nconst b = ;\n");
    await press(tab, "run-once");
    assertStringIncludes(await textOf(tab, "told"), "line 2: Unexpected token");
    await write(tab, `${BROADCAST}    const b = ;\n  });\n}`);
    await press(tab, "run-once");
    assertStringIncludes(await textOf(tab, "told"), "line 9: The code cannot be read from here on");
    await write(tab, `${BROADCAST}    fetch("x");\n  });\n}`);
    await press(tab, "run-once");
    assertMatch(
      await tab.locator(".spots button").first().innerText(),
      /^line 9: a simulated program called fetch/,
    );
    await write(tab, `${BROADCAST}    throw new Error(\`no \${message}\`);\n  });\n}`);
    await press(tab, "run-once");
    const link = tab.locator(".spots button").first();
    assertStringIncludes(await link.innerText(), "line 9: ");
    await link.click();
    const active = tab.locator("#editor .cm-activeLine");
    assertStringIncludes(await active.innerText(), "throw new Error");
    assert(await tab.locator("#editor .cm-lintRange-error").count() > 0);
  });
});

Deno.test("hostile strings are shown, not run", async () => {
  const hostile = `<img src=x onerror="document.title='run'">`;
  const code = `${BROADCAST}
    console.log(${JSON.stringify(hostile)});
    node.send(node.peers[0]!, oneWay(${JSON.stringify(hostile)}, {}), {});
    throw new Error(${JSON.stringify(hostile)} + message);
  });
}`;
  await setting.open("3b.html", async (tab) => {
    await write(tab, code);
    await press(tab, "run-once");
    assertStringIncludes(await textOf(tab, "told"), hostile);
    assertStringIncludes(await textOf(tab, "traffic"), hostile);
    assertNotEquals(await tab.title(), "run");
    assertEquals(await tab.locator("img").count(), 0);
  });
});

/** How many colours a canvas shows: one of nothing drawn. */
function coloursOf(tab: Tab, id: string): Promise<number> {
  return tab.evaluate((id) => {
    const canvas = document.querySelector<HTMLCanvasElement>(`canvas#${id}, #${id} canvas`);
    const { width = 1, height = 1 } = canvas ?? {};
    const data = canvas?.getContext("2d")?.getImageData(0, 0, width, height).data;
    return new Set(new Uint32Array(data?.buffer ?? new ArrayBuffer(0))).size;
  }, id);
}

/** Whether a picture shows something, at the latest in five seconds: what draws it is loaded first. */
async function isDrawn(tab: Tab, id: string): Promise<boolean> {
  for (let i = 0; i < 50; i++) {
    if (await coloursOf(tab, id) > 3) return true;
    await tab.waitForTimeout(100);
  }
  return false;
}

Deno.test("pages fit dark and light screens from 360 to 2,000 pixels", async () => {
  for (const look of [{ width: 360 }, { width: 2_000, scheme: "dark" }] as const) {
    for (const path of ["index.html", "sandbox.html", "fault-3.html"]) {
      await setting.open(path, async (tab) => {
        if (path.startsWith("fault")) {
          await press(tab, "run-once");
          for (const id of ["film", "timeline", "diagram"]) {
            assert(await isDrawn(tab, id), `${id} is empty: ${JSON.stringify(look)}`);
          }
        }
        const over = await tab.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        assert(over <= 0, `${path} is ${over} px too wide: ${JSON.stringify(look)}`);
      }, look);
    }
  }
});

Deno.test("the keyboard reaches everything: hints, the editor and out of it, the film", async () => {
  await setting.open("fault-3.html", async (tab) => {
    await tab.locator("#show-hints").focus();
    await tab.keyboard.press("Enter");
    const hints = tab.locator("details.hint");
    assertEquals(await hints.nth(1).isVisible(), false);
    await hints.first().locator("summary").focus();
    await tab.keyboard.press("Enter");
    await hints.nth(1).waitFor({ state: "visible" });
    await tab.locator("#editor .cm-content").focus();
    await tab.keyboard.press("Control+Enter");
    await tab.locator("#verdict .fail-ending").waitFor();
    await tab.keyboard.press("Escape");
    await tab.keyboard.press("Tab");
    assertEquals(await tab.evaluate(() => document.activeElement?.tagName), "SUMMARY");
    await tab.locator("#film").focus();
    const before = await textOf(tab, "film-words");
    await tab.keyboard.press("ArrowRight");
    assertNotEquals(await textOf(tab, "film-words"), before);
    await tab.keyboard.press("Space");
    assertStringIncludes(await textOf(tab, "film-play"), "pause");
  });
});

Deno.test("the sandbox does to nodes what its buttons say, and judges the run", async () => {
  await setting.open("sandbox.html", async (tab) => {
    await tab.locator("#program").selectOption("3b");
    await tab.locator("#live-speed").selectOption("4");
    await tab.locator("#run-once").click();
    await tab.getByRole("button", { name: "cut off n1" }).click();
    await tab.getByRole("button", { name: "kill n2" }).click();
    await tab.locator("#film-words", { hasText: /n1 cut off · n2 down/ }).waitFor();
    await tab.locator("#counts-live", { hasText: "operations" }).waitFor();
    assertMatch(await textOf(tab, "counts-live"), /^[\d,]+ operations: .* unknown, \d+ open$/);
    await tab.getByRole("button", { name: "reconnect n1" }).click();
    await tab.locator("#film-words", { hasText: /messages · n2 down/ }).waitFor();
    await tab.getByRole("button", { name: "cut off n1" }).click();
    await tab.waitForTimeout(1_000);
    assertEquals(await tab.locator("#outdated").isVisible(), false);
    await typeAbove(tab, "import", "// newer than the run");
    assert(await tab.locator("#outdated").isVisible());
    await tab.locator("#judge").click();
    await tab.locator("#verdict .badge").waitFor({ timeout: 20_000 });
    assertStringIncludes(await textOf(tab, "verdict"), "fail");
    assertStringIncludes(await textOf(tab, "told"), "were lost");
    assertStringIncludes(await tab.locator("#evidence").textContent() ?? "", "n2 down");
  });
});

Deno.test("a challenge's page loads at most 450 kB before the first run ends", async () => {
  const names = new Set<string>();
  await setting.open("3b.html", async (tab) => {
    tab.on("request", (request) => {
      const { protocol, pathname } = new URL(request.url());
      if (protocol === "http:") names.add(pathname);
    });
    await tab.reload();
    await press(tab, "run-once");
  });
  // The worker is asked for last: what draws pictures follows with the first of them.
  const asked = [...names];
  const first = asked.slice(0, asked.findIndex((name) => name.endsWith("worker.js")) + 1);
  assert(asked.length - first.length < 4, `${asked}`);
  let bytes = 0;
  for (const name of first) {
    const file = await Deno.open(join(setting.folder, name));
    const packed = file.readable.pipeThrough(new CompressionStream("gzip"));
    bytes += (await new Response(packed).arrayBuffer()).byteLength;
  }
  assert(first.length > 4 && bytes < 450_000, `${bytes} bytes of ${first}`);
});

Deno.test("code goes on to the sandbox, with options that fit", async () => {
  await setting.open("fault-11.html", async (tab) => {
    await tab.locator("#to-sandbox").click();
    await tab.waitForURL(/sandbox\.html#v1\./);
    await tab.locator("html[data-ready]").waitFor({ state: "attached" });
    assertEquals(await tab.locator("#program").inputValue(), "5c-raft");
    assertStringIncludes(await textOf(tab, "editor .cm-content"), "function program");
  });
});

addEventListener("unload", () => void setting[Symbol.asyncDispose]());
