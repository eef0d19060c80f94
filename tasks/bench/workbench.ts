/**
 * What the workbench itself costs: operations a second where the clients are the limit, beside what a
 * driver reaches that checks nothing; how long a run takes beyond its time limit; and how long it
 * takes to check and tell a run of many operations.
 *
 * @module
 */
import { stampNow } from "../shared/stamp.ts";
import { measureChecks } from "./workbench/checks.ts";
import { driveNodes, startNodes } from "./workbench/driver.ts";
import type { Took } from "./workbench/once.ts";
import {
  type Overhead,
  renderWorkbench,
  type Throughput,
  WORKBENCH,
  type WorkbenchFigures,
} from "./workbench_table.ts";

const IDS = "nodes/2_unique_ids.ts";
const NODES = 3;
const CLIENTS = [3, 30];
/** More than any machine does: clients never wait for their next operation. */
const RATE = 1_000_000;
const TIME_LIMIT_S = 10;

const ECHO = "nodes/1_echo.ts";
const MANY_NODES = 25;
const SHORT_S = 2;

/** Measures, and keeps the figures if asked to. */
export async function benchWorkbench(
  { rounds = 3, keep, report }: {
    readonly rounds?: number | undefined;
    readonly keep: boolean;
    readonly report: (line: string) => void;
  },
): Promise<WorkbenchFigures> {
  const stamp = await stampNow();
  const throughput: Throughput[] = [];
  for (const clients of CLIENTS) {
    const all = await repeat(rounds, () => measureThroughput(clients));
    throughput.push({ clients, nodes: NODES, timeLimitS: TIME_LIMIT_S, rounds: all });
  }
  const overhead = {
    nodes: MANY_NODES,
    rounds: await repeat(rounds, measureOverhead),
  };
  const figures = { ...stamp, throughput, overhead, checks: await measureChecks() };
  report(renderWorkbench(figures));
  if (keep) Deno.writeTextFileSync(WORKBENCH, `${JSON.stringify(figures, null, 2)}\n`);
  return figures;
}

async function repeat<T>(rounds: number, measure: () => Promise<T>): Promise<T[]> {
  const all: T[] = [];
  for (let round = 0; round < rounds; round++) all.push(await measure());
  return all;
}

async function measureThroughput(clients: number): Promise<Throughput["rounds"][number]> {
  const { operations, took } = await runOnce([
    ...["-w", "unique-ids", "--bin", IDS, "--node-count", `${NODES}`],
    ...["--concurrency", `${clients}`, "--rate", `${RATE}`, "--time-limit", `${TIME_LIMIT_S}`],
  ]);
  const driver = await driveNodes(IDS, { nodes: NODES, clients, seconds: TIME_LIMIT_S / 2 });
  return { operationsPerS: operations / TIME_LIMIT_S, driverPerS: driver, ...took };
}

async function measureOverhead(): Promise<Overhead["rounds"][number]> {
  const { wallS } = await runOnce([
    ...["-w", "echo", "--bin", ECHO, "--node-count", `${MANY_NODES}`],
    ...["--rate", "100", "--time-limit", `${SHORT_S}`],
  ]);
  const startMs = performance.now();
  await using _ = await startNodes(ECHO, MANY_NODES);
  const nodesS = (performance.now() - startMs) / 1_000;
  return { allS: wallS - SHORT_S, nodesS };
}

/** What a call of `glomers test` did. */
interface Ran {
  readonly operations: number;
  readonly took: Took;
  /** From the start of the process to its end. */
  readonly wallS: number;
}

/** Runs `glomers test` as a process of its own. */
async function runOnce(words: readonly string[]): Promise<Ran> {
  const out = await Deno.makeTempDir();
  try {
    const startMs = performance.now();
    const once = ["run", "--quiet", "-A", "tasks/bench/workbench/once.ts"];
    const child = new Deno.Command(Deno.execPath(), {
      args: [...once, ...words, "--out", out, "--json"],
      stdout: "piped",
      stderr: "piped",
    });
    const { code, stdout, stderr } = await child.output();
    const wallS = (performance.now() - startMs) / 1_000;
    const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes).trim();
    if (code !== 0) throw new Error(`the run ended with status ${code}: ${text(stderr)}`);
    const { runs: [{ metrics: { operations } }] } = JSON.parse(text(stdout));
    const took: Took = JSON.parse(text(stderr).split("\n").at(-1) ?? "");
    return { operations, took, wallS };
  } finally {
    await Deno.remove(out, { recursive: true });
  }
}
