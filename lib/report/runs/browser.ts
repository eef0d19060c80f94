/// <reference lib="dom" />
/**
 * The served runs in a real browser: `deno task test:browser`.
 *
 * @module
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Page as Tab } from "playwright-core";
import { type Look, TestBrowser } from "../chromium_fixture.ts";
import { pageOfFailure, pageOfRun } from "../page/page_fixture.ts";
import { renderPage } from "../page/render_page.ts";
import { ProgressFile } from "../../workbench/store/progress_file.ts";
import { answer, type Site } from "./handler.ts";
import type { Reading } from "./progress.ts";
import { addFolder, addRun, siteOf, stampOf } from "./runs_fixture.ts";

const OLD = `broadcast/${stampOf(1)}`;
const NEW = `broadcast/${stampOf(2)}`;
const HOSTILE = `<img src=x onerror="document.title='run'">`;

const browser = new TestBrowser();
Deno.test.beforeAll(() => browser.start());
Deno.test.afterAll(() => browser.close());

/** Serves a folder of its own, and opens a page of it. */
async function open(
  path: string,
  { fill, story, look = {} }: {
    readonly fill: (root: string) => Promise<void> | void;
    readonly story: (tab: Tab, root: string) => Promise<void>;
    readonly look?: Look;
  },
): Promise<void> {
  const root = await Deno.makeTempDir();
  await fill(root);
  const site = (port: number): Site => ({ ...siteOf(root), port });
  const closing = new AbortController();
  const server: Deno.HttpServer<Deno.NetAddr> = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {}, signal: closing.signal },
    (request) => answer(request, site(server.addr.port)),
  );
  const url = `http://127.0.0.1:${server.addr.port}`;
  try {
    const places = new RegExp(`^${url}/|^(data|blob|about):`);
    await browser.open(`${url}${path}`, places, async (tab) => {
      await story(tab, root);
      await tab.goto("about:blank"); // its streams end
    }, look);
  } finally {
    closing.abort();
    await server.finished;
    await Deno.remove(root, { recursive: true });
  }
}

/** Two runs with pages, one of which failed. */
async function addTwo(root: string): Promise<void> {
  const passed = await pageOfRun();
  const failed = await pageOfFailure();
  Deno.writeTextFileSync(join(addRun(root, OLD), "report.html"), renderPage(passed));
  const headline = `Invalid: ${HOSTILE}`;
  const dir = addRun(root, NEW, { verdict: "fail", headline });
  Deno.writeTextFileSync(join(dir, "report.html"), renderPage(failed));
}

const LOOKS: readonly Look[] = [{}, { scheme: "dark" }, { width: 360 }, { width: 2_000 }];

async function assertFits(tab: Tab, look: Look): Promise<void> {
  const over = await tab.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  assert(over <= 0, `it is ${over} px too wide: ${JSON.stringify(look)}`);
}

/** How many colours each canvas shows: one of nothing drawn. */
function coloursOf(tab: Tab): Promise<number[]> {
  return tab.evaluate(() =>
    [...document.querySelectorAll("canvas")].map((canvas) => {
      const context = canvas.getContext("2d", { willReadFrequently: true });
      const data = context?.getImageData(0, 0, canvas.width, canvas.height).data;
      return new Set(new Uint32Array(data?.buffer ?? new ArrayBuffer(0))).size;
    })
  );
}

Deno.test("the list fits any width, shows hostile names, and opens the page of a run in a sandbox", async () => {
  for (const look of LOOKS) {
    await open("/", {
      fill: addTwo,
      look,
      story: async (tab) => {
        await assertFits(tab, look);
        assert((await tab.locator(".runs").innerText()).includes(HOSTILE));
        assertEquals(await tab.locator("img").count(), 0);
      },
    });
  }
  await open("/", {
    fill: addTwo,
    story: async (tab) => {
      await tab.locator(".runs th a").first().click();
      await tab.locator("html[data-ready]").waitFor({ state: "attached" });
      assertMatch(tab.url(), /report\.html$/);
      assertEquals(await tab.evaluate(() => origin), "null");
    },
  });
});

Deno.test("a filter acts when it is chosen, and can be taken back", async () => {
  await open("/", {
    fill: addTwo,
    story: async (tab) => {
      await tab.getByLabel("verdict").selectOption("fail");
      await tab.waitForURL(/verdict=fail/);
      assertEquals(await tab.locator(".runs tbody tr").count(), 1);
      await tab.getByLabel("verdict").selectOption("");
      await tab.waitForURL(/verdict=&/);
      assertEquals(await tab.locator(".runs tbody tr").count(), 2);
    },
  });
});

Deno.test("two runs are chosen by keyboard and compared, picture by picture", async () => {
  for (const look of LOOKS) {
    await open("/", {
      fill: addTwo,
      look,
      story: async (tab) => {
        assert(await tab.locator("#compare").isDisabled());
        for (const box of await tab.getByRole("checkbox").all()) await box.press("Space");
        await tab.locator("#compare").press("Enter");
        await tab.locator("canvas").nth(9).waitFor();
        await tab.locator("html[data-ready]").waitFor({ state: "attached" });
        const colours = await coloursOf(tab);
        assertEquals(colours.length, 10);
        assert(colours.every((count) => count > 3), `${colours}`);
        await assertFits(tab, look);
      },
    });
  }
});

Deno.test("a page of another version is said to be one, and the other run is still shown", async () => {
  await open(`/compare?run=${OLD}&run=${NEW}`, {
    fill: async (root) => {
      await addTwo(root);
      const page = `<script type="text/plain" id="scene">AAAA</script>`;
      Deno.writeTextFileSync(join(root, OLD, "report.html"), page);
    },
    story: async (tab) => {
      await tab.getByText("of an older version").waitFor();
      assertEquals((await coloursOf(tab)).length, 5);
    },
  });
});

Deno.test("runs are deleted after a question", async () => {
  await open("/", {
    fill: addTwo,
    story: async (tab, root) => {
      await tab.getByRole("checkbox").first().check();
      await tab.locator("#delete").click();
      await tab.getByRole("link", { name: "Keep them" }).click();
      assert(existsSync(join(root, NEW)));
      await tab.getByRole("checkbox").first().check();
      await tab.locator("#delete").click();
      await tab.getByRole("button", { name: "Delete 1 run" }).click();
      await tab.locator(".runs").waitFor();
      assertEquals([existsSync(join(root, NEW)), existsSync(join(root, OLD))], [false, true]);
    },
  });
});

const READING: Reading = {
  phase: "running",
  timeS: 0,
  invoked: 0,
  ok: 0,
  fail: 0,
  info: 0,
  messages: 0,
  latencyMs: [],
  faults: [],
  problems: [],
};

Deno.test("a run in progress is shown as it goes, and its report when it ends", async () => {
  const page = renderPage(await pageOfRun());
  for (const look of LOOKS) {
    const files: ProgressFile[] = [];
    await open(`/live?run=${NEW}`, {
      look,
      fill: (root) => void files.push(ProgressFile.open(addFolder(root, NEW, { timeLimitS: 20 }))),
      story: async (tab, root) => {
        const [file] = files;
        const write = (reading: Partial<Reading>) =>
          file?.write(JSON.stringify({ ...READING, ...reading }));
        const faults = [{ label: HOSTILE, fromS: 1 }];
        write({});
        write({ timeS: 1, invoked: 10, ok: 10, messages: 20, latencyMs: [5, 8, 9], faults });
        const problems = [`n0 says ${HOSTILE}`];
        write({ timeS: 2, invoked: 30, ok: 25, fail: 5, messages: 60, faults, problems });
        await tab.locator("#problems").getByText(HOSTILE).waitFor();
        assertEquals(await tab.locator("#operations").innerText(), "30");
        assertEquals(await tab.locator("#rate").innerText(), "20");
        assertEquals(await tab.locator("#messages").innerText(), "40");
        assertEquals(await tab.locator("#latency").innerText(), "5 ms");
        assertEquals(await tab.locator("#time").innerText(), "2 of 20 s");
        assert((await tab.locator("#faults").innerText()).includes(HOSTILE));
        const [colours = 0] = await coloursOf(tab);
        assert(colours > 3);
        await assertFits(tab, look);
        Deno.writeTextFileSync(join(root, NEW, "report.html"), page);
        file?.[Symbol.dispose]();
        await tab.waitForURL(/report\.html$/);
        await tab.locator("html[data-ready]").waitFor({ state: "attached" });
      },
    });
  }
});

Deno.test("the list shows a run as soon as it begins", async () => {
  await open("/", {
    fill: (root) => void addRun(root, OLD),
    story: async (tab, root) => {
      using _ = ProgressFile.open(addFolder(root, NEW));
      Deno.symlinkSync(NEW, join(root, "current"));
      await tab.getByText("In progress").waitFor();
      assertEquals(await tab.locator(".runs tbody tr").count(), 2);
    },
  });
});
