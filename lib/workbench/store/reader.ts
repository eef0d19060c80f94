/**
 * Reads what a run left behind: its history, its results, and whatever says how it was run.
 *
 * Maelstrom's store has no single place for a run's workload and options. The reader takes them from
 * the first of these that is there: `test.edn`, which the workbench writes; `cmd.txt`, a command line
 * somebody kept; the command line in `jepsen.log`. Where none of them names the workload, the folder's
 * path does (`…/<workload>/<time>`) or the operations themselves.
 *
 * @module
 */
import { existsSync } from "node:fs";
import { splitModelsAsMaelstrom } from "../../checkers/elle/models.ts";
import {
  type Edn,
  type EdnObject,
  isEdnObject,
  itemsOf,
  Keyword,
  numberOf,
  parseEdn,
} from "../../history/edn.ts";
import type { Op } from "../../history/operations.ts";
import { reasonOf } from "../../message.ts";
import { PLAN_OPTIONS } from "../plan.ts";
import { ELLE_VERSIONS, type ElleVersion } from "../../checkers/checker.ts";
import { recogniseWorkload, workloads } from "../workloads/mod.ts";
import { readHistoryFile } from "./history_file.ts";

/** The options that matter when a run is judged afterwards. */
interface RunFacts {
  readonly workload?: string;
  readonly consistencyModels?: readonly string[];
  readonly elle?: ElleVersion;
  /** Required fraction of operations that are ok; 1 is "total". */
  readonly availability?: number;
  /** Absent unless threads divide evenly among nodes: otherwise a process does not tell its node. */
  readonly nodeCount?: number;
}

/** A run as it lies in a folder. */
export interface StoredRun {
  /** The folder, links resolved. */
  readonly dir: string;
  readonly history: readonly Op[];
  /** Absent where there is no `results.edn`: the run crashed before its analysis. */
  readonly results?: EdnObject;
  /** Whether the folder is one that a run keeps from its start, which results complete. */
  readonly isRunFolder?: boolean;
  readonly facts: RunFacts;
  /** The key of lin-kv that the folder is about, where it is one of Maelstrom's `independent/KEY`. */
  readonly key?: Edn;
}

/** A folder holds no run, or one of its files is not what it should be. */
export class UnreadableRun extends Error {
  override readonly name = "UnreadableRun";
}

/**
 * Reads the run in a folder, or the one that a file such as its `results.edn` belongs to.
 *
 * @throws {UnreadableRun} saying what is missing or wrong.
 */
export function readRun(path: string): StoredRun {
  const dir = folderOf(path);
  const history = readHistory(`${dir}/history.edn`, `${path}/history.edn`);
  if (history === undefined) {
    throw new UnreadableRun(
      `${path} holds no history.edn. Name the folder of one run, such as store/broadcast/latest.`,
    );
  }
  const resultsText = readText(`${dir}/results.edn`);
  const results = resultsText === undefined ? undefined : parseResults(resultsText, path);
  const key = /[/\\]independent[/\\]([^/\\]+)$/.exec(dir)?.[1];
  if (key !== undefined) return runOfKey(dir, keyFrom(key), history, results);
  const facts = findFacts(dir, history);
  const isRunFolder = ["plan.json", "jepsen.log"].some((name) => existsSync(`${dir}/${name}`));
  return { dir, history, facts, isRunFolder, ...(results && { results }) };
}

/** Brings the part of a run that is about one key into the form of a whole run. */
function runOfKey(
  dir: string,
  key: Edn,
  bare: readonly Op[],
  result: EdnObject | undefined,
): StoredRun {
  const history = bare.map((op) =>
    op.process === "nemesis" ? op : { ...op, value: [key, op.value] }
  );
  const run = { dir, history, key, facts: { workload: "lin-kv" } };
  if (result === undefined) return run;
  const verdict = result["valid?"];
  const workload = {
    "valid?": verdict,
    results: new Map([[key, result]]),
    failures: verdict === false ? [key] : [],
  };
  return { ...run, results: { workload, "valid?": verdict } };
}

/** Reads a key from the name of its folder. */
function keyFrom(name: string): Edn {
  try {
    return parseEdn(name);
  } catch {
    return name; // not every key's name is EDN
  }
}

/** Reads the text of a `results.edn`; an interrupted run leaves one that holds no map. */
function parseResults(text: string, where: string): EdnObject {
  const results = parsed(where, () => parseEdn(text));
  if (isEdnObject(results) && "valid?" in results) return results;
  throw new UnreadableRun(`${where}: results.edn is empty, cut short or no results map.`);
}

function parsed<T>(where: string, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    throw new UnreadableRun(`${where}: ${reasonOf(error)}`);
  }
}

function folderOf(path: string): string {
  try {
    const real = Deno.realPathSync(path);
    return Deno.statSync(real).isDirectory ? real : real.replace(/[/\\][^/\\]*$/, "");
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) throw new UnreadableRun(`There is no ${path}.`);
    throw new UnreadableRun(`${path} cannot be read: ${reasonOf(error)}`);
  }
}

function readText(path: string): string | undefined {
  return readIfThere(path, Deno.readTextFileSync);
}

function readHistory(path: string, where: string): readonly Op[] | undefined {
  return readIfThere(path, (path) => {
    try {
      return readHistoryFile(path);
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      throw new UnreadableRun(`${where}: ${error.message}`);
    }
  });
}

function readIfThere<T>(path: string, read: (path: string) => T): T | undefined {
  try {
    return read(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    if (error instanceof UnreadableRun) throw error;
    throw new UnreadableRun(`${path} cannot be read: ${reasonOf(error)}`);
  }
}

/** What is written down about a run, or else what can be guessed. */
function findFacts(dir: string, history: readonly Op[]): RunFacts {
  const written = writtenFacts(dir);
  const workload = written.workload ?? guessWorkload(dir, history);
  return { ...written, ...(workload !== undefined && { workload }) };
}

function writtenFacts(dir: string): RunFacts {
  const test = readText(`${dir}/test.edn`);
  if (test !== undefined) return factsOfTest(parsed(`${dir}/test.edn`, () => parseEdn(test)));
  const command = readText(`${dir}/cmd.txt`) ??
    /^lein run (test .*)$/m.exec(readText(`${dir}/jepsen.log`) ?? "")?.[1];
  return command === undefined ? {} : factsOfCommand(command);
}

function factsOfTest(test: Edn): RunFacts {
  if (!isEdnObject(test)) return {};
  const workload = nameOf(test["workload"]) ?? nameOf(test["name"]);
  const models = itemsOf(test["consistency-models"]).flatMap((model) => nameOf(model) ?? []);
  const elle = ELLE_VERSIONS.find((version) => version === test["elle"]);
  const availability = nameOf(test["availability"]) ?? numberOf(test["availability"]);
  const nodes = itemsOf(test["nodes"]).length;
  const even = nodes > 0 && (numberOf(test["concurrency"]) ?? nodes) % nodes === 0;
  return {
    ...(workload !== undefined && { workload }),
    ...(models.length > 0 && { consistencyModels: models }),
    ...(elle !== undefined && { elle }),
    ...(availability !== undefined && { availability: parseAvailability(String(availability)) }),
    ...(even && { nodeCount: nodes }),
  };
}

function nameOf(value: Edn | undefined): string | undefined {
  if (value instanceof Keyword) return value.name;
  return typeof value === "string" ? value : undefined;
}

function factsOfCommand(command: string): RunFacts {
  const words = splitWords(command);
  const option = (...names: string[]) => {
    const index = words.findLastIndex((word) => names.includes(word));
    return index < 0 ? undefined : words[index + 1];
  };
  const workload = option("-w", "--workload");
  const models = option("--consistency-models");
  const availability = option("--availability");
  const nodes = Number(option("--node-count") ?? option("--nodes")?.split(",").length ?? 5);
  const concurrency = option("--concurrency") ?? "1n";
  const even = concurrency.endsWith("n") || Number(concurrency) % nodes === 0;
  return {
    ...(workload !== undefined && { workload }),
    ...(models !== undefined && { consistencyModels: splitModelsAsMaelstrom(models) }),
    ...(availability !== undefined && { availability: parseAvailability(availability) }),
    ...(even && { nodeCount: nodes }),
  };
}

/** What `--availability` takes as a number; NaN where it is none. */
function parseAvailability(text: string): number {
  return Number(PLAN_OPTIONS.availability.kind.parse(text));
}

/** Splits words as a shell does, and `--name=value` in two. */
export function splitWords(command: string): string[] {
  const words = command.match(/(?:[^\s"']|"[^"]*"|'[^']*')+/g) ?? [];
  return words.flatMap((word) => {
    const plain = word.replaceAll(/["']/g, "");
    const [, name, value] = /^(--[a-z-]+)=(.*)$/.exec(plain) ?? [];
    return name === undefined || value === undefined ? [plain] : [name, value];
  });
}

/** The workload by the folder's path, else by the operations. */
function guessWorkload(dir: string, history: readonly Op[]): string | undefined {
  const parent = dir.split(/[/\\]/).at(-2) ?? "";
  return workloads.has(parent) ? parent : recogniseWorkload(history)?.name;
}
