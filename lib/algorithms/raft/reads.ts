/**
 * Linearizable reads without a log entry (the *read index* of Ongaro's thesis, 6.4).
 *
 * Whoever reads must not miss a command that was acknowledged before. A leader knows all that is
 * committed, unless it no longer leads and does not know that. So it notes its committed index when
 * it is asked, begins a round of heartbeats, and waits until a majority has answered that round. It
 * then led after the question; a state that includes the noted index is recent enough. One round
 * serves all reads that wait for it.
 *
 * @module
 */

/** Bound on the reads that wait; further ones are refused, and asked again. */
const MAX_WAITING = 10_000;

/** A read that somebody asked for. */
export interface Read {
  /** The node that asked. */
  readonly from: string;
  /** Its name for the read. */
  readonly id: number;
  /** What was committed when it asked. */
  readonly index: number;
}

/** The reads that wait for a leader to be confirmed, in the order of their rounds. */
export class Reads {
  #waiting: { readonly read: Read; readonly round: number }[] = [];

  /** The last round that a read waits for; 0 if none does. */
  get lastRound(): number {
    return this.#waiting.at(-1)?.round ?? 0;
  }

  /** Adds a read that is confirmed once a majority has answered a round that has yet to begin. */
  ask(read: Read, round: number): boolean {
    if (this.#waiting.length >= MAX_WAITING) return false;
    this.#waiting.push({ read, round });
    return true;
  }

  /** Takes the reads whose rounds a majority has answered. */
  confirm(answeredRound: number): Read[] {
    const open = this.#waiting.findIndex(({ round }) => round > answeredRound);
    const confirmed = this.#waiting.splice(0, open < 0 ? this.#waiting.length : open);
    return confirmed.map(({ read }) => read);
  }
}
