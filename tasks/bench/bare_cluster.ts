/**
 * Nodes as processes, with Maelstrom's services and clients around them, and nothing else: no
 * latency, no faults, no record of what happens. So nodes do as much as they can.
 *
 * @module
 */
import {
  type Body,
  ErrorCode,
  isClient,
  type Message,
  parseMessage,
  RpcError,
} from "../../lib/message.ts";
import { fieldProblem, type Of, type ReplyOf, type Rpc } from "../../lib/rpc.ts";
import { Init } from "../../lib/workloads.ts";
import { LineSplitter } from "../../lib/lines.ts";
import { Random } from "../../lib/workbench/random.ts";
import { LinKv } from "../../lib/workbench/services/lin_kv.ts";
import { LinTso } from "../../lib/workbench/services/lin_tso.ts";
import { LwwKv } from "../../lib/workbench/services/lww_kv.ts";
import { SeqKv } from "../../lib/workbench/services/seq_kv.ts";
import type { Service } from "../../lib/workbench/services/service.ts";

/** How long a client waits; a node drops replies that would come later. */
const CLIENT_TIMEOUT_MS = 5_000;

/** How nodes are started. */
interface NodeCommand {
  /** Deno's arguments. */
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** Nodes that have answered `init`. */
export class BareCluster implements AsyncDisposable {
  readonly #nodes = new Map<string, NodeProcess>();
  readonly #services: ReadonlyMap<string, Service> = new Map<string, Service>([
    ["lin-kv", new LinKv()],
    ["seq-kv", new SeqKv(new Random("seq-kv"))],
    ["lww-kv", new LwwKv(new Random("lww-kv"))],
    ["lin-tso", new LinTso()],
  ]);
  readonly #awaited = new Map<number, (reply: Body) => void>();
  #lastMsgId = 0;

  private constructor() {}

  /** Starts nodes of these names, and waits until all have answered. */
  static async start(command: NodeCommand, ids: readonly string[]): Promise<BareCluster> {
    const cluster = new BareCluster();
    for (const id of ids) {
      cluster.#nodes.set(id, new NodeProcess(command, (message) => cluster.#route(message)));
    }
    await Promise.all(
      ids.map((id) => cluster.call("c0", id, Init.init, { node_id: id, node_ids: [...ids] })),
    );
    return cluster;
  }

  /**
   * Sends a request from a client to a node, and waits for the reply.
   *
   * @throws {RpcError} if the reply is an error; with code 0 if none comes in time.
   */
  async call<R extends Rpc>(
    client: string,
    node: string,
    rpc: R,
    fields: Of<R["request"]>,
  ): Promise<ReplyOf<R>> {
    const msgId = ++this.#lastMsgId;
    const body: Body = { ...fields, type: rpc.type, msg_id: msgId };
    const { promise, resolve, reject } = Promise.withResolvers<Body>();
    const timer = setTimeout(() => {
      this.#awaited.delete(msgId);
      reject(new RpcError(ErrorCode.timeout, `${node} does not answer ${rpc.type}`));
    }, CLIENT_TIMEOUT_MS);
    this.#awaited.set(msgId, resolve);
    this.#nodes.get(node)?.write({ src: client, dest: node, body });
    const reply = await promise;
    clearTimeout(timer);
    if (reply.type === "error") throw new RpcError(Number(reply.code), String(reply.text));
    const problem = fieldProblem(rpc.reply, reply);
    if (problem !== undefined) throw new Error(`${node}: ${problem}`);
    return reply as Body & ReplyOf<R>; // the fields described, as just checked
  }

  #route(message: Message): void {
    const { src, dest, body } = message;
    const node = this.#nodes.get(dest);
    if (node !== undefined) return node.write(message);
    if (isClient(dest)) return this.#settle(body);
    const service = this.#services.get(dest);
    if (service === undefined) throw new Error(`${src} writes to ${dest}, which is not there`);
    const reply = service.handle(src, body);
    if (reply === undefined) throw new Error(`${dest} does not know ${body.type}`);
    const replied = { ...reply, in_reply_to: body.msg_id ?? null };
    this.#nodes.get(src)?.write({ src: dest, dest: src, body: replied });
  }

  #settle(body: Body): void {
    const id = Number(body.in_reply_to);
    this.#awaited.get(id)?.(body);
    this.#awaited.delete(id);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#nodes.values().map((node) => node.end()));
  }
}

/** A process, and messages as lines. */
class NodeProcess {
  readonly #child: Deno.ChildProcess;
  readonly #input: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>>;
  readonly #ended: Promise<void>;
  #text = "";
  #writing: Promise<void> | undefined;

  constructor({ args, env = {} }: NodeCommand, receive: (message: Message) => void) {
    this.#child = new Deno.Command(Deno.execPath(), {
      args: [...args],
      env,
      stdin: "piped",
      stdout: "piped",
    }).spawn();
    this.#input = this.#child.stdin.getWriter();
    this.#ended = this.#read(receive);
  }

  write(message: Message): void {
    this.#text += `${JSON.stringify(message)}\n`;
    this.#writing ??= this.#drain();
  }

  async #drain(): Promise<void> {
    await Promise.resolve();
    while (this.#text !== "") {
      const bytes = new TextEncoder().encode(this.#text);
      this.#text = "";
      await this.#input.write(bytes);
    }
    this.#writing = undefined;
  }

  async #read(receive: (message: Message) => void): Promise<void> {
    const splitter = new LineSplitter();
    for await (const chunk of this.#child.stdout) {
      for (const line of splitter.push(chunk)) receive(parseMessage(line));
    }
  }

  async end(): Promise<void> {
    this.#child.kill("SIGKILL"); // it may have much to say that nobody reads
    await this.#ended;
    await this.#child.status;
  }
}
