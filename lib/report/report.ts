/**
 * Runs as plain data for other programs: one document whatever was run, and however it ended.
 *
 * @module
 */
import { printable } from "../checkers/format.ts";
import { type EngineName, ENGINES, type JsonSchema } from "../workbench/option.ts";
import type { Plan } from "../workbench/plan.ts";
import { type Summary, worstEnding } from "./summary.ts";

/** Grows by one when a field changes its meaning or goes; new fields may come without. */
const VERSION = 1;

/** A run that has ended. */
export interface RunReport extends Omit<Summary, "ending" | "explanation"> {
  readonly title: string;
  /** A challenge's id, if it was one. */
  readonly challenge?: string;
  readonly engine: EngineName;
  readonly plan: Plan;
  /** The plan as words of a command line, but for program and seed. */
  readonly options: readonly string[];
  /** Absent where the engine has none. */
  readonly seed?: string;
  /** The folder with the run's files. Absent: it leaves none. */
  readonly folder?: string;
  /** The command that repeats it. */
  readonly again?: string;
  readonly verdict: Summary["ending"];
  /** What was lost or wrong, worst first. */
  readonly findings: Summary["explanation"];
  /** Of a simulated run that failed: its failure signature. */
  readonly signature?: readonly string[];
}

/** How runs ended all together. */
export interface Ended {
  /** Whether it was before all had run that were asked for. */
  readonly interrupted: boolean;
}

/** Runs as a text in JSON. */
export function reportJson(runs: readonly RunReport[], { interrupted }: Ended): string {
  const verdict = interrupted ? "interrupted" : worstEnding(runs.map(({ verdict }) => verdict));
  return printJson({ version: VERSION, verdict, runs });
}

/** Wrong arguments, in the same document. */
export function usageJson(error: string): string {
  return printJson({ version: VERSION, verdict: "usage", error, runs: [] });
}

function printJson(value: unknown): string {
  const shown = (_key: string, value: unknown) =>
    typeof value === "string" ? printable(value) : value;
  return JSON.stringify(value, shown, 2);
}

const TEXT: JsonSchema = { type: "string" };
const NUMBER: JsonSchema = { type: "number" };
const TEXTS = listSchema(TEXT);
const ENDINGS = ["pass", "fail", "unknown", "crash"];

function listSchema(items: JsonSchema): JsonSchema {
  return { type: "array", items };
}

function objectSchema(
  required: Readonly<Record<string, JsonSchema>>,
  optional: Readonly<Record<string, JsonSchema>> = {},
): JsonSchema {
  return {
    type: "object",
    properties: { ...required, ...optional },
    required: Object.keys(required),
  };
}

const LIMIT = objectSchema(
  { name: TEXT, metric: TEXT, ok: { type: "boolean" } },
  { value: NUMBER, below: NUMBER, max: NUMBER, min: NUMBER },
);

const RUN = objectSchema(
  {
    title: TEXT,
    engine: { enum: ENGINES },
    plan: objectSchema({ workload: TEXT, nodes: TEXTS, rate: NUMBER, timeLimitS: NUMBER }),
    options: TEXTS,
    verdict: { enum: ENDINGS },
    headline: TEXT,
    warnings: TEXTS,
    limits: listSchema(LIMIT),
    figures: listSchema(objectSchema({ name: TEXT, text: TEXT })),
    metrics: { type: "object", additionalProperties: NUMBER },
    findings: TEXTS,
    problems: listSchema(objectSchema({ node: TEXT, timeS: NUMBER, text: TEXT })),
    places: listSchema(objectSchema({ path: TEXT, why: TEXT })),
  },
  {
    noise: objectSchema({ cores: NUMBER }, { maxLateMs: NUMBER, load: NUMBER }),
    challenge: TEXT,
    seed: TEXT,
    folder: TEXT,
    again: TEXT,
    signature: TEXTS,
  },
);

/** The schema of the document. */
export const REPORT_SCHEMA: JsonSchema = {
  $schema: "https://json-schema.org/draft/2020-12/schema",
  title: `report of glomers, version ${VERSION}`,
  ...objectSchema(
    {
      version: { const: VERSION },
      verdict: { enum: [...ENDINGS, "interrupted", "usage"] },
      runs: listSchema(RUN),
    },
    { error: TEXT },
  ),
};
