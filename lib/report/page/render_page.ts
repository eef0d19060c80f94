/**
 * Renders a page as one file: words and tables as they are, data packed for the script that draws the
 * pictures. The file loads nothing, and its policy lets it run nothing but its own script.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import { markup, trusted } from "./markup.ts";
import type { Page } from "./page.ts";
import type { Scene } from "./scene.ts";
import { makeScript } from "./script.ts";
import { ENDINGS, renderHead, renderSections } from "./sections.ts";
import { STYLE } from "./style.ts";
import { thinTexts } from "./thin.ts";

/** Characters that a page of so many operations may take, and those of each further one. */
const FEW_OPERATIONS = 2_000;
const MOST_OF_FEW = 400_000;
const MOST_OF_EACH = 57;

/** Shares of the described messages that keep their fields, until the page is small enough. */
const KEPT = [1, 0.5, 0.2, 0.05];

/**
 * Renders a page as the text of an HTML document: with 2,000 operations at most 400 kB, with 100,000 at
 * most 6 MB, if leaving out fields of messages can make it that.
 */
export function renderPage(page: Page): string {
  const operations = page.scene.operations.kind.length;
  const most = MOST_OF_FEW + Math.max(0, operations - FEW_OPERATIONS) * MOST_OF_EACH;
  let text = "";
  for (const share of KEPT) {
    text = renderWhole(share === 1 ? page : { ...page, scene: thinTexts(page.scene, share) });
    if (text.length <= most) break;
  }
  return text;
}

function renderWhole(page: Page): string {
  const script = makeScript();
  const policy = [
    "default-src 'none'",
    `script-src '${hashOf(script)}'`,
    `style-src '${hashOf(STYLE)}'`,
    "img-src data:",
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
  const [mark] = ENDINGS[page.summary.ending];
  return markup`
    <!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8">
        <meta http-equiv="Content-Security-Policy" content="${policy}">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <link rel="icon" href="data:,">
        <title>${mark} ${page.title}</title>
        <style>${trusted(STYLE)}</style>
      </head>
      <body>
    ${renderHead(page)}
    <main>
    ${renderSections(page)}
    </main>
    <script type="text/plain" id="scene">${pack(page.scene)}</script>
    <script type="module">${trusted(script)}</script>
      </body>
    </html>
  `.text;
}

function hashOf(text: string): string {
  return `sha256-${createHash("sha256").update(text).digest("base64")}`;
}

/** JSON, gzip, base64. */
function pack(scene: Scene): string {
  return gzipSync(JSON.stringify(scene), { level: 9 }).toString("base64");
}
