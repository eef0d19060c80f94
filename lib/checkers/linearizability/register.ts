/**
 * The register of Maelstrom's lin-kv workload as a sequential model.
 *
 * @module
 */
import { type Edn, printEdn } from "../../history/edn.ts";
import { type Key, keyOf, sameEdn } from "../../history/equality.ts";
import type { Op } from "../../history/operations.ts";
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
    const pair = casOf(value);
    return sameEdn(pair[0], state) ? pair[1] : undefined;
  },
  identify: keyOf,
  isReadOnly: (op) => !changes(op),
  covers: (op, other) =>
    op.f === "write" && other.f === "cas" && sameEdn(op.value, casOf(other.value)[1]),
  helpful: (definite, indefinite) => {
    const setting = Map.groupBy(indefinite.filter(changes), (op) => keyOf(valueSet(op)));
    const helpful = new Set<Op>();
    const wanted = new Set(definite.map(valueNeeded));
    for (const value of wanted) {
      for (const op of value === undefined ? [] : setting.get(value) ?? []) {
        helpful.add(op);
        wanted.add(valueNeeded(op));
      }
    }
    return helpful;
  },
};

/** Returns whether an operation can change the register. */
export function changes({ f, value }: Op): boolean {
  if (f !== "cas") return f === "write";
  const pair = casOf(value);
  return !sameEdn(pair[0], pair[1]);
}

/** Returns what the register holds after a write or a cas. */
export function valueSet({ f, value }: Op): Edn {
  return f === "cas" ? casOf(value)[1] : value;
}

/** Returns what the register must hold before an operation; `undefined` if it does not matter. */
export function valueNeeded({ f, value }: Op): Key | undefined {
  if (f === "cas") return keyOf(casOf(value)[0]);
  return f === "read" && value !== null ? keyOf(value) : undefined;
}

/** Returns what a `cas` compares with and what it sets. */
export function casOf(value: Edn): readonly [from: Edn, to: Edn] {
  if (!isPair(value)) throw new TypeError(`a cas takes [from to], got ${printEdn(value)}`);
  return value;
}

/** Returns whether a value is a vector of two items. */
export function isPair(value: Edn): value is readonly [Edn, Edn] {
  return Array.isArray(value) && value.length === 2;
}
