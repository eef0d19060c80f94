/// <reference lib="dom" />
/**
 * Pages in a real browser: `deno task test:browser`. It needs Chromium, whose path the environment
 * variable `CHROMIUM` may name; plain `deno task test` leaves it out.
 *
 * @module
 */
import { assert, assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import type { Page as Tab } from "playwright-core";
import { type Look, TestBrowser } from "../chromium_fixture.ts";
import { ALONE } from "./alone_fixture.ts";
import type { Page } from "./page.ts";
import { pageOf, pageOfCrash, pageOfFailure, pageOfRun } from "./page_fixture.ts";
import { renderPage } from "./render_page.ts";

const browser = new TestBrowser();
Deno.test.beforeAll(() => browser.start());
Deno.test.afterAll(() => browser.close());

/** Opens a page from the disk. */
async function open(
  page: Page,
  story: (tab: Tab) => Promise<void>,
  look: Look = {},
): Promise<void> {
  const file = await Deno.makeTempFile({ suffix: ".html" });
  try {
    await Deno.writeTextFile(file, renderPage(page));
    await browser.open(`file://${file}`, /^(file|data|blob):/, story, look);
  } finally {
    await Deno.remove(file);
  }
}

/** The canvases that show fewer than four colours, which are empty. */
function emptyCanvases(tab: Tab): Promise<string[]> {
  return tab.evaluate(() =>
    [...document.querySelectorAll("canvas")].flatMap((canvas) => {
      const context = canvas.getContext("2d", { willReadFrequently: true });
      const { data } = context?.getImageData(0, 0, canvas.width, canvas.height) ??
        { data: new Uint8ClampedArray() };
      const place = canvas.closest("[id]");
      return new Set(new Uint32Array(data.buffer)).size > 3 ? [] : [`${place?.id}`];
    })
  );
}

/** What would leave somebody out who does not see, or has no mouse. */
function inaccessible(tab: Tab): Promise<string[]> {
  return tab.evaluate(() => {
    const pictures = "canvas:not([aria-hidden]), img, svg, [role=application]";
    const nameless = [...document.querySelectorAll(pictures)].filter((element) =>
      !(element.getAttribute("aria-label") ?? element.getAttribute("alt"))
    );
    const unheard = [...document.querySelectorAll("canvas[aria-hidden]")].filter((element) =>
      element.closest("[role=application]") === null
    );
    const unlabelled = [...document.querySelectorAll<HTMLInputElement>("input, select")]
      .filter(({ labels }) => labels?.length === 0);
    const silent = [...document.querySelectorAll("button")].filter((button) =>
      !(button.textContent?.trim() || button.getAttribute("aria-label"))
    );
    const bare = [...document.querySelectorAll(".panel")].filter((panel) =>
      panel.textContent?.trim() === ""
    );
    return [...nameless, ...unheard, ...unlabelled, ...silent, ...bare].map((element) =>
      element.outerHTML
    );
  });
}

const excessPx = (tab: Tab) =>
  tab.evaluate(() => document.documentElement.scrollWidth - innerWidth);

const shown = (tab: Tab) => tab.locator("#view").innerText();
const readout = (tab: Tab) => tab.locator("#readout").innerText();

for (const [workload, program] of Object.entries(ALONE)) {
  Deno.test(`pages of ${workload}: a run that passes, one that fails, one that crashes`, async () => {
    const options = { workload, concurrency: 4, rate: 20, timeLimitS: 2, latencyMs: 10 };
    const pages = [
      await pageOf(program, { ...options, nodeCount: 1 }),
      await pageOf(program, { ...options, nodeCount: 2 }),
      await pageOfCrash(workload),
    ];
    assertEquals(pages.map(({ summary }) => summary.ending), ["pass", "fail", "crash"]);
    for (const page of pages) {
      await open(page, async (tab) => {
        assertEquals(await emptyCanvases(tab), []);
        assertEquals(await inaccessible(tab), []);
        assert(await excessPx(tab) <= 0);
        assertEquals(await tab.locator("#timeline canvas").count(), 3);
        assertEquals(await tab.locator("canvas").count(), 4 + page.scene.pictures.length);
      });
    }
  });
}

Deno.test("a page is legible dark, narrow, wide and printed", async () => {
  const page = await pageOfFailure();
  for (const look of [{ scheme: "dark" }, { width: 360 }, { width: 2_000 }] as const) {
    await open(page, async (tab) => {
      assertEquals(await emptyCanvases(tab), []);
      assert(await excessPx(tab) <= 0, `it is too wide: ${JSON.stringify(look)}`);
    }, look);
  }
  await open(page, async (tab) => {
    await tab.setViewportSize({ width: 100, height: 900 }); // no room at all is no error
    await tab.waitForTimeout(200);
  });
  await open(page, async (tab) => {
    const inkOf = () => tab.evaluate(() => getComputedStyle(document.body).color);
    const dark = await inkOf();
    await tab.emulateMedia({ media: "print", colorScheme: "dark" });
    await tab.evaluate(() => dispatchEvent(new Event("beforeprint")));
    assertNotEquals(await inkOf(), dark);
    assertEquals(await emptyCanvases(tab), []);
    assertEquals(await tab.locator(".controls:visible, button:visible").count(), 0);
  }, { scheme: "dark" });
});

Deno.test("a finding moves the diagram to its moment, and leads on to its messages and back", async () => {
  await open(await pageOfFailure(), async (tab) => {
    await tab.locator("#zoom-all").click();
    const whole = await shown(tab);
    await tab.locator("button[data-finding]").first().click();
    assertNotEquals(await shown(tab), whole);
    const operation = await readout(tab);
    assertMatch(operation, /process \d+: broadcast \d+/);
    const related = tab.locator("#related button");
    const cut = related.filter({ hasText: "cut by the partition" }).first();
    assertMatch(await cut.innerText(), /then.*tell/s);
    await cut.click();
    assertMatch(await readout(tab), /→ n\d: tell/);
    await related.filter({ hasText: "part of" }).click();
    assertEquals(await readout(tab), operation);
  });
});

Deno.test("a fault moves the diagram to its begin", async () => {
  await open(await pageOfFailure(), async (tab) => {
    await tab.locator("#zoom-all").click();
    const whole = await shown(tab);
    await tab.locator("button[data-fault]").first().click();
    assertNotEquals(await shown(tab), whole);
    assertMatch(await tab.locator("#time").innerText(), /no message passes the line/);
  });
});

Deno.test("a value of the heat map is followed in the diagram", async () => {
  await open(await pageOfFailure(), async (tab) => {
    await tab.locator("#zoom-all").click();
    const { width = 0 } = await tab.locator("#picture-0").boundingBox() ?? {};
    await tab.locator("#picture-0").click({ position: { x: width / 2, y: 30 } });
    const value = await tab.locator("#filter-text").inputValue();
    assertMatch(value, /^\d+$/);
    await tab.locator("#messages summary").click();
    await tab.waitForTimeout(300); // the list follows the diagram a little later
    const events = await tab.locator("#events").innerText();
    assertMatch(events, new RegExp(`tell .*message ${value}\\b`));
    const others = events.split("\n").filter((line) => !line.includes(` ${value}`));
    assertEquals(others, []);
  });
});

Deno.test("of many clients the filter names groups", async () => {
  const page = await pageOfRun({ concurrency: 60 });
  await open(page, async (tab) => {
    const names = await tab.locator("#filter-who option").allInnerTexts();
    assert(names.length < 40, `${names.length} names`);
    assertEquals(names.slice(0, 5), ["everybody", "n0", "n1", "n2", "all clients"]);
    const count = async () => Number.parseInt(await tab.locator("#counts").innerText());
    await tab.locator("#zoom-all").click();
    await tab.waitForTimeout(300);
    const all = await count();
    await tab.locator("#filter-who").selectOption({ index: 9 });
    await tab.waitForTimeout(300);
    const some = await count();
    assert(some > 0 && some < all / 4, `${some} of ${all}`);
  });
});

Deno.test("keys move the diagram, zoom it and go from event to event", async () => {
  await open(await pageOfRun(), async (tab) => {
    const diagram = tab.locator("#diagram");
    const seen = [await shown(tab)];
    for (const key of ["ArrowRight", "+", "-", "Home"]) {
      await diagram.press(key);
      seen.push(await shown(tab));
      assertNotEquals(seen.at(-1), seen.at(-2), key);
    }
    await tab.waitForTimeout(100); // a frame, in which what there is gets drawn
    await diagram.press("ArrowDown");
    const first = await readout(tab);
    await diagram.press("ArrowDown");
    assertNotEquals(await readout(tab), first);
    await diagram.press("ArrowUp");
    assertEquals(await readout(tab), first);
    await diagram.press("Escape");
    assertMatch(await readout(tab), /^Point at/);
  });
});

/** What the charts show, as the first of them says it under the pointer at its ends. */
async function charted(tab: Tab): Promise<string[]> {
  const area = tab.locator("#timeline .u-over").first();
  const { width = 0 } = await area.boundingBox() ?? {};
  const seen: string[] = [];
  for (const x of [2, width - 2]) {
    await area.hover({ position: { x, y: 10 } });
    seen.push((await tab.locator("#timeline-key .readout").innerText()).split(" · ")[0] ?? "");
  }
  return seen;
}

/** Drags over the chart, from one share of its width to another. */
async function drag(tab: Tab, from: number, to: number): Promise<void> {
  const area = tab.locator("#timeline .u-over").nth(1);
  await area.scrollIntoViewIfNeeded();
  const { x = 0, y = 0, width = 0 } = await area.boundingBox() ?? {};
  await tab.mouse.move(x + from * width, y + 20);
  await tab.mouse.down();
  await tab.mouse.move(x + to * width, y + 20, { steps: 4 });
  await tab.mouse.up();
}

Deno.test("dragging over a chart zooms all charts and the diagram; a double click and keys take it back", async () => {
  await open(await pageOfFailure(), async (tab) => {
    const whole = await charted(tab);
    await drag(tab, 0.1, 0.2);
    const [from = "", to = ""] = await charted(tab);
    assert(Number.parseFloat(from) > 1 && Number.parseFloat(to) < 3.5, `${from} to ${to}`);
    assertMatch(await shown(tab), /^1\.\d+ s to 2\.\d+ s$/);
    await tab.locator("#timeline .u-over").first().dblclick({ position: { x: 200, y: 30 } });
    assertEquals(await charted(tab), whole);
    const charts = tab.locator("#timeline");
    for (const key of ["+", "ArrowLeft", "-", "Home"]) {
      const before = await charted(tab);
      await charts.press(key);
      assertNotEquals(await charted(tab), before, key);
    }
    assertEquals(await charted(tab), whole);
    await tab.locator("#charts-zoom-in").click();
    assertNotEquals(await charted(tab), whole);
    await tab.locator("#zoom-all").click(); // the charts go where the diagram goes
    assertEquals(await charted(tab), whole);
  });
});

/** Has fingers go from some places in an element to others, all at once. */
async function swipe(
  tab: Tab,
  place: string,
  ways: readonly (readonly [from: number, to: number])[],
  byY = 0,
): Promise<void> {
  const box = tab.locator(place).first();
  await box.scrollIntoViewIfNeeded();
  const { x = 0, y = 0, width = 0 } = await box.boundingBox() ?? {};
  const session = await tab.context().newCDPSession(tab);
  const STEPS = 8;
  for (let step = 0; step <= STEPS; step++) {
    const touchPoints = ways.map(([from, to], id) => ({
      id,
      x: x + width * (from + (to - from) * step / STEPS),
      y: y + 60 + byY * step / STEPS,
    }));
    const type = step === 0 ? "touchStart" : "touchMove";
    await session.send("Input.dispatchTouchEvent", { type, touchPoints });
  }
  await session.send("Input.dispatchTouchEvent", { type: "touchEnd", touchPoints: [] });
  await session.detach();
}

Deno.test("two fingers zoom the diagram and the charts, one moves them, and the page still scrolls", async () => {
  await open(await pageOfFailure(), async (tab) => {
    const seconds = (text: string) => (text.match(/[\d.]+(?= s)/g) ?? []).map(Number);
    const diagram = async () => seconds(await shown(tab));
    const charts = async () => seconds((await charted(tab)).join(" "));
    for (const [place, read] of [["#diagram", diagram], ["#timeline .u-over", charts]] as const) {
      await tab.locator("#zoom-all").click();
      const [from = 0, to = 0] = await read();
      await swipe(tab, place, [[0.4, 0.2], [0.6, 0.8]]);
      const [zoomedFrom = 0, zoomedTo = 0] = await read();
      const share = (zoomedTo - zoomedFrom) / (to - from);
      assert(share > 0.2 && share < 0.5, `${place}: pinching leaves ${share} of it`);
      await swipe(tab, place, [[0.7, 0.3]]);
      const [movedFrom = 0, movedTo = 0] = await read();
      assert(movedFrom > zoomedFrom && movedTo > zoomedTo, `${place}: a finger moves it`);
      const top = () => tab.evaluate(() => scrollY);
      const before = await top();
      await swipe(tab, place, [[0.5, 0.5]], -50);
      await tab.waitForTimeout(300);
      assertEquals(await read(), [movedFrom, movedTo]);
      assert(await top() > before, `${place}: the page scrolls`);
    }
  });
});

Deno.test("who points at a moment sees it in every chart and in the diagram, and the other way round", async () => {
  await open(await pageOfFailure(), async (tab) => {
    await tab.locator("#zoom-all").click();
    const lines = () =>
      tab.evaluate(() =>
        [...document.querySelectorAll(".u-cursor-x, .pointer")].map((line) =>
          line instanceof HTMLElement && !line.hidden ? line.getBoundingClientRect().left : 0
        )
      );
    for (const place of ["#timeline .u-over", "#diagram"]) {
      await tab.locator(place).first().hover({ position: { x: 300, y: 40 } });
      const [first = 0, ...others] = (await lines()).slice(0, 4); // the charts' and the diagram's
      assert(first > 0);
      for (const other of others) assert(Math.abs(other - first) < 3, `${place}: ${other}`);
    }
  });
});

Deno.test("a run that crashed before its first operation has words, and no empty pictures", async () => {
  await open(await pageOfCrash("broadcast", { afterMs: 0 }), async (tab) => {
    assert((await tab.locator("body").innerText()).includes("<b>help</b>"));
    assertEquals(await tab.locator("canvas").count(), 0);
    assertEquals(await inaccessible(tab), []);
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
  const title = `</title><script>document.title='run'</script>`;
  await open({ ...renamed, title }, async (tab) => {
    assert((await tab.locator("body").innerText()).includes(hostile));
    await tab.locator("#messages summary").click();
    await tab.locator("#zoom-all").click();
    await tab.waitForTimeout(300); // the list follows the diagram a little later
    assert((await tab.locator("#events").innerText()).includes(hostile));
    await tab.locator("#diagram").press("ArrowDown");
    assert((await tab.locator("#logs").innerText()).includes("n0"));
    assertNotEquals(await tab.title(), "run");
    assertEquals(await tab.locator("img").count(), 0);
  });
});

Deno.test("no script runs that is not the page's own", async () => {
  await open(await pageOfRun(), async (tab) => {
    await tab.evaluate(() => {
      const script = document.createElement("script");
      script.textContent = "document.title = 'run'";
      document.body.append(script);
      document.body.insertAdjacentHTML("beforeend", "<p onclick='document.title = 1'>x</p>");
      document.querySelector<HTMLElement>("p[onclick]")?.click();
    });
    assertMatch(await tab.title(), /a run$/);
    const refusals = browser.takeComplaints();
    assertEquals(refusals.filter((one) => /Content Security Policy/.test(one)), refusals);
    assertEquals(refusals.length > 1, true);
  });
});
