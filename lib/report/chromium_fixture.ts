/**
 * A real browser, for tests: Chromium, whose path the environment variable `CHROMIUM` may name.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { existsSync } from "node:fs";
import { chromium, type Page as Tab } from "playwright-core";

const PLACES = [
  ...[Deno.env.get("CHROMIUM") ?? []].flat(),
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
];

const ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"];

/** How a page is looked at. */
export interface Look {
  readonly width?: number;
  readonly scheme?: "light" | "dark";
}

/**
 * Opens a page; whatever the browser complains of fails the test, requests to other places included.
 *
 * @param places What addresses that may be asked for begin with.
 */
export async function openTab(
  url: string,
  { places, story, look: { width = 1_400, scheme = "light" } = {} }: {
    readonly places: RegExp;
    readonly story: (tab: Tab) => Promise<void>;
    readonly look?: Look;
  },
): Promise<void> {
  const executablePath = PLACES.find((path) => existsSync(path));
  if (executablePath === undefined) throw new Error(`no Chromium at ${PLACES.join(", ")}`);
  const browser = await chromium.launch({ executablePath, args: ARGUMENTS });
  try {
    const tab = await browser.newPage({ viewport: { width, height: 900 }, colorScheme: scheme });
    const complaints: string[] = [];
    tab.on("console", (message) => complaints.push(message.text()));
    tab.on("pageerror", (error) => complaints.push(error.message));
    tab.on("request", (request) => {
      if (!places.test(request.url())) complaints.push(request.url());
    });
    await tab.goto(url);
    await tab.locator("html[data-ready]").waitFor({ timeout: 10_000, state: "attached" });
    await story(tab);
    assertEquals(complaints, []);
  } finally {
    await browser.close();
  }
}
