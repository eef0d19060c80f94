/**
 * State-based CRDTs: data that replicas change without asking each other, and that is the same
 * everywhere once every replica has heard of every change, in any order and any number of times.
 *
 * What makes this so is the join of two states, the least state that includes both. It is
 * commutative, associative and idempotent, and a change only ever moves a state up. So a state may
 * arrive late, twice or through a third party, and any later one makes up for a lost one.
 *
 * States need not be sent whole: a *difference* is a small change that brings a replica as far as
 * the whole state would.
 *
 * Sources: Shapiro, Preguiça, Baquero and Zawirski, "Conflict-free Replicated Data Types" (2011);
 * Almeida, Shoker and Baquero, "Delta State Replicated Data Types" (2018).
 *
 * @module
 */
import { ErrorCode, RpcError } from "../message.ts";
import { array, integer, record, type Shape, tuple } from "../rpc.ts";

/** States and their join. Neither states nor changes are ever altered. */
export interface Lattice<State, Change = State> {
  /** The state that every state includes. */
  readonly bottom: State;
  /** The least state that includes a state and a change. */
  join(state: State, change: Change): State;
  /** A state as the change that leads from the bottom to it: in this form it travels. */
  whole(state: State): Change;
  /**
   * What `known` lacks of `state`: joined with `known`, it gives the join of both. `undefined` if
   * nothing is lacking.
   */
  difference(state: State, known: State): Change | undefined;
  /** The form of a change in a message. */
  readonly shape: Shape<Change>;
  /** Whether a peer of `here` can have heard of such a state. */
  isPossible(heard: State, here: Here<State>): boolean;
}

/** A replica: its name, and all that it knows. */
interface Here<State> {
  readonly name: string;
  readonly state: State;
}

/** Bound on one replica's total: a thousand of them still have an exact sum. */
const MAX_TOTAL = 2 ** 43 - 1;

/** A counter that only grows: for each replica, the total of what was added there. */
export type GCounter = Readonly<Record<string, number>>;

/**
 * The lattice of {@linkcode GCounter}: of two totals of one replica the higher is the newer. So a
 * replica that has forgotten its total must take a new name.
 */
export const gCounter: Lattice<GCounter> = {
  bottom: {},
  join: (a, b) => ({ ...a, ...higher(b, a) }),
  whole: (counter) => counter,
  difference: (state, known) => {
    const news = higher(state, known);
    return Object.keys(news).length === 0 ? undefined : news;
  },
  shape: record(integer),
  isPossible: (heard, { name, state }) =>
    Object.values(heard).every((total) => total >= 0 && total <= MAX_TOTAL) &&
    (heard[name] ?? 0) <= (state[name] ?? 0) && // which only this replica raises
    Number.isSafeInteger(valueOf(gCounter.join(state, heard))),
};

/** The totals that are higher than those known. */
function higher(state: GCounter, known: GCounter): GCounter {
  const news = Object.entries(state).filter(([replica, total]) => total > (known[replica] ?? 0));
  return Object.fromEntries(news);
}

/**
 * The change that raises a counter, to be joined into it at `replica`.
 *
 * @throws {RangeError} if `by` is negative.
 * @throws {RpcError} 10 if the replica's total would exceed 2^43 - 1, or the sum would not be exact.
 */
export function increment(counter: GCounter, replica: string, by: number): GCounter {
  if (by < 0) throw new RangeError(`a counter that only grows cannot be raised by ${by}`);
  const total = (counter[replica] ?? 0) + by;
  if (total > MAX_TOTAL || !Number.isSafeInteger(valueOf(counter) + by)) {
    const text = `a counter at ${valueOf(counter)} cannot count ${by} more exactly`;
    throw new RpcError(ErrorCode.notSupported, text);
  }
  return by === 0 ? {} : { [replica]: total };
}

/** A counter's value: the sum over all replicas. */
export function valueOf(counter: GCounter): number {
  return Object.values(counter).reduce((sum, total) => sum + total, 0);
}

/** Two lattices side by side. */
function pairOf<A, B>(first: Lattice<A>, second: Lattice<B>): Lattice<readonly [A, B]> {
  return {
    bottom: [first.bottom, second.bottom],
    join: ([a1, b1], [a2, b2]) => [first.join(a1, a2), second.join(b1, b2)],
    whole: (pair) => pair,
    difference: ([a, b], [knownA, knownB]) => {
      const newA = first.difference(a, knownA);
      const newB = second.difference(b, knownB);
      if (newA === undefined && newB === undefined) return undefined;
      return [newA ?? first.bottom, newB ?? second.bottom];
    },
    shape: tuple<readonly [A, B]>(first.shape, second.shape),
    isPossible: ([a, b], { name, state: [stateA, stateB] }) =>
      first.isPossible(a, { name, state: stateA }) && second.isPossible(b, { name, state: stateB }),
  };
}

/** A counter that goes up and down: all that was added, and all that was subtracted. */
type PnCounter = readonly [ups: GCounter, downs: GCounter];

/**
 * The lattice of {@linkcode PnCounter}. A single counter would not do: nothing would tell which of
 * two totals of a replica is the newer.
 */
export const pnCounter: Lattice<PnCounter> = pairOf(gCounter, gCounter);

/**
 * The change that raises or lowers a counter, to be joined into it at `replica`.
 *
 * @throws {RpcError} 10 if there is too much to count exactly.
 */
export function change([ups, downs]: PnCounter, replica: string, by: number): PnCounter {
  return by < 0 ? [{}, increment(downs, replica, -by)] : [increment(ups, replica, by), {}];
}

/** A counter's value: what was added less what was subtracted. */
export function differenceOf([ups, downs]: PnCounter): number {
  return valueOf(ups) - valueOf(downs);
}

/**
 * A set that only grows, in the order in which its elements came.
 *
 * Versions of a set share one map from elements to their places; a version of size 3 has the places
 * 0 to 2. So an addition takes constant time and leaves the version before as it was. Only where
 * different elements are added to one version does one of the results become a map of its own.
 */
export class GSet {
  readonly #places: Map<number, number>;
  readonly size: number;

  constructor(places = new Map<number, number>(), size = places.size) {
    this.#places = places;
    this.size = size;
  }

  has(element: number): boolean {
    const place = this.#places.get(element);
    return place !== undefined && place < this.size;
  }

  *[Symbol.iterator](): Generator<number> {
    for (const [element, place] of this.#places) {
      if (place === this.size) return;
      yield element;
    }
  }

  /** The version that has these elements, too. */
  with(elements: Iterable<number>): GSet {
    let [places, size] = [this.#places, this.size];
    for (const element of elements) {
      const place = places.get(element) ?? places.size;
      if (place < size) continue;
      if (place > size) places = new Map([...places].slice(0, size));
      places.set(element, size++);
    }
    return size === this.size ? this : new GSet(places, size);
  }
}

/** The lattice of {@linkcode GSet}: the join is the union. A change is a list of elements. */
export const gSet: Lattice<GSet, readonly number[]> = {
  get bottom() {
    return new GSet(); // or all sets would be versions of one
  },
  join: (set, elements) => set.with(elements),
  whole: (set) => [...set],
  difference(state, known) {
    const news = [...state].filter((element) => !known.has(element));
    return news.length === 0 ? undefined : news;
  },
  shape: array(integer),
  isPossible: () => true,
};
