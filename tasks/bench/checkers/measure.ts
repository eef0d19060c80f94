/**
 * Generates one history and checks it, in a process of its own: `measure.ts CASE OPERATIONS [FILE]`
 * prints what that took as JSON, or writes the history to a file for another checker.
 *
 * @module
 */
import process from "node:process";
import { printHistory } from "../../../lib/history/operations.ts";
import { CASES } from "./cases.ts";

/** What a check took. */
export interface Cost {
  readonly verdict: string;
  readonly seconds: number;
  /** The most memory that the process had, the history included. */
  readonly peakBytes: number;
}

/** Operations to print at a time. */
const BATCH = 10_000;

function main([name, operations, file]: readonly string[]): void {
  const found = CASES.find((one) => one.name === name);
  if (found === undefined) throw new RangeError(`there is no case "${name}"`);
  const history = found.history(Number(operations));
  if (file !== undefined) {
    for (let i = 0; i < history.length; i += BATCH) {
      Deno.writeTextFileSync(file, printHistory(history.slice(i, i + BATCH)), { append: i > 0 });
    }
    return;
  }
  const startMs = performance.now();
  const verdict = String(found.check(history)["valid?"]);
  const seconds = (performance.now() - startMs) / 1000;
  const cost: Cost = { verdict, seconds, peakBytes: 1024 * process.resourceUsage().maxRSS };
  console.log(JSON.stringify(cost));
}

if (import.meta.main) main(Deno.args);
