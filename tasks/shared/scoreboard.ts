/**
 * The scoreboard: what engines measured of challenges, as tables and as figures.
 *
 * @module
 */
import { METRICS } from "../../lib/report/metrics.ts";
import { renderTable } from "../../lib/report/tables.ts";
import type { Metric } from "../../lib/workbench/workloads/workload.ts";
import { challengeOf, CHALLENGES } from "./challenges.ts";
import type { Figure } from "./template.ts";
import type { Stamp } from "./stamp.ts";

/** Where the rows lie. */
export const SCOREBOARD = "results/data/scoreboard.json";

/** Median and spread of a metric over some runs. */
export type Spread = readonly [median: number, least: number, greatest: number];

/** What an engine measured of a challenge, in one run or more. */
export interface Row {
  readonly id: string;
  /** The challenge's own options. */
  readonly options: string;
  readonly engine: string;
  /** Absent in rows that are older than stamps. */
  readonly stamp?: Stamp;
  readonly runs: number;
  readonly passed: number;
  readonly figures: Readonly<Record<string, Spread>>;
}

/** The engines: the one without processes, to which the others are compared, comes first. */
const ENGINES = ["simulator", "workbench", "maelstrom"] as const;

/** What figures are called in templates. */
const NAMES: Readonly<Record<string, string>> = {
  okFraction: "ok",
  serverMessagesPerOp: "messages",
  stableMedianMs: "median",
  stableP99Ms: "p99",
  stableMaxMs: "maximum",
};

/** The runs of challenges that rows are about, in the challenges' order. */
function groupByRun(rows: readonly Row[]): Row[][] {
  const order = CHALLENGES.map(({ id }) => id);
  const sorted = rows.toSorted((a, b) =>
    order.indexOf(a.id) - order.indexOf(b.id) || a.options.localeCompare(b.options)
  );
  return [...Map.groupBy(sorted, ({ id, options }) => `${id} ${options}`).values()];
}

/** What tells a run of a challenge from its others: `6b` has one with partitions, and one without. */
function variantOf({ id, options }: Row): string | undefined {
  if (isKilled({ options })) return "kills";
  if (challengeOf(id).runs.length < 2) return undefined;
  return options.includes("--nemesis") ? "partition" : "no partition";
}

function titleOf(row: Row): string {
  const variant = variantOf(row);
  return `**${row.id}** ${challengeOf(row.id).title}${variant ? `, ${variant}` : ""}`;
}

/** A line for each run of a challenge, with its engines side by side and their figures in cells. */
function renderScoreboard(rows: readonly Row[]): string {
  const lines = groupByRun(rows).flatMap((same) => {
    const [first] = same;
    if (first === undefined) return [];
    const found = ENGINES.map((name) => same.find(({ engine }) => engine === name));
    const metrics = METRICS.filter(({ key }) => found.some((row) => row?.figures[key]));
    return [[
      titleOf(first),
      lined([
        "passed",
        ...metrics.map((one) => one.title.replace("stable, ", "") + unitOf(one).replace(" ", ", ")),
      ]),
      ...found.map((row) =>
        lined([
          row ? `${row.passed} of ${row.runs}` : "–",
          ...metrics.map((one) =>
            spreadCell(row?.figures[one.key], one.print).replaceAll(unitOf(one), "")
          ),
        ])
      ),
    ]];
  });
  return renderTable(["challenge", "", ...ENGINES], lines, 2);
}

/** The unit of a metric, which stands beside its name in the scoreboard, as cells are narrow. */
function unitOf({ print }: Metric): string {
  return / \D+$/.exec(print(1))?.[0] ?? "";
}

/** Lines of one cell, which browsers do not break further, so that they stand beside each other. */
function lined(texts: readonly string[]): string {
  return texts.map((text) => text.replace(" – ", "–\u2060").replaceAll(" ", "\u00a0")).join("<br>");
}

/**
 * Renders how far engines agree: a line for each metric of a challenge, with the deviation of every
 * engine's median from that of the first, and a mark where it exceeds the metric's tolerance.
 */
function renderAgreement(rows: readonly Row[]): string {
  const lines = groupByRun(rows).flatMap((same) => {
    const [first] = same;
    const found = ENGINES.map((name) => same.find(({ engine }) => engine === name));
    if (first === undefined || found.filter((row) => row !== undefined).length < 2) return [];
    return METRICS.flatMap((metric) =>
      metric.tolerance === undefined || !found.some((row) => row?.figures[metric.key]?.[0])
        ? []
        : [[titleOf(first), metric.title, ...compare(metric, found)]]
    );
  });
  return renderTable(["challenge", "", ...ENGINES], lines, 2);
}

function compare({ key, print, tolerance = 0 }: Metric, rows: readonly (Row | undefined)[]) {
  const [reference] = rows.map((row) => row?.figures[key]?.[0]);
  return rows.map((row, i) => {
    const median = row?.figures[key]?.[0];
    if (median === undefined) return "–";
    if (i === 0 || !reference) return print(median);
    const off = median / reference - 1;
    const percent = `${off < 0 ? "−" : "+"}${(100 * Math.abs(off)).toFixed(1)} %`;
    return `${percent}${Math.abs(off) > tolerance ? " ✗" : ""}`;
  });
}

/** The median, and the spread where there is one: `171 ms (170 – 173 ms)`. */
export function spreadCell(spread: Spread | undefined, print: (value: number) => string): string {
  if (spread === undefined) return "–";
  const [median = "", least = "", greatest = ""] = spread.map(print);
  const unit = / \D+$/.exec(greatest)?.[0] ?? "";
  const from = least.endsWith(unit) ? least.slice(0, least.length - unit.length) : least;
  return least === greatest ? median : `${median} (${from} – ${greatest})`;
}

/** Whether a row is about nodes that are killed. */
function isKilled({ options }: Pick<Row, "options">): boolean {
  return / --nemesis \S*kill/.test(` ${options}`);
}

/** A line for each challenge under kills and partitions. */
function renderKills(rows: readonly Row[]): string {
  const metrics = METRICS.filter(({ key }) =>
    ["operations", "okFraction", "serverMessagesPerOp"].includes(key)
  );
  const lines = groupByRun(rows).flat().map((row) => [
    `**${row.id}** ${challengeOf(row.id).title}`,
    row.engine,
    `${row.passed} of ${row.runs}`,
    ...metrics.map(({ key, print }) => spreadCell(row.figures[key], print)),
  ]);
  return renderTable(
    ["challenge", "engine", "passed", ...metrics.map(({ title }) => title)],
    lines,
    2,
  );
}

/** Figures for templates: `3d maelstrom messages`, `6b partition workbench ok`; and the tables. */
export function scoreboardFigures(rows: readonly Row[]): Figure[] {
  const killed = rows.filter(isKilled);
  const healthy = rows.filter((row) => !isKilled(row));
  const figures = rows.flatMap((row) => {
    const name = [row.id, variantOf(row), row.engine].filter((word) => word !== undefined).join(
      " ",
    );
    return [
      [`${name} runs`, `${row.runs}`] as const,
      ...METRICS.flatMap(({ key, print }) =>
        row.figures[key]
          ? [[`${name} ${NAMES[key] ?? key}`, spreadCell(row.figures[key], print)] as const]
          : []
      ),
    ];
  });
  return [
    ...figures,
    ["scoreboard", renderScoreboard(healthy)],
    ["agreement", renderAgreement(healthy)],
    ["scoreboard origin", renderOrigin(healthy)],
    ["kills", renderKills(killed)],
    ["kills origin", renderOrigin(killed)],
  ];
}

/** Says where rows come from, a line for each commit, machine and date. */
function renderOrigin(rows: readonly Row[]): string {
  const groups = Map.groupBy(
    rows,
    ({ engine, stamp }) =>
      stamp === undefined
        ? `${engine}, commit not recorded`
        : `${engine}: ${stamp.date}, commit \`${stamp.commit}\`, ${stamp.machine}`,
  );
  return [...groups].toSorted(([a], [b]) => a.localeCompare(b)).map(([origin, same]) => {
    const loads = same.flatMap(({ stamp }) => stamp?.load ?? []);
    const load = loads.length === 0
      ? ""
      : `; load before a run at most ${Math.max(...loads).toFixed(1)}`;
    return `- ${origin}${load}: ${[...new Set(same.map(({ id }) => id))].join(", ")}`;
  }).join("\n");
}
