/**
 * A journal: what a node remembers beyond the end of its process.
 *
 * ```ts
 * import { array, GSet, integer, type Node } from "@glomers/maelstrom";
 *
 * export function growOnlySet(node: Node): void {
 *   const elements = new Set<number>();
 *   const journal = node.journal({
 *     name: "g-set",
 *     record: integer,
 *     state: array(integer),
 *     restore: (state) => state.forEach((element) => elements.add(element)),
 *     apply: (element) => void elements.add(element),
 *     snapshot: () => [...elements],
 *   });
 *
 *   node.on(GSet.add, async ({ element }) => {
 *     await journal.append(element); // now it is on stable storage, and in the set
 *     return { type: "add_ok" };
 *   });
 *   node.on(GSet.read, () => ({ type: "read_ok", value: [...elements] }));
 * }
 * ```
 *
 * `append` writes a record, waits until it is on stable storage, and only then applies it. So the
 * state holds what is stored and nothing else: whatever a node answers from it outlasts the node,
 * and a snapshot of it stands for all records so far. After a restart, `restore` gets the last
 * snapshot and `apply` the records since then, before the node handles any message.
 *
 * Records that come while others are being synced share the next sync (group commit), so a sync
 * bounds the latency of a record, and not how many are stored in a second.
 *
 * A file is only ever continued while all that was written to it has succeeded. To begin with, to
 * shed old records, and after any failure, the journal writes a new file that starts with a
 * snapshot, syncs it, gives it the name of the old one, and syncs the folder. A crash at any moment
 * leaves one or the other. That a sync which failed cannot be repeated on the same file, as the
 * system may have dropped what it could not write, is shown by Rebello et al., "Can Applications
 * Recover from fsync Failures?" (2020).
 *
 * Cost: a record takes one write and one sync, or shares them. The file is at most four times as
 * long as it was with its snapshot alone, and 256 KiB, and one write; so records are rewritten about
 * once for every three times the size of the state that is appended.
 *
 * Without a disk, records are applied at once and end with the process.
 *
 * @module
 */
import type { Disk, OpenDisk } from "./disk.ts";
import { type Incarnation, JournalFile } from "./journal_file.ts";
import { reasonOf } from "./message.ts";
import { mustBeShape, type Shape, showValue } from "./rpc.ts";

/** What a node remembers, and how. */
export interface JournalOptions<Record, State, Result> {
  /** What the journal holds, as in `g-set`: only programs of one name read each other's files. */
  readonly name: string;
  /** The form of a record. */
  readonly record: Shape<Record>;
  /** The form of a snapshot. */
  readonly state: Shape<State>;
  /** Takes the state of an earlier incarnation. Called at most once, before any `apply`. */
  restore(state: State): void;
  /**
   * Changes the state by a record that is on stable storage, and does nothing else: it is called
   * again after a restart. It must not throw. Whether a record has an effect may depend on the
   * state; what comes out is what `append` resolves to.
   */
  apply(record: Record): Result;
  /** The state that all records so far have led to. */
  snapshot(): State;
}

/** The records of one node. */
export interface Journal<Record, Result = void> {
  /**
   * Stores a record and applies it. Resolves to what `apply` returns, when the record is on stable
   * storage; records are applied in the order in which they were appended. The record must not be
   * changed afterwards.
   *
   * @throws {Error} if it cannot be stored, as on a full disk. It is not applied then, but may be
   * found after a restart, so a client must not be told that it certainly had no effect.
   * @throws {TypeError} if the record does not have the described form.
   * @throws {Error} before `init`.
   */
  append(record: Record): Promise<Result>;
}

interface Pending<Record, Result> {
  readonly record: Record;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
}

/** A journal on a disk, or in memory where there is none. */
export class NodeJournal<Record, Result> implements Journal<Record, Result> {
  readonly #options: JournalOptions<Record, unknown, Result>;
  readonly #log: (text: string) => void;
  #file: JournalFile | "memory" | undefined;
  #pending: Pending<Record, Result>[] = [];
  #draining: Promise<void> | undefined;

  /**
   * @param log Takes what a person should know.
   * @throws {TypeError} if an option is missing, as can happen in a program that is not type-checked.
   */
  constructor(options: JournalOptions<Record, unknown, Result>, log: (text: string) => void) {
    mustBeShape("node.journal: record", options.record);
    mustBeShape("node.journal: state", options.state);
    for (const name of ["restore", "apply", "snapshot"] as const) {
      if (typeof options[name] === "function") continue;
      throw new TypeError(
        `node.journal: ${name} must be a function, got ${showValue(options[name])}`,
      );
    }
    this.#options = options;
    this.#log = log;
  }

  append(record: Record): Promise<Result> {
    if (this.#file === undefined) {
      return Promise.reject(new Error("nothing can be stored before init: append in a handler"));
    }
    const problem = this.#options.record.problem(record, "record");
    if (problem !== undefined) return Promise.reject(new TypeError(problem)); // it could not be read
    if (this.#file === "memory") {
      return new Promise((resolve) => resolve(this.#options.apply(record)));
    }
    const file = this.#file;
    return new Promise((resolve, reject) => {
      this.#pending.push({ record, resolve, reject });
      this.#draining ??= this.#drain(file);
    });
  }

  /** Resolves when every record so far has been stored, or refused. */
  async stored(): Promise<void> {
    await this.#draining;
  }

  /**
   * Brings back what earlier incarnations stored. Returns nothing to wait for if there is no disk.
   *
   * A disk must take writes when a node starts for the first time. Later, one that is full only
   * stops what has to be stored.
   *
   * @throws {Error} if what is stored cannot be read or is not this node's, or if nothing can be
   * stored.
   */
  open(incarnation: Incarnation, openDisk: OpenDisk | undefined): Promise<void> | undefined {
    if (openDisk !== undefined) return this.#open(incarnation, openDisk);
    this.#file = "memory";
    return undefined;
  }

  async #open(incarnation: Incarnation, openDisk: OpenDisk): Promise<void> {
    const disk = await openDisk(incarnation.id);
    this.#file = disk === undefined ? "memory" : await this.#recover(disk, incarnation);
  }

  async #recover(disk: Disk, incarnation: Incarnation): Promise<JournalFile> {
    const { name, snapshot } = this.#options;
    const file = new JournalFile(disk, incarnation, { program: name, snapshot, log: this.#log });
    const wasThere = await file.read(this.#options);
    try {
      await file.write([]);
    } catch (error) {
      if (!wasThere) throw error;
      this.#log(reasonOf(error));
    }
    return file;
  }

  /** Stores what is pending, all of it at once, until nothing is. */
  async #drain(file: JournalFile): Promise<void> {
    await Promise.resolve(); // let the handlers of this turn add their records
    while (this.#pending.length > 0) {
      const batch = this.#pending;
      this.#pending = [];
      try {
        await file.write(batch.map(({ record }) => record));
      } catch (error) {
        for (const { reject } of batch) reject(error);
        continue;
      }
      for (const { record, resolve, reject } of batch) {
        try {
          resolve(this.#options.apply(record));
        } catch (error) {
          reject(error);
        }
      }
    }
    this.#draining = undefined;
  }
}
