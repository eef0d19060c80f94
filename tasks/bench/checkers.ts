/**
 * How long checkers take, how much memory they need, and how both grow with the history; beside
 * other checkers, where there are any.
 *
 * @module
 */
import { renderTable } from "../../lib/report/tables.ts";
import { type Stamp, stampNow } from "../shared/stamp.ts";
import { type Case, CASES } from "./checkers/cases.ts";
import type { Cost, OwnCost } from "./checkers/measure.ts";
import {
  measurePeer,
  type Peer,
  PEER_LIMIT_S,
  type PeerCost,
  peersIn,
  variableOf,
} from "./checkers/peers.ts";

/** Where figures are kept. */
export const CHECKERS = "results/data/checkers.json";

/** How many operations, and how many rounds show what the first one owes to a cold start. */
const SIZES = [{ operations: 10_000, rounds: 5 }, { operations: 100_000, rounds: 2 }];
const LARGE = { operations: 1_000_000, rounds: 1 };
type Size = typeof LARGE;

/** The usual sizes, or the one that is asked for. */
function sizesOf({ large, size }: Choice): readonly Size[] {
  if (size === undefined) return large ? [...SIZES, LARGE] : SIZES;
  const like = SIZES.find(({ operations }) => size <= operations) ?? LARGE;
  return [{ ...like, operations: size }];
}

/** What the heap of a checker may hold at first, so that a process takes at most 1.5 GB in all. */
const HEAP_MIB = 1200;

/** A case at one size. */
export interface Row extends Partial<Stamp> {
  readonly name: string;
  readonly operations: number;
  readonly cost: OwnCost;
  /** What power of the size the time grew with since the size before. */
  readonly exponent?: number;
  readonly peers: readonly { readonly name: string; readonly cost: PeerCost }[];
}

/** Says what the figures are. */
const LEGEND =
  `Time from operations in memory to a verdict, reading excluded, in seconds: of the first round in a
fresh process, and of the best of the rounds after it, if any. The exponent compares best rounds. Peak
memory is that of the process that reads the file and checks it once. Its heap is held to ${HEAP_MIB} MiB,
or not at all where that is too little. A peer has ${PEER_LIMIT_S} s for reading and all rounds; one whose first round would grow beyond that
by the next size, or that came to no verdict, is not asked again.`;

/** What to measure. */
interface Choice {
  /** Whether to try a million operations, too. */
  readonly large: boolean;
  /** The only number of operations to try. Default: the usual ones. */
  readonly size?: number | undefined;
  /** The name of the only case. Default: every case. */
  readonly only?: string | undefined;
  /** Whether to write the figures to `results/`, each as it comes. */
  readonly keep: boolean;
  /** Is told of each figure as it comes. */
  readonly report: (line: string) => void;
}

/** Measures checkers case by case, at every size. */
export async function benchCheckers(choice: Choice): Promise<Row[]> {
  const { size, only, keep, report } = choice;
  const chosen = CASES.filter(({ name }) => only === undefined || name === only);
  const rows: Row[] = [];
  report(`${LEGEND}\n`);
  const missing = [...new Set(chosen.map(({ workload }) => variableOf(workload)))]
    .filter((variable) => peersIn(Deno.env.get(variable) ?? "").length === 0);
  if (missing.length > 0) report(`${howToName(missing)}\n`);
  report(lineOf(HEAD));
  for (const one of chosen) {
    let before = size === undefined ? undefined : storedBefore(one, size);
    for (const each of sizesOf(choice)) {
      before = await measureRow(one, each, before);
      rows.push(before);
      report(lineOf(cellsOf(before)));
      if (keep) keepRow(before);
    }
  }
  return rows;
}

function howToName(variables: readonly string[]): string {
  return `No other checkers are named in ${variables.join(", ")}. Each holds commands, separated by
semicolons, to which the path of a history.edn and a number of rounds are added, and which print a
line of a verdict and seconds for each round: BENCH_PEER_LIN_KV="porcupine; knossos"`;
}

async function measureRow(one: Case, size: Size, before: Row | undefined): Promise<Row> {
  const { name, workload } = one;
  const { operations, rounds } = size;
  const stamp = await stampNow();
  const dir = await Deno.makeTempDir();
  try {
    const file = `${dir}/history.edn`;
    await outputOf([`--allow-write=${file}`], ["write", name, `${operations}`, file]);
    const cost = await measureOwn(one, file, rounds);
    const growth = before && Math.log(bestOf(cost) / bestOf(before.cost)) /
        Math.log(operations / before.operations);
    const peers: Row["peers"][number][] = [];
    for (const peer of peersIn(Deno.env.get(variableOf(workload)) ?? "")) {
      if (before !== undefined && !mayFinish(peer, before, operations)) continue;
      peers.push({ name: peer.name, cost: await measurePeer(peer, file, rounds) });
    }
    return {
      name,
      operations,
      ...stamp,
      cost,
      ...(growth !== undefined && { exponent: growth }),
      peers,
    };
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

/** Whether a peer would keep within its limit if its first round grew as the history does. */
function mayFinish({ name }: Peer, before: Row, operations: number): boolean {
  const cost = before.peers.find((peer) => peer.name === name)?.cost;
  if (cost === undefined || typeof cost === "string") return false;
  const [first = NaN] = cost.seconds;
  return cost.verdict !== "unknown" && first * operations / before.operations < PEER_LIMIT_S;
}

/** Measures our checker on a bounded heap, or, if that is too small, on an unbounded one. */
async function measureOwn({ name }: Case, file: string, rounds: number): Promise<OwnCost> {
  const check = (...flags: string[]) =>
    outputOf([`--allow-read=${file}`, ...flags], ["check", name, file, `${rounds}`]);
  const bounded = `--v8-flags=--max-old-space-size=${HEAP_MIB}`;
  return JSON.parse(await check(bounded).catch(() => check()));
}

/** Runs a script of the bench in a process of its own. */
async function outputOf(flags: readonly string[], words: readonly string[]): Promise<string> {
  const script = new URL("./checkers/measure.ts", import.meta.url).href;
  const args = ["run", "--quiet", ...flags, script, ...words];
  const { success, stdout } = await new Deno.Command(Deno.execPath(), { args, stderr: "inherit" })
    .output();
  if (!success) throw new Error(`deno ${args.join(" ")} failed`);
  return new TextDecoder().decode(stdout);
}

function bestOf({ seconds }: Cost): number {
  return Math.min(...seconds);
}

const HEAD = ["", "operations", "first, best", "peak", "exponent", "others: first, best"];

function cellsOf({ name, operations, cost, exponent, peers }: Row): string[] {
  return [
    cost.verdict === "true" ? name : `${name} (${cost.verdict})`,
    operations.toLocaleString("en"),
    timesOf(cost),
    `${(cost.peakBytes / 2 ** 20).toFixed(0)} MiB`,
    exponent?.toFixed(2) ?? "",
    peers.map(({ name, cost }) => `${name} ${typeof cost === "string" ? cost : answerOf(cost)}`)
      .join("; "),
  ];
}

function answerOf(cost: Cost): string {
  return cost.verdict === "true" ? timesOf(cost) : `${cost.verdict} in ${timesOf(cost)}`;
}

function timesOf({ seconds: [first = NaN, ...later] }: Cost): string {
  return [first, ...later.length === 0 ? [] : [Math.min(...later)]]
    .map((seconds) => seconds.toFixed(seconds < 1 ? 3 : 1)).join(", ");
}

/** The table of rows. */
export function renderCheckers(rows: readonly Row[]): string {
  return renderTable(HEAD, rows.map(cellsOf), 1);
}

function storedRows(): readonly Row[] {
  return JSON.parse(Deno.readTextFileSync(CHECKERS));
}

/** Returns the row of the next smaller size that was kept, if any. */
function storedBefore({ name }: Case, size: number): Row | undefined {
  return storedRows().findLast((row) => row.name === name && row.operations < size);
}

/** Puts a row in place of what was measured before. */
function keepRow(row: Row): void {
  const others = storedRows().filter(({ name, operations }) =>
    name !== row.name || operations !== row.operations
  );
  const order = CASES.map(({ name }) => name);
  const all = [...others, row].toSorted((a, b) =>
    order.indexOf(a.name) - order.indexOf(b.name) || a.operations - b.operations
  );
  Deno.writeTextFileSync(CHECKERS, `${JSON.stringify(all, null, 2)}\n`);
}

const WIDTHS = [32, 11, 14, 10, 10];

function lineOf(cells: readonly string[]): string {
  const [name = "", ...figures] = cells;
  const padded = figures.map((text, i) => text.padStart(WIDTHS[i + 1] ?? 0));
  return `  ${name.padEnd(WIDTHS[0] ?? 0)}${padded.slice(0, -1).join("")}   ${padded.at(-1)}`
    .trimEnd();
}
