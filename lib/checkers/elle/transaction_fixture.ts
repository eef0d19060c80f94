/**
 * Histories for tests, written as transactions with a beginning and an end.
 *
 * @module
 */
import { type Edn, keyword, parseEdn } from "../../history/edn.ts";
import { type Op, type OpType, parseHistory } from "../../history/operations.ts";

/** A transaction from one moment to another; moments order the history's events. */
export interface Span {
  readonly process: number;
  readonly begin: number;
  readonly end: number;
  readonly type: Exclude<OpType, "invoke">;
  /** Micro-operations as EDN, without the outer brackets. */
  readonly mops: string;
}

/** A committed transaction. */
export function ok(process: number, [begin, end]: [number, number], mops: string): Span {
  return { process, begin, end, type: "ok", mops };
}

/** The history of some transactions; those whose spans overlap are concurrent. */
export function historyOf(...spans: Span[]): Op[] {
  const events = spans.flatMap((span) => [
    { ...span, moment: span.begin, type: "invoke" as const, value: asInvoked(span.mops) },
    { ...span, moment: span.end, value: parseEdn(`[${span.mops}]`) },
  ]).sort((a, b) => a.moment - b.moment);
  return events.map(({ type, process, moment, value }, index) => ({
    index,
    time: moment * 1e9 + index,
    type,
    process,
    f: "txn",
    value,
  }));
}

/** Before its completion nobody knows what a transaction reads. */
function asInvoked(mops: string): Edn {
  const parsed = parseEdn(`[${mops}]`);
  if (!Array.isArray(parsed)) return parsed;
  return parsed.map((mop: Edn) => {
    const [f = null, key = null] = Array.isArray(mop) ? mop : [];
    return f === keyword("r") ? [f, key, null] : mop;
  });
}

/** A recorded history from `testdata/`, by the name of its workload and run. */
export async function recordedHistory(name: string): Promise<Op[]> {
  const file = await Deno.open(new URL(`./testdata/${name}.history.edn.gz`, import.meta.url));
  const text = new Response(file.readable.pipeThrough(new DecompressionStream("gzip"))).text();
  return parseHistory(await text);
}
