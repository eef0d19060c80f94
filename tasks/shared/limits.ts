/**
 * Limits as a person writes them: an object of metrics in a file, words on a command line.
 *
 * @module
 */
import type { Limit } from "../../lib/report/limits.ts";
import { METRICS } from "../../lib/report/metrics.ts";
import { type Kind, number, type Options } from "../../lib/workbench/option.ts";

/** The bounds on a metric. */
export type Bounds = Pick<Limit, "below" | "max" | "min">;

/** The keys of metrics. */
export const METRIC_KEYS: readonly string[] = METRICS.map(({ key }) => key);

/** A bound. */
export const BOUND: Kind<number> = number({ min: 0 });

const BOUND_NAMES = ["below", "max", "min"] as const;

/** Whether a value is bounds by metric. */
export function areLimits(value: unknown): value is Readonly<Record<string, Bounds>> {
  return isObject(value) &&
    Object.entries(value).every(([key, bounds]) =>
      METRIC_KEYS.includes(key) && isObject(bounds) && Object.entries(bounds).every(isBound)
    );
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isBound([name, bound]: [string, unknown]): boolean {
  return BOUND_NAMES.some((one) => one === name) && BOUND.accepts(bound);
}

/** The limits that bounds by metric make. */
export function limitsOf(bounds: Readonly<Record<string, Bounds>>): Limit[] {
  return Object.entries(bounds).map(([metric, bounds]) => {
    const { title = metric } = METRICS.find(({ key }) => key === metric) ?? {};
    return { name: title, metric, ...bounds };
  });
}

/** Limits as words of a command line: `serverMessagesPerOp.below=30`. */
export function wordsOfLimits(limits: readonly Limit[]): string[] {
  const bounds = limits.flatMap((limit) =>
    BOUND_NAMES.flatMap((name) =>
      limit[name] === undefined ? [] : [`${limit.metric}.${name}=${limit[name]}`]
    )
  );
  return bounds.length === 0 ? [] : ["--limits", bounds.join(",")];
}

/** Bounds by metric, as words. */
const boundsInWords: Kind<Readonly<Record<string, Bounds>>> = {
  expected: `metrics with bounds, such as serverMessagesPerOp.below=30; bounds are ${
    BOUND_NAMES.join(", ")
  }, metrics ${METRIC_KEYS.join(", ")}`,
  accepts: areLimits,
  parse: (text) => {
    const limits: Record<string, Record<string, number>> = {};
    for (const word of text.split(",")) {
      const [, metric = word, name = "", bound = ""] = /^(\w+)\.(\w+)=(.+)$/.exec(word) ?? [];
      limits[metric] = { ...limits[metric], [name]: Number(bound) };
    }
    return limits;
  },
  schema: { type: "object" },
};

/** The option that says which limits a run is held against. */
export const LIMITS = {
  limits: {
    kind: boundsInWords,
    value: "M.below=N,…",
    help: "bounds (below, max, min) on metrics, in place of the challenge's",
    repeats: true,
  },
} as const satisfies Options;
