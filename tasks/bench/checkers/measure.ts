/**
 * Generates one history, in a process of its own. `measure.ts check CASE OPERATIONS ROUNDS` checks it
 * that often, and prints what that took as JSON; `measure.ts write CASE OPERATIONS FILE` writes it to a
 * file for another checker.
 *
 * @module
 */
import process from "node:process";
import { printHistory } from "../../../lib/history/operations.ts";
import { CASES } from "./cases.ts";

/** What checking took, from operations in memory to a verdict. */
export interface Cost {
  readonly verdict: string;
  /** Of each round, the first in a fresh process. */
  readonly seconds: readonly number[];
}

/** The same, and the most memory that the process had in the first round, the history included. */
export interface OwnCost extends Cost {
  readonly peakBytes: number;
}

/** Operations to print at a time. */
const BATCH = 10_000;

function main([verb, name, operations, last = ""]: readonly string[]): void {
  const found = CASES.find((one) => one.name === name);
  if (found === undefined) throw new RangeError(`there is no case "${name}"`);
  const history = found.history(Number(operations));
  if (verb === "write") {
    for (let i = 0; i < history.length; i += BATCH) {
      Deno.writeTextFileSync(last, printHistory(history.slice(i, i + BATCH)), { append: i > 0 });
    }
    return;
  }
  const check = () => {
    const startMs = performance.now();
    const verdict = String(found.check(history)["valid?"]);
    return { verdict, seconds: (performance.now() - startMs) / 1000 };
  };
  const { verdict, seconds } = check();
  const peakBytes = 1024 * process.resourceUsage().maxRSS;
  const later = Array.from({ length: Number(last) - 1 }, () => check().seconds);
  const cost: OwnCost = { verdict, seconds: [seconds, ...later], peakBytes };
  console.log(JSON.stringify(cost));
}

if (import.meta.main) main(Deno.args);
