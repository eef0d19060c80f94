/**
 * Nodes as processes, of whichever executable speaks the protocol on standard input and output.
 *
 * @module
 */
import { dirname } from "node:path";
import { deadline } from "@std/async";
import { LineSplitter } from "../../lines.ts";
import type { Packet } from "../network/network.ts";
import type { Host, NodeEvents } from "./host.ts";

/** How nodes are started. */
export interface ProcessHostOptions {
  /** The executable; a relative path is taken from the current directory. */
  readonly bin: string;
  /** Its arguments. */
  readonly args?: readonly string[];
}

/** Lines of standard error kept to be quoted when a node fails. */
const LAST_WORDS = 32;
/** Characters that may wait for a node to read them, before it is ended, and with it the run. */
const MAX_UNREAD = 2 ** 28;
/** Characters of a line without an end on standard output, likewise. */
const MAX_LINE = 2 ** 26;
/** Longer lines of a node's log are cut. */
const MAX_LOG_LINE = 2 ** 16;
/** A process that has ended leaves its output open that long, at most: others may hold it. */
const DRAIN_LIMIT_MS = 500;

interface NodeProcess {
  readonly child: Deno.ChildProcess;
  readonly input: Input;
  readonly lastWords: string[];
  /** Resolves when its output has been read to the end. */
  readonly drained: Promise<unknown>;
  /** It is meant to end. */
  ending: boolean;
  /** Why it was ended although it was not meant to. */
  verdict?: string;
}

/** Runs each node as a process group of its own, so that nothing it starts outlives it. */
export class ProcessHost implements Host {
  readonly #bin: string;
  readonly #args: readonly string[];
  readonly #processes = new Map<string, NodeProcess>();

  /** @throws {Deno.errors.NotFound} if there is no such file. */
  constructor({ bin, args = [] }: ProcessHostOptions) {
    this.#bin = Deno.realPathSync(bin); // as Maelstrom does: the node sees the resolved path
    this.#args = args;
  }

  start(node: string, events: NodeEvents): void {
    const child = this.#spawn();
    const lastWords: string[] = [];
    const condemn = (verdict: string) => {
      process.verdict ??= `the workbench ended it: ${verdict}`;
      signal(child, "SIGKILL");
    };
    const output = readOutput(child.stdout, condemn, (line) => events.wrote(node, line));
    const log = readLog(child.stderr, (line) => {
      if (lastWords.push(line) > LAST_WORDS) lastWords.shift();
      events.logged(node, line);
    });
    const process: NodeProcess = {
      child,
      input: new Input(child.stdin, condemn),
      lastWords,
      drained: Promise.all([output, log]),
      ending: false,
    };
    this.#processes.set(node, process);
    child.status.then(async ({ code, signal }) => {
      if (process.ending) return;
      await atMost(DRAIN_LIMIT_MS, process.drained);
      if (process.ending) return;
      const how = signal === null ? `exit status ${code}` : `killed by ${signal}`;
      events.exited(node, process.verdict ?? how);
    });
    output.then(async () => {
      if (await atMost(DRAIN_LIMIT_MS, child.status) || process.ending) return;
      events.misbehaved(
        node,
        "closed its standard output",
        "nothing that it says is heard any more",
      );
    });
  }

  #spawn(): Deno.ChildProcess {
    try {
      return new Deno.Command(this.#bin, {
        args: [...this.#args],
        cwd: Deno.env.get("TMPDIR") ?? "/tmp", // where Maelstrom, too, starts nodes
        env: { PATH: pathWithDeno() },
        stdin: "piped",
        stdout: "piped",
        stderr: "piped",
        detached: true,
      }).spawn();
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
      throw new Error(`${this.#bin} cannot be run: is what its first line names not there?`);
    }
  }

  deliver(node: string, { id, src, dest, text }: Packet): void {
    // The text is a JSON object that begins with "{" and has no id of its own.
    this.#processes.get(node)?.input.write(
      text.length > 2
        ? `{"id":${id},${text.slice(1)}`
        : JSON.stringify({ id, src, dest, body: {} }),
    );
  }

  async kill(node: string): Promise<void> {
    const process = this.#processes.get(node);
    if (process === undefined) return;
    process.ending = true;
    this.#processes.delete(node);
    process.input.close();
    signal(process.child, "SIGKILL");
    await process.child.status;
    await atMost(DRAIN_LIMIT_MS, process.drained);
  }

  pause(node: string): void {
    const process = this.#processes.get(node);
    if (process !== undefined) signal(process.child, "SIGSTOP");
  }

  resume(node: string): void {
    const process = this.#processes.get(node);
    if (process !== undefined) signal(process.child, "SIGCONT");
  }

  skew(node: string): void {
    throw new Error(`the clock of ${node} is the machine's: only the simulator can set it off`);
  }

  lastWords(node: string): readonly string[] {
    return this.#processes.get(node)?.lastWords ?? [];
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#processes.keys()].map((node) => this.kill(node)));
  }
}

/** Nodes that are Deno scripts find, through their shebang, the Deno that runs this. */
export function pathWithDeno(): string {
  const path = Deno.env.get("PATH") ?? "";
  const here = dirname(Deno.execPath());
  return path.split(":").includes(here) ? path : `${here}:${path}`;
}

/** To the whole process group. */
function signal(child: Deno.ChildProcess, name: Deno.Signal): void {
  try {
    Deno.kill(-child.pid, name);
  } catch {
    // it is gone already
  }
}

/** Whether something comes within that time; it is waited for no longer. */
function atMost(limitMs: number, coming: Promise<unknown>): Promise<boolean> {
  return deadline(coming, limitMs).then(() => true, () => false);
}

/** Calls what to do about a node whose conduct cannot be borne. */
type Condemn = (why: string) => void;

async function readOutput(
  stream: ReadableStream<Uint8Array>,
  condemn: Condemn,
  line: (text: string) => void,
): Promise<void> {
  const splitter = new LineSplitter();
  for await (const chunk of stream) {
    for (const text of splitter.push(chunk)) line(text);
    if (splitter.pending > MAX_LINE) {
      return condemn(`it wrote ${inMillions(MAX_LINE)} to standard output without ending a line`);
    }
  }
  for (const text of splitter.end()) line(text);
}

async function readLog(
  stream: ReadableStream<Uint8Array>,
  line: (text: string) => void,
): Promise<void> {
  const splitter = new LineSplitter();
  for await (const chunk of stream) {
    const lines = splitter.push(chunk);
    for (const text of lines) line(text.replace(/\r$/, ""));
    if (splitter.pending > MAX_LOG_LINE) { for (const text of splitter.end()) line(text); }
  }
  for (const text of splitter.end()) line(text);
}

function inMillions(characters: number): string {
  return `${Math.floor(characters / 1e6)} million characters`;
}

/** A node's standard input: what comes while a write is under way goes with the next. */
class Input {
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly #encoder = new TextEncoder();
  readonly #condemn: Condemn;
  #lines: string[] = [];
  #waiting = 0;
  #writing = false;
  #closed = false;

  constructor(stream: WritableStream<Uint8Array>, condemn: Condemn) {
    this.#writer = stream.getWriter();
    this.#condemn = condemn;
  }

  write(line: string): void {
    if (this.#closed) return;
    this.#lines.push(line);
    this.#waiting += line.length + 1;
    if (!this.#writing) this.#drain();
    if (this.#waiting <= MAX_UNREAD) return;
    this.#closed = true;
    this.#lines = [];
    this.#condemn(`it left ${inMillions(MAX_UNREAD)} unread on standard input`);
  }

  close(): void {
    this.#closed = true;
    this.#writer.close().catch(() => {}); // it may be broken already
  }

  async #drain(): Promise<void> {
    this.#writing = true;
    try {
      while (this.#lines.length > 0 && !this.#closed) {
        await new Promise<void>((resolve) => setImmediate(resolve)); // let this turn add the rest of its
        const bytes = this.#encoder.encode(`${this.#lines.join("\n")}\n`);
        this.#lines = [];
        this.#waiting = 0;
        await this.#writer.write(bytes);
      }
    } catch {
      this.#closed = true; // the process is gone; its exit is reported elsewhere
    }
    this.#writing = false;
  }
}
