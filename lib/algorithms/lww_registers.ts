/**
 * Registers that replicas write without asking each other and that still end up the same everywhere:
 * of two writes to a register the later one stands, in an order on which all replicas agree.
 *
 * That order is by Lamport's clock (*Time, Clocks, and the Ordering of Events in a Distributed
 * System*, 1978), and by the node's id where two clocks say the same. A transaction that writes gets
 * one time for all its writes, higher than that of anything its replica has seen. So:
 *
 * - whatever a transaction saw, or overwrote knowingly, has a lower time than its own: the order
 *   respects causality, as wall clocks do only as long as nobody sets one back;
 * - two transactions that both write x and y overwrite each other in the same order on both.
 *
 * The order is total, where vector clocks would leave two values and nobody to choose. What it decides
 * between writers who did not know of each other is arbitrary, but decided alike everywhere. A write is
 * dropped only for one with a higher time, so merging can be done in any order, and twice.
 *
 * What has to be told to others is this replica's own writes: `writesAfter` gives them, the newest of
 * each key only, and so no more than there are keys.
 *
 * @module
 */
import type { RegisterOp } from "../workloads.ts";

/** A write as it travels; whose it is tells the message that brings it. */
export type Write = [key: number, value: number | null, time: number];

/** Writes of one replica: all that it made after some time, through some time. */
export interface Writes {
  readonly writes: Write[];
  readonly through: number;
}

interface Version {
  readonly value: number | null;
  readonly time: number;
  readonly writer: string;
}

/** One replica. */
export class LwwRegisters {
  readonly #versions = new Map<number, Version>();
  /** Own writes that somebody may lack, the newest of each key, by time. */
  readonly #own = new Map<number, Version>();
  #clock = 0;

  /**
   * Carries out a transaction: all of it at once, on this replica alone. It sees its own writes; the
   * others see only the last one to each key.
   *
   * @param replica This replica's id, which no other replica has.
   * @returns The micro-operations, reads filled in; null where nobody has written.
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
      this.#own.delete(key); // so that it comes last
      this.#own.set(key, version);
    }
    return done;
  }

  /** The value that a register holds here; null if none. */
  read(key: number): number | null {
    return this.#versions.get(key)?.value ?? null;
  }

  /** Takes over another replica's writes: those that are later than what is here. */
  merge(writer: string, writes: readonly Write[]): void {
    for (const [key, value, time] of writes) {
      this.#clock = Math.max(this.#clock, time);
      const version = { value, time, writer };
      if (isLater(version, this.#versions.get(key))) this.#versions.set(key, version);
    }
  }

  /**
   * Own writes since a time, oldest first, without those that another own write has replaced. A
   * transaction's writes are not torn apart, also where that makes more than `limit`.
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

  /** Forgets which own writes were made through a time: everyone has them. */
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
