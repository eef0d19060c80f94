/**
 * Figures in a results map: found by their path, and put in words.
 *
 * @module
 */
import { keyOf } from "../history/equality.ts";
import { joinWords } from "../checkers/format.ts";
import {
  type Edn,
  type EdnObject,
  entriesOf,
  isEdnObject,
  itemsOf,
  Keyword,
  keyword,
  numberOf,
  printEdn,
  Tagged,
} from "../history/edn.ts";
import { brief, grouped, milliseconds } from "./text.ts";

/** Something worth knowing that no limit speaks of. */
export interface Figure {
  readonly name: string;
  readonly text: string;
}

/** The figures that runs are compared by; absent where a workload has none such. */
export interface Metrics {
  readonly operations?: number;
  readonly serverMessagesPerOp?: number;
  readonly okFraction?: number;
  readonly stableMedianMs?: number;
  readonly stableP99Ms?: number;
  readonly stableMaxMs?: number;
}

/**
 * The value under a path of keys. Keys may be keywords, strings or numbers, maps may be tagged, and
 * `:net` may hold its counts under `:stats`, as it did before Maelstrom 0.2.
 */
export function lookUp(
  results: Edn | undefined,
  path: readonly (string | number)[],
): Edn | undefined {
  let value: Edn | undefined = results;
  for (const [depth, key] of path.entries()) {
    const found = child(value, key);
    value = found ?? (depth === 1 && path[0] === "net" ? child(child(value, "stats"), key) : found);
  }
  return value;
}

function child(value: Edn | undefined, key: string | number): Edn | undefined {
  const map = value instanceof Tagged ? value.value : value;
  if (isEdnObject(map)) return map[key];
  if (!(map instanceof Map)) return itemsOf(map)[Number(key)];
  if (typeof key === "string") return map.get(keyword(key)) ?? map.get(key);
  for (const [name, item] of map) if (keyOf(name) === key) return item;
  return undefined;
}

/** The figures that runs are compared by. */
export function metricsOf(results: EdnObject): Metrics {
  const found = METRICS.flatMap(([name, ...path]) => {
    const value = numberOf(lookUp(results, path));
    return value === undefined ? [] : [[name, value]];
  });
  return Object.fromEntries(found);
}

/** Where they lie. */
const METRICS: readonly (readonly [keyof Metrics, ...(string | number)[]])[] = [
  ["operations", "stats", "count"],
  ["serverMessagesPerOp", "net", "servers", "msgs-per-op"],
  ["okFraction", "availability", "ok-fraction"],
  ["stableMedianMs", "workload", "stable-latencies", 0.5],
  ["stableP99Ms", "workload", "stable-latencies", 0.99],
  ["stableMaxMs", "workload", "stable-latencies", 1],
];

/** Figures of the workload, its operations and its messages, in words. */
export function figuresOf(results: EdnObject): Figure[] {
  const workload = results["workload"];
  return [
    ...(isEdnObject(workload) ? workloadFigures(workload) : []),
    ...operationFigures(results),
    ...messageFigures(results),
  ];
}

function operationFigures(results: EdnObject): Figure[] {
  const stat = (name: string) => numberOf(lookUp(results, ["stats", name]));
  const count = stat("count");
  if (count === undefined) return [];
  const ends = [["ok-count", "ok"], ["fail-count", "failed"], ["info-count", "unknown"]] as const;
  const parts = ends.flatMap(([name, word]) => {
    const part = stat(name) ?? 0;
    return part === 0 ? [] : [`${grouped(part)} ${word}`];
  });
  const all = stat("ok-count") === count ? ", all ok" : `: ${parts.join(", ")}`;
  return [{ name: "operations", text: count === 0 ? "none" : `${grouped(count)}${all}` }];
}

function messageFigures(results: EdnObject): Figure[] {
  const count = (group: string, name: string) => numberOf(lookUp(results, ["net", group, name]));
  const servers = count("servers", "msg-count");
  const clients = count("clients", "msg-count");
  const perOp = count("servers", "msgs-per-op");
  if (servers === undefined || clients === undefined) return [];
  const rate = perOp === undefined || servers === 0 ? "" : ` (${brief(perOp)} per operation)`;
  const text = `${grouped(servers)} between servers${rate}, ${grouped(clients)} with clients`;
  return [{ name: "messages", text }];
}

/** Figures by the shape of a workload's result. */
function workloadFigures(result: EdnObject): Figure[] {
  const number = (key: string) => numberOf(result[key]);
  if (result["stable-count"] !== undefined) return setFigures(result);
  if (result["attempted-count"] !== undefined) {
    const duplicates = number("duplicated-count") ?? 0;
    const ids = grouped(number("acknowledged-count") ?? 0);
    const text = duplicates === 0 ? "all different" : `${grouped(duplicates)} of them repeated`;
    return [{ name: "ids", text: `${ids}, ${text}` }, ...fromRange(result["range"])];
  }
  if (result["acceptable"] !== undefined) return counterFigures(result);
  if (result["worst-realtime-lag"] !== undefined) return kafkaFigures(result);
  if (result["failures"] !== undefined) return registerFigures(result);
  if (result["anomaly-types"] !== undefined) {
    const types = namesIn(result["anomaly-types"]);
    return [{ name: "anomalies", text: types.length === 0 ? "none" : joinWords(types) }];
  }
  if (result["errors"] === undefined) return [];
  const errors = itemsOf(result["errors"]).length;
  return [{ name: "wrong echoes", text: errors === 0 ? "none" : `${errors}` }];
}

function setFigures(result: EdnObject): Figure[] {
  const number = (key: string) => numberOf(result[key]) ?? 0;
  const parts = [
    ["stable-count", "stable"],
    ["lost-count", "lost"],
    ["never-read-count", "never read"],
  ] as const;
  const shares = parts.flatMap(([key, word]) =>
    number(key) === 0 ? [] : [`${grouped(number(key))} ${word}`]
  );
  const attempts = number("attempt-count");
  const allStable = attempts > 0 && number("stable-count") === attempts;
  const text = allStable ? ", all stable" : `: ${shares.join(", ")}`;
  return [
    { name: "values", text: attempts === 0 ? "none" : `${grouped(attempts)}${text}` },
    ...latencyFigures(result["stable-latencies"]),
  ];
}

function latencyFigures(latencies: Edn | undefined): Figure[] {
  const [median, late, max] = [0.5, 0.95, 1].map((quantile) => {
    const value = numberOf(lookUp(latencies, [quantile]));
    return value === undefined ? "?" : milliseconds(value);
  });
  if (latencies === undefined) return [];
  return [{ name: "stable after", text: `median ${median}, 95 % within ${late}, max ${max}` }];
}

function fromRange(range: Edn | undefined): Figure[] {
  const [low, high] = itemsOf(range);
  if (low == null || high == null) return [];
  return [{ name: "range", text: `${clip(printEdn(low))} to ${clip(printEdn(high))}` }];
}

function clip(text: string): string {
  return text.length <= 40 ? text : `${text.slice(0, 39)}…`;
}

function counterFigures(result: EdnObject): Figure[] {
  const ranges = itemsOf(result["acceptable"]).map((range) => {
    const [low = null, high = null] = itemsOf(range);
    return low === high ? printEdn(low) : `${printEdn(low)} to ${printEdn(high)}`;
  });
  const reads = itemsOf(result["final-reads"]).map(printEdn);
  const shown = reads.slice(0, 10).join(", ") + (reads.length > 10 ? ", …" : "");
  return [
    { name: "final reads", text: reads.length === 0 ? "none succeeded" : shown },
    { name: "acceptable", text: clip(joinWords(ranges, "or")) },
  ];
}

function kafkaFigures(result: EdnObject): Figure[] {
  const types = namesIn(result["error-types"]);
  const bad = new Set(namesIn(result["bad-error-types"]));
  const counts = types.map((type) => {
    const count = numberOf(lookUp(result, [type, "count"]));
    const name = count === undefined ? type : `${type} ${grouped(count)}`;
    return bad.has(type) ? name : `${name} (tolerated)`;
  });
  const lag = numberOf(lookUp(result, ["worst-realtime-lag", "lag"]));
  return [
    { name: "errors", text: counts.length === 0 ? "none" : counts.join(", ") },
    ...(lag === undefined ? [] : [{ name: "worst lag", text: `${brief(lag)} s` }]),
  ];
}

function registerFigures(result: EdnObject): Figure[] {
  const keys = entriesOf(result["results"]).length;
  const failures = itemsOf(result["failures"]).map(printEdn);
  const text = failures.length === 0
    ? ""
    : `, not linearizable: ${joinWords(failures.slice(0, 8))}`;
  return [{ name: "keys", text: `${keys}${text}` }];
}

function namesIn(value: Edn | undefined): string[] {
  return itemsOf(value).map((item) => item instanceof Keyword ? item.name : printEdn(item));
}
