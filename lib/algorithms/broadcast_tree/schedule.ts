/**
 * When messages go: what the challenges that share the broadcast tree differ in.
 *
 * @module
 */

/** What a schedule may look at. Points in time are those of `performance.now`, in milliseconds. */
export interface TreeState {
  /** Whether this node follows no other. */
  readonly isRoot: boolean;
  /** The fraction of all peers that this node can tell something, as far as it knows. */
  readonly reach: number;
  /** Whether all children that can be reached have answered the last scatter. */
  readonly gathered: boolean;
  /** When this node last sent its parent something, `-Infinity` if it never has. */
  readonly reportedMs: number;
  /** When the parent was last heard, `-Infinity` if it never was. */
  readonly heardParentMs: number;
  /** When the parent last began a scatter, by this node's clock; `-Infinity` if it never has. */
  readonly beatMs: number;
  /** When this node last began a scatter, `-Infinity` if it never has. */
  readonly scatteredMs: number;
  /** The last round trip to the parent, in milliseconds; 0 if none has been measured. */
  readonly roundTripMs: number;
  /** By how many milliseconds this node's timers have been late recently. */
  readonly lateMs: number;
}

/** When messages go. */
export interface Schedule {
  /**
   * When the parent is to hear of a value that has waited for it since a point in time. A time that
   * is past means at once.
   */
  report(sinceMs: number, tree: TreeState): number;
  /** When a child, or at the root any peer, is to hear of a value that has waited since then. */
  scatter(sinceMs: number, tree: TreeState): number;
  /** How long an acknowledgement may wait for a report to ride on, in milliseconds. */
  readonly ackUpMs: number;
  /** How long an acknowledgement may wait for a scatter to ride on, in milliseconds. */
  readonly ackDownMs: number;
  /**
   * A report that misses a scatter is passed on in one extra scatter, as soon as no other report is
   * missing, and at most this long after it came. Default: it waits for the next regular one.
   */
  readonly extraMs?: number;
  /**
   * Whether every value is told to everyone at once, past the tree, which then only repairs.
   * Default: false.
   */
  readonly direct?: boolean;
  /** The least time beyond these that an acknowledgement gets; longer round trips are learned. */
  readonly patienceMs: number;
  /** The least time between two messages to a peer that may not hear them. */
  readonly probeMs: number;
}

/**
 * The schedule that a node's arguments ask for: one of the named ones, or one made from a time in
 * milliseconds. Without arguments it is the first.
 *
 * @throws {RangeError} if they name none, or are more than one.
 */
export function chooseSchedule(
  args: readonly string[],
  named: Readonly<Record<string, Schedule>>,
  scheduleOf: (ms: number) => Schedule,
): Schedule {
  const points = new Map(Object.entries(named));
  const [name = [...points.keys()][0] ?? "", ...others] = args;
  const schedule = /^\d{1,5}$/.test(name) ? scheduleOf(Number(name)) : points.get(name);
  if (schedule !== undefined && others.length === 0) return schedule;
  const names = [...points.keys()].join(", ");
  throw new RangeError(
    `expected one argument: ${names}, or a number of milliseconds; got ${args.join(" ")}`,
  );
}
