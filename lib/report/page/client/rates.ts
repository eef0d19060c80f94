/**
 * What charts count: operations and messages a second, and how long operations take, in equal
 * stretches of the time that is shown.
 *
 * @module
 */
import { isSetUp, OUTCOMES, type Scene, US_PER_S } from "../scene.ts";
import { type ColourGroup, groupByColour } from "./colours.ts";
import { type Decoded, firstAt } from "./decode.ts";

/** How many stretches: one for so many events, within bounds. */
interface Bins {
  readonly least: number;
  readonly most: number;
  readonly events: number;
}

const RATES: Bins = { least: 24, most: 150, events: 4 };
const QUANTILES: Bins = { least: 8, most: 100, events: 20 };

/** Values of equal stretches of time, by what they are of. */
export interface Rates {
  readonly names: readonly string[];
  /** A second, by name and stretch. */
  readonly rates: readonly Float64Array[];
}

type Shown = Pick<Scene, "fromUs" | "toUs">;

export function countOperations({ scene, startUs }: Decoded, shown: Shown): Rates {
  const { outcome } = scene.operations;
  return count(startUs, shown, { names: OUTCOMES, rowOf: (row) => outcome[row] ?? 0 });
}

export function countMessages({ scene, sentUs }: Decoded, shown: Shown): Rates {
  const { types, messages: { type } } = scene;
  const groups = groupTypes(scene);
  const lineOf = types.map((name) => groups.findIndex((group) => group.types.includes(name)));
  const names = groups.map(({ name }) => name);
  return count(sentUs, shown, { names, rowOf: (row) => lineOf[type[row] ?? -1] ?? -1 });
}

/** The lines of messages: all but those that set nodes up. */
export function groupTypes({ types }: Pick<Scene, "types">): ColourGroup[] {
  return groupByColour(types.filter((type) => !isSetUp(type)));
}

function count(times: Float64Array, shown: Shown, { names, rowOf }: {
  readonly names: readonly string[];
  readonly rowOf: (row: number) => number;
}): Rates {
  const { first, end, length, binOf } = binsOf(times, shown, RATES);
  const rates = names.map(() => new Float64Array(length));
  const share = length / ((shown.toUs - shown.fromUs) / US_PER_S);
  for (let row = first; row < end; row++) {
    const own = rates[rowOf(row)];
    const bin = binOf(times[row] ?? 0);
    if (own !== undefined) own[bin] = (own[bin] ?? 0) + share;
  }
  return { names, rates };
}

/** Microseconds that operations took that are ok, by quantile and stretch; null where none is. */
export function quantilesIn(
  { scene: { operations: { tookUs, outcome } }, startUs }: Decoded,
  shown: Shown,
  quantiles: readonly number[],
): (number | null)[][] {
  const { first, end, length, binOf } = binsOf(startUs, shown, QUANTILES);
  const bins = Array.from({ length }, (): number[] => []);
  for (let row = first; row < end; row++) {
    if (outcome[row] === 0) bins[binOf(startUs[row] ?? 0)]?.push(tookUs[row] ?? 0);
  }
  for (const bin of bins) bin.sort((a, b) => a - b);
  return quantiles.map((quantile) =>
    bins.map((bin) => bin[Math.ceil(quantile * bin.length) - 1] ?? null)
  );
}

function binsOf(times: Float64Array, { fromUs, toUs }: Shown, { least, most, events }: Bins) {
  const [first, end] = [firstAt(times, fromUs), firstAt(times, toUs + 1)];
  const length = Math.max(least, Math.min(most, Math.round((end - first) / events)));
  const binOf = (timeUs: number) =>
    Math.min(length - 1, Math.floor((timeUs - fromUs) / (toUs - fromUs) * length));
  return { first, end, length, binOf };
}

/** The middle of each of many equal stretches. */
export function middleOf({ fromUs, toUs }: Shown, length: number): (bin: number) => number {
  return (bin) => fromUs + (bin + 0.5) * (toUs - fromUs) / length;
}
