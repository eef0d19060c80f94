/**
 * Logs by key: each is an append-only list of messages at offsets 0, 1, 2, …, with the offset that
 * consumers have committed.
 *
 * Offsets are dense, so a log is an array and an offset an index into it: a poll takes time in
 * proportion to what it returns, however long the log.
 *
 * @module
 */
import { array, integer, nullable, type Shape, string, tuple } from "../rpc.ts";

/** A message and the key of the log that it belongs to, as nodes send it to each other. */
export type Message = [key: string, msg: number];

/** The shape of {@linkcode Message}s in a body. */
export const messages: Shape<Message[]> = array(tuple<Message>(string, integer));

/** A message and its offset, as a poll returns it. */
export type Entry = [offset: number, msg: number];

/** One key's log: its messages from offset 0 on, and the committed offset, if there is one. */
export type LogState = [key: string, messages: number[], committed: number | null];

/** The shape of all logs' states. */
export const logState: Shape<LogState[]> = array(
  tuple<LogState>(string, array(integer), nullable(integer)),
);

/**
 * Bound on the messages that one poll returns, over all keys. A poll of more keys than that gets
 * one message of each, so that every key makes progress.
 */
const MAX_POLLED = 2_000;

/** The logs of one node. A key that was never used is an empty log. */
export class Logs {
  readonly #messages = new Map<string, number[]>();
  readonly #committed = new Map<string, number>();

  /** Appends a message to a key's log; returns its offset. */
  append(key: string, msg: number): number {
    const messages = this.#messages.get(key);
    if (messages !== undefined) return messages.push(msg) - 1;
    this.#messages.set(key, [msg]);
    return 0;
  }

  /**
   * The messages of each key from its offset on, without gaps. Every key gets an equal share of
   * {@linkcode MAX_POLLED}; a key without messages to return is left out.
   */
  poll(offsets: Readonly<Record<string, number>>): Record<string, Entry[]> {
    const keys = Object.entries(offsets);
    const share = Math.max(1, Math.floor(MAX_POLLED / keys.length));
    const polled: [key: string, entries: Entry[]][] = [];
    for (const [key, offset] of keys) {
      const from = Math.max(0, offset);
      const entries = this.#messages.get(key)?.slice(from, from + share) ?? [];
      if (entries.length > 0) polled.push([key, entries.map((msg, i) => [from + i, msg])]);
    }
    return Object.fromEntries(polled);
  }

  /** Notes that consumers have processed each key up to its offset. Offsets never go backwards. */
  commit(offsets: Readonly<Record<string, number>>): void {
    for (const [key, offset] of Object.entries(offsets)) {
      this.#committed.set(key, Math.max(offset, this.#committed.get(key) ?? offset));
    }
  }

  /** The committed offsets of the given keys, or of all; a key without one is left out. */
  committed(keys: Iterable<string> = this.#committed.keys()): Record<string, number> {
    const known = [...keys].flatMap((key): [string, number][] => {
      const offset = this.#committed.get(key);
      return offset === undefined ? [] : [[key, offset]];
    });
    return Object.fromEntries(known);
  }

  /** A copy of all logs. */
  snapshot(): LogState[] {
    const keys = new Set([...this.#messages.keys(), ...this.#committed.keys()]);
    return [...keys].map((key) => [
      key,
      [...this.#messages.get(key) ?? []],
      this.#committed.get(key) ?? null,
    ]);
  }

  /** Takes the place of all logs. */
  restore(states: readonly LogState[]): void {
    this.#messages.clear();
    this.#committed.clear();
    for (const [key, messages, committed] of states) {
      if (messages.length > 0) this.#messages.set(key, [...messages]);
      if (committed !== null) this.#committed.set(key, committed);
    }
  }
}
