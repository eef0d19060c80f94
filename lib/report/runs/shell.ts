/**
 * What the pages of the server have in common: their head, their policy, their script.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { type Markup, markup, trusted } from "../page/markup.ts";
import { makeScript } from "../page/script.ts";
import { STYLE } from "../page/style.ts";
import { MODULES } from "./script.ts";
import ownStyle from "./style.css" with { type: "text" };

/** A page, before its head is put on. */
interface Content {
  readonly title: string;
  /** What the script is to do here; absent: nothing. */
  readonly kind?: "list" | "live" | "compare";
  readonly body: Markup;
  readonly status?: number;
}

const style = `${STYLE}\n${ownStyle}`;

let script: string | undefined;

/** Sends a page. */
export function sendPage({ title, kind, body, status = 200 }: Content): Response {
  script ??= makeScript(MODULES);
  const policy = [
    "default-src 'none'",
    `script-src '${hashOf(script)}'`,
    `style-src '${hashOf(style)}'`,
    "img-src data:",
    "connect-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join("; ");
  const page = markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,">
<title>${title}</title>
<style>${trusted(style)}</style>
</head>
<body data-kind="${kind ?? "plain"}">
${body}
<script type="module">${trusted(script)}</script>
</body>
</html>
`;
  return new Response(page.text, {
    status,
    headers: { "content-type": "text/html; charset=utf-8", "content-security-policy": policy },
  });
}

function hashOf(text: string): string {
  return `sha256-${createHash("sha256").update(text).digest("base64")}`;
}

/** Sends a page with a sentence, and where to go from there. */
export function sendSentence(title: string, sentence: string, status = 200): Response {
  const body = markup`<header><h1>${title}</h1><p class="headline">${sentence}</p>
<p><a href="/">All runs</a></p></header>`;
  return sendPage({ title, body, status });
}
