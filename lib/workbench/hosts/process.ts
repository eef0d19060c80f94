/**
 * Nodes as processes: any executable that speaks the protocol on standard input and output.
 *
 * @module
 */
import { dirname } from "node:path";
import { TextLineStream } from "@std/streams";
import { LineSplitter } from "../../lines.ts";
import type { Packet } from "../network.ts";
import type { Host, World } from "./host.ts";

/** How nodes are started. */
export interface ProcessHostOptions {
  /** The executable; a relative path is taken from the current directory. */
  readonly bin: string;
  /** Its arguments. */
  readonly args?: readonly string[];
}

/** Lines of standard error kept to be quoted when a node fails. */
const LAST_WORDS = 32;

interface NodeProcess {
  readonly child: Deno.ChildProcess;
  readonly input: Input;
  readonly lastWords: string[];
  /** Resolves when its output has been read to the end. */
  readonly drained: Promise<unknown>;
  ending: boolean;
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

  start(node: string, world: World): void {
    const child = new Deno.Command(this.#bin, {
      args: [...this.#args],
      cwd: Deno.env.get("TMPDIR") ?? "/tmp", // where Maelstrom, too, starts nodes
      env: { PATH: pathWithDeno() },
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
      detached: true,
    }).spawn();
    const lastWords: string[] = [];
    const process: NodeProcess = {
      child,
      input: new Input(child.stdin),
      lastWords,
      drained: Promise.all([
        readOutput(child.stdout, (line) => world.wrote(node, line)),
        readLog(child.stderr, (line) => {
          if (lastWords.push(line) > LAST_WORDS) lastWords.shift();
          world.logged(node, line);
        }),
      ]),
      ending: false,
    };
    this.#processes.set(node, process);
    child.status.then(async ({ code, signal }) => {
      if (process.ending) return;
      await process.drained;
      if (process.ending) return;
      world.exited(node, signal === null ? `exit status ${code}` : `killed by ${signal}`);
    });
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
    await process.drained;
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

async function readOutput(
  stream: ReadableStream<Uint8Array>,
  line: (text: string) => void,
): Promise<void> {
  const splitter = new LineSplitter();
  for await (const chunk of stream) for (const text of splitter.push(chunk)) line(text);
  for (const text of splitter.end()) line(text);
}

async function readLog(
  stream: ReadableStream<Uint8Array>,
  line: (text: string) => void,
): Promise<void> {
  const lines = stream.pipeThrough(new TextDecoderStream()).pipeThrough(new TextLineStream());
  for await (const text of lines) line(text);
}

/** A node's standard input: what comes while a write is under way goes with the next. */
class Input {
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly #encoder = new TextEncoder();
  #lines: string[] = [];
  #writing = false;
  #closed = false;

  constructor(stream: WritableStream<Uint8Array>) {
    this.#writer = stream.getWriter();
  }

  write(line: string): void {
    this.#lines.push(line);
    if (!this.#writing && !this.#closed) this.#drain();
  }

  close(): void {
    this.#closed = true;
    this.#writer.close().catch(() => {}); // it may be broken already
  }

  async #drain(): Promise<void> {
    this.#writing = true;
    try {
      while (this.#lines.length > 0 && !this.#closed) {
        await Promise.resolve(); // let the deliveries of this turn add theirs
        const bytes = this.#encoder.encode(`${this.#lines.join("\n")}\n`);
        this.#lines = [];
        await this.#writer.write(bytes);
      }
    } catch {
      this.#closed = true; // the process is gone; its exit is reported elsewhere
    }
    this.#writing = false;
  }
}
