/**
 * The runs in a folder of runs: ours, and those of Maelstrom's store inside it.
 *
 * Whatever else lies there is listed as what it is, and never touched.
 *
 * @module
 */
import { existsSync, lstatSync, readdirSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { reasonOf } from "../../message.ts";
import { isInProgress } from "../../workbench/store/progress_file.ts";
import { type About, type ChallengeOf, deriveRecord, readAbout, readRecord } from "./record.ts";
import type { RunRecord } from "./record.ts";

/** Where Maelstrom keeps its runs, from the folder of runs. */
const MAELSTROM = ["maelstrom", "store"];

/** Files of which any makes a folder one of a run. */
const SIGNS = ["plan.json", "history.edn", "test.edn", "jepsen.log", "results.edn"];

/** A run of Maelstrom that has written nothing for so long has ended. */
const SILENT_MS = 10 * 60_000;

/** What became of a run: `cut off` has ended without results, `foreign` is no run. */
type State = "ended" | "running" | "cut off" | "damaged" | "foreign";

/** A folder in the list. */
export interface Entry {
  /** Its path from the folder of runs, with slashes. */
  readonly id: string;
  readonly dir: string;
  readonly startedMs: number;
  readonly state: State;
  /** What is wrong with it. */
  readonly why?: string;
  /** What was run, where that is known. */
  readonly about?: About;
  /** There if it has ended. */
  readonly record?: RunRecord;
}

/** Reads a folder of runs. */
export class Catalogue {
  readonly root: string;
  readonly #challengeOf: ChallengeOf;
  /** Records of runs that left none, by folder and time of their results. */
  readonly #derived = new Map<string, RunRecord | undefined>();

  constructor(root: string, challengeOf: ChallengeOf) {
    this.root = root;
    this.#challengeOf = challengeOf;
  }

  /**
   * All there is, the latest first.
   *
   * @throws if the folder is there and may not be read.
   */
  list(): Entry[] {
    const ids = [
      ...foldersIn(this.root).filter((name) => name !== MAELSTROM[0]),
      ...foldersIn(join(this.root, ...MAELSTROM)).map((name) => [...MAELSTROM, name].join("/")),
    ].flatMap((group) => foldersIn(join(this.root, group)).map((name) => `${group}/${name}`));
    return ids.map((id) => this.#read(id)).sort((a, b) => b.startedMs - a.startedMs);
  }

  /** The folder of that id; nothing where there is none, or a link on the way to it. */
  find(id: string): Entry | undefined {
    const names = id.split("/");
    const isOfMaelstrom = MAELSTROM.every((name, i) => names[i] === name);
    if (names.length !== (isOfMaelstrom ? MAELSTROM.length : 0) + 2) return undefined;
    if (names.some((name) => /^\.{0,2}$|[\0\\]/.test(name))) return undefined;
    const isFolder = (_: string, i: number) =>
      lstatSync(join(this.root, ...names.slice(0, i + 1)), { throwIfNoEntry: false })
        ?.isDirectory() === true;
    return names.every(isFolder) ? this.#read(id) : undefined;
  }

  #read(id: string): Entry {
    const dir = join(this.root, id);
    const entry = { id, dir, startedMs: startOf(dir) };
    try {
      const record = readRecord(dir) ?? this.#derive(dir);
      if (record !== undefined) return { ...entry, state: "ended", about: record, record };
      if (!SIGNS.some((name) => existsSync(join(dir, name)))) {
        return { ...entry, state: "foreign", why: "This folder holds no run." };
      }
      const about = readAbout(dir, this.#challengeOf);
      if (isRunning(dir)) return { ...entry, state: "running", about };
      return { ...entry, state: "cut off", about, why: "It left no results." };
    } catch (error) {
      const state = isRunning(dir) ? "running" : "damaged";
      return { ...entry, state, why: reasonOf(error).replaceAll(`${dir}/`, "") };
    }
  }

  #derive(dir: string): RunRecord | undefined {
    const stats = statSync(join(dir, "results.edn"), { throwIfNoEntry: false });
    if (stats === undefined || isInProgress(dir)) return undefined;
    const key = `${dir} ${stats.mtimeMs}`;
    if (!this.#derived.has(key)) this.#derived.set(key, deriveRecord(dir, this.#challengeOf));
    return this.#derived.get(key);
  }
}

/** Whether the process of a run is still at it, as far as its folder tells. */
function isRunning(dir: string): boolean {
  if (isInProgress(dir)) return true;
  if (existsSync(join(dir, "results.edn"))) return false;
  const log = statSync(join(dir, "jepsen.log"), { throwIfNoEntry: false });
  return log !== undefined && Date.now() - log.mtimeMs < SILENT_MS;
}

/** The folders in a folder, links apart; none where it is none. */
function foldersIn(path: string): string[] {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() !== true) return [];
  return readdirSync(path, { withFileTypes: true })
    .flatMap((entry) => entry.isDirectory() ? [entry.name] : []);
}

const STAMP = /^(\d{4})-?(\d\d)-?(\d\d)T(\d\d):?(\d\d):?(\d\d)(\.\d+)?(Z|[+-]\d{2}:?\d{2})/;

/** When a run began: its folder is named after that. */
function startOf(dir: string): number {
  const [, year, month, day, hour, minute, second, rest = "", zone = "Z"] =
    STAMP.exec(basename(dir)) ?? [];
  const offset = zone.replace(/^(...)(\d\d)$/, "$1:$2");
  const time = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}${rest}${offset}`);
  return Number.isNaN(time) ? statSync(dir, { throwIfNoEntry: false })?.mtimeMs ?? 0 : time;
}
