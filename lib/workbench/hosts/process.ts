/**
 * Nodes as processes: any executable that speaks the protocol on standard input and output.
 *
 * @module
 */
import { dirname } from "node:path";
import { deadline } from "@std/async";
import type { Packet } from "../network/packet.ts";
import type { Host, NodeEvents } from "./host.ts";
import { MachineHost } from "./machine.ts";
import { Input, Output, readLog } from "./process_streams.ts";
import type { Watchdog } from "./watchdog.ts";

interface ProcessHostOptions {
  /** The executable; a relative path is taken from the current directory. */
  readonly bin: string;
  readonly args?: readonly string[];
  /** Environment variables for the nodes, beside those that they inherit. */
  readonly env?: Readonly<Record<string, string>>;
  /** Kills the nodes if this process is killed. Default: the end of their input tells them. */
  readonly watchdog?: Watchdog;
}

/** Lines of standard error that are kept, for a report that the node failed. */
const LAST_WORDS = 32;
/** How long to read the output of a process that has ended: its children may keep it open. */
const DRAIN_LIMIT_MS = 500;

interface NodeProcess {
  readonly child: Deno.ChildProcess;
  readonly input: Input;
  readonly output: Output;
  readonly lastWords: string[];
  /** Resolves when its output has been read to the end. */
  readonly drained: Promise<unknown>;
  /** The host is ending it, so that its end is no failure. */
  ending: boolean;
  /** Which limit it exceeded, if it was killed for that. */
  excess?: string;
}

/** Runs each node as a process group of its own, so that nothing that it starts outlives it. */
export class ProcessHost extends MachineHost implements Host {
  readonly #bin: string;
  readonly #args: readonly string[];
  readonly #env: Readonly<Record<string, string>>;
  readonly #watchdog: Watchdog | undefined;
  readonly #processes = new Map<string, NodeProcess>();

  /** @throws {Deno.errors.NotFound} if there is no such file. */
  constructor({ bin, args = [], env = {}, watchdog }: ProcessHostOptions) {
    super();
    this.#bin = Deno.realPathSync(bin); // as Maelstrom does: the node sees the resolved path
    this.#args = args;
    this.#env = env;
    this.#watchdog = watchdog;
  }

  start(node: string, events: NodeEvents): void {
    const child = this.#spawn();
    this.#watchdog?.watch(child.pid);
    const lastWords: string[] = [];
    const killForExcess = (why: string) => {
      process.excess ??= `the workbench ended it: ${why}`;
      signal(child, "SIGKILL");
    };
    const output = new Output();
    const read = output.read(child.stdout, killForExcess, (line) => events.wrote(node, line));
    const log = readLog(child.stderr, (line) => {
      if (lastWords.push(line) > LAST_WORDS) lastWords.shift();
      events.logged(node, line);
    });
    const process: NodeProcess = {
      child,
      input: new Input(child.stdin, killForExcess),
      output,
      lastWords,
      drained: Promise.all([read, log]),
      ending: false,
    };
    this.#processes.set(node, process);
    child.status.then(async ({ code, signal }) => {
      this.#watchdog?.forget(child.pid);
      if (process.ending) return;
      await waitAtMost(DRAIN_LIMIT_MS, process.drained);
      if (process.ending) return;
      const how = signal === null
        ? `exit status ${code}${this.#shellHint()}`
        : `killed by ${signal}`;
      events.exited(node, process.excess ?? how);
    }).catch((error) => events.failed(error));
    read.then(async () => {
      if (await waitAtMost(DRAIN_LIMIT_MS, child.status) || process.ending) return;
      events.misbehaved(
        node,
        "closed its standard output",
        "nothing that it says is heard any more",
      );
    }).catch((error) => events.failed(error));
    log.catch((error) => events.failed(error));
  }

  #spawn(): Deno.ChildProcess {
    try {
      return new Deno.Command(this.#bin, {
        args: [...this.#args],
        cwd: Deno.env.get("TMPDIR") ?? "/tmp", // where Maelstrom, too, starts nodes
        env: { PATH: pathWithDeno(), ...this.#env },
        stdin: "piped",
        stdout: "piped",
        stderr: "piped",
        detached: true,
      }).spawn();
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
      const line = firstLine(this.#bin);
      const missing = line.startsWith("#!")
        ? `what its first line names is not there: ${line}`
        : "a library that it needs is not there";
      throw new Error(`${this.#bin} cannot be run: ${missing}`);
    }
  }

  /** A script without `#!` often fails because a shell is not what it was written for. */
  #shellHint(): string {
    const isScript = /^(?!#!)[\t\P{Cc}]+$/u.test(firstLine(this.#bin));
    return isScript ? "; it has no #! line, so a shell ran it" : "";
  }

  deliver(node: string, { id, text }: Pick<Packet, "id" | "text">): void {
    // The text is an object that begins with "{", is not empty, and has no id of its own.
    this.#processes.get(node)?.input.write(`{"id":${id},${text.slice(1)}`);
  }

  async kill(node: string): Promise<void> {
    const process = this.#processes.get(node);
    if (process === undefined) return;
    process.ending = true;
    process.output.cut();
    this.#processes.delete(node);
    process.input.close();
    signal(process.child, "SIGKILL");
    await process.child.status;
    await waitAtMost(DRAIN_LIMIT_MS, process.drained);
  }

  pause(node: string): void {
    const process = this.#processes.get(node);
    if (process !== undefined) signal(process.child, "SIGSTOP");
  }

  resume(node: string): void {
    const process = this.#processes.get(node);
    if (process !== undefined) signal(process.child, "SIGCONT");
  }

  lastWords(node: string): readonly string[] {
    return this.#processes.get(node)?.lastWords ?? [];
  }

  explainSilence(node: string): string | undefined {
    return this.#processes.get(node)?.output.explainSilence();
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#processes.keys()].map((node) => this.kill(node)));
  }
}

/** The beginning of a file, up to the first line break; nothing if it may not be read. */
function firstLine(path: string): string {
  let file: Deno.FsFile | undefined;
  try {
    file = Deno.openSync(path);
    const bytes = new Uint8Array(200);
    const read = bytes.subarray(0, file.readSync(bytes) ?? 0);
    const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(read);
    return text.split(/\r?\n/)[0] ?? "";
  } catch {
    return "";
  } finally {
    file?.close(); // Node.js 20 reads this module, and knows no "using"
  }
}

/** A `PATH` on which the shebang of a Deno script finds the Deno that runs this. */
export function pathWithDeno(): string {
  const path = Deno.env.get("PATH") ?? "";
  const here = dirname(Deno.execPath());
  return path.split(":").includes(here) ? path : `${here}:${path}`;
}

/** Signals the whole process group, unless it is gone. */
function signal(child: Deno.ChildProcess, name: Deno.Signal): void {
  try {
    Deno.kill(-child.pid, name);
  } catch (error) {
    const { NotFound, PermissionDenied } = Deno.errors;
    // macOS denies signals to a group of which only zombies are left.
    if (!(error instanceof NotFound || error instanceof PermissionDenied)) throw error;
  }
}

/** Waits for something, but no longer than that; returns whether it came. */
function waitAtMost(limitMs: number, coming: Promise<unknown>): Promise<boolean> {
  return deadline(coming, limitMs).then(() => true, () => false);
}
