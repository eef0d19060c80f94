/**
 * Last-writer-wins registers: replicas write without asking each other and still converge, because
 * all of them agree which of two writes to a register is the later.
 *
 * That order is by Lamport clock (Lamport, "Time, Clocks, and the Ordering of Events in a
 * Distributed System", 1978), and by node id where two clocks are equal. A transaction gives all
 * its writes one timestamp, higher than any its replica has seen. So:
 *
 * - whatever a transaction saw or knowingly overwrote has a lower timestamp than its own: the order
 *   respects causality, which wall clocks do only as long as nobody sets one back;
 * - two transactions that both write x and y overwrite each other in the same order on both.
 *
 * The order is total, where vector clocks would leave two values and nobody to choose between them.
 * What it decides between concurrent writers is arbitrary, but the same everywhere. A write is
 * dropped only for one with a higher timestamp, so merging is commutative and idempotent.
 *
 * A replica sends its own writes only, and of each key only the newest (`writesAfter`), so never
 * more than there are keys.
 *
 * The clock is never behind the newest write, so whoever stores the writes has stored the clock.
 *
 * @module
 */
import type { RegisterOp } from "../workloads.ts";
import { isPossibleCount } from "./possible_count.ts";

/** A write as it travels; the message that carries it says whose it is. */
export type Write = [key: number, value: number | null, time: number];

/** A version of a register as it is stored. */
export type StoredVersion = [key: number, value: number | null, time: number, writer: string];

/** A replica as it is stored: every register, and its own writes that a peer may lack. */
export type StoredRegisters = [versions: StoredVersion[], own: Write[]];

/** The writes of one replica after one timestamp and up to another, `through`, inclusive. */
interface Writes {
  /** The writes, oldest first. */
  readonly writes: Write[];
  /** The timestamp up to which they are complete. */
  readonly through: number;
}

interface Version {
  readonly value: number | null;
  readonly time: number;
  readonly writer: string;
}

/** One replica of the registers. */
export class LwwRegisters {
  readonly #versions = new Map<number, Version>();
  /** Own writes that a peer may lack: the newest of each key, in the order of timestamps. */
  readonly #own = new Map<number, Version>();
  #clock = 0;

  /**
   * Executes a transaction in one step, on this replica alone. It sees its own writes; others see
   * only the last of them to each key.
   *
   * @param replica This replica's id, which no other replica has.
   * @returns The micro-operations with reads filled in, null for a register never written.
   */
  transact(replica: string, ops: readonly RegisterOp[]): RegisterOp[] {
    const written = new Map<number, number | null>();
    const done = ops.map(([f, key, value]): RegisterOp => {
      if (f === "w") written.set(key, value);
      return f === "w"
        ? [f, key, value]
        : [f, key, written.has(key) ? at(written, key) : this.read(key)];
    });
    if (written.size > 0) this.#clock++;
    for (const [key, value] of written) {
      const version = { value, time: this.#clock, writer: replica };
      this.#versions.set(key, version);
      this.#own.delete(key); // so that it is inserted last
      this.#own.set(key, version);
    }
    return done;
  }

  /** The highest timestamp that has been seen or given here; 0 if there is none. */
  get clock(): number {
    return this.#clock;
  }

  /** Whether the next timestamp is one that peers accept by now. */
  get canWrite(): boolean {
    return isPossibleCount(this.#clock + 1);
  }

  /** The replica as it is to be stored. */
  snapshot(): StoredRegisters {
    return [
      [...this.#versions].map(([key, { value, time, writer }]) => [key, value, time, writer]),
      [...this.#own].map(([key, { value, time }]) => [key, value, time]),
    ];
  }

  /** Takes what was stored of a replica, which has nothing else yet. */
  restore(replica: string, [versions, own]: StoredRegisters): void {
    for (const [key, value, time, writer] of versions) {
      this.#clock = Math.max(this.#clock, time);
      this.#versions.set(key, { value, time, writer });
    }
    for (const [key, value, time] of own) this.#own.set(key, { value, time, writer: replica });
  }

  /** The value of a register; null if it was never written. */
  read(key: number): number | null {
    return this.#versions.get(key)?.value ?? null;
  }

  /**
   * Applies another replica's writes, except those that a later write has replaced here. Their
   * timestamps must be possible ones.
   */
  merge(writer: string, writes: readonly Write[]): void {
    for (const [key, value, time] of writes) {
      this.#clock = Math.max(this.#clock, time);
      const version = { value, time, writer };
      if (isLater(version, this.#versions.get(key))) this.#versions.set(key, version);
    }
  }

  /**
   * Own writes after a timestamp, oldest first, without those that a newer own write has replaced.
   * The writes of one transaction stay together, even if that exceeds `limit`.
   */
  writesAfter(time: number, limit = Infinity): Writes {
    const writes: Write[] = [];
    let through = time;
    for (const [key, version] of this.#own) {
      if (version.time <= time) continue;
      if (writes.length >= limit && version.time > through) break;
      writes.push([key, version.value, version.time]);
      through = version.time;
    }
    return { writes, through };
  }

  /** Forgets own writes up to a timestamp, because every peer has them. */
  forget(time: number): void {
    for (const [key, version] of this.#own) {
      if (version.time > time) break;
      this.#own.delete(key);
    }
  }
}

function at(written: ReadonlyMap<number, number | null>, key: number): number | null {
  return written.get(key) ?? null;
}

function isLater(a: Version, b: Version | undefined): boolean {
  if (b === undefined || a.time !== b.time) return a.time > (b?.time ?? -1);
  return a.writer > b.writer;
}
