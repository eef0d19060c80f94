/**
 * A program's whole text: its modules, and where each of their imports leads. With it, another machine
 * runs the same program, wherever its own files are.
 *
 * The modules of the protocol, which programs import, are not part of it: they belong to the engine,
 * which has to be the same on all machines (`engine.ts`).
 *
 * @module
 */
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { UsageError } from "../workbench/option.ts";

/** A program as plain data; equal programs are equal as JSON. */
export interface ProgramText {
  /** The URL of the module that exports the program. */
  readonly entry: string;
  /** As the JavaScript that Deno runs, or as JSON. Sorted by URL. */
  readonly modules: readonly { readonly url: string; readonly text: string }[];
  readonly imports: readonly ResolvedImport[];
}

/** Where an import leads: to the URL of a module of the program, `engine:NAME`, or `node:NAME`. */
export interface ResolvedImport {
  readonly from: string;
  readonly specifier: string;
  readonly to: string;
}

/** What begins the target of an import of the engine's own. */
export const ENGINE = "engine:";

/** The folder of the protocol's modules, which programs share. */
const PROTOCOL = new URL("../", import.meta.url).href;

/** What the thread that loads a program has found, or why it cannot be loaded. */
export type LoadedModules =
  | {
    readonly imports: readonly ResolvedImport[];
    /** By URL. */
    readonly texts: ReadonlyMap<string, string>;
  }
  | { readonly problem: string };

/**
 * Reads a program's text. To learn where its imports lead, the program is loaded, in a thread of its
 * own.
 *
 * @param entry The URL of its module.
 * @throws {UsageError} if it cannot be loaded, or imports what cannot be taken along.
 */
export async function readProgram(entry: string): Promise<ProgramText> {
  const loaded = await loadModules(entry);
  if ("problem" in loaded) throw new UsageError(loaded.problem);
  const bySource = Map.groupBy(loaded.imports, ({ from }) => from);
  const urls = new Set([entry]);
  const imports: ResolvedImport[] = [];
  // A set yields what is added while it is walked.
  for (const url of urls) {
    for (const one of bySource.get(url) ?? []) {
      const to = targetOf(one);
      imports.push({ ...one, to });
      if (to === one.to && !to.startsWith("node:")) urls.add(to);
    }
  }
  const modules = [...urls].sort().map((url) => {
    const text = loaded.texts.get(url);
    if (text === undefined) throw new Error(`${url} was loaded before anyone could read it`);
    return { url, text: withoutSources(text) };
  });
  return { entry, modules, imports: imports.sort(byPlace) };
}

function loadModules(entry: string): Promise<LoadedModules> {
  const worker = new Worker(new URL("./imports_thread.ts", import.meta.url), { type: "module" });
  return new Promise<LoadedModules>((resolve, reject) => {
    worker.onmessage = ({ data }: MessageEvent<LoadedModules>) => resolve(data);
    worker.onerror = (event) => {
      event.preventDefault();
      reject(new UsageError(event.message));
    };
    worker.postMessage(entry);
  }).finally(() => worker.terminate());
}

/** @throws {UsageError} if it cannot be taken along. */
function targetOf({ from, specifier, to }: ResolvedImport): string {
  if (to.startsWith(PROTOCOL) && !to.slice(PROTOCOL.length).includes("/")) {
    return ENGINE + to.slice(PROTOCOL.length);
  }
  if (to.startsWith("node:")) return to;
  const refuse = (why: string) =>
    new UsageError(`${from} imports ${specifier}, which other machines cannot be given: ${why}`);
  if (!to.startsWith("file:")) throw refuse("it is not a file");
  if (isCommonJs(fileURLToPath(to))) throw refuse("it is a CommonJS module");
  return to;
}

/** What begins a source map inside a module. */
const SOURCE_MAP = "\n//# sourceMappingURL=data:application/json;base64,";

/** A module's JavaScript with its source map, for places in errors, but without its TypeScript. */
function withoutSources(text: string): string {
  const [code = "", map] = text.split(SOURCE_MAP);
  if (map === undefined) return text;
  const { sourcesContent: _, ...kept } = JSON.parse(decodeBase64(map));
  return `${code}${SOURCE_MAP}${encodeBase64(JSON.stringify(kept))}`;
}

function encodeBase64(text: string): string {
  return new TextEncoder().encode(text).toBase64();
}

function decodeBase64(text: string): string {
  return new TextDecoder().decode(Uint8Array.fromBase64(text.trim()));
}

/** Whether a file is CommonJS: by its name, or as the package that it belongs to says. */
function isCommonJs(path: string): boolean {
  if (/\.(cjs|cts|node)$/.test(path)) return true;
  if (!/\.js$/.test(path)) return false;
  for (let folder = dirname(path); folder !== dirname(folder); folder = dirname(folder)) {
    const manifest = join(folder, "package.json");
    if (existsSync(manifest)) return JSON.parse(Deno.readTextFileSync(manifest)).type !== "module";
  }
  return false;
}

function byPlace(a: ResolvedImport, b: ResolvedImport): number {
  return a.from === b.from ? order(a.specifier, b.specifier) : order(a.from, b.from);
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The hash of a program: the same wherever its files are. */
export async function hashProgram({ entry, modules, imports }: ProgramText): Promise<string> {
  const texts = new Map(modules.map(({ url, text }) => [url, text]));
  const bySource = Map.groupBy(imports, ({ from }) => from);
  const places = new Map([[entry, 0]]);
  const parts: unknown[] = [];
  for (const [url] of places) {
    const leads = (bySource.get(url) ?? []).map(({ specifier, to }) => {
      if (texts.has(to) && !places.has(to)) places.set(to, places.size);
      return [specifier, places.get(to) ?? to];
    });
    const [code] = (texts.get(url) ?? "").split(SOURCE_MAP);
    parts.push([code, leads]);
  }
  return await hashOf(parts);
}

/** The hash of plain data as JSON, SHA-256 in hexadecimal digits. */
export async function hashOf(data: unknown): Promise<string> {
  const bytes = new TextEncoder().encode(JSON.stringify(data));
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
}
