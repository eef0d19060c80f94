/**
 * `deno task bench [NAME …] [--rounds N] [--json]`: measures, and compares with what bounds it.
 *
 * @module
 */
import { parseArgs } from "@std/cli/parse-args";
import { type Bench, compare, table } from "./bench/compare.ts";
import { echo } from "./bench/echo.ts";
import { simulator } from "./bench/simulator.ts";
import { startUp } from "./bench/start_up.ts";

/** Every bench there is. */
const BENCHES: readonly Bench[] = [
  echo,
  startUp,
  ...simulator,
];

async function main(args: readonly string[]): Promise<void> {
  const options = parseArgs([...args], { boolean: ["json"], string: ["rounds"] });
  const rounds = options.rounds === undefined ? undefined : Number(options.rounds);
  if (rounds !== undefined && !(Number.isInteger(rounds) && rounds > 0)) {
    return refuse(`--rounds must be a whole number above 0: it is ${options.rounds}`);
  }
  const names = options._.map(String);
  const unknown = names.find((name) => !BENCHES.some((bench) => bench.name === name));
  if (unknown !== undefined) {
    const known = BENCHES.map(({ name }) => name).join(", ");
    return refuse(`there is no bench "${unknown}"; there are ${known}`);
  }
  const chosen = BENCHES.filter(({ name }) => names.length === 0 || names.includes(name));
  const results: Record<string, unknown> = {};
  for (const bench of chosen) {
    const standings = await compare(bench, rounds);
    results[bench.name] = { unit: bench.unit, rounds: rounds ?? bench.rounds, standings };
    if (!options.json) console.log(`${table(bench, standings)}\n`);
  }
  if (options.json) console.log(JSON.stringify(results, null, 2));
}

function refuse(problem: string): void {
  console.error(problem);
  Deno.exitCode = 2;
}

if (import.meta.main) await main(Deno.args);
