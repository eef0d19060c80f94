/**
 * Writes the playground as a folder of files, with its scripts bundled for a browser.
 *
 * @module
 */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import config from "../../deno.json" with { type: "json" };
import standIns from "../../lib/playground/import_map.json" with { type: "json" };
import { makePages } from "../../lib/playground/site.ts";
import ownStyle from "../../lib/playground/style.css" with { type: "text" };
import { STYLE } from "../../lib/report/page/style.ts";
import { readChallenges, readFaults, readSandbox } from "./exercises.ts";
import { makeReference } from "./reference.ts";

const PLAYGROUND = new URL("../../lib/playground/", import.meta.url);
const ROOT = new URL("../../", import.meta.url);

/** The scripts of pages, and those of the frames and workers that pages start, which import nothing. */
const PAGE_SCRIPTS = ["app/challenge.ts", "app/index.ts", "app/sandbox.ts"];
const LONE_SCRIPTS = ["engine/frame.ts", "engine/worker.ts", "engine/sandbox_worker.ts"];

/** Writes the site into a folder, which is made if need be. */
export async function writeSite(folder: string): Promise<void> {
  const assets = join(folder, "assets");
  await Deno.mkdir(assets, { recursive: true });
  for await (const { name } of Deno.readDir(assets)) {
    if (/^chunk-\w+\.js$/.test(name)) await Deno.remove(join(assets, name)); // of an earlier site
  }
  const exercises = {
    challenges: readChallenges(),
    faults: readFaults(),
    sandbox: readSandbox(),
  };
  for (const [name, text] of makePages(exercises)) {
    await Deno.writeTextFile(join(folder, name), text);
  }
  await Deno.writeTextFile(join(assets, "style.css"), STYLE + ownStyle);
  await Deno.writeTextFile(join(assets, "reference.json"), JSON.stringify(await makeReference()));
  const map = join(assets, "import_map.json");
  try {
    await Deno.writeTextFile(map, importMap());
    await bundle(PAGE_SCRIPTS, ["--code-splitting", "--outdir", assets, "--import-map", map]);
    await bundle(LONE_SCRIPTS, ["--format", "iife", "--outdir", assets, "--import-map", map]);
  } finally {
    await Deno.remove(map);
  }
}

async function bundle(scripts: readonly string[], options: readonly string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command("deno", {
    args: [
      ...["bundle", "--quiet", "--platform", "browser", "--minify", ...options],
      ...scripts.map((path) => fileURLToPath(new URL(path, PLAYGROUND))),
    ],
    cwd: fileURLToPath(ROOT),
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).output();
  if (!success) throw new Error(`bundling failed: ${new TextDecoder().decode(stderr)}`);
}

/** The project's imports, and modules that stand in for what a browser lacks. */
function importMap(): string {
  const here = (path: string) => /^\.\.?\//.test(path) ? new URL(path, PLAYGROUND).href : path;
  const placed = Object.entries(standIns.imports).map(([from, to]) => [here(from), here(to)]);
  const imports = { ...config.imports, ...Object.fromEntries(placed) };
  return JSON.stringify({ imports });
}
