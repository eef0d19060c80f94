/**
 * The faults of a history as stretches of time: what was struck, from when until when.
 *
 * @module
 */
import { listNodes } from "../../checkers/format.ts";
import { type Edn, entriesOf, itemsOf, numberOf } from "../../history/edn.ts";
import type { Op } from "../../history/operations.ts";
import { describeGrudge, grudgeIn, nameOf } from "../../workbench/faults/partitions.ts";
import type { Grudge } from "../../workbench/network/network.ts";
import type { Band } from "./scene.ts";

/** Faults that others end. */
const ENDS: Readonly<Record<string, string>> = {
  start: "kill",
  resume: "pause",
  "free-disk": "fill-disk",
};
const WORDS: Readonly<Record<string, string>> = {
  "fail-sync": "next sync fails",
  kill: "down",
  pause: "paused",
  "fill-disk": "disk full",
  skew: "clock skewed",
  slow: "slow",
};

/** A fault that is drawn as the moment at which it strikes. */
const MOMENT = "fail-sync";

/** Finds the faults, and how long they last; those without an end last until `endUs`. */
export function findBands(history: readonly Op[], endUs: number): Band[] {
  const bands: Band[] = [];
  let partition: Omit<Band, "toUs"> | undefined;
  /** By fault and node, since when. */
  const struck = new Map<string, { kind: string; node: string; fromUs: number }>();
  const end = (key: string, toUs: number) => {
    const one = struck.get(key);
    if (one === undefined) return;
    struck.delete(key);
    const { kind, node, fromUs } = one;
    bands.push({ kind, label: "", fromUs, toUs, nodes: [node], cut: [] });
  };
  for (const { process, f, value, time } of history) {
    if (process !== "nemesis") continue;
    const timeUs = Math.round(time / 1_000);
    if (f === "start-partition" || f === "stop-partition") {
      const cut = grudgeIn(value);
      if (partition !== undefined && (f === "stop-partition" || cut !== undefined)) {
        bands.push({ ...partition, toUs: timeUs });
        partition = undefined;
      }
      if (cut !== undefined) partition = partitionOf(cut, timeUs);
      continue;
    }
    for (const [node, isStruck] of nodesIn(f, value)) {
      const kind = ENDS[f] ?? f;
      const key = `${kind} ${node}`;
      if (!isStruck) end(key, timeUs);
      else if (!struck.has(key)) struck.set(key, { kind, node, fromUs: timeUs });
      if (f === MOMENT) end(key, timeUs);
    }
  }
  if (partition !== undefined) bands.push({ ...partition, toUs: endUs });
  for (const key of [...struck.keys()]) end(key, endUs);
  return gather(bands).sort((a, b) => a.fromUs - b.fromUs);
}

function partitionOf(cut: Grudge, fromUs: number) {
  const links = Object.entries(cut).flatMap(([dest, sources]) =>
    sources.map((src) => [dest, src] as const)
  );
  const label = `cut: ${describeGrudge(cut)}`;
  return { kind: "partition", label, fromUs, nodes: [], cut: links };
}

/** The nodes that an event of the nemesis names, and whether they are struck from then on. */
function nodesIn(f: string, value: Edn): (readonly [node: string, isStruck: boolean])[] {
  const isEnd = ENDS[f] !== undefined;
  if (!isEnd && WORDS[f] === undefined) return [];
  const entries = entriesOf(value);
  if (entries.length === 0) return itemsOf(value).map((node) => [nameOf(node), !isEnd] as const);
  return entries.map(([node, what]) => [nameOf(node), !isEnd && numberOf(what) !== 0] as const);
}

/** Bands of one kind and time are one, with all their nodes. */
function gather(bands: readonly Band[]): Band[] {
  const alike = Map.groupBy(
    bands,
    ({ kind, fromUs, toUs, cut }) =>
      cut.length > 0
        ? `${fromUs}`
        : `${kind} ${Math.round(fromUs / 1e4)} ${Math.round(toUs / 1e4)}`,
  );
  return [...alike.values()].flatMap((some) => {
    const [first] = some;
    if (first === undefined || first.cut.length > 0) return some;
    const nodes = some.flatMap((one) => one.nodes);
    const word = WORDS[first.kind] ?? first.kind;
    return [{ ...first, nodes, label: `${listNodes(nodes).text} ${word}` }];
  });
}
