/**
 * Real-time lag: how long a key's next message had existed when a process polled without getting it.
 *
 * A process that has polled a key up to offset o lags if an operation that completed before its poll
 * was invoked shows an offset above o; it has lagged since that completion. The figure is for
 * information and never makes a run invalid.
 *
 * @module
 */
import { mapOrder } from "../../history/clojure_order.ts";
import { type Edn, type EdnObject, Float } from "../../history/edn.ts";
import { NS_PER_S } from "../../history/operations.ts";
import { type Completion, getOrMake, type Message } from "./messages.ts";

/** The offset of a process that has polled no message of a key. */
const NOTHING_POLLED = -1;

/** A process that polls. */
interface Consumer {
  /** The highest offset it has polled of each key assigned to it. */
  at: Map<Edn, number>;
  /** Its last poll since it was assigned its keys. */
  poll?: Completion;
}

/**
 * Finds the greatest lag of any poll, `{:time s, :process p, :key k, :lag s}`; of equal ones, the first.
 *
 * While a process stays at an offset of a key, its lag there only grows. So only the last poll before
 * it moves counts, and the work is linear in the messages polled and the keys assigned.
 */
export function worstRealtimeLag(completions: readonly Completion[]): EdnObject {
  const frontiers = frontiersOf(completions);
  let worst: { readonly poll: Completion; readonly lagNs: number } | undefined;
  const consider = ({ poll, at }: Consumer, key: Edn) => {
    const offset = at.get(key);
    if (poll === undefined || offset === undefined) return;
    const lagNs = lagOf(poll, frontiers.get(key), offset);
    const isWorse = worst === undefined || lagNs > worst.lagNs ||
      (lagNs === worst.lagNs && poll.op.index < worst.poll.op.index);
    if (isWorse) worst = { poll, lagNs };
  };
  const consumers = new Map<number, Consumer>();
  for (const completion of completions) {
    if (completion.op.type !== "ok") continue;
    const consumer = getOrMake(consumers, completion.process, (): Consumer => ({ at: new Map() }));
    const left = completion.op.f === "assign" ? consumer.at : completion.polls;
    for (const key of left.keys()) consider(consumer, key);
    move(consumer, completion);
    // Without this, a worst lag of zero would not be that of the first poll.
    if (worst === undefined) { for (const key of consumer.at.keys()) consider(consumer, key); }
  }
  for (const consumer of consumers.values()) {
    for (const key of consumer.at.keys()) consider(consumer, key);
  }
  if (worst === undefined) return { time: inSeconds(0), lag: inSeconds(0) };
  const { poll, lagNs } = worst;
  const at = positionsAfter(poll, completions);
  const isWorst = (key: Edn) => lagOf(poll, frontiers.get(key), at.get(key) ?? 0) === lagNs;
  return {
    time: inSeconds(poll.invocation.time),
    process: poll.process,
    key: mapOrder(at.keys()).find(isWorst) ?? null,
    lag: inSeconds(lagNs),
  };
}

function lagOf(poll: Completion, frontier: Frontier | undefined, offset: number): number {
  return Math.max(0, poll.invocation.time - (frontier?.passed(offset) ?? Infinity));
}

function inSeconds(timeNs: number): Float {
  return new Float(timeNs / NS_PER_S);
}

/** Moves a consumer to where a completion of its process leaves it. */
function move(consumer: Consumer, completion: Completion): void {
  const { op, polls } = completion;
  if (op.f === "assign") {
    // It keeps its position in keys that it already had, and starts others from the beginning.
    const keys: readonly Edn[] = Array.isArray(op.value) ? op.value : [];
    consumer.at = new Map(keys.map((key) => [key, consumer.at.get(key) ?? NOTHING_POLLED]));
    delete consumer.poll;
  }
  if (op.f === "poll") {
    for (const [key, messages] of polls) {
      const before = consumer.at.get(key) ?? NOTHING_POLLED;
      consumer.at.set(key, Math.max(before, highestOffset(messages)));
    }
    consumer.poll = completion;
  }
}

/** Returns where a poll left its process in each key. */
function positionsAfter(poll: Completion, completions: readonly Completion[]): Map<Edn, number> {
  const consumer: Consumer = { at: new Map() };
  for (const completion of completions) {
    if (completion.process !== poll.process || completion.op.type !== "ok") continue;
    move(consumer, completion);
    if (completion === poll) break;
  }
  return consumer.at;
}

function highestOffset(messages: readonly Message[]): number {
  let highest = NOTHING_POLLED;
  for (const [offset] of messages) highest = Math.max(highest, offset ?? NOTHING_POLLED);
  return highest;
}

/** The highest offset of a key known to exist, as it grows over time. */
class Frontier {
  readonly #offsets: number[] = [];
  readonly #timesNs: number[] = [];

  /** Notes that an offset exists; called in order of time. */
  note(offset: number, timeNs: number): void {
    if (offset <= (this.#offsets.at(-1) ?? NOTHING_POLLED)) return;
    this.#offsets.push(offset);
    this.#timesNs.push(timeNs);
  }

  /** Returns when the first offset above the given one was known, in ns; `Infinity` if none was. */
  passed(offset: number): number {
    let [low, high] = [0, this.#offsets.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#offsets[middle] ?? Infinity) > offset) high = middle;
      else low = middle + 1;
    }
    return this.#timesNs[low] ?? Infinity;
  }
}

function frontiersOf(completions: readonly Completion[]): ReadonlyMap<Edn, Frontier> {
  const frontiers = new Map<Edn, Frontier>();
  for (const { op, sends, polls } of completions) {
    if (op.type === "fail") continue;
    for (const byKey of [polls, sends]) {
      for (const [key, messages] of byKey) {
        getOrMake(frontiers, key, () => new Frontier()).note(highestOffset(messages), op.time);
      }
    }
  }
  return frontiers;
}
