/**
 * What the workbench costs, as data and as tables.
 *
 * @module
 */
import { formatFigure, formatWhole } from "../../lib/checkers/format.ts";
import { spreadOf } from "../../lib/report/metrics.ts";
import { renderTable } from "../../lib/report/tables.ts";
import { readData } from "../shared/data.ts";
import { describeStamp, type Stamp } from "../shared/stamp.ts";
import type { Figure } from "../shared/template.ts";
import type { CheckCost } from "./workbench/checks.ts";
import type { Took } from "./workbench/once.ts";

/** Where the figures are kept. */
export const WORKBENCH = "results/data/workbench.json";

/** Runs in which clients never wait for their next operation. */
export interface Throughput {
  readonly clients: number;
  readonly nodes: number;
  readonly timeLimitS: number;
  readonly rounds: readonly (Took & {
    readonly operationsPerS: number;
    /** What the driver reaches that checks nothing. */
    readonly driverPerS: number;
  })[];
}

/** Runs of many nodes that do little. */
export interface Overhead {
  readonly nodes: number;
  readonly rounds: readonly {
    /** The process of the run, from its start to its end, page included and the time limit apart. */
    readonly allS: number;
    /** What it takes to start as many nodes, all at once, until each has answered `init`. */
    readonly nodesS: number;
  }[];
}

export interface WorkbenchFigures extends Stamp {
  readonly throughput: readonly Throughput[];
  readonly overhead: Overhead;
  readonly checks: readonly CheckCost[];
}

const BYTES_PER_MB = 1_000_000;
const US_PER_S = 1_000_000;

/** Tables for templates: `workbench throughput`. */
export function workbenchFigures(): Figure[] {
  const figures = readData<WorkbenchFigures>(WORKBENCH);
  const tables = figures === undefined ? {} : tablesOf(figures);
  return ["throughput", "overhead", "checks", "measured"].map((name) => [
    `workbench ${name}`,
    tables[name] ?? "Not measured yet: `deno task bench workbench --keep`.",
  ]);
}

/** All tables together. */
export function renderWorkbench(figures: WorkbenchFigures): string {
  return Object.values(tablesOf(figures)).join("\n\n");
}

function tablesOf({ throughput, overhead, checks, ...stamp }: WorkbenchFigures) {
  const rounds = overhead.rounds.length;
  const tables: Record<string, string> = {
    throughput: renderThroughput(throughput),
    overhead: renderOverhead(overhead),
    checks: renderChecks(checks),
    measured: `\`deno task bench workbench --keep\`, ${rounds} rounds ${describeStamp(stamp)}.`,
  };
  return tables;
}

function renderThroughput(all: readonly Throughput[]): string {
  const rows = all.map(({ clients, timeLimitS, rounds }) => {
    const us = (of: (took: Took) => number) =>
      medianOf(rounds.map((one) => US_PER_S * of(one) / (one.operationsPerS * timeLimitS)));
    return [
      `${clients}`,
      spread(rounds.map(({ operationsPerS }) => operationsPerS)),
      spread(rounds.map(({ driverPerS }) => driverPerS)),
      `${us(({ cpuS }) => cpuS).toFixed(0)} µs`,
      `${us(({ nodesCpuS = NaN }) => nodesCpuS).toFixed(0)} µs`,
      `${(Math.max(...rounds.map(({ peakBytes }) => peakBytes)) / BYTES_PER_MB).toFixed(0)} MB`,
    ];
  });
  const head = ["clients", "operations/s", "driver alone", "workbench", "nodes", "peak memory"];
  return renderTable(head, rows, 0);
}

function renderOverhead({ nodes, rounds }: Overhead): string {
  const seconds = (of: (one: Overhead["rounds"][number]) => number) =>
    `${medianOf(rounds.map(of)).toFixed(2)} s`;
  return renderTable(["what", "median"], [
    [`a run of ${nodes} nodes beyond its time limit`, seconds(({ allS }) => allS)],
    [`${nodes} nodes started without a workbench`, seconds(({ nodesS }) => nodesS)],
    ["the difference", seconds(({ allS, nodesS }) => allS - nodesS)],
  ], 1);
}

function renderChecks(checks: readonly CheckCost[]): string {
  const rows = checks.map(({ workload, operations, checkS, summaryS, pageS }) => [
    workload,
    formatWhole(operations),
    ...[checkS, summaryS, checkS + summaryS, pageS].map((seconds) => `${seconds.toFixed(2)} s`),
  ]);
  return renderTable(["workload", "operations", "checks", "summary", "both", "page"], rows, 1);
}

function medianOf(values: readonly number[]): number {
  return spreadOf(values)?.median ?? NaN;
}

function spread(values: readonly number[]): string {
  const { median, min, max } = spreadOf(values) ?? { median: NaN, min: NaN, max: NaN };
  return `${formatFigure(median)} (${formatFigure(min)} – ${formatFigure(max)})`;
}
