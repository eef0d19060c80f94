/**
 * Logs by key: messages in the order in which they were appended, each at an offset, and how far
 * consumers say they have come.
 *
 * Offsets are dense and begin at 0, so a log is an array and an offset an index into it: reading from
 * any offset takes as long as what it returns is long, however much there is before and behind.
 *
 * @module
 */

/** A message and its offset, as a poll returns it. */
export type Entry = [offset: number, msg: number];

/**
 * Messages that one poll returns, over all keys. A poll of more keys than that still gets a message
 * of each, so that every key moves on.
 */
export const MAX_POLLED = 2_000;

/** The logs of one node. A key that nobody has used is a log without messages. */
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
   * What follows from an offset of each key on, without a gap. Every key gets an equal share of
   * {@linkcode MAX_POLLED}, whatever the others hold; a key with nothing to return is left out.
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

  /** Notes that consumers have processed each key up to that offset. An offset never goes back. */
  commit(offsets: Readonly<Record<string, number>>): void {
    for (const [key, offset] of Object.entries(offsets)) {
      this.#committed.set(key, Math.max(offset, this.#committed.get(key) ?? offset));
    }
  }

  /** The committed offsets of those of the keys that have one. */
  committed(keys: readonly string[]): Record<string, number> {
    const known = keys.flatMap((key): [string, number][] => {
      const offset = this.#committed.get(key);
      return offset === undefined ? [] : [[key, offset]];
    });
    return Object.fromEntries(known);
  }
}
