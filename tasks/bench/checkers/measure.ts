/**
 * Measures one checker on one history, in a process of its own. `measure.ts write CASE OPERATIONS FILE`
 * generates the history; `measure.ts check CASE FILE ROUNDS` reads the file, checks the history that
 * often, and prints what that took as JSON. So both ours and others check the same file, and memory
 * is that of reading and checking alone.
 *
 * @module
 */
import process from "node:process";
import { printHistory } from "../../../lib/history/operations.ts";
import { readHistoryFile } from "../../../lib/workbench/store/history_file.ts";
import { type Case, CASES } from "./cases.ts";

/** What checking took, from operations in memory to a verdict. */
export interface Cost {
  readonly verdict: string;
  /** Of each round, the first in a fresh process. */
  readonly seconds: readonly number[];
}

/** The same, and the most memory that the process had until the end of the first round. */
export interface OwnCost extends Cost {
  readonly peakBytes: number;
}

/** Operations to print at a time. */
const BATCH = 10_000;

function main([verb, name, ...rest]: readonly string[]): void {
  const found = CASES.find((one) => one.name === name);
  if (found === undefined) throw new RangeError(`there is no case "${name}"`);
  const [first = "", last = ""] = rest;
  if (verb === "write") write(found, Number(first), last);
  else console.log(JSON.stringify(measure(found, first, Number(last))));
}

function write({ history }: Case, operations: number, file: string): void {
  const ops = history(operations);
  for (let i = 0; i < ops.length; i += BATCH) {
    Deno.writeTextFileSync(file, printHistory(ops.slice(i, i + BATCH)), { append: i > 0 });
  }
}

function measure({ check }: Case, file: string, rounds: number): OwnCost {
  const history = readHistoryFile(file);
  const judge = () => timed(() => String(check(history)["valid?"]));
  const [verdict, first] = judge();
  const peakBytes = 1024 * process.resourceUsage().maxRSS;
  const later = Array.from({ length: rounds - 1 }, () => judge()[1]);
  return { verdict, seconds: [first, ...later], peakBytes };
}

function timed<T>(act: () => T): [result: T, seconds: number] {
  const startMs = performance.now();
  const result = act();
  return [result, (performance.now() - startMs) / 1000];
}

if (import.meta.main) main(Deno.args);
