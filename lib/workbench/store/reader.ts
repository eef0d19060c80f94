/**
 * What a run left behind: its history, its results, and whatever tells how it was run.
 *
 * A folder of Maelstrom's store does not say in one place which workload it holds or which options
 * it was run with. They are gathered from, in this order: `test.edn` (the workbench writes it),
 * `cmd.txt` (a command line somebody kept), the command line in `jepsen.log`, the folder's path
 * (`…/<workload>/<time>`), and last the shape of the results and of the operations themselves.
 *
 * @module
 */
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
import { type Op, parseHistory } from "../../history/operations.ts";

/** The options that matter to somebody who judges a run afterwards. */
export interface RunFacts {
  readonly workload?: string;
  readonly consistencyModels?: readonly string[];
  /** Required fraction of operations that are ok; 1 is "total". */
  readonly availability?: number;
  /** Absent where the number of threads is no multiple of it, so that processes tell no nodes. */
  readonly nodeCount?: number;
}

/** A run as it lies in a folder. */
export interface StoredRun {
  /** The folder, links resolved. */
  readonly dir: string;
  readonly history: readonly Op[];
  /** Absent where there is no `results.edn`: the run crashed before its analysis. */
  readonly results?: EdnObject;
  readonly facts: RunFacts;
}

/** A folder that holds no run, or a file in it that cannot be read as what it should be. */
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
  const historyText = readText(`${dir}/history.edn`);
  if (historyText === undefined) {
    throw new UnreadableRun(
      `${path} holds no history.edn. Name the folder of one run, such as store/broadcast/latest.`,
    );
  }
  const resultsText = readText(`${dir}/results.edn`);
  const results = resultsText === undefined ? undefined : parseResults(resultsText, path);
  const history = parsed(`${path}/history.edn`, () => parseHistory(historyText));
  const facts = { ...guessFacts(dir, results, history), ...writtenFacts(dir) };
  return { dir, history, facts, ...(results && { results }) };
}

/**
 * Reads the text of a `results.edn`.
 *
 * @throws {UnreadableRun} where it is no map; a run that was interrupted leaves such a file.
 */
export function parseResults(text: string, where = "results.edn"): EdnObject {
  const results = parsed(where, () => parseEdn(text));
  if (isEdnObject(results) && "valid?" in results) return results;
  throw new UnreadableRun(`${where}: results.edn is empty, cut short or no results map.`);
}

function parsed<T>(where: string, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    throw new UnreadableRun(`${where}: ${error instanceof Error ? error.message : error}`);
  }
}

function folderOf(path: string): string {
  try {
    const real = Deno.realPathSync(path);
    return Deno.statSync(real).isDirectory ? real : real.replace(/[/\\][^/\\]*$/, "");
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) throw new UnreadableRun(`There is no ${path}.`);
    throw new UnreadableRun(
      `${path} cannot be read: ${error instanceof Error ? error.message : error}`,
    );
  }
}

function readText(path: string): string | undefined {
  try {
    return Deno.readTextFileSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw new UnreadableRun(
      `${path} cannot be read: ${error instanceof Error ? error.message : error}`,
    );
  }
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
  const availability = nameOf(test["availability"]) ?? numberOf(test["availability"]);
  const nodes = itemsOf(test["nodes"]).length;
  const even = nodes > 0 && (numberOf(test["concurrency"]) ?? nodes) % nodes === 0;
  return {
    ...(workload !== undefined && { workload }),
    ...(models.length > 0 && { consistencyModels: models }),
    ...(availability !== undefined && { availability: parseAvailability(String(availability)) }),
    ...(even && { nodeCount: nodes }),
  };
}

function nameOf(value: Edn | undefined): string | undefined {
  if (value instanceof Keyword) return value.name;
  return typeof value === "string" ? value : undefined;
}

/** Facts from Maelstrom's command line. */
export function factsOfCommand(command: string): RunFacts {
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

/** `total` or a fraction, as `--availability` takes it; NaN where it is neither. */
export function parseAvailability(text: string): number {
  return text === "total" ? 1 : Number(text);
}

/** Words as a shell splits them, quotes and `--name=value` included. */
function splitWords(command: string): string[] {
  const words = command.match(/(?:[^\s"']|"[^"]*"|'[^']*')+/g) ?? [];
  return words.flatMap((word) => {
    const plain = word.replaceAll(/["']/g, "");
    const [, name, value] = /^(--[a-z-]+)=(.*)$/.exec(plain) ?? [];
    return name === undefined || value === undefined ? [plain] : [name, value];
  });
}

/** The keys by which a `:workload` result shows what it is of, where no operation does. */
const RESULT_KEYS: readonly (readonly [key: string, workload: string])[] = [
  ["worst-realtime-lag", "kafka"],
  ["acceptable", "pn-counter"],
  ["attempted-count", "unique-ids"],
  ["stable-count", "g-set"],
  ["failures", "lin-kv"],
  ["anomaly-types", "txn-rw-register"],
];

const WORKLOAD_IN_PATH =
  /[/\\](broadcast|echo|g-counter|g-set|kafka|lin-kv|pn-counter|txn-list-append|txn-rw-register|unique-ids)[/\\][^/\\]+$/;

function guessFacts(
  dir: string,
  results: EdnObject | undefined,
  history: readonly Op[],
): RunFacts {
  const inPath = WORKLOAD_IN_PATH.exec(dir)?.[1];
  const workload = inPath ?? workloadOfOps(history) ?? workloadOfResult(results?.["workload"]);
  return workload === undefined ? {} : { workload };
}

function workloadOfResult(result: Edn | undefined): string | undefined {
  if (!isEdnObject(result)) return undefined;
  return RESULT_KEYS.find(([key]) => key in result)?.[1];
}

function workloadOfOps(history: readonly Op[]): string | undefined {
  const kinds = new Set(history.map(({ f }) => f));
  if (kinds.has("echo")) return "echo";
  if (kinds.has("generate")) return "unique-ids";
  if (kinds.has("broadcast")) return "broadcast";
  if (kinds.has("txn")) return writesLists(history) ? "txn-list-append" : "txn-rw-register";
  if (kinds.has("poll") || kinds.has("send")) return "kafka";
  if (kinds.has("cas") || kinds.has("write")) return "lin-kv";
  if (!kinds.has("add")) return undefined;
  const read = history.find(({ f, type }) => f === "read" && type === "ok");
  return Array.isArray(read?.value) ? "g-set" : "pn-counter";
}

function writesLists(history: readonly Op[]): boolean {
  const appends = (mop: Edn) => nameOf(itemsOf(mop)[0]) === "append";
  return history.some(({ value }) => itemsOf(value).some(appends));
}
