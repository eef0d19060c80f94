import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { delay } from "@std/async/delay";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { linkTo, withFolder } from "../../testing/process.ts";
import { PROGRESS_FILE, ProgressFile } from "../../workbench/store/progress_file.ts";
import { addFolder, addRun, ask, RECORD, send, siteOf, stampOf } from "./runs_fixture.ts";

const OLDEST = `broadcast/${stampOf(1)}`;
const OLD = `broadcast/${stampOf(2)}`;
const NEW = `broadcast/${stampOf(3)}`;
const TOKEN = ["token", "secret"] as const;
const SURE = ["confirmed", "yes"] as const;

Deno.test("where there are no runs, the list says how to make one", () =>
  withFolder(async (root) => {
    const page = await (await ask(siteOf(join(root, "none")), "/")).text();
    assertMatch(page, /There are no runs in .*none yet/);
    assertStringIncludes(page, "glomers test 3c");
  }));

Deno.test("runs are listed with what came of them, the latest first, with a trend", () =>
  withFolder(async (root) => {
    addRun(root, OLD);
    addRun(root, NEW, { verdict: "fail", headline: "Invalid.", metrics: {} });
    const page = await (await ask(siteOf(root), "/")).text();
    assertMatch(page, /Invalid\..*Correct\..*945, all stable/s);
    assertMatch(page, /stable after, median.*178 ms/s);
    assertStringIncludes(page, `href="/runs/${OLD}/"`);
    assertEquals([...page.matchAll(/type="checkbox"/g)].length, 2);
  }));

Deno.test("a filter leaves what it asks for", () =>
  withFolder(async (root) => {
    addRun(root, OLD);
    addRun(root, NEW, { challenge: "3e", verdict: "fail", engine: "maelstrom" });
    const site = siteOf(root);
    for (
      const [query, ids] of [
        ["subject=3e", [NEW]],
        ["verdict=pass", [OLD]],
        ["engine=maelstrom", [NEW]],
        ["text=LATENCY", [NEW, OLD]],
        ["text=nothing+like+that", []],
        ["subject=3e&verdict=pass", []],
      ] as const
    ) {
      const page = await (await ask(site, `/?${query}`)).text();
      assertEquals([...page.matchAll(/name="run" value="([^"]*)"/g)].map(([, id]) => id), [...ids]);
    }
  }));

Deno.test("what is no run, or a damaged one, is shown as such, and what cannot be deleted has no box", () =>
  withFolder(async (root) => {
    Deno.mkdirSync(join(root, "photos/holiday"), { recursive: true });
    Deno.writeTextFileSync(join(root, "notes.txt"), "");
    Deno.writeTextFileSync(join(addFolder(root, OLDEST), "plan.json"), "{");
    Deno.writeTextFileSync(join(addRun(root, OLD), "summary.json"), `{"verdict":"pass"}`);
    addFolder(root, NEW);
    const page = await (await ask(siteOf(root), "/")).text();
    assertMatch(page, />photos\/holiday<.*foreign.*This folder holds no run/s);
    assertMatch(page, /damaged.*summary\.json holds no record of a run/s);
    assertMatch(page, /damaged.*plan\.json: it is not JSON/s);
    assertMatch(page, /cut off.*It left no results/s);
    assertEquals([...page.matchAll(/type="checkbox"/g)].length, 3);
  }));

Deno.test("a run that left results but no record is listed by its results", () =>
  withFolder(async (root) => {
    const dir = addFolder(root, OLD);
    const net = "{:servers {:msgs-per-op 2.5}}";
    Deno.writeTextFileSync(join(dir, "results.edn"), `{:valid? false, :net ${net}}`);
    const page = await (await ask(siteOf(root), "/")).text();
    assertMatch(page, /✗ fail.*2\.50/s);
  }));

Deno.test("hostile names are escaped wherever they stand", () =>
  withFolder(async (root) => {
    const hostile = `<img src=x onerror="alert(1)">`;
    const id = `broadcast/${stampOf(1)}'"<i>`;
    const dir = addRun(root, id, {
      challenge: hostile,
      program: hostile,
      headline: hostile,
      options: [hostile],
      figures: [{ name: hostile, text: hostile }],
    });
    addRun(root, OLD, { challenge: hostile });
    Deno.writeTextFileSync(join(dir, "<i>.txt"), "");
    const site = siteOf(root);
    const path = encodeURIComponent(id);
    const pages = await Promise.all([
      ask(site, `/?text=${encodeURIComponent(hostile)}`),
      ask(site, `/compare?run=${path}&run=${OLD}`),
      ask(site, `/runs/${id.split("/").map(encodeURIComponent).join("/")}/`),
      send(site, "/delete", [TOKEN, ["run", id]]),
    ]);
    for (const page of pages) {
      const text = await page.text();
      assertEquals(page.status, 200);
      assert(!/<img|<i>/.test(text), text);
      assertStringIncludes(text, "&lt;");
    }
  }));

Deno.test("only this machine's own names are answered", () =>
  withFolder(async (root) => {
    addRun(root, OLD);
    const site = siteOf(root);
    assertEquals((await ask(site, "/", { host: "localhost:4567" })).status, 200);
    for (const host of ["evil.example:4567", "127.0.0.1", "127.0.0.1:80", ""]) {
      const response = await ask(site, "/", { host });
      assertEquals(response.status, 421, host);
      assert(!(await response.text()).includes(OLD));
    }
  }));

Deno.test("another page's form deletes nothing", () =>
  withFolder(async (root) => {
    const dir = addRun(root, OLD);
    const site = siteOf(root);
    const run = ["run", OLD] as const;
    const refused = [
      send(site, "/delete", [TOKEN, SURE, run], { origin: "http://evil.example" }),
      send(site, "/delete", [TOKEN, SURE, run], { origin: "null" }),
      send(site, "/delete", [TOKEN, SURE, run], { host: "evil.example" }),
      send(site, "/delete", [TOKEN, SURE, run], { "content-type": "text/plain" }),
      send(site, "/delete", [TOKEN, SURE, run], { "content-length": "2000000" }),
      send(site, "/delete", [["token", "guessed"], SURE, run]),
      send(site, "/delete", [SURE, run]),
      ask(site, `/delete?token=secret&confirmed=yes&run=${OLD}`),
    ];
    const statuses = (await Promise.all(refused)).map(({ status }) => status);
    assertEquals(statuses, [403, 403, 421, 415, 413, 403, 403, 404]);
    assert(existsSync(dir));
  }));

Deno.test("a deletion asks first, and takes the links to what is gone along", () =>
  withFolder(async (root) => {
    const dir = addRun(root, OLD);
    linkTo(OLD, join(root, "latest"));
    linkTo(stampOf(2), join(root, "broadcast/latest"));
    Deno.mkdirSync(join(root, "outside"));
    Deno.writeTextFileSync(join(root, "outside/kept"), "");
    linkTo(join(root, "outside"), join(dir, "link"));
    const site = siteOf(root);
    const question = await send(site, "/delete", [TOKEN, ["run", OLD]]);
    assertMatch(await question.text(), /Delete 1 run\?.*name="confirmed" value="yes"/s);
    assert(existsSync(dir));
    const done = await send(site, "/delete", [TOKEN, SURE, ["run", OLD]]);
    assertEquals([done.status, done.headers.get("location")], [303, "/"]);
    const left = [...Deno.readDirSync(root)].map(({ name }) => name);
    assertEquals(left, ["outside"]);
    assert(existsSync(join(root, "outside/kept")));
  }));

Deno.test("a run in progress, what is no run and what lies elsewhere are not deleted", () =>
  withFolder(async (root) => {
    const dir = addFolder(root, NEW);
    const foreign = join(root, "photos/holiday");
    Deno.mkdirSync(foreign, { recursive: true });
    addRun(join(root, "elsewhere"), OLD);
    Deno.mkdirSync(join(root, "links"));
    linkTo(join(root, "elsewhere", OLD), join(root, "links/run"));
    const site = siteOf(root);
    using _ = ProgressFile.open(dir);
    for (
      const [id, why] of [
        [NEW, "it is in progress"],
        ["photos/holiday", "it is no run"],
        ["links/run", "it is not there"],
        [`photos/../${OLD}`, "it is not there"],
        ["..", "it is not there"],
        ["", "it is not there"],
      ] as const
    ) {
      const response = await send(site, "/delete", [TOKEN, SURE, ["run", id]]);
      assertEquals(response.status, 409);
      assertStringIncludes(await response.text(), why);
    }
    assert([dir, foreign, join(root, "elsewhere", OLD)].every((path) => existsSync(path)));
  }));

Deno.test("pruning lists all but the latest, and never a run in progress", () =>
  withFolder(async (root) => {
    const running = addFolder(root, `broadcast/${stampOf(0)}`);
    using _ = ProgressFile.open(running);
    for (const id of [OLDEST, OLD, NEW]) addRun(root, id);
    linkTo(OLDEST, join(root, "latest"));
    const site = siteOf(root);
    const page = await (await send(site, "/prune", [TOKEN, ["keep", "1"]])).text();
    assertMatch(page, /Delete 1 run\?/);
    assertEquals([...page.matchAll(/name="run" value="([^"]*)"/g)].map(([, id]) => id), [OLD]);
    assertMatch(
      await (await send(site, "/prune", [TOKEN, ["keep", "9"]])).text(),
      /Nothing to delete/,
    );
    assertEquals((await send(site, "/prune", [TOKEN, ["keep", "0"]])).status, 400);
  }));

Deno.test("files are those of runs, and nothing in them can act here", () =>
  withFolder(async (root) => {
    const dir = addRun(root, OLD);
    Deno.writeTextFileSync(join(root, "secret"), "");
    linkTo(join(root, "secret"), join(dir, "link.log"));
    linkTo(root, join(dir, "up"));
    Deno.mkdirSync(join(dir, "node-logs"));
    Deno.writeTextFileSync(join(dir, "node-logs/n0.log"), "<script>");
    Deno.writeTextFileSync(join(dir, "report.html"), "<script>");
    Deno.writeTextFileSync(join(dir, "elle.svg"), "<svg/>");
    const site = siteOf(root);
    const log = await ask(site, `/runs/${OLD}/node-logs/n0.log`);
    assertEquals([log.status, log.headers.get("content-type")], [200, "text/plain; charset=utf-8"]);
    assertEquals(log.headers.get("x-content-type-options"), "nosniff");
    const page = (await ask(site, `/runs/${OLD}/report.html`)).headers;
    assertMatch(
      page.get("content-security-policy") ?? "",
      /^sandbox allow-scripts; default-src 'none'/,
    );
    const image = (await ask(site, `/runs/${OLD}/elle.svg`)).headers;
    assertMatch(image.get("content-security-policy") ?? "", /^sandbox; default-src 'none'/);
    for (
      const path of [
        `/runs/${OLD}/link.log`,
        `/runs/${OLD}/up/secret`,
        `/runs/${OLD}/..%2f..%2fsecret`,
        `/runs/${OLD}/%2e%2e%2fsecret`,
        `/runs/${OLD}/node-logs`,
        `/runs/${OLD}/%00`,
        `/runs/${OLD}/%ff`,
        "/runs/secret",
        "/runs/broadcast/",
        "/runs//etc/passwd",
      ]
    ) assertEquals((await ask(site, path)).status, 404, path);
  }));

Deno.test("two runs are compared by their figures and options, the earlier one first", () =>
  withFolder(async (root) => {
    addRun(root, OLD);
    const dir = addRun(root, NEW, {
      options: ["-w", "broadcast", "--latency", "50"],
      metrics: { ...RECORD.metrics, serverMessagesPerOp: 3, stableMedianMs: 89 },
    });
    Deno.writeTextFileSync(
      join(dir, "report.html"),
      `<script type="text/plain" id="scene">H4sI+/=</script>`,
    );
    const site = siteOf(root);
    const page = await (await ask(site, `/compare?run=${NEW}&run=${OLD}`)).text();
    assertMatch(page, /<td>2<\/td>\s*<td>3<\/td>\s*<td>\+1 \(\+50 %\)/);
    assertMatch(page, /<td>178 ms<\/td>\s*<td>89 ms<\/td>\s*<td>−89 ms \(−50 %\)/);
    assertMatch(page, /In one alone.*--latency 100.*--latency 50/s);
    assertMatch(page, /A run without a page has no pictures/);
    assertEquals(await (await ask(site, `/scene?run=${NEW}`)).text(), "H4sI+/=");
    assertEquals((await ask(site, `/scene?run=${OLD}`)).status, 404);
    assertEquals((await ask(site, `/compare?run=${NEW}`)).status, 400);
  }));

Deno.test("a run in progress has a page of its own, one that has ended leads to its report", () =>
  withFolder(async (root) => {
    const dir = addFolder(root, NEW, { timeLimitS: 7 });
    const site = siteOf(root);
    {
      using _ = ProgressFile.open(dir);
      const page = await ask(site, `/live?run=${NEW}`);
      assertMatch(await page.text(), /data-limit="7"/);
      assertMatch(await (await ask(site, "/")).text(), /In progress.*href="\/live\?run=/s);
    }
    Deno.writeTextFileSync(join(dir, "report.html"), "");
    const ended = await ask(site, `/live?run=${NEW}`);
    assertEquals([ended.status, ended.headers.get("location")], [303, `/runs/${NEW}/report.html`]);
    assertEquals((await ask(site, "/live?run=broadcast/none")).status, 404);
  }));

Deno.test("a page runs its own script alone, and no other site may frame it", () =>
  withFolder(async (root) => {
    const { headers } = await ask(siteOf(root), "/");
    const policy = headers.get("content-security-policy") ?? "";
    assertMatch(policy, /default-src 'none'; script-src 'sha256-[\w+/=]+'; style-src 'sha256-/);
    assertMatch(policy, /frame-ancestors 'none'/);
    assert(!policy.includes("unsafe"));
    assertEquals((await ask(siteOf(root), "/nowhere")).status, 404);
  }));

Deno.test("what a run that has ended tells is sent to its last line, however long, before the end", () =>
  withFolder(async (root) => {
    const dir = addFolder(root, NEW);
    const lines = Array.from({ length: 12_000 }, (_, n) => `{"n":${n},"_":"${"x".repeat(90)}"}`);
    Deno.writeTextFileSync(join(dir, PROGRESS_FILE), `${lines.join("\n")}\n{"half":`);
    const text = await (await ask(siteOf(root), `/progress?run=${NEW}`)).text();
    const sent = [...text.matchAll(/^data: \{"n":(\d+)/gm)].map(([, n]) => Number(n));
    assertEquals([sent.length, sent.at(-1)], [12_000, 11_999]);
    assertMatch(text, /"\}\n\nevent: end\ndata: \n\n$/);
  }));

Deno.test("a run is said to have ended once its page is there, which comes after its record", () =>
  withFolder(async (root) => {
    const dir = addRun(root, NEW);
    const page = join(dir, "report.html");
    if (existsSync(page)) Deno.removeSync(page);
    const { body } = await ask(siteOf(root), `/progress?run=${NEW}`);
    assert(body !== null);
    let told = "";
    const reading = (async () => {
      for await (const text of body.pipeThrough(new TextDecoderStream())) told += text;
    })();
    await delay(50);
    assert(!told.includes("event: end"));
    Deno.writeTextFileSync(page, "");
    await reading;
    assertStringIncludes(told, "event: end");
  }));

Deno.test("a run of Maelstrom in progress is told by the entries of its log, not by what it dumps", () =>
  withFolder(async (root) => {
    const id = `maelstrom/store/${NEW}`;
    const dir = addFolder(root, id);
    const entry = (n: number) => `2026-11-28 12:00:00,${n} INFO [jepsen] entry ${n}`;
    const lines = Array.from(
      { length: 2_000 },
      (_, n) => `${entry(n)}\n${entry(n)} dumped:\n  {:dumped ${n}}`,
    );
    Deno.writeTextFileSync(join(dir, "jepsen.log"), `${lines.join("\n")}\n`);
    const page = await (await ask(siteOf(root), `/live?run=${id}`)).text();
    assert(page.includes('id="log"') && !page.includes('id="strips"'));
    Deno.writeTextFileSync(join(dir, "results.edn"), "{:valid? true}");
    const text = await (await ask(siteOf(root), `/progress?run=${id}`)).text();
    const told = [...text.matchAll(/entry (\d+)$/gm)].map(([, n]) => Number(n));
    assertEquals([told.at(-1), told.length > 100, told.length < 2_000], [1_999, true, true]);
    assert(text.includes("event: log\n") && !text.includes("dumped"));
  }));
