/**
 * When faults strike.
 *
 * @module
 */
import { NS_PER_S } from "../../history/operations.ts";
import type { Random } from "../random.ts";
import { type Fault, idsOf, type Strikes } from "./kinds.ts";

/** A fault and when it strikes, in nanoseconds since the start of the run. */
export interface TimedFault {
  /** Nanoseconds since the start of the run. */
  readonly timeNs: number;
  /** What strikes. */
  readonly fault: Fault;
}

/**
 * Schedules strikes as Jepsen does, without end. Gaps between two changes are uniform from 0 to twice
 * the interval. With one kind they are begin, end, begin, …; with more, each change is the next one
 * of a kind that is drawn.
 *
 * @param intervalS Mean time between two changes, in seconds.
 */
export function* schedule(
  kinds: readonly Strikes[],
  nodes: readonly string[],
  random: Random,
  intervalS: number,
): Generator<TimedFault> {
  const drawGapNs = () => random.between(0, 2 * intervalS) * NS_PER_S;
  const ends = new Map<Strikes, Fault>();
  for (let timeNs = kinds.some((kind) => kind.strikesAtStart) ? 0 : drawGapNs();;) {
    const kind = kinds.length === 1 ? kinds[0] : random.pick(kinds);
    if (kind === undefined) return;
    const end = ends.get(kind);
    if (end !== undefined) {
      ends.delete(kind);
      yield { timeNs, fault: end };
    } else {
      const [begin, end] = kind.draw(nodes, random);
      ends.set(kind, end);
      yield { timeNs, fault: begin };
    }
    timeNs += drawGapNs();
  }
}

export function* merge(schedules: readonly Iterator<TimedFault>[]): Generator<TimedFault> {
  const upcoming = schedules.map((schedule) => ({ schedule, next: schedule.next() }));
  while (true) {
    const [first] = upcoming.filter(({ next }) => !next.done)
      .sort((a, b) => a.next.value.timeNs - b.next.value.timeNs);
    if (first === undefined) return;
    yield first.next.value;
    first.next = first.schedule.next();
  }
}

/**
 * Passes faults on, each checked before it strikes.
 *
 * @param exists Whether there is a participant of that id.
 * @throws {RangeError} for a fault that comes after a later one, or names an id that does not exist.
 */
export function* validate(
  faults: Iterable<TimedFault>,
  exists: (id: string) => boolean,
): Generator<TimedFault> {
  let lastNs = 0;
  for (const timed of faults) {
    const { timeNs, fault } = timed;
    const what = `the fault ${fault.f} at ${timeNs / NS_PER_S} s`;
    if (!(timeNs >= lastNs)) {
      throw new RangeError(`${what} must not come before ${lastNs / NS_PER_S} s`);
    }
    const stranger = idsOf(fault).find((id) => !exists(id));
    if (stranger !== undefined) throw new RangeError(`${what}: there is no ${stranger}`);
    lastNs = timeNs;
    yield timed;
  }
}
