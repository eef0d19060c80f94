/**
 * How long checkers take, how much memory they need, and how both grow with the history; beside
 * other checkers, where there are any.
 *
 * A peer is a command in the environment, such as `BENCH_PEER_LIN_KV`: the path of a `history.edn` is
 * added to it, and its last line of output must be a verdict and the seconds that checking took.
 *
 * @module
 */
import { type Case, CASES } from "./checkers/cases.ts";
import type { Cost } from "./checkers/measure.ts";

const SIZES = [10_000, 100_000];
const LARGE = 1_000_000;

/** A case at one size. */
interface Row {
  readonly name: string;
  readonly operations: number;
  readonly cost: Cost;
  /** What power of the size the time grew with since the size before. */
  readonly exponent?: number;
  /** What another checker said, and in which time. */
  readonly peer?: string;
}

/** Measures every checker at every size; `report` is told of each figure as it comes. */
export async function benchCheckers(
  { large, report }: { readonly large: boolean; readonly report: (line: string) => void },
): Promise<Row[]> {
  const rows: Row[] = [];
  report(cells("", "operations", "time", "peak", "exponent", "peer"));
  for (const one of CASES) {
    let before: Row | undefined;
    for (const operations of large ? [...SIZES, LARGE] : SIZES) {
      const cost = await measure(one, operations);
      const exponent = before && exponentOf(before, { operations, cost });
      const peer = await measurePeer(one, operations);
      before = {
        name: one.name,
        operations,
        cost,
        ...(exponent !== undefined && { exponent }),
        ...(peer !== undefined && { peer }),
      };
      rows.push(before);
      report(line(before));
    }
  }
  return rows;
}

function exponentOf(before: Row, { operations, cost }: Pick<Row, "operations" | "cost">): number {
  return Math.log(cost.seconds / before.cost.seconds) / Math.log(operations / before.operations);
}

async function measure({ name }: Case, operations: number): Promise<Cost> {
  const cost: Cost = JSON.parse(await outputOf(childCommand(name, operations)));
  return cost;
}

async function measurePeer(
  { name, workload }: Case,
  operations: number,
): Promise<string | undefined> {
  const variable = `BENCH_PEER_${workload.toUpperCase().replaceAll("-", "_")}`;
  const command = Deno.env.get(variable)?.split(" ").filter((word) => word !== "") ?? [];
  if (command.length === 0) return undefined;
  const dir = await Deno.makeTempDir();
  try {
    const file = `${dir}/history.edn`;
    await outputOf(childCommand(name, operations, file));
    const { success, text } = await run([...command, file]);
    if (!success) return "failed";
    const [verdict, seconds] = text.trimEnd().split("\n").at(-1)?.split(" ") ?? [];
    return `${verdict} ${Number(seconds).toFixed(2)} s`;
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

function childCommand(name: string, operations: number, ...file: string[]): string[] {
  const script = new URL("./checkers/measure.ts", import.meta.url).href;
  const permissions = file.map((path) => `--allow-write=${path}`);
  return [
    Deno.execPath(),
    "run",
    "--quiet",
    ...permissions,
    script,
    name,
    `${operations}`,
    ...file,
  ];
}

async function outputOf(command: readonly string[]): Promise<string> {
  const { success, text } = await run(command);
  if (!success) throw new Error(`${command.join(" ")} failed`);
  return text;
}

async function run([program = "", ...args]: readonly string[]) {
  const { success, stdout } = await new Deno.Command(program, { args, stderr: "inherit" }).output();
  return { success, text: new TextDecoder().decode(stdout) };
}

function line({ name, operations, cost, exponent, peer }: Row): string {
  const { verdict, seconds, peakBytes } = cost;
  return cells(
    name,
    operations.toLocaleString("en"),
    `${seconds.toFixed(2)} s`,
    `${(peakBytes / 2 ** 20).toFixed(0)} MiB`,
    exponent?.toFixed(2) ?? "",
    peer ?? "",
  ) + (verdict === "true" ? "" : `  ✗ ${verdict}`);
}

function cells(name: string, ...figures: string[]): string {
  return `  ${name.padEnd(31)}${figures.map((figure) => figure.padStart(13)).join("")}`.trimEnd();
}
