/**
 * Histories that are valid by construction, as long as one likes, for measuring checkers.
 *
 * Clients execute operations on one object. Each takes effect at one instant between its invocation
 * and its completion, so the history is linearizable; which of them overlap is a matter of the seed.
 *
 * @module
 */
import type { Edn } from "../../../lib/history/edn.ts";
import type { Op } from "../../../lib/history/operations.ts";
import { Random } from "../../../lib/workbench/random.ts";

/** What a client asks for. */
export interface Request {
  readonly f: string;
  readonly value: Edn;
}

/** The object that clients use. */
export interface Target {
  /** Draws the next request of a client. */
  request(random: Random, client: number): Request;
  /** Carries out a request; returns the value of its `ok` completion, or "fail". */
  take(request: Request, client: number): Edn | "fail";
}

/** How a history comes about. */
export interface Execution {
  readonly operations: number;
  readonly clients: number;
  readonly seed: number;
  /** The fraction of operations whose client hears nothing; half of these never take effect. */
  readonly indefinite?: number;
}

/** The mean duration of an operation, and the mean pause after it, in nanoseconds. */
const [DURATION_NS, PAUSE_NS] = [2_000_000, 1_000_000];

interface Span {
  readonly client: number;
  readonly process: number;
  readonly request: Request;
  readonly invokedNs: number;
  readonly takenNs: number;
  readonly completedNs: number;
  readonly outcome: "ok" | "lost reply" | "lost request";
}

/** Executes operations on a target. */
export function execute(execution: Execution, target: Target): Op[] {
  const spans = arrange(execution, target);
  const answers = new Map<Span, Edn | "fail">();
  for (const span of spans.toSorted((a, b) => a.takenNs - b.takenNs)) {
    if (span.outcome !== "lost request") answers.set(span, target.take(span.request, span.client));
  }
  const events = spans.flatMap((span): Omit<Op, "index">[] => {
    const { process, request, outcome } = span;
    const answer = outcome === "ok" ? answers.get(span) ?? null : request.value;
    const type = outcome !== "ok" ? "info" : answer === "fail" ? "fail" : "ok";
    const value = answer === "fail" ? request.value : answer;
    return [
      {
        time: span.invokedNs,
        type: "invoke",
        process,
        f: request.f,
        value: request.value,
      },
      { time: span.completedNs, type, process, f: request.f, value },
    ];
  });
  return events.sort((a, b) => a.time - b.time).map((event, index): Op => ({ index, ...event }));
}

/** Decides when each operation begins, takes effect and ends. */
function arrange(
  { operations, clients, seed, indefinite = 0 }: Execution,
  target: Target,
): Span[] {
  const random = new Random(seed);
  const all = Array.from({ length: clients }, (_, client) => ({
    client,
    process: client,
    freeNs: Math.ceil(random.exponential(PAUSE_NS)),
  }));
  const spans: Span[] = [];
  while (spans.length < operations) {
    for (const one of all.slice(0, operations - spans.length)) {
      const { client, process } = one;
      const invokedNs = one.freeNs + Math.ceil(random.exponential(PAUSE_NS));
      const durationNs = Math.ceil(random.exponential(DURATION_NS));
      const isIndefinite = random.chance(indefinite);
      spans.push({
        client,
        process,
        request: target.request(random, client),
        invokedNs,
        takenNs: invokedNs + random.fraction() * durationNs,
        completedNs: invokedNs + durationNs,
        outcome: !isIndefinite ? "ok" : random.chance(0.5) ? "lost reply" : "lost request",
      });
      one.freeNs = invokedNs + durationNs;
      if (isIndefinite) one.process += clients;
    }
  }
  return spans;
}
