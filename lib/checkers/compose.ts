/**
 * All results of a run, in Maelstrom's shape and key order:
 * `:perf :timeline :exceptions :stats :availability :net :workload :valid?`.
 *
 * The overall verdict is the worst of the seven. A checker that throws yields the verdict unknown with
 * its error; the other checkers run regardless.
 *
 * @module
 */
import { Sym } from "../history/edn.ts";
import type { Op } from "../history/operations.ts";
import { checkAvailability } from "./availability.ts";
import { type Check, type CheckOptions, type Result, UNKNOWN, worst } from "./checker.ts";
import { checkExceptions } from "./exceptions.ts";
import { checkStats } from "./stats.ts";

/** What {@linkcode composeResults} puts together. */
interface Composition {
  readonly history: readonly Op[];
  /** The workload's own checker. */
  readonly check: Check;
  readonly options?: CheckOptions;
  /** The finished `:net` map: what the network counted. */
  readonly net: Result;
}

/** Runs every checker over a history and returns the map that `results.edn` holds. */
export function composeResults({ history, check, options = {}, net }: Composition): Result {
  const results = {
    "perf": {
      "latency-graph": { "valid?": true },
      "rate-graph": { "valid?": true },
      "valid?": true,
    },
    "timeline": { "valid?": true },
    "exceptions": checkSafely(checkExceptions, history, options),
    "stats": checkSafely(checkStats, history, options),
    "availability": checkSafely(checkAvailability, history, options),
    "net": net,
    "workload": checkSafely(check, history, options),
  } satisfies Record<string, Result>;
  return { ...results, "valid?": worst(Object.values(results).map((one) => one["valid?"])) };
}

/** Runs a checker; where it throws, returns `{:valid? :unknown, :error {:via […], :cause "…"}}`. */
export function checkSafely(check: Check, history: readonly Op[], options?: CheckOptions): Result {
  try {
    return check(history, options);
  } catch (error) {
    const { name, message } = error instanceof Error ? error : new Error(String(error));
    return {
      "valid?": UNKNOWN,
      "error": { via: [{ type: new Sym(name), message }], cause: message },
    };
  }
}
