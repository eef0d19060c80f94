/**
 * Makes the packages of JSR available, before every task: where JSR answers, Deno's own download
 * into `vendor/`; where it does not, the stand-ins of `tasks/standins/`, laid out in `vendor/` as
 * that download would be, so that Deno finds them there and needs no network.
 *
 * A stand-in `x_y.ts` of package `p` is the entry point `@std/p/x-y`, and `mod.ts` is `@std/p`
 * itself. As this runs before any package is there, it imports none.
 *
 * @module
 */

import { fileURLToPath } from "node:url";

/** How long JSR has to answer. */
const ANSWER_WITHIN_MS = 3_000;
/** For how long the stand-ins stay before JSR is asked again. */
const ASK_AGAIN_AFTER_MS = 24 * 60 * 60 * 1000;
/** From what age on an unfinished folder is one whose writer was killed. */
const LEFTOVER_AFTER_MS = 60_000;
/** Beside the packages in `vendor/`: where they are from, so that JSR is not asked every time. */
const NOTE = "packages.json";

/** A package of JSR that `deno.json` imports. */
interface Package {
  /** `@std/assert` */
  name: string;
  version: string;
}

/** What the note in `vendor/` says. */
interface Note {
  source: "jsr" | "stand-ins";
  /** The registry that was asked. */
  registry: string;
  /** The packages wanted then, as one string. */
  packages: string;
  /** When the registry was asked, in milliseconds since 1970. */
  askedMs: number;
}

/** Options of {@linkcode setup}. */
export interface SetupOptions {
  /**
   * The registry, as Deno has it from the environment.
   *
   * @default {JSR_URL or "https://jsr.io/"}
   */
  registry?: string;
  /**
   * The time, in milliseconds since 1970.
   *
   * @default {Date.now()}
   */
  nowMs?: number;
}

/**
 * Brings `vendor/` of a project folder in order. Returns a sentence on what was changed, nothing
 * where nothing was.
 */
export async function setup(project: string, options: SetupOptions = {}): Promise<string | void> {
  const nowMs = options.nowMs ?? Date.now();
  const registry = new URL(options.registry ?? (Deno.env.get("JSR_URL") || "https://jsr.io/")).href;
  const vendor = `${project}/vendor`;
  const packages = await importedPackages(`${project}/deno.json`);
  const wanted = packages.map(({ name, version }) => `${name}@${version}`).join(" ");

  const note = await readNote(`${vendor}/${NOTE}`);
  const known = note?.registry === registry && note.packages === wanted ? note : undefined;
  if (known?.source === "jsr") return;
  const standIns = await layOut(packages, registry, `${project}/tasks/standins`);
  const inPlace = note?.source === "stand-ins" && await holds(vendor, standIns);
  if (known && inPlace && nowMs - known.askedMs < ASK_AGAIN_AFTER_MS) return;

  const trouble = await troubleWith(registry, packages);
  const asked = { registry, packages: wanted, askedMs: nowMs };
  if (trouble === undefined) {
    // Deno downloads what it needs itself; only stand-ins would be in its way.
    const files = new Map([[NOTE, JSON.stringify({ ...asked, source: "jsr" })]]);
    if (note?.source === "stand-ins") await replaceFolder(vendor, files);
    else await addFile(vendor, NOTE, files);
    return `Packages: from JSR (${registry}).`;
  }
  standIns.set(NOTE, JSON.stringify({ ...asked, source: "stand-ins" }));
  if (inPlace) return await addFile(vendor, NOTE, standIns);
  await replaceFolder(vendor, standIns);
  return `Packages: the stand-ins of tasks/standins/, as JSR does not answer (${registry}: ${trouble}).`;
}

/** The packages whose specifiers in `deno.json` name JSR and a version. */
async function importedPackages(path: string): Promise<Package[]> {
  const config: unknown = JSON.parse(await Deno.readTextFile(path));
  const imports = isRecord(config) && isRecord(config.imports) ? config.imports : {};
  const packages: Package[] = [];
  for (const specifier of Object.values(imports)) {
    if (typeof specifier !== "string" || !specifier.startsWith("jsr:")) continue;
    const { name, version } = /^jsr:(?<name>@[^/]+\/[^@/]+)@(?<version>\d+\.\d+\.\d+)$/
      .exec(specifier)?.groups ?? {};
    if (name === undefined || version === undefined) {
      throw new Error(
        `${path}: expected an import like "jsr:@std/assert@1.0.19", with an exact version, got "${specifier}"`,
      );
    }
    packages.push({ name, version });
  }
  return packages;
}

async function readNote(path: string): Promise<Note | undefined> {
  let note: unknown;
  try {
    note = JSON.parse(await Deno.readTextFile(path));
  } catch (error) {
    // None yet, or a broken one: either way it says nothing.
    if (error instanceof Deno.errors.NotFound || error instanceof SyntaxError) return undefined;
    throw error;
  }
  return isNote(note) ? note : undefined;
}

function isNote(value: unknown): value is Note {
  return isRecord(value) && (value.source === "jsr" || value.source === "stand-ins") &&
    typeof value.registry === "string" && typeof value.packages === "string" &&
    typeof value.askedMs === "number";
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

/** The stand-ins as JSR would serve them: each file's path in `vendor/`, and its text. */
async function layOut(
  packages: Package[],
  registry: string,
  standIns: string,
): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  for (const { name, version } of packages) {
    const [scope = "", unscoped = ""] = name.slice(1).split("/");
    const home = `${vendorFolder(registry)}/${name}`;
    const exports: Record<string, string> = {};
    const manifest: Record<string, { size: number; checksum: string }> = {};
    for (const [file, text] of await sources(`${standIns}/${unscoped}`, name)) {
      const entry = file === "mod.ts" ? "." : `./${file.slice(0, -3).replaceAll("_", "-")}`;
      exports[entry] = `./${file}`;
      const bytes = new TextEncoder().encode(text);
      manifest[`/${file}`] = { size: bytes.length, checksum: `sha256-${await sha256(bytes)}` };
      files.set(`${home}/${version}/${file}`, text);
    }
    const versions = { [version]: {} };
    files.set(
      `${home}/meta.json`,
      JSON.stringify({ scope, name: unscoped, latest: version, versions }),
    );
    files.set(`${home}/${version}_meta.json`, JSON.stringify({ manifest, exports }));
  }
  return files;
}

async function sources(folder: string, name: string): Promise<Map<string, string>> {
  const texts = new Map<string, string>();
  try {
    const entries = await Array.fromAsync(Deno.readDir(folder));
    for (const entry of entries.map(({ name }) => name).sort()) {
      texts.set(entry, await Deno.readTextFile(`${folder}/${entry}`));
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new Error(
      `deno.json imports ${name} from JSR, but it has no stand-in: expected ${folder}/`,
    );
  }
  return texts;
}

/** The folder in `vendor/` that Deno gives to a host: `jsr.io`, `http_127.0.0.1_8000`. */
function vendorFolder(registry: string): string {
  const { protocol, host } = new URL(registry);
  return `${protocol === "http:" ? "http_" : ""}${host.replace(":", "_")}`;
}

async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
}

/** Whether a folder holds all these files, with just these texts. */
async function holds(folder: string, files: Map<string, string>): Promise<boolean> {
  try {
    for (const [path, text] of files) {
      if (await Deno.readTextFile(`${folder}/${path}`) !== text) return false;
    }
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
  return true;
}

/** Why the packages cannot be had from the registry, or nothing if they can. */
async function troubleWith(registry: string, packages: Package[]): Promise<string | undefined> {
  const signal = AbortSignal.timeout(ANSWER_WITHIN_MS);
  const troubles = await Promise.all(packages.map(async ({ name, version }) => {
    try {
      const response = await fetch(new URL(`${name}/meta.json`, registry), { signal });
      if (!response.ok) {
        await response.body?.cancel();
        return `HTTP status ${response.status} for ${name}`;
      }
      const meta: unknown = await response.json();
      const versions = isRecord(meta) && isRecord(meta.versions) ? meta.versions : {};
      return version in versions ? undefined : `no version ${version} of ${name}`;
    } catch (error) {
      if (signal.aborted) return `no answer within ${ANSWER_WITHIN_MS} ms`;
      return error instanceof SyntaxError ? `no JSON for ${name}` : "no connection";
    }
  }));
  return troubles.find((trouble) => trouble !== undefined);
}

/** Writes one of the files into a folder, whole or not at all. */
async function addFile(folder: string, path: string, files: Map<string, string>): Promise<void> {
  await Deno.mkdir(folder, { recursive: true });
  const temporary = `${folder}/${path}.${crypto.randomUUID()}`;
  await Deno.writeTextFile(temporary, files.get(path) ?? "");
  await Deno.rename(temporary, `${folder}/${path}`);
}

/**
 * Puts a new folder in the place of an old one, so that no moment shows it half filled: killed
 * midway, it leaves the old one or none, and the next start fills it again.
 */
async function replaceFolder(folder: string, files: Map<string, string>): Promise<void> {
  await removeLeftovers(folder);
  const temporary = `${folder}.${crypto.randomUUID()}`;
  try {
    for (const [path, text] of files) {
      const file = `${temporary}/new/${path}`;
      await Deno.mkdir(file.slice(0, file.lastIndexOf("/")), { recursive: true });
      await Deno.writeTextFile(file, text);
    }
    // Another start may do the same just now, so the place can be taken again in between.
    for (let attempt = 1;; attempt++) {
      await Deno.rename(folder, `${temporary}/old${attempt}`).catch(ignoreNotFound);
      try {
        return await Deno.rename(`${temporary}/new`, folder);
      } catch (error) {
        if (attempt >= 10) throw error;
      }
    }
  } finally {
    await Deno.remove(temporary, { recursive: true }).catch(ignoreNotFound);
  }
}

/** Removes what earlier starts left beside the folder when they were killed. */
async function removeLeftovers(folder: string): Promise<void> {
  const [, parent = "", name = ""] = /^(.*)\/([^/]+)$/.exec(folder) ?? [];
  for await (const entry of Deno.readDir(parent)) {
    if (!entry.name.startsWith(`${name}.`)) continue;
    const path = `${parent}/${entry.name}`;
    try {
      const { mtime } = await Deno.stat(path);
      const ageMs = mtime === null ? Infinity : Date.now() - mtime.getTime();
      if (ageMs > LEFTOVER_AFTER_MS) await Deno.remove(path, { recursive: true });
    } catch (error) {
      // It was no leftover, but another start's, which has just finished.
      ignoreNotFound(error);
    }
  }
}

function ignoreNotFound(error: unknown): void {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
}

if (import.meta.main) {
  const said = await setup(fileURLToPath(new URL("..", import.meta.url)).slice(0, -1));
  if (said) console.error(said);
}
