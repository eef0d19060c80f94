/**
 * Files of runs for a browser. What nodes have written must not run here: a page of a run is put in
 * a sandbox, where its scripts belong to no site, and everything else is text, an image or a
 * download.
 *
 * @module
 */
import { lstatSync, readdirSync, readFileSync, realpathSync } from "node:fs";
import { extname, join, relative } from "node:path";
import type { Entry } from "./catalogue.ts";

/** The page of a run. */
export const PAGE_FILE = "report.html";

const INERT = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:";
/** Its own policy, which is narrower, applies besides. */
const PAGE = "sandbox allow-scripts; default-src 'none'; script-src 'unsafe-inline'; " +
  "style-src 'unsafe-inline'; img-src data:";

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".gz": "application/gzip",
};

/** A file of a run; nothing where there is none, or a link on the way to it. */
export function findFile({ dir }: Entry, name: string): string | undefined {
  if (name.split("/").some((part) => /^\.{0,2}$|[\0\\]/.test(part))) return undefined;
  const path = join(dir, name);
  if (lstatSync(path, { throwIfNoEntry: false })?.isFile() !== true) return undefined;
  return realpathSync(path) === join(realpathSync(dir), name) ? path : undefined;
}

/** Sends a file of a run. */
export function sendFile(path: string, name: string): Response {
  return new Response(readFileSync(path), {
    headers: {
      "content-type": TYPES[extname(name)] ?? "text/plain; charset=utf-8",
      "content-security-policy": name === PAGE_FILE ? PAGE : INERT,
    },
  });
}

/** Files of a run that are listed. */
const MOST_FILES = 500;

/** The names of a run's files, from its folder. */
export function listFiles({ dir }: Entry): string[] {
  const names: string[] = [];
  const visit = (folder: string) => {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      if (names.length >= MOST_FILES) return;
      const path = join(folder, entry.name);
      if (entry.isDirectory()) visit(path);
      else if (entry.isFile()) names.push(relative(dir, path));
    }
  };
  visit(dir);
  return names.sort();
}

/** What the pictures of a run's page are drawn from, packed as it is there; nothing without a page. */
export function readScene(entry: Entry): string | undefined {
  const path = findFile(entry, PAGE_FILE);
  if (path === undefined) return undefined;
  return /<script type="text\/plain" id="scene">([\w+/=\s]*)<\/script>/
    .exec(readFileSync(path, "utf8"))?.[1]?.trim();
}

/** The bytes of all files in a folder. */
export function sizeOf(folder: string): number {
  return readdirSync(folder, { withFileTypes: true }).reduce((sum, entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return sum + sizeOf(path);
    return sum + (lstatSync(path, { throwIfNoEntry: false })?.size ?? 0);
  }, 0);
}
