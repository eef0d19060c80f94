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

/** Reads the form: the options of a run, changed where the learner has changed them. */
export function readOptions(base: PlanOptions): PlanOptions {
  const numbers = NUMBERS.map(({ field, standard }) => {
    const { valueAsNumber } = find(`option-${field}`, HTMLInputElement);
    return [field, Number.isFinite(valueAsNumber) ? valueAsNumber : standard];
  });
  const faults: FaultKind[] = FAULTS.flatMap(({ kind }) =>
    find(`fault-${kind}`, HTMLInputElement).checked ? kind : []
  );
  return { ...base, ...Object.fromEntries(numbers), faults, seed: readSeed() };
}

/** Whether the options are those that are asked for, whatever the seed. */
export function isAsAsked(options: PlanOptions, asked: PlanOptions): boolean {
  const isSame = NUMBERS.every(({ field, standard }) =>
    options[field] === (asked[field] ?? standard)
  );
  const kindsOf = ({ faults = [] }: PlanOptions) => [...faults].map(String).sort().join();
  return isSame && kindsOf(options) === kindsOf(asked);
}

export function readSeed(): string {
  return find("option-seed", HTMLInputElement).value.trim() || "1";
}

export function showSeed(seed: string): void {
  find("option-seed", HTMLInputElement).value = seed;
}
