/**
 * What a node of Raft must not forget: its term and its vote, its log, and the snapshot before it.
 *
 * A record says from which index on it replaces the log, so it may be replayed over a state that
 * includes it already, or what came after it. That happens when a journal is compacted while the
 * record is written, or written again after a failure. Nothing that came later was acknowledged then,
 * so it does not matter whether it is kept; but what is kept must be one node's log.
 *
 * @module
 */
import { array, nullable, object, optional, type Shape, string, tuple } from "../../rpc.ts";
import type { Entry } from "./log.ts";
import { count, type Snapshot, snapshotShape } from "./messages.ts";

/** All that a node has stored. */
export interface Stored<Data, State> {
  /** The newest term that the node knows of. */
  readonly term: number;
  /** Whom it voted for in that term. */
  readonly vote: string | null;
  /** Stands for all entries up to its index. */
  readonly snapshot: Snapshot<State> | null;
  /** The entries behind the snapshot. */
  readonly entries: readonly Entry<Data>[];
}

/** What has changed since the last record. */
export interface DiskRecord<Data, State> {
  readonly term: number;
  readonly vote: string | null;
  /** A leader's state, in place of all that was stored. */
  readonly snapshot?: Snapshot<State>;
  /** The index behind which the entries go, in place of all that was there. */
  readonly behind: number;
  readonly entries: readonly Entry<Data>[];
}

/** The records of a node, added up. */
export class Storage<Data, State> {
  #stored: Stored<Data, State>;
  #entries: Entry<Data>[];

  /** Begins with what was stored as one. Default: nothing, as of a node that has never run. */
  constructor(stored: Stored<Data, State> = { term: 0, vote: null, snapshot: null, entries: [] }) {
    this.#stored = stored;
    this.#entries = [...stored.entries];
  }

  /** All records so far. */
  get stored(): Stored<Data, State> {
    return { ...this.#stored, entries: this.#entries };
  }

  /** Adds a record, which may be older than the state that it is added to. */
  add(record: DiskRecord<Data, State>): void {
    const { behind, entries } = record;
    const { term, vote } = record.term < this.#stored.term ? this.#stored : record;
    const snapshot = record.snapshot ?? this.#stored.snapshot;
    if (record.snapshot !== undefined) this.#entries = [];
    this.#stored = { term, vote, snapshot, entries: [] };
    const base = snapshot ?? { index: 0, term: 0 };
    if (behind >= base.index) {
      this.#entries.splice(behind - base.index);
      this.#entries.push(...entries);
    } else {
      // The snapshot stands for the first of them; what conflicts with it was replaced since.
      const covered = base.index - behind;
      const isSameLog = entries[covered - 1]?.[0] === base.term;
      this.#entries = isSameLog ? entries.slice(covered) : [];
    }
  }
}

/** The shapes of what is stored, given those of commands and states. */
export function storageShapes<Data, State>(command: Shape<Data>, state: Shape<State>): {
  stored: Shape<Stored<Data, State>>;
  record: Shape<DiskRecord<Data, State>>;
} {
  const snapshot = snapshotShape(state);
  const common = {
    term: count,
    vote: nullable(string),
    entries: array(tuple<Entry<Data>>(count, nullable(command))),
  };
  return {
    stored: object({ ...common, snapshot: nullable(snapshot) }),
    record: object({ ...common, snapshot: optional(snapshot), behind: count }),
  };
}
