/**
 * The register of Maelstrom's lin-kv workload as a sequential model.
 *
 * @module
 */
import { type Edn, printEdn } from "../../history/edn.ts";
import { canonical, sameEdn } from "../../history/equality.ts";
import type { Model } from "./model.ts";

/**
 * A register with `read`, `write` and `cas` (compare and set, of `[from to]`), initially `nil`. As in
 * Knossos, a read that returned `nil` is possible in any state.
 */
export const casRegister: Model<Edn> = {
  initial: null,
  step: (state, { f, value }) => {
    if (f === "write") return value;
    if (f === "read") return value === null || sameEdn(value, state) ? state : undefined;
    if (f !== "cas") throw new TypeError(`a register has no operation ${f}`);
    const [from, to] = casOf(value);
    return sameEdn(from, state) ? to : undefined;
  },
  identify: canonical,
  isReadOnly: ({ f, value }) => f === "read" || (f === "cas" && sameEdn(...casOf(value))),
  covers: (op, other) =>
    op.f === "write" && other.f === "cas" && sameEdn(op.value, casOf(other.value)[1]),
};

/** Returns what a `cas` compares with and what it sets. */
export function casOf(value: Edn): readonly [from: Edn, to: Edn] {
  if (!Array.isArray(value) || value.length !== 2) {
    throw new TypeError(`a cas takes [from to], got ${printEdn(value)}`);
  }
  const [from = null, to = null] = value;
  return [from, to];
}
