/**
 * What nodes need of memory, as data and as a table.
 *
 * @module
 */
import { formatFigure, formatWhole } from "../../lib/checkers/format.ts";
import { renderTable } from "../../lib/report/tables.ts";
import { readData } from "../shared/data.ts";
import { describeStamp, type Stamp } from "../shared/stamp.ts";

/** Where the figures are kept. */
const MEMORY = "results/data/memory.json";

/** What one challenge's nodes need; of several nodes, the one whose heap is largest. */
export interface MemoryRow extends Stamp {
  readonly id: string;
  readonly nodes: number;
  readonly operations: number;
  readonly tookS: number;
  /** Before the first operation. */
  readonly startHeapBytes: number;
  /** After the last, without garbage. */
  readonly heapBytes: number;
  readonly rssBytes: number;
  /** Of the heap, for each operation of the second half. */
  readonly growthBytes: number;
  /** What it must keep. */
  readonly keeps: string;
}

/** What each challenge's node must keep, by the challenge's id. */
export const KEEPS: Readonly<Record<string, string>> = {
  "1": "nothing",
  "2": "a number",
  "3a": "every value",
  "3b": "every value",
  "3c": "every value",
  "3d": "every value",
  "3e": "every value",
  "4": "a total",
  "4-crdt": "a total for each node",
  "5a": "every message",
  "5b": "every message",
  "5c": "every message",
  "5c-raft": "every message, up to 2,000 batches of commands",
  "6a": "a value for each key",
  "6b": "a value for each key",
  "6c": "a value for each key",
  "g-set": "every element",
  "pn-counter": "two totals for each node",
  "lin-kv": "a value for each key, up to 2,000 batches of commands",
  "lin-kv-proxy": "nothing",
  "txn-list-append": "a cache of 4,096 pieces of the map",
  "txn-raft": "every list, up to 2,000 batches of commands",
  "txn-rw-register": "a cache of 4,096 pieces of the map",
};

/** Keeps figures in the place of those there were of the same challenges. */
export function keepRows(rows: readonly MemoryRow[]): void {
  const all = new Map([...readRows(), ...rows].map((row) => [row.id, row]));
  const inOrder = Object.keys(KEEPS).flatMap((id) => all.get(id) ?? []);
  Deno.writeTextFileSync(MEMORY, `${JSON.stringify(inOrder, null, 2)}\n`);
}

/** The figures that are kept. */
export function readRows(): MemoryRow[] {
  return readData<MemoryRow[]>(MEMORY) ?? [];
}

const MIB = 2 ** 20;

/** A table of figures, and where they come from. */
export function renderMemory(rows: readonly MemoryRow[]): string {
  if (rows.length === 0) return "Not measured yet: `deno task bench memory --keep`.";
  const mib = (bytes: number) => (bytes / MIB).toFixed(1);
  const lines = rows.map((row) => [
    row.id,
    row.keeps,
    `${row.nodes}`,
    formatWhole(row.operations),
    mib(row.startHeapBytes),
    mib(row.heapBytes),
    Number.isFinite(row.growthBytes) ? formatFigure(row.growthBytes) : "–",
    mib(row.rssBytes),
  ]);
  const head = [
    "challenge",
    "must keep",
    "nodes",
    "operations",
    "heap before, MiB",
    "heap after, MiB",
    "growth, bytes/op",
    "RSS, MiB",
  ];
  return `${renderTable(head, lines, 2)}\n\n\`deno task bench memory --keep\`: ${originOf(rows)}.`;
}

function originOf(rows: readonly MemoryRow[]): string {
  return [...new Set(rows.map(describeStamp))].join("; ");
}
