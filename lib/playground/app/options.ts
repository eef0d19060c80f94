/// <reference lib="dom" />
/**
 * The form of a run's options: what the challenge asks for, and what the learner makes of it.
 *
 * @module
 */
import type { FaultKind } from "../../workbench/faults/kinds.ts";
import type { PlanOptions } from "../../workbench/plan.ts";
import { FAULTS, NUMBERS } from "../option_fields.ts";
import { find } from "./page_parts.ts";

/** Shows the options of a run. */
export function showOptions(options: PlanOptions): void {
  for (const { field, standard } of NUMBERS) {
    find(`option-${field}`, HTMLInputElement).value = String(options[field] ?? standard);
  }
  for (const { kind } of FAULTS) {
    const isOn = (options.faults ?? []).some((fault) => fault === kind);
    find(`fault-${kind}`, HTMLInputElement).checked = isOn;
  }
}

/** The inputs of the form by their ids. */
function* inputs(): Iterable<readonly [id: string, input: HTMLInputElement]> {
  const ids = [
    "option-seed",
    ...NUMBERS.map(({ field }) => `option-${field}`),
    ...FAULTS.map(({ kind }) => `fault-${kind}`),
  ];
  for (const id of ids) yield [id, find(id, HTMLInputElement)];
}

/** What the form holds, as texts, for a link. */
export function packForm(): Readonly<Record<string, string>> {
  return Object.fromEntries([...inputs()].map(([id, input]) => [
    id,
    input.type === "checkbox" ? String(input.checked) : input.value,
  ]));
}

/** Fills the form from a link; what is not there stays as it is. */
export function unpackForm(packed: Readonly<Record<string, string>>): void {
  for (const [id, input] of inputs()) {
    const value = packed[id];
    if (value === undefined) continue;
    if (input.type === "checkbox") input.checked = value === "true";
    else input.value = value;
  }
}

/**
 * Reads the form: the options of a run, changed where the learner has changed them.
 *
 * @throws {RangeError} if a number is not one that this page offers.
 */
export function readOptions(base: PlanOptions): PlanOptions {
  const numbers = NUMBERS.map(({ field, label, standard, min, max }) => {
    const { valueAsNumber } = find(`option-${field}`, HTMLInputElement);
    const value = Number.isFinite(valueAsNumber) ? valueAsNumber : standard;
    if (value < min || value > max) {
      throw new RangeError(`${label}: from ${min} to ${max} in a browser, not ${value}`);
    }
    return [field, value];
  });
  const faults: FaultKind[] = FAULTS.flatMap(({ kind }) =>
    find(`fault-${kind}`, HTMLInputElement).checked ? kind : []
  );
  return {
    ...base,
    ...Object.fromEntries(numbers),
    faults,
    seed: find("option-seed", HTMLInputElement).value.trim() || "1",
  };
}

/** Whether the options are those that are asked for, whatever the seed. */
export function isAsAsked(options: PlanOptions, asked: PlanOptions): boolean {
  const isSame = NUMBERS.every(({ field, standard }) =>
    options[field] === (asked[field] ?? standard)
  );
  const kindsOf = ({ faults = [] }: PlanOptions) => [...faults].map(String).sort().join();
  return isSame && kindsOf(options) === kindsOf(asked);
}

export function showSeed(seed: string): void {
  find("option-seed", HTMLInputElement).value = seed;
}
