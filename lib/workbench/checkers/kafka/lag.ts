/**
 * Real-time lag: how long a key's next message had been there when a process polled without getting it.
 *
 * A process that has polled a key up to offset o lags, if an operation that completed before its poll
 * was invoked shows an offset above o, since that completion. A process whose polls are up to date
 * has no lag. The figure informs; it makes no run invalid.
 *
 * @module
 */
import { type Edn, type EdnObject, Float } from "../../edn.ts";
import { mapOrder } from "../clojure_order.ts";
import { type Completion, getOrMake, type Message, type MessagesByKey } from "./messages.ts";

/** The offset of a process that has polled nothing of a key. */
const NOTHING_POLLED = -1;

/** The greatest lag of any poll, `{:time s, :process p, :key k, :lag s}`; of equals, the first. */
export function worstRealtimeLag(completions: readonly Completion[]): EdnObject {
  const frontiers = frontiersOf(completions);
  const positions = new Map<number, Map<Edn, number>>();
  let worst: EdnObject = { time: new Float(0), lag: new Float(0) };
  let worstLag = -1;
  for (const { op, invocation, process, polls } of completions) {
    if (op.type !== "ok") continue;
    if (op.f === "assign") positions.set(process, reassigned(positions.get(process), op.value));
    if (op.f !== "poll") continue;
    const at = getOrMake(positions, process, () => new Map());
    advance(at, polls);
    const lagOf = (key: Edn, offset: number) =>
      Math.max(0, invocation.time - (frontiers.get(key)?.passed(offset) ?? Infinity));
    let lag = -1;
    for (const [key, offset] of at) lag = Math.max(lag, lagOf(key, offset));
    if (lag <= worstLag) continue;
    worstLag = lag;
    const key = mapOrder(at.keys()).find((key) => lagOf(key, at.get(key) ?? 0) === lag) ?? null;
    worst = { time: seconds(invocation.time), process, key, lag: seconds(lag) };
  }
  return worst;
}

function seconds(nanoseconds: number): Float {
  return new Float(nanoseconds / 1e9);
}

/** A process keeps its position in keys it already had, and starts others from the beginning. */
function reassigned(at: ReadonlyMap<Edn, number> | undefined, assigned: Edn): Map<Edn, number> {
  const keys: readonly Edn[] = Array.isArray(assigned) ? assigned : [];
  return new Map(keys.map((key) => [key, at?.get(key) ?? NOTHING_POLLED]));
}

function advance(at: Map<Edn, number>, polls: MessagesByKey): void {
  for (const [key, messages] of polls) {
    at.set(key, Math.max(at.get(key) ?? NOTHING_POLLED, highestOffset(messages)));
  }
}

function highestOffset(messages: readonly Message[]): number {
  let highest = NOTHING_POLLED;
  for (const { offset } of messages) highest = Math.max(highest, offset ?? NOTHING_POLLED);
  return highest;
}

/** The highest offset of a key known to exist, as it grew with time. */
class Frontier {
  readonly #offsets: number[] = [];
  readonly #times: number[] = [];

  /** Notes, in order of time, that an offset exists. */
  note(offset: number, time: number): void {
    if (offset <= (this.#offsets.at(-1) ?? NOTHING_POLLED)) return;
    this.#offsets.push(offset);
    this.#times.push(time);
  }

  /** When the first offset above the given one was known, in nanoseconds; `Infinity` if none was. */
  passed(offset: number): number {
    let [low, high] = [0, this.#offsets.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#offsets[middle] ?? Infinity) > offset) high = middle;
      else low = middle + 1;
    }
    return this.#times[low] ?? Infinity;
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
