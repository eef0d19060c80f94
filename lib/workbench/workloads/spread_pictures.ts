/**
 * How values spread: when each node first had each of them, for workloads whose clients add values
 * that every node is to have.
 *
 * @module
 */
import { NS_PER_MS } from "../../history/operations.ts";
import { isClient } from "../../message.ts";
import type { SentMessage } from "../message_journal.ts";
import type { Picture, PictureSubject } from "./picture.ts";

/** Columns that a heat map has room for. */
const MOST_COLUMNS = 600;
/** Points that tell a distribution. */
const POINTS = 100;

interface Spread {
  readonly addedNs: number;
  /** By node, when it had the value. */
  readonly had: Map<string, number>;
}

/**
 * Pictures how long values take to each node. A node has a value from the first message to it that
 * carries the value, or the first answer in which a client reads it there.
 *
 * @param field What a client's message calls the value.
 */
export function pictureSpread(
  { journal, nodes }: PictureSubject,
  { type, field }: { readonly type: string; readonly field: string },
): Picture[] {
  if (journal === undefined || nodes.length < 2) return [];
  const spreads = new Map<number, Spread>();
  for (const message of inOrderOfReceipt(journal.messages)) {
    note(spreads, message, { type, field });
  }
  const values = [...spreads].sort(([, a], [, b]) => a.addedNs - b.addedNs);
  if (values.length === 0) return [];
  const size = Math.ceil(values.length / MOST_COLUMNS);
  const bins = Array.from(
    { length: Math.ceil(values.length / size) },
    (_, i) => values.slice(i * size, (i + 1) * size),
  );
  const cells = nodes.map((node) => bins.map((bin) => latest(bin.map(([, one]) => one), node)));
  const distributions = [
    { name: "to any other node", points: distribution(delays(values, nodes)) },
    { name: "to the last node", points: distribution(slowest(values, nodes)) },
  ];
  const each = size === 1 ? "" : ` Each column holds ${size} values, and the slowest counts.`;
  const heat: Picture = {
    kind: "heat",
    title: "When each node had each value",
    caption:
      "A row is a node, a column a value in the order of their addition, and the colour how " +
      `long the value took to reach that node.${each}`,
    unit: "ms",
    rows: nodes,
    columns: bins.map((bin) => [...new Set([bin[0]?.[0], bin.at(-1)?.[0]])].join(" to ")),
    columnTitle: "value",
    columnsVerb: "added",
    columnsMs: bins.map(([first]) => Math.round((first?.[1].addedNs ?? 0) / NS_PER_MS)),
    cells,
    missing: "not seen to arrive",
  };
  if (distributions.every(({ points }) => points.length === 0)) return [heat];
  return [heat, {
    kind: "plot",
    title: "How long values take",
    caption:
      "After so many milliseconds, which share of all ways from a value's first node to another " +
      "is done, and which share of all values has reached every node.",
    x: { title: "after the client's request", unit: "ms" },
    y: "%",
    range: [0, 100],
    series: distributions.map((one) => ({ ...one, style: "line" })),
  }];
}

function* inOrderOfReceipt(messages: readonly SentMessage[]) {
  const received = messages.flatMap((message) => {
    const end = message.ends.find(({ fate }) => fate === "recv");
    return end === undefined ? [] : [{ message, atNs: end.timeNs }];
  });
  yield* received.sort((a, b) => a.atNs - b.atNs);
}

function note(
  spreads: Map<number, Spread>,
  { message: { src, dest, body }, atNs }: { message: SentMessage; atNs: number },
  { type, field }: { readonly type: string; readonly field: string },
): void {
  if (isClient(src)) {
    const value = body[field];
    if (body.type !== type || typeof value !== "number" || spreads.has(value)) return;
    spreads.set(value, { addedNs: atNs, had: new Map([[dest, atNs]]) });
    return;
  }
  // What a client reads from a node, the node has.
  const node = isClient(dest) ? src : dest;
  for (const value of valuesIn(body)) {
    const had = spreads.get(value)?.had;
    if (had !== undefined && !had.has(node)) had.set(node, atNs);
  }
}

/** The numbers in lists, and one that is alone: of several, some may count something else. */
function valuesIn({ msg_id: _, in_reply_to: __, ...fields }: SentMessage["body"]): number[] {
  const held = Object.values(fields);
  const alone = held.filter((value) => typeof value === "number");
  const listed = held.flatMap((value) => Array.isArray(value) ? value : [])
    .filter((value) => typeof value === "number");
  return alone.length === 1 ? [...listed, ...alone] : listed;
}

function latest(spreads: readonly Spread[], node: string): number | null {
  const times = spreads.map((spread) => delayMs(spread, node));
  return times.some((ms) => ms === undefined) ? null : Math.max(...times.map((ms) => ms ?? 0));
}

function delayMs({ addedNs, had }: Spread, node: string): number | undefined {
  const atNs = had.get(node);
  return atNs === undefined ? undefined : Number(((atNs - addedNs) / NS_PER_MS).toPrecision(3));
}

type Values = readonly (readonly [number, Spread])[];

function delays(values: Values, nodes: readonly string[]): number[] {
  return values.flatMap(([, spread]) =>
    nodes.filter((node) => spread.had.get(node) !== spread.addedNs)
      .map((node) => delayMs(spread, node) ?? Infinity)
  );
}

function slowest(values: Values, nodes: readonly string[]): number[] {
  return values.map(([, spread]) =>
    Math.max(...nodes.map((node) => delayMs(spread, node) ?? Infinity))
  );
}

function distribution(times: readonly number[]): (readonly [number, number])[] {
  const sorted = times.toSorted((a, b) => a - b);
  const step = Math.max(1, sorted.length / POINTS);
  const points: (readonly [number, number])[] = [];
  for (let rank = step; rank <= sorted.length + 1e-9; rank += step) {
    const ms = sorted[Math.ceil(rank) - 1] ?? sorted.at(-1);
    if (ms !== undefined && ms < Infinity) points.push([ms, 100 * rank / sorted.length]);
  }
  return points;
}
