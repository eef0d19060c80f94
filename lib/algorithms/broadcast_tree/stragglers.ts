/**
 * Reports that miss a scatter.
 *
 * A value that waits for the next regular scatter because its report was a moment late pays a whole
 * round. So late reports are passed on in an extra scatter: one between two regular ones, however
 * many reports are late, once the last of them is there or a little after the first.
 *
 * @module
 */

/** Which reports are missing from a root's last scatter. Times are milliseconds of any one clock. */
export class Stragglers {
  readonly #missing = new Set<string>();
  #firstMs: number | undefined;

  /** A regular scatter begins, and these peers' reports are not in it. */
  begin(missing: Iterable<string>): void {
    this.clear();
    for (const peer of missing) this.#missing.add(peer);
  }

  /** A peer reported values. */
  reported(peer: string, nowMs: number): void {
    if (this.#missing.delete(peer)) this.#firstMs ??= nowMs;
  }

  /**
   * When what came late is to be passed on, `Infinity` if nothing did.
   *
   * @param waitMs How long the first late report waits for others.
   */
  dueMs(waitMs: number): number {
    if (this.#firstMs === undefined) return Infinity;
    return this.#missing.size === 0 ? this.#firstMs : this.#firstMs + waitMs;
  }

  /** The extra scatter begins: whoever is later still waits for the next regular one. */
  clear(): void {
    this.#missing.clear();
    this.#firstMs = undefined;
  }
}
