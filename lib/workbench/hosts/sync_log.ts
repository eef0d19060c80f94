/**
 * How long the syncs of nodes' disks took, from what nodes say of it in their logs.
 *
 * @module
 */

/** The syncs of all nodes that the latest line of each tells of. */
export interface Syncs {
  /** How many there were. */
  readonly count: number;
  /** How long they took on average. */
  readonly meanMs: number;
  /** How long the slowest took. */
  readonly maxMs: number;
}

/** As a journal writes it (`lib/journal_file.ts`). */
const LINE = /^journal: (\d+) syncs took ([\d.]+) ms each, ([\d.]+) ms at most$/;

/** Takes the lines of nodes' logs. */
export class SyncLog {
  readonly #latest = new Map<string, Syncs>();

  take(node: string, line: string): void {
    const [, count, meanMs, maxMs] = LINE.exec(line) ?? [];
    if (count === undefined) return;
    this.#latest.set(node, { count: Number(count), meanMs: Number(meanMs), maxMs: Number(maxMs) });
  }

  /** The syncs of all nodes; `undefined` if no node tells of any. */
  get syncs(): Syncs | undefined {
    const all = [...this.#latest.values()];
    if (all.length === 0) return undefined;
    const count = all.reduce((sum, one) => sum + one.count, 0);
    const totalMs = all.reduce((sum, one) => sum + one.count * one.meanMs, 0);
    return { count, meanMs: totalMs / count, maxMs: Math.max(...all.map(({ maxMs }) => maxMs)) };
  }
}
