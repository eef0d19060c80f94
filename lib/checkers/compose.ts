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
import { checkAvailability, explainAvailability } from "./availability.ts";
import {
  type Check,
  type CheckOptions,
  type Explain,
  type Projection,
  type Result,
  UNKNOWN,
  worst,
} from "./checker.ts";
import { checkExceptions, explainExceptions, projectExceptions } from "./exceptions.ts";
import { checkStats, explainStats } from "./stats.ts";

/** A checker, its explanation, and what of its result must come out equal again. Default: all. */
export interface CommonJudge {
  readonly check: Check;
  readonly explain: Explain;
  readonly project?: Projection;
}

/** The checkers that judge every history, whatever its workload; the most telling first. */
export const COMMON_JUDGES = {
  stats: { check: checkStats, explain: explainStats },
  availability: { check: checkAvailability, explain: explainAvailability },
  exceptions: {
    check: checkExceptions,
    explain: explainExceptions,
    project: projectExceptions,
  },
} satisfies Record<string, CommonJudge>;

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
  const judged = (name: keyof typeof COMMON_JUDGES) =>
    checkSafely(COMMON_JUDGES[name].check, history, options);
  const results = {
    "perf": {
      "latency-graph": { "valid?": true },
      "rate-graph": { "valid?": true },
      "valid?": true,
    },
    "timeline": { "valid?": true },
    "exceptions": judged("exceptions"),
    "stats": judged("stats"),
    "availability": judged("availability"),
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
