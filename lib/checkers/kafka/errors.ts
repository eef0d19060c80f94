/**
 * Errors as the kafka checks find them and as results show them.
 *
 * @module
 */
import { type Edn, type EdnObject, keyword, List, printEdn, Sym } from "../../history/edn.ts";
import { taggedOp } from "../../history/operations.ts";
import type { Completion } from "./messages.ts";

/** One error. */
export interface Found {
  /** Sorts the list of errors, ascending, before it is cut. */
  readonly rank: number;
  /** Builds the error's map; called only if the result shows it. */
  readonly show: () => EdnObject;
}

/** Errors by type, such as `poll-skip`; a type without errors is absent. */
export type FoundByType = ReadonlyMap<string, readonly Found[]>;

/** How many errors of a type a result shows, and which; of other types, it shows all. */
const SHOWN: Readonly<Record<string, { readonly most: number; readonly of: "first" | "last" }>> = {
  "duplicate": { most: 32, of: "first" },
  "inconsistent-offsets": { most: 32, of: "first" },
  "G1c-realtime": { most: 8, of: "first" },
  "int-nonmonotonic-poll": { most: 8, of: "first" },
  "int-nonmonotonic-send": { most: 8, of: "first" },
  "nonmonotonic-poll": { most: 8, of: "first" },
  "nonmonotonic-send": { most: 8, of: "first" },
  "int-poll-skip": { most: 8, of: "last" },
  "int-send-skip": { most: 8, of: "last" },
  "poll-skip": { most: 8, of: "last" },
};

/** Builds a type's entry in a result: `{:count n, :errs (…)}`. */
export function condense(type: string, found: readonly Found[]): EdnObject {
  const limit = SHOWN[type];
  let shown = found;
  if (limit !== undefined) {
    const sorted = found.toSorted((a, b) => a.rank - b.rank);
    shown = limit.of === "first" ? sorted.slice(0, limit.most) : sorted.slice(-limit.most);
  }
  return { count: found.length, errs: new List(shown.map(({ show }) => show())) };
}

/** Shows a completion as errors hold it. */
export function shownOp(completion: Completion | undefined): Edn {
  return completion === undefined ? null : taggedOp(completion.op);
}

/** Thrown where Jepsen's kafka checker throws, so that the verdict is `:unknown`. */
export class CheckerFailure extends Error {
  override readonly name = "CheckerFailure";

  /** `data` is what Jepsen throws; an exception of Java's own has none. */
  constructor(readonly className: string, readonly data?: EdnObject) {
    super(data === undefined ? className : `throw+: ${printEdn(data)}`);
  }

  /** Makes a failure that Jepsen throws on purpose. */
  static thrown(type: string, key: Edn, value: Edn): CheckerFailure {
    return new CheckerFailure("clojure.lang.ExceptionInfo", { type: keyword(type), key, value });
  }

  /** Returns the result map's `:error`, in Maelstrom's shape but without a stack trace. */
  toEdn(): EdnObject {
    const { data } = this;
    const message = data === undefined ? null : this.message;
    const thrown = { type: new Sym(this.className), message, ...(data && { data }) };
    return { via: [thrown], cause: message, ...(data && { data }) };
  }
}
