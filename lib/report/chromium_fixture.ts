/**
 * A real browser, for tests: Chromium, whose path the environment variable `CHROMIUM` may name.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { existsSync } from "node:fs";
import { type Browser, chromium, type Page as Tab } from "playwright-core";

const PLACES = [
  ...[Deno.env.get("CHROMIUM") ?? []].flat(),
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
];

const ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"];

/** Starts the browser. */
export async function launchChromium(): Promise<Browser> {
  const executablePath = PLACES.find((path) => existsSync(path));
  if (executablePath === undefined) throw new Error(`no Chromium at ${PLACES.join(", ")}`);
  return await chromium.launch({ executablePath, args: ARGUMENTS });
}

/** How a page is looked at. */
export interface Look {
  readonly width?: number;
  readonly scheme?: "light" | "dark";
}

/** A browser with one tab, for all tests of a module. */
export class TestBrowser {
  #browser: Browser | undefined;
  #tab: Tab | undefined;
  /** What the browser complains of, and requests to other places. */
  readonly #complaints: string[] = [];
  #places = /^$/;

  async start(): Promise<void> {
    this.#browser = await launchChromium();
    this.#tab = await this.#browser.newPage();
    this.#tab.on("console", (message) => this.#complaints.push(message.text()));
    this.#tab.on("pageerror", (error) => this.#complaints.push(error.message));
    this.#tab.on("request", (request) => {
      if (!this.#places.test(request.url())) this.#complaints.push(request.url());
    });
  }

  async close(): Promise<void> {
    await this.#browser?.close();
  }

  /** What the browser complains of, which then fails no test. */
  takeComplaints(): string[] {
    return this.#complaints.splice(0);
  }

  /**
   * Opens a page; whatever the browser complains of fails the test.
   *
   * @param places The addresses that may be asked for.
   */
  async open(url: string, places: RegExp, story: (tab: Tab) => Promise<void>, look: Look = {}) {
    const { width = 1_400, scheme = "light" } = look;
    const tab = this.#tab;
    assert(tab !== undefined, "the browser is not started");
    this.#complaints.length = 0;
    this.#places = places;
    await tab.setViewportSize({ width, height: 900 });
    await tab.emulateMedia({ media: "screen", colorScheme: scheme });
    await tab.goto(url);
    await tab.locator("html[data-ready]").waitFor({ timeout: 10_000, state: "attached" });
    await story(tab);
    assertEquals(this.#complaints, []);
  }
}
