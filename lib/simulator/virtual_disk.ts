/**
 * A node's disk, which outlives the node's incarnations and keeps no promise that a real one does
 * not keep.
 *
 * What was not synced is lost when the node is killed, and so are names that files got since the
 * folder was synced. That is harsher than a killed process, whose writes the system still has, and
 * is what the machine's own end does. A disk can be made to behave worse: syncs that take time, that
 * fail, after which what they were for is gone though later ones succeed, a disk that is full, and
 * a kill that leaves a part of what was not synced.
 *
 * @module
 */
import type { Disk, DiskFile } from "../disk.ts";
import type { Random } from "../workbench/random.ts";

/** How a disk behaves. */
export interface DiskOptions {
  /** How long a sync takes: exponentially distributed with this mean. Default 0. */
  readonly syncMs?: number;
  /** Whether a kill leaves a part of what was not synced. Default: nothing of it. */
  readonly torn?: boolean;
}

/**
 * How an incarnation waits for its disk: `effect` happens after that many milliseconds, whatever
 * becomes of the incarnation, and `then` in its turn, if it still runs.
 */
export type Later = (delayMs: number, effect: () => void, then: () => void) => void;

export class VirtualDisk {
  readonly #options: DiskOptions;
  readonly #random: Random;
  /** The files that there are, by their names. */
  #files = new Map<string, VirtualFile>();
  /** The same, as they would be found after a crash. */
  #stable = new Map<string, VirtualFile>();
  #crashes = 0;
  #isFull = false;
  #failNext = false;

  constructor(options: DiskOptions, random: Random) {
    this.#options = options;
    this.#random = random;
  }

  /** Whether writes fail for want of space. */
  set isFull(isFull: boolean) {
    this.#isFull = isFull;
  }

  /** Lets the next sync fail. */
  failSync(): void {
    this.#failNext = true;
  }

  /** Loses what was not synced. Whoever had the disk open has it no more. */
  crash(): void {
    this.#crashes++;
    const { torn = false } = this.#options;
    const keepsNames = torn && this.#random.chance(0.5);
    this.#files = new Map(keepsNames ? this.#files : this.#stable);
    for (const file of this.#files.values()) file.crash(torn ? this.#random : undefined);
    this.#stable = new Map(this.#files);
  }

  /** The disk as one incarnation has it. */
  open(path: string, later: Later): Disk {
    return {
      path,
      read: (name) => Promise.resolve(this.#files.get(name)?.read()),
      create: (name) => {
        const file = new VirtualFile();
        this.#files.set(name, file);
        return Promise.resolve(this.#openFile(file, later));
      },
      rename: (from, to) => {
        const file = this.#files.get(from);
        if (file === undefined) return Promise.reject(new Error(`there is no file ${from}`));
        this.#files.delete(from);
        this.#files.set(to, file);
        return Promise.resolve();
      },
      sync: () => {
        const files = new Map(this.#files);
        return this.#sync(later, () => this.#stable = files);
      },
    };
  }

  #openFile(file: VirtualFile, later: Later): DiskFile {
    return {
      write: (bytes) => {
        if (!this.#isFull) return Promise.resolve(file.write(bytes));
        file.write(bytes.subarray(0, this.#random.int(bytes.length)));
        return Promise.reject(new Error("no space left on device"));
      },
      sync: () => {
        const chunks = file.unsynced();
        return this.#sync(later, () => file.settle(chunks, "stable"), () => {
          file.settle(chunks, "gone");
        });
      },
      close: () => {},
    };
  }

  #sync(later: Later, succeed: () => void, fail: () => void = () => {}): Promise<void> {
    const hasFailed = this.#failNext;
    this.#failNext = false;
    const crashes = this.#crashes;
    const effect = () => {
      if (crashes === this.#crashes) (hasFailed ? fail : succeed)();
    };
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const done = () => hasFailed ? reject(new Error("input/output error in sync")) : resolve();
    const { syncMs = 0 } = this.#options;
    if (syncMs > 0) {
      later(this.#random.exponential(syncMs), effect, done);
    } else {
      effect();
      done();
    }
    return promise;
  }
}

/** What became of a write: it is not synced yet, it was, or it was lost in a sync that failed. */
type Fate = "unsynced" | "stable" | "gone";

interface Chunk {
  readonly bytes: Uint8Array;
  fate: Fate;
}

class VirtualFile {
  #chunks: Chunk[] = [];

  write(bytes: Uint8Array): void {
    this.#chunks.push({ bytes: bytes.slice(), fate: "unsynced" });
  }

  read(): Uint8Array {
    const parts = this.#chunks.map(({ bytes }) => bytes);
    const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
    let offset = 0;
    for (const part of parts) {
      all.set(part, offset);
      offset += part.length;
    }
    return all;
  }

  unsynced(): readonly Chunk[] {
    return this.#chunks.filter(({ fate }) => fate === "unsynced");
  }

  settle(chunks: readonly Chunk[], fate: Fate): void {
    for (const chunk of chunks) chunk.fate = fate;
  }

  /**
   * Leaves what is stable, with zeros where something before it is not.
   *
   * @param random Decides how much is left of what is not stable behind that. Absent: nothing.
   */
  crash(random: Random | undefined): void {
    const end = 1 + this.#chunks.findLastIndex(({ fate }) => fate === "stable");
    const kept = this.#chunks.slice(0, end).map(({ bytes, fate }) =>
      fate === "stable" ? bytes : new Uint8Array(bytes.length)
    );
    const [torn] = this.#chunks.slice(end).filter(({ fate }) => fate === "unsynced");
    if (torn !== undefined && random !== undefined) {
      kept.push(torn.bytes.slice(0, random.int(torn.bytes.length + 1)));
    }
    this.#chunks = kept.map((bytes) => ({ bytes, fate: "stable" }));
  }
}
