/**
 * What a node of Raft must not forget: its term and its vote, its log, and the snapshot before it.
 *
 * Records are numbered, and what is stored as one says up to which it includes them. For a journal may
 * be compacted while a record is written, or write one again after a failure: then the record comes
 * behind a state that has it already, or what took its place since, and changes nothing.
 *
 * @module
 */
import { array, nullable, object, optional, type Shape, string } from "../../rpc.ts";
import type { Entry } from "./log.ts";
import { count, entryShape, type Snapshot, snapshotShape } from "./messages.ts";

/** All that a node has stored. */
export interface Stored<Data, State> {
  /** The number of the last record that is included. */
  readonly number: number;
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
  /** One more than that of the record before. */
  readonly number: number;
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
  constructor(
    stored: Stored<Data, State> = { number: 0, term: 0, vote: null, snapshot: null, entries: [] },
  ) {
    this.#stored = stored;
    this.#entries = [...stored.entries];
  }

  /** All records so far. */
  get stored(): Stored<Data, State> {
    return { ...this.#stored, entries: this.#entries };
  }

  /** Adds a record, unless it is included already. */
  add(record: DiskRecord<Data, State>): void {
    const { number, term, vote, behind, entries } = record;
    if (number <= this.#stored.number) return;
    const snapshot = record.snapshot ?? this.#stored.snapshot;
    if (record.snapshot !== undefined) this.#entries = [];
    this.#stored = { number, term, vote, snapshot, entries: [] };
    this.#entries.splice(behind - (snapshot?.index ?? 0));
    this.#entries.push(...entries);
  }
}

/** The shapes of what is stored, given those of commands and states. */
export function storageShapes<Data, State>(command: Shape<Data>, state: Shape<State>): {
  stored: Shape<Stored<Data, State>>;
  record: Shape<DiskRecord<Data, State>>;
} {
  const snapshot = snapshotShape(state);
  const common = {
    number: count,
    term: count,
    vote: nullable(string),
    entries: array(entryShape(command)),
  };
  return {
    stored: object({ ...common, snapshot: nullable(snapshot) }),
    record: object({ ...common, snapshot: optional(snapshot), behind: count }),
  };
}
