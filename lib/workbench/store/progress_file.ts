/**
 * The file that tells how a run is going: a line about once a second, each of them JSON.
 *
 * The process of the run holds a lock on it, which the system releases however the process ends. So
 * a run in progress is told from one that was killed, without a time-out and without asking for
 * processes.
 *
 * @module
 */
import { join } from "node:path";

/** Its name in the run's folder. */
export const PROGRESS_FILE = "progress.jsonl";

/** The file of a run in progress, which it is until this is disposed of. */
export class ProgressFile {
  readonly #file: Deno.FsFile;
  readonly #encoder = new TextEncoder();

  private constructor(file: Deno.FsFile) {
    this.#file = file;
  }

  /** Opens the file in a run's folder, and says that the run is in progress. */
  static open(dir: string): ProgressFile {
    const file = Deno.openSync(join(dir, PROGRESS_FILE), { create: true, append: true });
    try {
      file.lockSync(true);
    } catch {
      // On a disk without locks, a run in progress looks like one that was cut off.
    }
    return new ProgressFile(file);
  }

  /** Adds a line; nothing where there is no room, as the run may go on without. */
  write(line: string): void {
    try {
      this.#file.writeSync(this.#encoder.encode(`${line}\n`));
    } catch {
      // The history needs the same room, and says so.
    }
  }

  [Symbol.dispose](): void {
    this.#file.close();
  }
}

/** Whether the run in a folder is in progress. */
export function isInProgress(dir: string): boolean {
  try {
    using file = Deno.openSync(join(dir, PROGRESS_FILE), { read: true });
    return !file.tryLockSync(false);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
