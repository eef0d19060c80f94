/// <reference lib="dom" />
/**
 * Pages in a real browser: `deno task test:browser`. It needs Chromium, whose path the environment
 * variable `CHROMIUM` may name; plain `deno task test` leaves it out.
 *
 * @module
 */
import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { existsSync } from "node:fs";
import { type Browser, chromium, type Page as Tab } from "playwright-core";
import { pageOfCrash, pageOfFailure, pageOfRun } from "./page_fixture.ts";
import type { Page } from "./page.ts";
import { renderPage } from "./render_page.ts";

const PLACES = [
  ...[Deno.env.get("CHROMIUM") ?? []].flat(),
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
];

const ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"];

interface Look {
  readonly width?: number;
  readonly scheme?: "light" | "dark";
}

/** Opens a page from the disk; whatever the browser complains of fails the test. */
async function open(page: Page, story: (tab: Tab) => Promise<void>, look: Look = {}) {
  const executablePath = PLACES.find((path) => existsSync(path));
  if (executablePath === undefined) throw new Error(`no Chromium at ${PLACES.join(", ")}`);
  const file = await Deno.makeTempFile({ suffix: ".html" });
  let browser: Browser | undefined;
  try {
    await Deno.writeTextFile(file, renderPage(page));
    browser = await chromium.launch({ executablePath, args: ARGUMENTS });
    const { width = 1_400, scheme = "light" } = look;
    const tab = await browser.newPage({ viewport: { width, height: 900 }, colorScheme: scheme });
    const complaints: string[] = [];
    tab.on("console", (message) => complaints.push(message.text()));
    tab.on("pageerror", (error) => complaints.push(error.message));
    tab.on("request", (request) => {
      if (!/^(file|data|blob):/.test(request.url())) complaints.push(request.url());
    });
    await tab.goto(`file://${file}`);
    await tab.locator("html[data-ready]").waitFor({ timeout: 10_000, state: "attached" });
    await story(tab);
    assertEquals(complaints, []);
  } finally {
    await browser?.close();
    await Deno.remove(file);
  }
}

/** How many colours a canvas shows: one of nothing drawn. */
function coloursOf(tab: Tab, id: string): Promise<number> {
  return tab.evaluate((id) => {
    const canvas = document.querySelector<HTMLCanvasElement>(`#${id}`);
    const data = canvas?.getContext("2d", { willReadFrequently: true })?.getImageData(
      0,
      0,
      canvas.width,
      canvas.height,
    ).data;
    return new Set(new Uint32Array(data?.buffer ?? new ArrayBuffer(0))).size;
  }, id);
}

const shown = (tab: Tab) => tab.locator("#view").innerText();

Deno.test("a page of a run that passed draws its pictures, dark and narrow as well", async () => {
  const page = await pageOfRun();
  for (const look of [{}, { scheme: "dark" }, { width: 360 }, { width: 2_000 }] as const) {
    await open(page, async (tab) => {
      for (const id of ["timeline", "diagram", "picture-0", "picture-1"]) {
        assert(await coloursOf(tab, id) > 3, `${id} is empty: ${JSON.stringify(look)}`);
      }
      const over = await tab.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      assert(over <= 0, `it is ${over} px too wide: ${JSON.stringify(look)}`);
    }, look);
  }
});

Deno.test("a finding moves the diagram to its moment, and leads on to its messages", async () => {
  await open(await pageOfFailure(), async (tab) => {
    await tab.locator("#zoom-all").click();
    await tab.waitForTimeout(300);
    const whole = await shown(tab);
    await tab.locator("button[data-finding]").first().click();
    await tab.waitForTimeout(300);
    assertNotEquals(await shown(tab), whole);
    assert((await tab.locator("#readout").innerText()).includes("broadcast"));
    const related = tab.locator("#related button");
    assert((await related.allInnerTexts()).some((text) => text.includes("cut by the partition")));
    await related.first().click();
    assert((await tab.locator("#readout").innerText()).includes("→"));
    const before = await shown(tab);
    await tab.locator("#diagram").press("ArrowRight");
    await tab.waitForTimeout(100);
    assertNotEquals(await shown(tab), before);
  });
});

Deno.test("a page of a run that crashed says so, without empty pictures", async () => {
  await open(await pageOfCrash(), async (tab) => {
    assert((await tab.locator("body").innerText()).includes("<b>help</b>"));
    assertEquals(await tab.locator("canvas").count(), 0);
  });
});

Deno.test("hostile names are shown, not run", async () => {
  const page = await pageOfFailure();
  const hostile = `<img src=x onerror="document.title='run'">`;
  const rename = (text: string) => text.replaceAll("n1", hostile);
  const renamed: Page = JSON.parse(
    JSON.stringify(page),
    (key, value) => typeof value === "string" && key !== "metric" ? rename(value) : value,
  );
  await open(
    { ...renamed, title: `</title><script>document.title='run'</script>` },
    async (tab) => {
      const text = await tab.locator("body").innerText();
      assert(text.includes(hostile));
      await tab.locator("#messages summary").click();
      await tab.locator("#zoom-all").click();
      await tab.waitForTimeout(500);
      assert((await tab.locator("#events").innerText()).includes(hostile));
      assert((await tab.locator("#logs").innerText()).includes("n0"));
      assert(await tab.title() !== "run", await tab.title());
      assertEquals(await tab.locator("img").count(), 0);
    },
  );
});
