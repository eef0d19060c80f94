/**
 * Programs as processes, for tests: what a command prints, and a node at the other end of a pipe.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { LineSplitter } from "../lines.ts";
import { type Body, type Message, parseMessage } from "../message.ts";

/** A process that has ended: its exit status and all that it printed. */
export interface Finished {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Waits until a process ends. Its output and its errors must be piped. */
export async function finish(child: Deno.ChildProcess): Promise<Finished> {
  const { code, stdout, stderr } = await child.output();
  const decoder = new TextDecoder();
  return { code, out: decoder.decode(stdout), err: decoder.decode(stderr) };
}

/** Runs Deno with these arguments until it ends. */
export function runDeno(args: readonly string[], cwd?: string): Promise<Finished> {
  return finish(spawnDeno(args, cwd));
}

/** Starts Deno with these arguments. */
export function spawnDeno(args: readonly string[], cwd?: string): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), {
    args: [...args],
    ...(cwd !== undefined && { cwd }),
    env: { NO_COLOR: "1" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

/** Makes a temporary folder and removes it after the story. */
export async function withFolder(story: (folder: string) => void | Promise<void>): Promise<void> {
  const folder = await Deno.realPath(await Deno.makeTempDir());
  try {
    await story(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** How a {@linkcode NodeProcess} is started. */
interface NodeProcessOptions {
  /** The executable. */
  readonly command: string;
  readonly args?: readonly string[];
  /** Environment variables beside those that it inherits. */
  readonly env?: Readonly<Record<string, string>>;
  /** Kills the process. */
  readonly signal?: AbortSignal;
}

/** A node as a process, asked line by line. Disposing of it kills it. */
export class NodeProcess implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #input: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>>;
  readonly #output: ReadableStreamDefaultReader<Uint8Array>;
  readonly #log: Promise<string>;
  readonly #splitter = new LineSplitter();
  #lines: string[] = [];
  #lastMsgId = 0;

  constructor({ command, args = [], env = {}, signal }: NodeProcessOptions) {
    this.#child = new Deno.Command(command, {
      args: [...args],
      env: { NO_COLOR: "1", ...env },
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
      ...(signal && { signal }),
    }).spawn();
    this.#input = this.#child.stdin.getWriter();
    this.#output = this.#child.stdout.getReader();
    this.#log = new Response(this.#child.stderr).text();
  }

  /** Writes to the node's input. */
  async write(input: string | Uint8Array<ArrayBuffer>): Promise<void> {
    await this.#input.write(typeof input === "string" ? new TextEncoder().encode(input) : input);
  }

  /** Reads the next line; `undefined` at the end. */
  async line(): Promise<string | undefined> {
    while (this.#lines.length === 0) {
      const { value } = await this.#output.read();
      if (value === undefined) return this.#splitter.end()[0];
      this.#lines = this.#splitter.push(value);
    }
    return this.#lines.shift();
  }

  /** Reads the next message. */
  async message(): Promise<Message> {
    return parseMessage(await this.line() ?? "");
  }

  /** Sends a request as client c1 and returns the body of the next message. */
  async ask(body: Body): Promise<Body> {
    await this.write(requestLine({ ...body, msg_id: ++this.#lastMsgId }));
    return (await this.message()).body;
  }

  /** Makes it node n0, the only one. */
  async init(): Promise<this> {
    const body = await this.ask({ type: "init", node_id: "n0", node_ids: ["n0"] });
    assertEquals(body, { type: "init_ok", in_reply_to: this.#lastMsgId });
    return this;
  }

  /** Stops the process, or lets it go on. */
  signal(signal: "SIGSTOP" | "SIGCONT"): void {
    this.#child.kill(signal);
  }

  /** Closes the node's standard output, as a harness that dies does. */
  async hangUp(): Promise<void> {
    await this.#output.cancel();
  }

  /** Ends the node's input; returns the rest of its output, its log and its exit status. */
  async end(): Promise<{ rest: string[]; log: string; code: number }> {
    await this.#input.close();
    const rest: string[] = [];
    for (let line = await this.line(); line !== undefined; line = await this.line()) {
      rest.push(line);
    }
    return { rest, ...await this.ended() };
  }

  /** Waits until the process ends; returns its log and its exit status. */
  async ended(): Promise<{ log: string; code: number }> {
    const { code } = await this.#child.status;
    return { log: await this.#log, code };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#child.kill("SIGKILL");
    } catch (error) {
      if (!(error instanceof TypeError)) throw error; // it has ended already
    }
    await this.#input.abort().catch(() => {}); // a process that has ended has broken it already
    await this.#output.cancel();
    await this.ended();
  }
}

/** A request from client c1 to node n0 as a line. */
export function requestLine(body: Body): string {
  return `${JSON.stringify({ id: 0, src: "c1", dest: "n0", body })}\n`;
}

/** Makes a symbolic link, for which `Deno.symlink` would need every permission. */
export function linkTo(target: string, path: string): void {
  const { success } = new Deno.Command("ln", { args: ["-s", "--", target, path] }).outputSync();
  if (!success) throw new Error(`cannot link ${path} to ${target}`);
}
