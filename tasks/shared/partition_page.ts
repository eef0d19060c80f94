/**
 * What partitions do to a broadcast, and who sends when without them, as tables and charts.
 *
 * @module
 */
import { formatFigure, formatWhole } from "../../lib/checkers/format.ts";
import { renderTable } from "../../lib/report/tables.ts";
import { COLOURS, Plot, renderChart } from "./chart.ts";
import type { Sent } from "./exchange.ts";
import type { Cut } from "./partitions.ts";
import type { Stamp } from "./stamp.ts";
import type { Figure } from "./template.ts";

/** Where the data lie. */
export const PARTITION = "results/data/partition.json";

/** The challenges that are measured. */
export const PARTITIONED = ["3c", "3d", "3e"] as const;

/** What is kept of the delays. */
export const QUANTILES = [
  { q: 0.5, title: "median" },
  { q: 0.95, title: "p95" },
  { q: 0.99, title: "p99" },
  { q: 1, title: "max" },
] as const;

/** What came of runs with a network that is cut in some way. */
export interface CutRow extends Cut {
  /** The verdicts of the runs. */
  readonly valid: string;
  /** Delays beyond the earliest path, for each of {@linkcode QUANTILES}. */
  readonly delaysMs: readonly number[];
  readonly messagesPerOp: number;
}

/** What `deno task partition` keeps. */
export interface PartitionData extends Stamp {
  readonly engine: string;
  readonly options: Readonly<Record<"nodes" | "rate" | "latency" | "seeds", number>>;
  /** By challenge. */
  readonly cuts: Readonly<Partial<Record<string, readonly CutRow[]>>>;
  readonly exchanges: readonly { readonly id: string; readonly sent: readonly Sent[] }[];
}

/** The table of a challenge. */
export function renderCuts(rows: readonly CutRow[]): string {
  const head = ["partition", "lowest node's side", "valid", ...QUANTILES.map(({ title }) => title)];
  const lines = rows.map(({ shape, side, valid, delaysMs, messagesPerOp }) => [
    shape,
    side,
    valid,
    ...delaysMs.map(formatWhole),
    formatFigure(messagesPerOp),
  ]);
  return renderTable([...head, "messages per op"], lines, 3);
}

/** Figures for templates: the table `partition 3d`, and the worst row's `partition 3d p99`. */
export function partitionFigures(data: PartitionData): Figure[] {
  const { engine, date, commit, options: { seeds, nodes, rate, latency } } = data;
  return [
    ["partition seeds", `${seeds}`],
    [
      "partition origin",
      `Made on ${date} at commit \`${commit}\` by the ${engine}, ${seeds} runs a row: ${nodes} ` +
      `nodes, ${rate} operations a second, ${latency} ms of latency.`,
    ],
    ...Object.entries(data.cuts).flatMap(([id, rows = []]): Figure[] => [
      [`partition ${id}`, renderCuts(rows)],
      ...QUANTILES.map(({ title }, i): Figure => [
        `partition ${id} ${title}`,
        formatWhole(Math.max(...rows.map(({ delaysMs }) => delaysMs[i] ?? NaN))),
      ]),
    ]),
  ];
}

/** The charts, by their files' names. */
export function renderPartitionCharts(data: PartitionData): Record<string, string> {
  return {
    "partition.svg": renderDelays(data),
    ...Object.fromEntries(
      data.exchanges.map(({ id, sent }) => [`exchange-${id}.svg`, renderExchange(id, sent)]),
    ),
  };
}

function renderDelays({ cuts }: PartitionData): string {
  const points = Object.entries(cuts).flatMap(([id, rows = []]) =>
    rows.map(({ shape, side, delaysMs: [median, , p99, max] }) => {
      const cut = side === "—" ? shape : `${shape}, ${side} side`;
      return { id, cut, median, p99, max };
    })
  );
  const place = { y: "cut", fy: "id" } as const;
  return renderChart(
    {
      width: 720,
      height: 560,
      marginLeft: 170,
      marginRight: 40,
      marginBottom: 45,
      grid: true,
      x: {
        type: "log",
        domain: [100, 4000],
        ticks: [100, 200, 500, 1000, 2000, 4000],
        tickFormat: formatWhole,
        label: "delay beyond the earliest path (ms) →",
      },
      y: { label: null },
      fy: { label: null },
      marks: [
        Plot.ruleY(points, { ...place, x1: "median", x2: "max", stroke: COLOURS.bound }),
        Plot.dot(points, { ...place, x: "median", fill: COLOURS.ours, r: 4 }),
        Plot.dot(points, { ...place, x: "p99", fill: COLOURS.others, r: 4, symbol: "diamond" }),
        Plot.tickX(points, { ...place, x: "max", stroke: COLOURS.bound, strokeWidth: 2 }),
      ],
    },
    "Delays under partition of 3c, 3d and 3e: median, 99 of 100, and maximum by kind of partition.",
  );
}

function renderExchange(id: string, sent: readonly Sent[]): string {
  const startMs = Math.min(...sent.map(({ sentMs }) => sentMs));
  const messages = sent.map(({ src, dest, sentMs, receivedMs }) => ({
    src,
    dest,
    from: sentMs - startMs,
    to: receivedMs - startMs,
    kind: src === 0 ? COLOURS.others : COLOURS.ours,
  }));
  return renderChart(
    {
      width: 720,
      height: 420,
      marginBottom: 45,
      x: { label: "time (ms) →", nice: true },
      y: { label: "node", reverse: true, ticks: [0, 6, 12, 18, 24], tickFormat: (n) => `n${n}` },
      marks: [
        Plot.ruleY(Array.from({ length: 25 }, (_, i) => i), {
          stroke: "currentColor",
          strokeOpacity: 0.12,
        }),
        Plot.link(messages, {
          x1: "from",
          x2: "to",
          y1: "src",
          y2: "dest",
          stroke: "kind",
          strokeOpacity: 0.7,
        }),
        Plot.dot(messages, { x: "from", y: "src", fill: "kind", r: 2 }),
      ],
    },
    `Messages between the 25 nodes of ${id}: reports to the root, n0, and its scatters to all.`,
  );
}
