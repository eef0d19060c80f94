/**
 * What a node of Raft must not forget: its term and its vote, its log, and the snapshot before it.
 *
 * A record says from which index on it replaces the log, so it may be replayed over a state that
 * includes it already, as happens after a journal was compacted while the record was written.
 *
 * @module
 */
import type { Entry } from "./log.ts";
import type { Snapshot } from "./messages.ts";

/** All that a node has stored. */
export interface Stored<Data, State> {
  /** The newest term that the node knows of. */
  readonly term: number;
  /** Whom it voted for in that term. */
  readonly vote: string | null;
  /** Stands for all entries up to its index; null before there is one. */
  readonly snapshot: Snapshot<State> | null;
  /** The entries behind the snapshot. */
  readonly entries: readonly Entry<Data>[];
}

/** What has changed since the last record. */
export interface Record<Data, State> {
  readonly term: number;
  readonly vote: string | null;
  /** A leader's state, in place of all that was stored. */
  readonly snapshot?: Snapshot<State>;
  /** The index behind which the entries go, in place of all that was there. */
  readonly behind: number;
  readonly entries: readonly Entry<Data>[];
}

/** What a node that has never run has stored. */
export function emptyStorage<Data, State>(): Stored<Data, State> {
  return { term: 0, vote: null, snapshot: null, entries: [] };
}

/** What is stored once a record is added. */
export function replay<Data, State>(
  stored: Stored<Data, State>,
  { term, vote, snapshot, behind, entries }: Record<Data, State>,
): Stored<Data, State> {
  const base = snapshot ?? stored.snapshot;
  const kept = snapshot === undefined ? stored.entries : [];
  const overlap = behind - (base?.index ?? 0);
  return {
    term,
    vote,
    snapshot: base,
    entries: overlap < 0
      ? entries.slice(-overlap) // the snapshot stands for the first of them
      : [...kept.slice(0, overlap), ...entries],
  };
}
