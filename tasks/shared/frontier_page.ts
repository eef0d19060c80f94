/**
 * The page about the frontier, and its charts.
 *
 * @module
 */
import { formatFigure, formatWhole } from "../../lib/checkers/format.ts";
import { renderTable } from "../../lib/report/tables.ts";
import type { Stamp } from "./stamp.ts";
import { COLOURS, Plot, renderChart } from "./chart.ts";
import {
  broadcastsOf,
  compare,
  type Comparison,
  type Figures,
  leastMessages,
  NETWORK,
  type Point,
  type Published,
  type PublishedCost,
  type SimulatedFigures,
  type Spread,
} from "./frontier.ts";

/** What stands at the axis of latencies. */
const LATENCIES_MS = [50, 100, 200, 500, 1000, 2000];

/** Sizes of network on which the named points are measured, too. */
export const GROWTH_NODES = [5, 25, 100, 200] as const;

/** A named point on real processes. */
export interface MeasuredPoint {
  readonly point: Point;
  readonly engine: string;
  readonly runs: number;
  readonly stamp: Stamp;
  readonly figures: Figures;
}

/** What `results/data/frontier.json` holds. */
export interface FrontierData {
  readonly commit: string;
  readonly date: string;
  /** Simulated runs of each point. */
  readonly seeds: number;
  readonly swept: readonly { readonly point: Point; readonly figures: SimulatedFigures }[];
  /** How late the worst one of 100 values is in the worst kind of partition. */
  readonly cut: readonly {
    readonly point: Point;
    readonly p99Ms: number;
    readonly shape: string;
    readonly messagesPerOp: number;
  }[];
  readonly growth: readonly {
    readonly point: Point;
    readonly nodes: number;
    readonly figures: SimulatedFigures;
  }[];
  readonly processes: readonly MeasuredPoint[];
}

const INTRODUCTION = `# The frontier of 3d and 3e

A broadcast may be cheap or fast. The two scripts can be anything between: an argument behind \`--\`
names a point or states a time, the window for which the root of 3d gathers values, or the period of
3e's rounds.

| argument                    | what it is for                                                   |
| --------------------------- | ---------------------------------------------------------------- |
| \`deno task 3d -- fastest\`   | one hop: every node tells all others, and the tree only repairs  |
| \`deno task 3d\`              | the default, \`balanced\`: a window of 102 ms                      |
| \`deno task 3d -- lean\`      | few messages within 3d's limits: a window of 350 ms              |
| \`deno task 3e\`              | the default, \`balanced\`: rounds of 1.4 s                         |
| \`deno task 3e -- lean\`      | the fewest messages within 3e's limits: rounds of 1.65 s         |
| \`deno task 3d -- 200\`       | any other window, in milliseconds; \`3e -- 1000\`: any other period |

Messages are those between servers for each client operation; latencies are stable latencies as
Maelstrom measures them: what readers notice.

![Messages per operation against the maximum of stable latency](frontier-maximum.svg)

![Messages per operation against the median of stable latency](frontier-median.svg)

The line is the frontier of ours: no dot is both cheaper and faster. Rings are the named points on
real processes, crosses are published results.`;

const BOUND = `## The bound

Where all values have to be everywhere within two message delays, a value goes to each of n − 1 other
nodes by itself: (n − 1) / 2 messages per operation, as half of the operations are broadcasts. Where
a wait of w beyond two delays is allowed, messages can be shared. Either all nodes exchange all they
know once in every w, which takes 2(n − 1) messages (nobody can do with fewer: each but one has to
speak, and each but one has to hear the rest after that). Or every value is reported at once, and
one node scatters what it gathers in w, which opens when a value comes. The bound is the least of
the three. \`leastMessages\` in \`tasks/shared/frontier.ts\` computes it from the time after which 99 of
100 values are on a node, which only the simulator sees; readers notice less of it, as a read waits
behind a message that is on its way. Points below the bound owe it to bursts: clients wait behind
messages, too, and so values come together.`;

/** The whole page. */
export function renderPage(
  data: FrontierData,
  published: readonly (Published | PublishedCost)[],
): string {
  const { commit, date, seeds } = data;
  return [
    INTRODUCTION,
    `Made on ${date} at commit \`${commit}\` by \`deno task frontier\`: the simulator, medians of ` +
    `${seeds} seeds a point, ${NETWORK.nodes} nodes, ${NETWORK.rate} operations a second, ` +
    `${NETWORK.latencyMs} ms of latency. Data: [data/frontier.json](data/frontier.json).`,
    "## The named points",
    namedTable(data),
    "## Real processes",
    processTable(data),
    processOrigin(data),
    BOUND,
    "## Published results",
    publishedTable(data, broadcastsOf(published)),
    "## Under partition",
    "How much later than by the first path that the partition leaves 99 of 100 values come, in the " +
    "worst of Maelstrom's shapes, in the median of few seeds ([what partitions do](partition.md) has " +
    "30 runs a row):",
    cutTable(data),
    "## Other sizes",
    growthTable(data),
  ].join("\n\n") + "\n";
}

function namedTable({ swept }: FrontierData): string {
  const lines = swept.flatMap(({ point, figures }) => {
    if (point.name === undefined) return [];
    const least = leastMessages(figures.spreadMs);
    return [[
      ...headOf(point),
      ...cellsOf(figures),
      formatWhole(figures.spreadMs),
      formatFigure(least),
      formatFigure(figures.messagesPerOp[0] / least),
    ]];
  });
  const head = ["", "task", "messages per op", "median, ms", "maximum, ms"];
  return renderTable([...head, "99 % are everywhere, ms", "bound", "of the bound"], lines, 2);
}

function processTable({ processes }: FrontierData): string {
  const lines = processes.map(({ point, engine, runs, figures }) => [
    ...headOf(point),
    engine,
    `${runs}`,
    ...cellsOf(figures),
  ]);
  const head = ["", "task", "engine", "runs", "messages per op", "median, ms", "maximum, ms"];
  return renderTable(head, lines, 4);
}

/** Says where the figures of processes come from, a sentence for each engine. */
function processOrigin({ processes }: FrontierData): string {
  const origins = processes.map(({ engine, stamp: { date, commit, machine, load } }) =>
    `${engine}: ${date}, commit \`${commit}\`, ${machine}, load before ${load.toFixed(1)}.`
  );
  return [...new Set(origins)].join(" ");
}

function publishedTable(data: FrontierData, published: readonly Published[]): string {
  const compared = compareAll(data, published);
  const lines = compared.map(({ published: one, best, ratio }) => [
    linkOf(one.source),
    formatFigure(one.messagesPerOp),
    `${formatWhole(one.medianMs)} / ${formatWhole(one.maxMs)}`,
    best === undefined ? "none" : `${formatFigure(best.messagesPerOp)} (${best.name})`,
    ratio === undefined ? "–" : formatFigure(ratio),
    one.scope ?? "",
  ]);
  const head = ["", "messages per op", "median / maximum, ms", "ours, no slower", "times", ""];
  const halved = compared.filter(({ ratio = 0 }) => ratio >= 2).length;
  return `What others state of solutions that take at most about 30 messages, the limit of 3d, and ` +
    `the cheapest of ours whose median and maximum are no worse, in the simulator if no engine is ` +
    `named. For ${halved} of the ${compared.length}, it is at least twice as cheap.\n\n${
      renderTable(head, lines, 1)
    }`;
}

/** A link to where something is published, named after the repository or the site. */
function linkOf(source: string): string {
  const { host, pathname } = new URL(source);
  const name = host === "github.com" ? pathname.split("/").slice(1, 3).join("/") : host;
  return `[${name}](${source})`;
}

function cutTable({ cut }: FrontierData): string {
  const lines = cut.map(({ point, p99Ms, shape, messagesPerOp }) => [
    ...headOf(point),
    formatWhole(p99Ms),
    shape,
    formatFigure(messagesPerOp),
  ]);
  return renderTable(
    ["", "task", "p99, ms", "in a partition of shape", "messages per op"],
    lines,
    2,
  );
}

function growthTable({ growth }: FrontierData): string {
  const lines = [...Map.groupBy(growth, ({ point }) => nameOf(point))].map(([name, row]) => [
    `**${name}**`,
    ...row.map(({ figures: { messagesPerOp: [messages], maxMs: [max] } }) =>
      `${formatFigure(messages)} at ${formatWhole(max)}`
    ),
  ]);
  return "![Messages per operation against the number of nodes](growth.svg)\n\n" +
    "Messages per operation, at the maximum of stable latency in milliseconds:\n\n" +
    renderTable(["", ...GROWTH_NODES.map((nodes) => `${nodes} nodes`)], lines, 1);
}

function headOf(point: Point): string[] {
  const { challenge, args } = point;
  return [
    `**${nameOf(point)}**`,
    `\`${[challenge, ...args.flatMap((arg) => ["--", arg])].join(" ")}\``,
  ];
}

function nameOf({ name, challenge, args }: Point): string {
  return name ?? [challenge, ...args].join(" ");
}

function cellsOf({ messagesPerOp, medianMs, maxMs }: Figures): string[] {
  return [cell(messagesPerOp, formatFigure), cell(medianMs, formatWhole), cell(maxMs, formatWhole)];
}

function cell([median, least, greatest]: Spread, print: (value: number) => string): string {
  const [from, to] = [print(least), print(greatest)];
  return from === to ? print(median) : `${print(median)} (${from} – ${to})`;
}

/** What is published was measured under Maelstrom, so ours on real processes count as well. */
function compareAll(
  { swept, processes }: FrontierData,
  published: readonly Published[],
): Comparison[] {
  const simulated = swept.map(({ point, figures }) => ({ name: nameOf(point), figures }));
  const real = processes.map(({ point, engine, figures }) => ({
    name: `${nameOf(point)}, ${engine}`,
    figures,
  }));
  return compare(published, [...simulated, ...real]);
}

/** The charts, by their files' names. */
export function renderCharts(
  data: FrontierData,
  published: readonly (Published | PublishedCost)[],
): Readonly<Record<string, string>> {
  const broadcasts = broadcastsOf(published);
  return {
    "frontier-maximum.svg": renderFrontier(data, broadcasts, "maxMs"),
    "frontier-median.svg": renderFrontier(data, broadcasts, "medianMs"),
    "growth.svg": renderGrowth(data),
  };
}

/** Where a point is. */
const AT = { x: "x", y: "y" } as const;

function renderGrowth({ growth }: FrontierData): string {
  const points = growth.map(({ point, nodes, figures }) => ({
    name: nameOf(point),
    x: nodes,
    y: figures.messagesPerOp[0],
    colour: point.challenge === "3d" ? COLOURS.ours : COLOURS.others,
  }));
  const place = { ...AT, stroke: "colour" } as const;
  return renderChart(
    {
      width: 720,
      height: 380,
      marginLeft: 50,
      marginRight: 80,
      marginBottom: 45,
      grid: true,
      x: {
        type: "log",
        label: "nodes →",
        ticks: [...GROWTH_NODES],
        tickFormat: (nodes: number) => `${nodes}`,
      },
      y: {
        type: "log",
        label: "↑ messages per operation",
        base: 2,
        ticks: 10,
        tickFormat: (count: number) => `${count}`,
      },
      marks: [
        Plot.line(points, { ...place, z: "name", strokeWidth: 2 }),
        Plot.dot(points, { ...place, fill: "colour", r: 3 }),
        ...[-4, 6].map((dy) =>
          Plot.text(
            points.filter(({ name }) => name.endsWith("lean") === (dy > 0)),
            Plot.selectLast({
              ...AT,
              z: "name",
              text: "name",
              textAnchor: "start",
              dx: 8,
              dy,
              fill: "currentColor",
              fontSize: 12,
            }),
          )
        ),
      ],
    },
    "Messages per operation of the named points on 5, 25, 100 and 200 nodes.",
  );
}

/** Those that none beats in both, from left to right. */
function frontOf<P extends { readonly x: number; readonly y: number }>(sorted: readonly P[]): P[] {
  let least = Infinity;
  return sorted.filter(({ y }) => {
    const isBetter = y < least;
    least = Math.min(least, y);
    return isBetter;
  });
}

function renderFrontier(
  { swept, processes }: FrontierData,
  published: readonly Published[],
  latency: "maxMs" | "medianMs",
): string {
  const title = latency === "maxMs" ? "maximum" : "median";
  const ours = swept.map(({ point, figures }) => ({
    point,
    x: figures[latency][0],
    y: figures.messagesPerOp[0],
  })).sort((a, b) => a.x - b.x);
  const real = processes.map(({ figures }) => ({
    x: figures[latency][0],
    y: figures.messagesPerOp[0],
  }));
  const others = published.map((one) => ({ x: one[latency], y: one.messagesPerOp }));
  const named = ours.filter(({ point }) => point.name !== undefined);
  return renderChart(
    {
      width: 720,
      height: 420,
      marginLeft: 50,
      marginBottom: 45,
      grid: true,
      x: {
        type: "log",
        domain: [50, 3000],
        label: `stable latency, ${title} (ms) →`,
        ticks: LATENCIES_MS,
        tickFormat: formatWhole,
      },
      y: {
        type: "log",
        domain: [0.2, 60],
        label: "↑ messages per operation",
        base: 2,
        ticks: 8,
        tickFormat: (count: number) => `${count}`,
      },
      marks: [
        Plot.line(frontOf(ours), {
          ...AT,
          curve: "step-after",
          stroke: COLOURS.ours,
          strokeWidth: 2,
        }),
        Plot.dot(others, { ...AT, stroke: COLOURS.others, symbol: "times", clip: true }),
        Plot.dot(ours, { ...AT, fill: COLOURS.ours, r: 2 }),
        Plot.dot(named, { ...AT, fill: COLOURS.ours, r: 4 }),
        Plot.dot(real, { ...AT, stroke: COLOURS.extra, r: 6, strokeWidth: 2 }),
        Plot.text(named, {
          ...AT,
          text: ({ point }) => nameOf(point),
          textAnchor: "start",
          dx: 8,
          dy: -8,
          fill: "currentColor",
          fontSize: 12,
        }),
      ],
    },
    `Messages per operation against the ${title} of stable latency: our points and published ones.`,
  );
}
