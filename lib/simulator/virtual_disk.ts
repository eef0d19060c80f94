/**
 * A node's disk, which outlives the node's incarnations and promises no more than a real one does.
 *
 * When the node is killed, what was not synced is lost, and so are the names that files got since
 * their folder was synced. That is harsher than the kill of a process, whose writes the system still
 * has; it is what happens when the machine fails. Besides, syncs may take time; one may fail, after
 * which what it was for is lost though later ones succeed; the disk may be full; and a kill may leave
 * a part of what was not synced.
 *
 * @module
 */
import type { Disk, DiskFile } from "../disk.ts";
import type { DiskOptions } from "../workbench/faults/disks.ts";
import type { DiskFault } from "../workbench/faults/kinds.ts";
import type { Random } from "../workbench/random.ts";

/** What a disk is to an incarnation that has it open. */
interface Mount {
  /**
   * After that many milliseconds, `effect` happens, whatever becomes of the incarnation, and `then`
   * in its turn if it still runs.
   */
  later(delayMs: number, effect: () => void, then: () => void): void;
  /** Takes what the disk did that a perfect one would not have done. */
  report(did: string): void;
}

/** What a disk holds at most: one that grew without end would take all memory. */
const MOST_BYTES = 64 * 1024 * 1024;

export class VirtualDisk {
  readonly #options: DiskOptions;
  readonly #random: Random;
  /** The files that there are, by their names. */
  #files = new Map<string, VirtualFile>();
  /** The same, as they would be found after a crash. */
  #stable = new Map<string, VirtualFile>();
  #crashes = 0;
  #isFull = false;
  #failsNextSync = false;
  #mount: Mount | undefined;

  constructor(options: DiskOptions, random: Random) {
    this.#options = options;
    this.#random = random;
  }

  strike(fault: DiskFault): void {
    if (fault === "fail-sync") this.#failsNextSync = true;
    else this.#isFull = fault === "fill-disk";
  }

  /** Loses what was not synced. */
  crash(): void {
    this.#crashes++;
    const { torn = false } = this.#options;
    const keepsNames = torn && this.#random.chance(0.5);
    this.#files = new Map(keepsNames ? this.#files : this.#stable);
    for (const [name, file] of this.#files) {
      const { lost, left } = file.crash(torn ? this.#random : undefined);
      if (lost > 0) this.#mount?.report(describeLoss(name, lost, left));
    }
    this.#stable = new Map(this.#files);
    this.#mount = undefined;
  }

  /** The disk as the next incarnation has it. */
  open(path: string, mount: Mount): Disk {
    this.#mount = mount;
    return {
      path,
      read: (name) => Promise.resolve(this.#files.get(name)?.read()),
      create: (name) => {
        const file = new VirtualFile();
        this.#files.set(name, file);
        return Promise.resolve(this.#openFile(file, mount));
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
        return this.#sync(mount, () => this.#stable = files);
      },
    };
  }

  /** What its files take; those without a name are forgotten. */
  get #usedBytes(): number {
    return [...this.#files.values()].reduce((sum, { length }) => sum + length, 0);
  }

  #openFile(file: VirtualFile, mount: Mount): DiskFile {
    return {
      write: (bytes) => {
        const isFull = this.#isFull || this.#usedBytes + bytes.length > MOST_BYTES;
        if (!isFull) return Promise.resolve(file.write(bytes));
        file.write(bytes.subarray(0, this.#random.int(bytes.length)));
        mount.report("no space left");
        return Promise.reject(new Error("no space left on device"));
      },
      sync: () => {
        const chunks = file.unsynced();
        const settle = (fate: Fate) => chunks.forEach((chunk) => chunk.fate = fate);
        return this.#sync(mount, () => settle("stable"), () => settle("gone"));
      },
      close: () => {},
    };
  }

  #sync(mount: Mount, succeed: () => void, fail = () => {}): Promise<void> {
    const { syncMs = 0 } = this.#options;
    const takesMs = syncMs > 0 ? this.#random.exponential(syncMs) : 0;
    const hasFailed = this.#failsNextSync;
    this.#failsNextSync = false;
    const crashes = this.#crashes;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const effect = () => {
      if (crashes !== this.#crashes) return;
      (hasFailed ? fail : succeed)();
      const took = takesMs > 0 ? ` after ${takesMs.toFixed(1)} ms` : "";
      if (hasFailed || takesMs > 0) mount.report(`${hasFailed ? "sync failed" : "synced"}${took}`);
    };
    const then = () => hasFailed ? reject(new Error("input/output error")) : resolve();
    if (takesMs > 0) {
      mount.later(takesMs, effect, then);
    } else {
      effect();
      then();
    }
    return promise;
  }
}

function describeLoss(name: string, lost: number, left: number): string {
  const kept = left > 0 ? ` and kept ${left} before them` : "";
  return `lost ${lost} bytes of ${name} that were not synced${kept}`;
}

/** What became of a write: it is not synced yet, it was, or it was lost in a sync that failed. */
type Fate = "unsynced" | "stable" | "gone";

/** A write: the file's bytes from the end of the one before to its own. */
interface Chunk {
  readonly end: number;
  fate: Fate;
}

/** Room that a file begins with. */
const INITIAL_BYTES = 1024;

class VirtualFile {
  /** What was written, in an array that may be longer. */
  #bytes = new Uint8Array(INITIAL_BYTES);
  #length = 0;
  #chunks: Chunk[] = [];
  /** Chunks before this one have been synced, or lost in a sync: each sync is for all that is left. */
  #firstUnsynced = 0;

  write(bytes: Uint8Array): void {
    const end = this.#length + bytes.length;
    if (end > this.#bytes.length) {
      const larger = new Uint8Array(Math.max(end, 2 * this.#bytes.length));
      larger.set(this.read());
      this.#bytes = larger;
    }
    this.#bytes.set(bytes, this.#length);
    this.#length = end;
    this.#chunks.push({ end, fate: "unsynced" });
  }

  get length(): number {
    return this.#length;
  }

  read(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }

  unsynced(): readonly Chunk[] {
    const isSettled = (chunk: Chunk | undefined) =>
      chunk !== undefined && chunk.fate !== "unsynced";
    while (isSettled(this.#chunks[this.#firstUnsynced])) this.#firstUnsynced++;
    return this.#chunks.slice(this.#firstUnsynced);
  }

  /**
   * Leaves what is stable, with zeros where something before it is not.
   *
   * @param random Decides how much is left of what comes behind that. Absent: nothing.
   */
  crash(random: Random | undefined): { readonly lost: number; readonly left: number } {
    const stable = this.#chunks.findLast(({ fate }) => fate === "stable")?.end ?? 0;
    let start = 0;
    for (const { end, fate } of this.#chunks) {
      if (end <= stable && fate !== "stable") this.#bytes.fill(0, start, end);
      start = end;
    }
    const rest = this.#length - stable;
    const left = random === undefined ? 0 : random.int(rest + 1);
    this.#length = stable + left;
    this.#chunks = [{ end: this.#length, fate: "stable" }];
    this.#firstUnsynced = 0;
    return { lost: rest - left, left };
  }
}
