/**
 * What a challenge imports: {@linkcode Node}, the vocabulary of a program, and {@linkcode serve},
 * which runs a program on standard input and output.
 *
 * ```ts
 * export default function echo(node: Node): void {
 *   node.on(Echo.echo, ({ echo }) => ({ type: "echo_ok", echo }));
 * }
 *
 * if (import.meta.main) await serve(echo);
 * ```
 *
 * A program is a function that registers handlers. It keeps time with the ordinary globals
 * (`setTimeout`, `Date.now`, …), so that it runs unchanged under a simulator that owns them.
 *
 * @module
 */
import { LineSplitter } from "./lines.ts";
import {
  type Body,
  ErrorCode,
  isClient,
  MalformedMessage,
  type Message,
  parseMessage,
  RpcError,
} from "./message.ts";
import { fieldProblem, type Of, type OneWay, type ReplyOf, type Rpc } from "./rpc.ts";
import { Init } from "./workloads.ts";

export type { Body, Json, Message } from "./message.ts";
export { ErrorCode, RpcError } from "./message.ts";

/** A challenge: registers handlers on a node, which may not know its id yet. */
export type Program = (node: Node) => void;

/** What a handler is given: the request's fields, beside `type` and `msg_id`. */
export type RequestOf<M extends OneWay> = Of<M["request"]> & Body;

/** Answers a request with a reply's body, now or later; or with nothing, where none is expected. */
export type Handler<M extends OneWay> = (
  body: RequestOf<M>,
  message: Message,
) => M extends Rpc ? ReplyOf<M> | Promise<ReplyOf<M>> : void | Promise<void>;

/** Options of {@linkcode Node.rpc}. */
export interface RpcOptions {
  /** How long to wait for the reply, in milliseconds. Default 1000. */
  readonly timeoutMs?: number;
  /** Gives up early: the call rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** How a node reaches the world. */
export interface Transport {
  /** Sends a message on its way. */
  send(message: Message): void;
  /** Says something to whoever runs the node; never on the protocol's own stream. */
  log(text: string): void;
}

/**
 * A client waits 5 s for a reply and may then be gone; Maelstrom stops reading a node that answers
 * a client it no longer knows. Half a second is left for the way here and back.
 */
const REPLY_WITHIN_MS = 4_500;

/** Messages that may wait for `init`; what comes beyond is dropped, as a network may do. */
const MAX_WAITING = 100_000;

interface PendingCall {
  readonly rpc: Rpc;
  readonly settle: (outcome: Body | Error) => void;
}

interface Registered {
  readonly message: OneWay | Rpc;
  readonly handle: (body: Body, message: Message) => unknown;
}

/** One node of the system, as its program sees it. */
export class Node {
  readonly #transport: Transport;
  readonly #handlers = new Map<string, Registered>();
  readonly #calls = new Map<number, PendingCall>();
  readonly #initialisers: (() => void)[] = [];
  #waiting: Message[] = [];
  #identity: { id: string; ids: readonly string[]; peers: readonly string[] } | undefined;
  #lastMsgId = 0;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** This node's id, such as `n0`. Known from `init` on; reading it earlier throws. */
  get id(): string {
    return this.#known().id;
  }

  /** The ids of all nodes, this one included, in an order that is the same everywhere. */
  get ids(): readonly string[] {
    return this.#known().ids;
  }

  /** The ids of all other nodes, in the order of {@linkcode Node.ids}. */
  get peers(): readonly string[] {
    return this.#known().peers;
  }

  #known() {
    if (this.#identity !== undefined) return this.#identity;
    throw new Error("a node has no id before init: use it in a handler or in onInit");
  }

  /** Calls `start` once the node knows its id, before any other message is handled. */
  onInit(start: () => void): void {
    this.#initialisers.push(start);
  }

  /**
   * Handles messages of one type. A handler that throws an {@linkcode RpcError} replies with it;
   * any other error becomes code 13 with the error's text. Fields of the wrong kind never reach the
   * handler: the sender gets error 12, which names the field.
   */
  on<M extends OneWay>(message: M, handler: Handler<M>): void {
    if (this.#handlers.has(message.type)) {
      throw new Error(`a handler for "${message.type}" is registered already`);
    }
    // The body's fields are checked before the handler sees it, which is what the type says.
    const handle = (body: Body, envelope: Message) => handler(body as RequestOf<M>, envelope);
    this.#handlers.set(message.type, { message, handle });
  }

  /** Sends a message that expects no reply. It may be lost, and it may overtake others. */
  send<M extends OneWay>(dest: string, message: M, fields: Of<M["request"]>): void {
    this.#send(dest, { type: message.type, ...fields });
  }

  /**
   * Sends a request and waits for the reply.
   *
   * @throws {RpcError} the error that came back; code 0 if nothing did in time, in which case the
   * request may have been carried out, or may be yet.
   */
  rpc<R extends Rpc>(
    dest: string,
    request: R,
    fields: Of<R["request"]>,
    options: RpcOptions = {},
  ): Promise<ReplyOf<R>> {
    const { timeoutMs = 1000, signal } = options;
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const id = ++this.#lastMsgId;
      const settle = (outcome: Body | Error) => {
        clearTimeout(timer);
        signal?.removeEventListener("abort", abort);
        this.#calls.delete(id);
        if (outcome instanceof Error) reject(outcome);
        else resolve(outcome as ReplyOf<R>); // its fields are checked by #settle
      };
      const abort = () => settle(asError(signal?.reason));
      const timer = setTimeout(() => {
        settle(
          new RpcError(
            ErrorCode.timeout,
            `no ${request.type} reply from ${dest} in ${timeoutMs} ms`,
          ),
        );
      }, timeoutMs);
      signal?.addEventListener("abort", abort, { once: true });
      this.#calls.set(id, { rpc: request, settle });
      this.#send(dest, { type: request.type, ...fields, msg_id: id });
    });
  }

  /** Takes a message from the network. Whoever runs the node calls this; a program never does. */
  receive(message: Message): void {
    const { body } = message;
    if (body.type === Init.init.type) return this.#init(message);
    if (this.#identity === undefined) {
      // Nodes start independently, so a peer may be ahead of our own init.
      if (this.#waiting.length < MAX_WAITING) this.#waiting.push(message);
      else {this.log(
          `dropped a ${body.type} from ${message.src}: ${MAX_WAITING} wait for init already`,
        );}
      return;
    }
    if (body.in_reply_to !== undefined) return this.#settle(body.in_reply_to, message);
    this.#handle(message);
  }

  /** Writes to the node's log. */
  log(text: string): void {
    this.#transport.log(text);
  }

  #init(message: Message): void {
    const { body } = message;
    const problem = fieldProblem(Init.init.request, body);
    if (problem !== undefined) {
      return this.#fail(message, new RpcError(ErrorCode.malformedRequest, problem));
    }
    const { node_id: id, node_ids: ids } = body as RequestOf<typeof Init.init>; // just checked
    const first = this.#identity === undefined;
    this.#identity = { id, ids, peers: ids.filter((other) => other !== id) };
    if (first) { for (const start of this.#initialisers) this.#guard(message, start); }
    this.#answer(message, { type: Init.init.replyType });
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const earlier of waiting) this.receive(earlier);
  }

  #guard(message: Message, start: () => void): void {
    try {
      start();
    } catch (error) {
      this.log(`onInit failed: ${describe(error)}`);
      this.#fail(message, asError(error));
    }
  }

  #handle(message: Message): void {
    const { body } = message;
    const registered = this.#handlers.get(body.type);
    if (registered === undefined) {
      return this.#fail(
        message,
        new RpcError(ErrorCode.notSupported, `${this.id} handles no "${body.type}"`),
      );
    }
    const problem = fieldProblem(registered.message.request, body);
    if (problem !== undefined) {
      return this.#fail(
        message,
        new RpcError(ErrorCode.malformedRequest, `${body.type}: ${problem}`),
      );
    }
    const arrivedMs = performance.now();
    try {
      const reply = registered.handle(body, message);
      if (reply instanceof Promise) {
        reply.then(
          (later) => this.#reply(registered.message, message, later, arrivedMs),
          (error) => this.#fail(message, asError(error), arrivedMs),
        );
      } else this.#reply(registered.message, message, reply, arrivedMs);
    } catch (error) {
      this.#fail(message, asError(error), arrivedMs);
    }
  }

  #reply(to: OneWay | Rpc, request: Message, reply: unknown, arrivedMs: number): void {
    if (!("reply" in to) || request.body.msg_id === undefined) return;
    try {
      this.#answer(request, exactly(to, reply), arrivedMs);
    } catch (error) {
      this.#fail(request, asError(error), arrivedMs);
    }
  }

  #fail(request: Message, error: Error, arrivedMs?: number): void {
    const { type, msg_id } = request.body;
    const expected = error instanceof RpcError;
    if (!expected) this.log(`${type} from ${request.src} failed: ${describe(error)}`);
    if (msg_id === undefined) {
      if (expected) this.log(`${type} from ${request.src} failed: ${error.message}`);
      return;
    }
    const code = expected ? error.code : ErrorCode.crash;
    this.#answer(request, { type: "error", code, text: error.message }, arrivedMs);
  }

  #answer(request: Message, reply: Body, arrivedMs?: number): void {
    const { src, body } = request;
    if (body.msg_id === undefined) return;
    const tookMs = arrivedMs === undefined ? 0 : performance.now() - arrivedMs;
    if (tookMs > REPLY_WITHIN_MS && isClient(src)) {
      const took = `${Math.round(tookMs)} ms`;
      this.log(`dropped ${reply.type} to ${src} after ${took}: its ${body.type} has timed out`);
      return;
    }
    this.#send(src, { ...reply, in_reply_to: body.msg_id });
  }

  #settle(id: number, message: Message): void {
    const call = this.#calls.get(id);
    if (call === undefined) return; // it timed out, or the network delivered the reply twice
    const { body } = message;
    if (body.type === "error") {
      const code = typeof body.code === "number" ? body.code : ErrorCode.crash;
      const text = typeof body.text === "string" ? body.text : undefined;
      return call.settle(new RpcError(code, text));
    }
    const problem = body.type === call.rpc.replyType
      ? fieldProblem(call.rpc.reply, body)
      : `expected ${call.rpc.replyType}, got ${body.type}`;
    call.settle(
      problem === undefined
        ? body
        : new RpcError(ErrorCode.crash, `malformed reply from ${message.src}: ${problem}`),
    );
  }

  #send(dest: string, body: Body): void {
    this.#transport.send({ src: this.#known().id, dest, body });
  }
}

/** The reply with its described fields only: Maelstrom takes any other for a malformed answer. */
function exactly(rpc: Rpc, reply: unknown): Body {
  if (typeof reply !== "object" || reply === null) {
    throw new Error(`the handler of "${rpc.type}" must return a ${rpc.replyType}, got ${reply}`);
  }
  const problem = fieldProblem(rpc.reply, reply);
  if (problem !== undefined) throw new Error(`the ${rpc.replyType} of a handler: ${problem}`);
  const body: Body = { type: rpc.replyType };
  for (const name in rpc.reply) body[name] = Reflect.get(reply, name);
  return body;
}

function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}

function describe(error: unknown): string {
  return error instanceof Error ? error.stack ?? error.message : String(error);
}

/**
 * Runs a program on standard input and output until the input ends, then ends the process.
 *
 * Standard output belongs to the protocol, so `console.log` writes to standard error here. An error
 * that nobody caught is logged, and the node lives on: Maelstrom takes any exit for a crash.
 */
export async function serve(program: Program): Promise<never> {
  const output = new Output();
  const log = (text: string) => console.error(text);
  console.log = console.info = console.debug = console.error;
  surviveUncaught(log);
  const node = new Node({ send: (message) => output.write(JSON.stringify(message)), log });
  program(node);
  const input = new LineSplitter();
  const buffer = new Uint8Array(1 << 16);
  for (
    let size = await Deno.stdin.read(buffer);
    size !== null;
    size = await Deno.stdin.read(buffer)
  ) {
    receiveLines(node, input.push(buffer.subarray(0, size)));
  }
  receiveLines(node, input.end());
  await output.flushed();
  Deno.exit(0); // timers may still be pending
}

function receiveLines(node: Node, lines: string[]): void {
  for (const line of lines) {
    if (line.trim() === "") continue;
    try {
      node.receive(parseMessage(line));
    } catch (error) {
      if (error instanceof MalformedMessage) {
        node.log(`ignored a line that is no message: ${error.message}`);
      } else node.log(describe(error));
    }
  }
}

function surviveUncaught(log: (text: string) => void): void {
  globalThis.addEventListener("unhandledrejection", (event) => {
    event.preventDefault();
    log(`unhandled rejection: ${describe(event.reason)}`);
  });
  globalThis.addEventListener("error", (event) => {
    event.preventDefault();
    log(`uncaught error: ${describe(event.error)}`);
  });
}

/** Lines to standard output, those of one turn of the event loop in one write. */
class Output {
  #lines: string[] = [];
  #writing: Promise<void> | undefined;
  readonly #encoder = new TextEncoder();

  write(line: string): void {
    this.#lines.push(line);
    this.#writing ??= this.#drain();
  }

  async flushed(): Promise<void> {
    await this.#writing;
  }

  async #drain(): Promise<void> {
    await Promise.resolve(); // let the handlers of this turn add theirs
    while (this.#lines.length > 0) {
      const bytes = this.#encoder.encode(`${this.#lines.join("\n")}\n`);
      this.#lines = [];
      for (let from = 0; from < bytes.length;) {
        from += await Deno.stdout.write(bytes.subarray(from));
      }
    }
    this.#writing = undefined;
  }
}
