/**
 * The pages in `results/`, and their charts: templates in `results/templates/` whose figures come from
 * `results/data/`, so that no page says what was not measured. Templates are edited, pages written.
 *
 * @module
 */
import { existsSync } from "node:fs";
import { benchFigures } from "../bench/benches.ts";
import { CHECKERS, renderCheckers, type Row as CheckerRow } from "../bench/checkers.ts";
import { readRows, renderMemory } from "../bench/memory_table.ts";
import { workbenchFigures } from "../bench/workbench_table.ts";
import { renderSweeps, type SweepFigures, SWEEPS } from "../bench/sweeps_table.ts";
import { readData } from "./data.ts";
import { type ExperimentData, experimentFigures, EXPERIMENTS_DATA } from "./experiments.ts";
import type { Published, PublishedCost } from "./frontier.ts";
import {
  type FrontierData,
  renderCharts as renderFrontierCharts,
  renderPage as renderFrontier,
} from "./frontier_page.ts";
import {
  PARTITION,
  type PartitionData,
  partitionFigures,
  renderPartitionCharts,
} from "./partition_page.ts";
import { publishedFigures } from "./published.ts";
import { type Row, SCOREBOARD, scoreboardFigures } from "./scoreboard.ts";
import { type KeptCell, renderPage as renderSurvival, SURVIVAL } from "./survival.ts";
import { type Figure, fill } from "./template.ts";

const FOLDER = "results";
const TEMPLATES = `${FOLDER}/templates`;

/** All figures and tables that templates may name. */
export function resultFigures(): ReadonlyMap<string, string> {
  const partition = readData<PartitionData>(PARTITION);
  const sweeps = readData<SweepFigures>(SWEEPS);
  const experiments = readData<ExperimentData>(EXPERIMENTS_DATA);
  const figures: Figure[] = [
    ...scoreboardFigures(readData<Row[]>(SCOREBOARD) ?? []),
    ...benchFigures(),
    ...workbenchFigures(),
    ...(partition ? partitionFigures(partition) : []),
    ["memory", renderMemory(readRows())],
    ...publishedFigures(readPublished()),
    ...(experiments ? experimentFigures(experiments) : []),
    ["checkers", renderCheckers(readData<CheckerRow[]>(CHECKERS) ?? [])],
    [
      "sweeps",
      sweeps ? renderSweeps(sweeps) : "Not measured yet: `deno task bench sweeps --keep`.",
    ],
  ];
  return new Map(figures);
}

/** What every file in `results/` that is written should hold, by its name. */
function renderResults(): Map<string, string> {
  const figures = resultFigures();
  const files = new Map<string, string>();
  for (
    const { name } of [...Deno.readDirSync(TEMPLATES)].sort((a, b) => a.name < b.name ? -1 : 1)
  ) {
    files.set(name, fill(Deno.readTextFileSync(`${TEMPLATES}/${name}`), figures));
  }
  const survival = readData<KeptCell[]>(SURVIVAL);
  if (survival) files.set("survival.md", renderSurvival(survival));
  const frontier = readData<FrontierData>(`${FOLDER}/data/frontier.json`);
  const published = readPublished();
  const partition = readData<PartitionData>(PARTITION);
  const charts = {
    ...(frontier && renderFrontierCharts(frontier, published)),
    ...(partition && renderPartitionCharts(partition)),
  };
  if (frontier) files.set("frontier.md", renderFrontier(frontier, published));
  for (const [name, svg] of Object.entries(charts)) files.set(name, svg);
  for (const [name, text] of files) {
    if (name.endsWith(".md")) files.set(name, `${noteOf(name)}\n\n${text}`);
  }
  return files;
}

function readPublished(): readonly (Published | PublishedCost)[] {
  return readData(`${FOLDER}/data/published.json`) ?? [];
}

function noteOf(name: string): string {
  return `<!-- ${name} is written by deno task results: edit what it is made of in its place. -->`;
}

/** The pages and charts that do not say what their templates and data say. */
export function staleResults(): string[] {
  return [...renderResults()].filter(([name, text]) =>
    !existsSync(`${FOLDER}/${name}`) || Deno.readTextFileSync(`${FOLDER}/${name}`) !== text
  ).map(([name]) => name);
}

/** Writes the pages and charts. */
export function writeResults(): void {
  for (const [name, text] of renderResults()) Deno.writeTextFileSync(`${FOLDER}/${name}`, text);
  console.log(`${FOLDER}/ is written from ${FOLDER}/data and ${TEMPLATES}`);
}
