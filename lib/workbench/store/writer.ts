/**
 * Writes what a run leaves behind: those files of Maelstrom's `store/` that have a use here.
 *
 * @module
 */
import { lstatSync } from "node:fs";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { type EdnObject, prettyEdn, printEdn } from "../../history/edn.ts";
import { NS_PER_MS, type Op, printHistory } from "../../history/operations.ts";
import { reasonOf } from "../../message.ts";
import type { RunResult } from "../result.ts";
import { MESSAGE_FILE } from "./message_file.ts";

/** A run's files cannot be written. The message says which one, and why. */
export class UnwritableFile extends Error {
  override readonly name = "UnwritableFile";
}

/** A file that grows, and its size. */
interface Growing {
  readonly path: string;
  readonly file: Deno.FsFile;
  bytes: number;
}

/** Operations that follow each other this closely are written together: a write costs more than they. */
const TOGETHER_NS = 10 * NS_PER_MS;

/**
 * The folder of one run: `<root>/<workload>/<time>/`. Logs are written as things happen and
 * operations a moment later, so that a run that is cut off leaves them; there are results only of a
 * run that came to its end.
 */
export class RunFolder {
  readonly #growing = new Map<string, Growing>();
  /** Operations that the history has yet to hold. */
  #unwritten: Op[] = [];
  /** The time of the operation that was written last. */
  #writtenNs = -Infinity;
  readonly #encoder = new TextEncoder();

  private constructor(readonly root: string, readonly workload: string, readonly name: string) {}

  /**
   * Makes the folder, and points `<root>/current` at it.
   *
   * @throws {UnwritableFile} if that cannot be done.
   */
  static create(root: string, workload: string, start: Date = new Date()): RunFolder {
    const stamp = start.toISOString().replace(/[-:]/g, "");
    const parent = join(root, workload);
    attempt(parent, () => Deno.mkdirSync(parent, { recursive: true }));
    for (const link of [join(root, "current"), join(root, "latest"), join(parent, "latest")]) {
      requireLink(link);
    }
    for (let n = 0;; n++) {
      const folder = new RunFolder(root, workload, n === 0 ? stamp : `${stamp}-${n}`);
      if (!attempt(folder.path, () => makeNew(folder.path))) continue;
      attempt(folder.path, () => Deno.mkdirSync(join(folder.path, "node-logs")));
      link(join(root, "current"), join(workload, folder.name));
      folder.#append("history.edn", "");
      folder.#append("history.txt", "");
      folder.#append(MESSAGE_FILE, "");
      return folder;
    }
  }

  get path(): string {
    return join(this.root, this.workload, this.name);
  }

  /** Adds a line to a node's log, or to the run's own, which the history keeps up with. */
  log(line: string, node?: string): void {
    if (node === undefined) this.flush();
    const name = node === undefined ? "run.log" : join("node-logs", `${node}.log`);
    this.#append(name, `${line}\n`);
  }

  /** Writes the options of a run, its results, or what final states show beyond the results. */
  writeMap(name: "test" | "results" | "final-states", map: EdnObject): void {
    this.#write(`${name}.edn`, `${prettyEdn(map)}\n`);
  }

  /** Adds an operation to the history, as a map and as a row of a table. */
  writeOp(op: Op): void {
    this.#unwritten.push(op);
    if (op.time - this.#writtenNs >= TOGETHER_NS) this.flush();
  }

  /** Writes the operations that wait. */
  flush(): void {
    const ops = this.#unwritten;
    if (ops.length === 0) return;
    this.#unwritten = [];
    this.#writtenNs = ops.at(-1)?.time ?? NaN;
    this.#append("history.edn", printHistory(ops));
    this.#append("history.txt", ops.map(tableRow).join(""));
  }

  /**
   * Adds a block to the journal of messages, compressed by itself: what is written of a run that is
   * cut off can be read.
   */
  writeMessages(block: string): void {
    this.#appendBytes(MESSAGE_FILE, gzipSync(this.#encoder.encode(block), { level: 1 }));
  }

  /** Writes a file that tells of the run, once the folder is closed, too. */
  writeText(name: string, text: string): void {
    this.#write(name, text);
  }

  /** Writes what came of a run, images of its anomalies by file name, and at last the results. */
  writeOutcome(
    { results, finalStates }: Pick<RunResult, "results" | "finalStates">,
    drawings: ReadonlyMap<string, string> = new Map(),
  ): void {
    this.flush();
    if (finalStates !== undefined) this.writeMap("final-states", finalStates);
    for (const [name, svg] of drawings) this.#write(join("elle", name), svg);
    if (results !== undefined) this.writeMap("results", results);
  }

  /** Closes the files and points the `latest` links here; a run that crashed is closed too. */
  close(): void {
    this.flush();
    for (const { file } of this.#growing.values()) file.close();
    this.#growing.clear();
    link(join(this.root, "latest"), join(this.workload, this.name));
    link(join(this.root, this.workload, "latest"), this.name);
  }

  /** Adds to a file: all of it, or nothing. */
  #append(name: string, text: string): void {
    this.#appendBytes(name, this.#encoder.encode(text));
  }

  #appendBytes(name: string, bytes: Uint8Array): void {
    const growing = this.#growing.get(name) ?? this.#open(name);
    attempt(growing.path, () => {
      try {
        writeAll(growing.file, bytes);
      } catch (error) {
        growing.file.truncateSync(growing.bytes);
        throw error;
      }
      growing.bytes += bytes.length;
    });
  }

  #open(name: string): Growing {
    const path = join(this.path, name);
    const file = attempt(path, () => Deno.openSync(path, { create: true, append: true }));
    const growing = { path, file, bytes: 0 };
    this.#growing.set(name, growing);
    return growing;
  }

  /** Writes a file that is there only once it is whole. */
  #write(name: string, text: string): void {
    const path = join(this.path, name);
    const unfinished = `${path}.unfinished`;
    attempt(path, () => {
      Deno.mkdirSync(dirname(path), { recursive: true });
      Deno.writeTextFileSync(unfinished, text);
      Deno.renameSync(unfinished, path);
    });
  }
}

/** An operation as a row of `history.txt`. */
function tableRow({ process, type, f, value, error }: Op): string {
  const who = process === "nemesis" ? ":nemesis" : process;
  const why = error === undefined ? "" : `\t${printEdn(error)}`;
  return `${who}\t:${type}\t:${f}\t${printEdn(value)}${why}\n`;
}

function writeAll(file: Deno.FsFile, bytes: Uint8Array): void {
  for (let from = 0; from < bytes.length;) from += file.writeSync(bytes.subarray(from));
}

/** Does something to a path, and says so if it cannot be done. */
function attempt<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    const reason = reasonOf(error).replace(/ \(os error.*/, "");
    throw new UnwritableFile(`${path} cannot be written: ${reason}`, { cause: error });
  }
}

/** Makes a folder; returns whether it is new. */
function makeNew(path: string): boolean {
  try {
    Deno.mkdirSync(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.AlreadyExists) return false;
    throw error;
  }
}

/** Requires that a link can be made or moved there: `ln` would put it inside a folder. */
function requireLink(path: string): void {
  const there = lstatSync(path, { throwIfNoEntry: false });
  if (there === undefined || there.isSymbolicLink()) return;
  throw new UnwritableFile(
    `${path} is in the way: a link to the last run belongs there. Move it elsewhere`,
  );
}

/** Makes or moves a symbolic link. It calls `ln`, as Deno.symlink needs every permission. */
function link(path: string, target: string): void {
  new Deno.Command("ln", { args: ["-sfn", target, path], stderr: "null" }).outputSync();
}
