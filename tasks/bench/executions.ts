/**
 * Histories that are valid by construction, as long as one likes, for measuring checkers.
 *
 * Clients execute operations on one object. Each takes effect at one instant between its invocation
 * and its completion, so the history is linearizable; which of them overlap is a matter of the seed.
 *
 * @module
 */
import type { Edn } from "../../lib/history/edn.ts";
import type { Op } from "../../lib/history/operations.ts";
import { Random } from "../../lib/workbench/random.ts";

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
  /** Whether a client begins its next operation only when every client has finished its last. */
  readonly inBursts?: boolean;
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
  { operations, clients, seed, indefinite = 0, inBursts = false }: Execution,
  target: Target,
): Span[] {
  const random = new Random(seed);
  const freeNs = Array.from({ length: clients }, () => random.between(0, PAUSE_NS));
  const processes = freeNs.map((_, client) => client);
  const spans: Span[] = [];
  while (spans.length < operations) {
    if (inBursts) freeNs.fill(Math.max(...freeNs));
    for (let client = 0; client < clients && spans.length < operations; client++) {
      const invokedNs = (freeNs[client] ?? 0) + Math.ceil(random.exponential(PAUSE_NS)) *
          (inBursts ? 0 : 1) +
        1 + client;
      const durationNs = Math.ceil(random.exponential(DURATION_NS)) +
        (inBursts ? DURATION_NS : 1);
      const process = processes[client] ?? client;
      const isIndefinite = random.chance(indefinite);
      const outcome = !isIndefinite ? "ok" : random.chance(0.5) ? "lost reply" : "lost request";
      spans.push({
        client,
        process,
        request: target.request(random, client),
        invokedNs,
        takenNs: invokedNs + random.fraction() * durationNs,
        completedNs: freeNs[client] = invokedNs + durationNs,
        outcome,
      });
      if (isIndefinite) processes[client] = process + clients;
    }
  }
  return spans;
}

/** A store of registers, as of the lin-kv workload; without `values`, each write is of a new one. */
export function registers(
  { keys = 1, values, fs = ["read", "write", "cas"] }: {
    readonly keys?: number;
    readonly values?: number;
    readonly fs?: readonly string[];
  },
): Target {
  const held = new Map<Edn, number>();
  let last = 0;
  return {
    request(random) {
      const key = random.int(keys);
      const f = random.pick(fs);
      const fresh = () => values === undefined ? ++last : random.int(values);
      const likely = values === undefined ? held.get(key) ?? 0 : random.int(values);
      const value = f === "read" ? null : f === "write" ? fresh() : [likely, fresh()];
      return { f, value: [key, value] };
    },
    take({ f, value }) {
      const [key, asked]: readonly Edn[] = Array.isArray(value) ? value : [];
      if (key === undefined) return "fail";
      if (f === "read") return [key, held.get(key) ?? null];
      if (typeof asked === "number") held.set(key, asked);
      if (!Array.isArray(asked)) return [key, asked ?? null];
      if (held.get(key) !== asked[0]) return "fail";
      held.set(key, asked[1]);
      return [key, asked];
    },
  };
}
