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
  /** Beside what it inherits. */
  readonly env?: Readonly<Record<string, string>>;
  /** Removes what was built for it. */
  readonly remove?: () => Promise<void>;
}

const file = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** The node of challenge 1, as its shebang runs it. */
export const servedNode: EchoProgram = {
  name: "nodes/1_echo.ts",
  command: Deno.execPath(),
  args: ["run", "--quiet", file("../../nodes/1_echo.ts")],
};

/** A program by hand: what it needs to run, and how it is made ready. */
interface ByHand {
  readonly name: string;
  readonly tool: string;
  readonly versionFlag?: string;
  readonly prepare: (tool: string) => Promise<Omit<EchoProgram, "name">>;
}

const script = (source: string, ...args: string[]) => (command: string) =>
  Promise.resolve({ command, args: [...args, file(source)] });

const BY_HAND: readonly ByHand[] = [
  {
    name: "by hand, Deno",
    tool: Deno.execPath(),
    prepare: script("by_hand/echo.ts", "run", "--quiet"),
  },
  { name: "by hand, Go", tool: "go", versionFlag: "version", prepare: buildGo },
  { name: "by hand, Node.js", tool: "node", prepare: script("by_hand/echo.mjs") },
  { name: "by hand, Python", tool: "python3", prepare: script("by_hand/echo.py") },
];

/** The same without the library, where what it needs is installed; standard error names the others. */
export async function programsByHand(): Promise<EchoProgram[]> {
  const programs = await Promise.all(
    BY_HAND.map(async ({ name, tool, versionFlag, prepare }) => {
      if (await isInstalled(tool, versionFlag)) return { name, ...await prepare(tool) };
      console.error(`${name} is left out: ${tool} is not installed`);
      return [];
    }),
  );
  return programs.flat();
}

async function buildGo(go: string): Promise<Omit<EchoProgram, "name">> {
  const folder = await Deno.makeTempDir();
  const command = `${folder}/echo`;
  const args = ["build", "-o", command, file("by_hand/echo.go")];
  const { success, stderr } = await new Deno.Command(go, { args }).output();
  if (!success) throw new Error(`${go} build failed: ${new TextDecoder().decode(stderr)}`);
  return { command, args: [], remove: () => Deno.remove(folder, { recursive: true }) };
}

/** The line that makes a node of a process. */
export function initFrom(client: string): Uint8Array<ArrayBuffer> {
  const body = { type: "init", node_id: "n0", node_ids: ["n0"], msg_id: 1 };
  return new TextEncoder().encode(`${JSON.stringify({ id: 0, src: client, dest: "n0", body })}\n`);
}

/** A running program, at the other end of a pipe. */
export class Piped implements AsyncDisposable {
  readonly #name: string;
  readonly #child: Deno.ChildProcess;
  readonly #splitter = new LineSplitter();
  readonly #input: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>>;
  readonly #output: ReadableStreamDefaultReader<Uint8Array>;

  constructor({ name, command, args, env }: EchoProgram) {
    this.#name = name;
    const pipes = { stdin: "piped", stdout: "piped" } as const;
    this.#child = new Deno.Command(command, { args: [...args], ...(env && { env }), ...pipes })
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
