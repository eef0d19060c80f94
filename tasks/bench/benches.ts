/**
 * The benches whose figures are standings, and where these are kept.
 *
 * @module
 */
import { formatFigure } from "../../lib/checkers/format.ts";
import { renderTable } from "../../lib/report/tables.ts";
import type { Figure } from "../shared/template.ts";
import { describeStamp, type Stamp } from "../shared/stamp.ts";
import { readData } from "../shared/data.ts";
import type { Bench, Standing } from "./compare.ts";
import { echo } from "./echo.ts";
import { journalStart, journalSync } from "./journal.ts";
import { rpcs } from "./rpcs.ts";
import { simulator } from "./simulator.ts";
import { startUp } from "./start_up.ts";

/** All there are. */
export const BENCHES: readonly Bench[] = [
  echo,
  startUp,
  journalStart,
  journalSync,
  rpcs,
  ...simulator,
];

const DATA = "results/data/bench.json";

/** What a bench's rounds came to. */
interface Kept extends Stamp {
  readonly unit: string;
  readonly rounds: number;
  readonly standings: readonly Standing[];
}

/** Keeps what a bench measured in place of what it measured before. */
export function keepStandings(name: string, kept: Kept): void {
  Deno.writeTextFileSync(DATA, `${JSON.stringify({ ...stored(), [name]: kept }, null, 2)}\n`);
}

function stored(): Partial<Record<string, Kept>> {
  return readData(DATA) ?? {};
}

/** Tables for templates: `bench echo`. */
export function benchFigures(): Figure[] {
  const all = stored();
  return BENCHES.map(({ name }) => {
    const kept = all[name];
    const call = `deno task bench ${name} --keep`;
    return [`bench ${name}`, kept ? renderKept(kept, call) : `Not measured yet: \`${call}\`.`];
  });
}

function renderKept({ unit, rounds, standings, ...stamp }: Kept, call: string): string {
  const lines = standings.map(({ contender, median, min, max, ratio }) => [
    contender,
    `${formatFigure(median)} (${formatFigure(min)} – ${formatFigure(max)})`,
    formatFigure(ratio),
  ]);
  return `${renderTable(["", unit, "ratio, median"], lines, 1)}\n\n` +
    `\`${call}\`, ${rounds} rounds ${describeStamp(stamp)}.`;
}
