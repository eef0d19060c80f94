/**
 * Histories of transactions for tests: written as spans, or recorded by Maelstrom.
 *
 * @module
 */
import { type Edn, keyword, parseEdn } from "../../history/edn.ts";
import { NS_PER_S, type Op, type OpType, parseHistory } from "../../history/operations.ts";

/** A transaction from one moment to another, in seconds; moments order the history's events. */
export interface Span {
  readonly process: number;
  readonly begin: number;
  readonly end: number;
  readonly type: Exclude<OpType, "invoke">;
  /** Micro-operations as EDN, without the outer brackets. */
  readonly mops: string;
}

/** Makes a committed transaction. */
export function ok(process: number, [begin, end]: [number, number], mops: string): Span {
  return { process, begin, end, type: "ok", mops };
}

/** Builds the history of some transactions; those whose spans overlap are concurrent. */
export function historyOf(...spans: Span[]): Op[] {
  const events = spans.flatMap((span) => [
    { ...span, moment: span.begin, type: "invoke" as const, value: asInvoked(span.mops) },
    { ...span, moment: span.end, value: parseEdn(`[${span.mops}]`) },
  ]).sort((a, b) => a.moment - b.moment);
  return events.map(({ type, process, moment, value }, index) => ({
    index,
    time: moment * NS_PER_S + index,
    type,
    process,
    f: "txn",
    value,
  }));
}

/** An invocation does not hold what the transaction will read. */
function asInvoked(mops: string): Edn {
  const parsed = parseEdn(`[${mops}]`);
  if (!Array.isArray(parsed)) return parsed;
  return parsed.map((mop: Edn) => {
    const [f = null, key = null] = Array.isArray(mop) ? mop : [];
    return f === keyword("r") ? [f, key, null] : mop;
  });
}

/** Reads a recorded history from `testdata/`, by the name of its workload and run. */
export async function readRecordedHistory(name: string): Promise<Op[]> {
  const file = await Deno.open(new URL(`./testdata/${name}.history.edn.gz`, import.meta.url));
  const text = new Response(file.readable.pipeThrough(new DecompressionStream("gzip"))).text();
  return parseHistory(await text);
}
