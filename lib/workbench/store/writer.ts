/**
 * Writes what a run leaves behind: those files of Maelstrom's `store/` that have a use here.
 *
 * @module
 */
import { join } from "node:path";
import { type EdnObject, prettyEdn, printEdn } from "../../history/edn.ts";
import { type Op, printHistory } from "../../history/operations.ts";

/** Operations written at a time, so that a long history is never all in memory as text. */
const OPS_A_WRITE = 1_000;

/** The folder of one run: `<root>/<workload>/<time>/`. */
export class RunFolder {
  readonly #logs = new Map<string, Deno.FsFile>();
  readonly #encoder = new TextEncoder();

  private constructor(readonly root: string, readonly workload: string, readonly name: string) {}

  /** Makes the folder, and points `<root>/current` at it. */
  static create(root: string, workload: string, start: Date = new Date()): RunFolder {
    const stamp = start.toISOString().replace(/[-:]/g, "");
    for (let attempt = 0;; attempt++) {
      const name = attempt === 0 ? stamp : `${stamp}-${attempt}`;
      const folder = new RunFolder(root, workload, name);
      try {
        Deno.mkdirSync(join(root, workload), { recursive: true });
        Deno.mkdirSync(folder.path);
        Deno.mkdirSync(join(folder.path, "node-logs"));
        link(join(root, "current"), join(workload, name));
        return folder;
      } catch (error) {
        if (!(error instanceof Deno.errors.AlreadyExists) || attempt > 99) throw error;
      }
    }
  }

  get path(): string {
    return join(this.root, this.workload, this.name);
  }

  /** Adds a line to a node's log, or to the run's own. */
  log(line: string, node?: string): void {
    const name = node === undefined ? "run.log" : join("node-logs", `${node}.log`);
    const file = this.#logs.get(name) ?? this.#open(name);
    this.#logs.set(name, file);
    writeAll(file, this.#encoder.encode(`${line}\n`));
  }

  /** Writes the options of a run, its results, or what final states show beyond the results. */
  writeMap(name: "test" | "results" | "final-states", map: EdnObject): void {
    this.#write(`${name}.edn`, `${prettyEdn(map)}\n`);
  }

  writeHistory(history: readonly Op[]): void {
    using maps = this.#open("history.edn");
    using table = this.#open("history.txt");
    for (let from = 0; from < history.length; from += OPS_A_WRITE) {
      const ops = history.slice(from, from + OPS_A_WRITE);
      writeAll(maps, this.#encoder.encode(printHistory(ops)));
      writeAll(table, this.#encoder.encode(ops.map(tableRow).join("")));
    }
  }

  /** Writes images of a failed run's anomalies, by file name; without images there is no folder. */
  writeDrawings(drawings: ReadonlyMap<string, string>): void {
    if (drawings.size === 0) return;
    Deno.mkdirSync(join(this.path, "elle"), { recursive: true });
    for (const [name, svg] of drawings) this.#write(join("elle", name), svg);
  }

  /** Closes the logs and points the `latest` links here; a run that crashed is closed too. */
  close(): void {
    for (const file of this.#logs.values()) file.close();
    this.#logs.clear();
    link(join(this.root, "latest"), join(this.workload, this.name));
    link(join(this.root, this.workload, "latest"), this.name);
  }

  #open(name: string): Deno.FsFile {
    return Deno.openSync(join(this.path, name), { create: true, append: true });
  }

  #write(name: string, text: string): void {
    Deno.writeTextFileSync(join(this.path, name), text);
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

/** Makes or moves a symbolic link. It calls `ln`, as Deno.symlink needs every permission. */
function link(path: string, target: string): void {
  new Deno.Command("ln", { args: ["-sfn", target, path], stderr: "null" }).outputSync();
}
