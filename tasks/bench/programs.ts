/**
 * The echo programs that are measured side by side, and a pipe to talk to one.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { LineSplitter } from "../../lib/lines.ts";
import { type Message, parseMessage } from "../../lib/message.ts";
import { isInstalled } from "../shared/installed.ts";

/** A program that speaks Maelstrom's protocol, and how to start it. */
export interface EchoProgram {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
}

const file = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** The node of challenge 1, as its shebang runs it. */
export const servedNode: EchoProgram = {
  name: "nodes/1_echo.ts",
  command: Deno.execPath(),
  args: ["run", "--quiet", file("../../nodes/1_echo.ts")],
};

/** The same by hand in other languages, where they are installed. */
export async function programsByHand(): Promise<EchoProgram[]> {
  const programs: EchoProgram[] = [
    { name: "by hand, Node.js", command: "node", args: [file("by_hand/echo.mjs")] },
    { name: "by hand, Python", command: "python3", args: [file("by_hand/echo.py")] },
  ];
  const installed = await Promise.all(programs.map(({ command }) => isInstalled(command)));
  return programs.filter((_, i) => installed[i]);
}

/** The message that makes a node of a process. */
export const INIT =
  '{"id":0,"src":"c0","dest":"n0","body":{"type":"init","node_id":"n0","node_ids":["n0"],"msg_id":1}}\n';

/** A running program, at the other end of a pipe. */
export class Piped implements AsyncDisposable {
  readonly #name: string;
  readonly #child: Deno.ChildProcess;
  readonly #splitter = new LineSplitter();
  readonly #input: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>>;
  readonly #output: ReadableStreamDefaultReader<Uint8Array>;

  constructor({ name, command, args }: EchoProgram) {
    this.#name = name;
    this.#child = new Deno.Command(command, { args: [...args], stdin: "piped", stdout: "piped" })
      .spawn();
    this.#input = this.#child.stdin.getWriter();
    this.#output = this.#child.stdout.getReader();
  }

  /** Writes lines, and waits for as many to come back. Returns the last one. */
  async exchange(lines: Uint8Array<ArrayBuffer>, count: number): Promise<Message> {
    const [last] = await Promise.all([this.#read(count), this.#input.write(lines)]);
    return last;
  }

  async #read(count: number): Promise<Message> {
    let last = "";
    for (let seen = 0; seen < count;) {
      const { value } = await this.#output.read();
      if (value === undefined) throw new Error(`${this.#name} ended after ${seen} of ${count}`);
      const lines = this.#splitter.push(value);
      seen += lines.length;
      last = lines.at(-1) ?? last;
    }
    return parseMessage(last);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#input.close();
    await this.#output.cancel();
    await this.#child.status;
  }
}
