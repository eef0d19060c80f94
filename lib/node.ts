/**
 * A node of the system, as its program and its transport see it.
 *
 * @module
 */
import {
  type Body,
  describeError,
  ErrorCode,
  isClient,
  type Message,
  RpcError,
} from "./message.ts";
import { bodyOf, fieldProblem, type Of, type OneWay, type ReplyOf, type Rpc } from "./rpc.ts";
import { Init } from "./workloads.ts";

/** A challenge: registers handlers on a node, which may not know its id yet. */
export type Program = (node: Node) => void;

/** What a handler is given: the fields that its message describes, beside `type` and `msg_id`. */
export type RequestOf<M extends OneWay> = Of<M["request"]> & {
  readonly type: M["type"];
  readonly msg_id?: number;
};

/** Answers a request with a reply's body, now or later; or with nothing, where none is expected. */
export type Handler<M extends OneWay> = (
  body: RequestOf<M>,
  message: Message,
) => M extends Rpc ? ReplyOf<M> | Promise<ReplyOf<M>> : void | Promise<void>;

/** Options of {@linkcode Node.rpc}. */
export interface RpcOptions {
  /** How long to wait for the reply, in milliseconds. Default 1000; at most 2^31 - 1. */
  readonly timeoutMs?: number;
  /** Gives up early: the call rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** How a node reaches the world. */
export interface Transport {
  /**
   * Sends a message on its way. What its body holds may change after the call, so whoever keeps
   * the message copies it; an error thrown here reaches whoever sent.
   */
  send(message: Message): void;
  /** Says something to whoever runs the node; never on the protocol's own stream. */
  log(text: string): void;
}

/**
 * A client waits 5 s for a reply and may then be gone; Maelstrom stops reading a node that answers
 * a client it no longer knows. Half a second is left for the way here and back.
 */
const REPLY_WITHIN_MS = 4_500;

/** The longest `setTimeout`; beyond, it would fire at once. */
const MAX_TIMEOUT_MS = 2 ** 31 - 1;

/** Messages that may wait for `init`; what comes beyond is dropped, as a network may do. */
const MAX_WAITING = 100_000;

interface Call {
  readonly rpc: Rpc;
  readonly resolve: (reply: Body) => void;
  readonly reject: (reason: unknown) => void;
}

interface Registered {
  readonly message: OneWay | Rpc;
  readonly handle: (body: Body, message: Message) => unknown;
}

/** One node of the system, as its program sees it. */
export class Node {
  readonly #transport: Transport;
  readonly #handlers = new Map<string, Registered>();
  readonly #calls = new Map<number, Call>();
  readonly #initialisers: (() => void)[] = [];
  #waiting: Message[] = [];
  #identity: { id: string; ids: readonly string[]; peers: readonly string[] } | undefined;
  #lastMsgId = 0;

  /** A node without an id: it gets that, and its peers', by `init`. */
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

  /**
   * Calls `start` once the node knows its id, before any other message is handled. The place for
   * timers; but do not send from `start` itself, only later: other nodes and the services may not
   * be there yet, and Maelstrom stops reading a node that writes to someone it does not know.
   */
  onInit(start: () => void): void {
    this.#initialisers.push(start);
  }

  /**
   * Handles messages of one type. Fields of the wrong kind never reach the handler: the sender gets
   * error 12, which names the field. A handler that throws an {@linkcode RpcError} replies with it;
   * any other error becomes code 13 with the error's text. A client's request that takes an async
   * handler longer than 4.5 s is not answered any more. A handler that computes for seconds on end
   * stops the whole node for as long.
   *
   * Hazard: an error that a call inside the handler received and nobody caught is passed on, code
   * and all. A definite code then says of the *whole* request that it did not take effect.
   *
   * @throws {Error} if the type has a handler already.
   * @throws {TypeError} if the message is no description, as in a program that was not type-checked.
   */
  on<M extends OneWay>(message: M, handler: Handler<M>): void {
    mustBeDescribed(message);
    const { type } = message;
    if (this.#handlers.has(type)) throw new Error(`a handler for "${type}" is registered already`);
    this.#handlers.set(type, {
      message,
      handle: (body, envelope) => handler(checked(message, body), envelope),
    });
  }

  /**
   * Sends a message that expects no reply. It may be lost, and it may overtake others.
   *
   * @throws {TypeError} if the message is no description.
   */
  send<M extends OneWay>(dest: string, message: M, fields: Of<M["request"]>): void {
    mustBeDescribed(message);
    this.#send(dest, bodyOf(message.type, message.request, fields));
  }

  /**
   * Sends a request and waits for the reply.
   *
   * @throws {RpcError} the error that came back; code 0 if nothing did in time, in which case the
   * request may have been carried out, or may be yet; code 13 if the reply was malformed.
   * @throws {RangeError} if `timeoutMs` is out of range.
   * @throws {TypeError} if the request is no description.
   */
  async rpc<R extends Rpc>(
    dest: string,
    request: R,
    fields: Of<R["request"]>,
    options: RpcOptions = {},
  ): Promise<ReplyOf<R>> {
    mustBeDescribed(request);
    const { timeoutMs = 1000, signal } = options;
    if (!(timeoutMs >= 0 && timeoutMs <= MAX_TIMEOUT_MS)) {
      throw new RangeError(
        `timeoutMs must be between 0 and ${MAX_TIMEOUT_MS}: current value is ${timeoutMs}`,
      );
    }
    signal?.throwIfAborted();
    const { promise, resolve, reject } = Promise.withResolvers<Body>();
    const abort = () => reject(signal?.reason);
    signal?.addEventListener("abort", abort, { once: true });
    const timer = setTimeout(() => {
      const text = `no reply to ${request.type} from ${dest} in ${timeoutMs} ms`;
      reject(new RpcError(ErrorCode.timeout, text));
    }, timeoutMs);
    const id = ++this.#lastMsgId;
    this.#calls.set(id, { rpc: request, resolve, reject });
    try {
      const body = bodyOf(request.type, request.request, fields);
      body.msg_id = id;
      this.#send(dest, body);
      return await promise as ReplyOf<R>; // #settle has checked its fields
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener("abort", abort);
      this.#calls.delete(id);
    }
  }

  /** Takes a message from the network. Whoever runs the node calls this; a program never does. */
  receive(message: Message): void {
    const { body } = message;
    if (body.type === Init.init.type) this.#init(message);
    else if (this.#identity === undefined) this.#wait(message);
    else if (body.in_reply_to !== undefined) this.#settle(message, body.in_reply_to);
    else this.#handle(message);
  }

  /** Writes to the node's log. */
  log(text: string): void {
    this.#transport.log(text);
  }

  #init(message: Message): void {
    try {
      const { node_id: id, node_ids: ids } = checked(Init.init, message.body);
      if (this.#identity === undefined) {
        this.#identity = { id, ids, peers: ids.filter((other) => other !== id) };
        for (const start of this.#initialisers) start();
      }
      this.#answer(message, { type: Init.init.replyType });
    } catch (error) {
      this.#fail(message, error);
    }
    if (this.#identity === undefined) return;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const earlier of waiting) this.receive(earlier);
  }

  /** Keeps what comes before `init`: nodes start independently, so a peer may be ahead. */
  #wait(message: Message): void {
    if (this.#waiting.length < MAX_WAITING) {
      this.#waiting.push(message);
    } else {
      const { src, body } = message;
      this.log(`dropped a ${body.type} from ${src}: ${MAX_WAITING} messages wait for init already`);
    }
  }

  #handle(message: Message): void {
    const { body } = message;
    const registered = this.#handlers.get(body.type);
    if (registered === undefined) {
      const text = `${this.id} handles no "${body.type}"`;
      return this.#fail(message, new RpcError(ErrorCode.notSupported, text));
    }
    const { message: to, handle } = registered;
    try {
      const reply = handle(body, message);
      if (!(reply instanceof Promise)) return this.#reply(message, to, reply);
      const sinceMs = performance.now(); // only here: asking the time costs as much as dispatch
      reply.then((later) => this.#reply(message, to, later, sinceMs))
        .catch((error) => this.#fail(message, error, sinceMs));
    } catch (error) {
      this.#fail(message, error);
    }
  }

  #reply(request: Message, to: OneWay | Rpc, reply: unknown, sinceMs?: number): void {
    if ("reply" in to && request.body.msg_id !== undefined) {
      this.#answer(request, replyBody(to, reply), sinceMs);
    }
  }

  #fail(request: Message, error: unknown, sinceMs?: number): void {
    const { src, body } = request;
    const deliberate = error instanceof RpcError;
    if (!deliberate || body.msg_id === undefined) {
      this.log(
        `${body.type} from ${src} failed: ${deliberate ? error.message : describeError(error)}`,
      );
    }
    const code = deliberate ? error.code : ErrorCode.crash;
    const text = error instanceof Error ? error.message : String(error);
    this.#answer(request, { type: "error", code, text }, sinceMs);
  }

  #answer({ src, dest, body }: Message, reply: Body, sinceMs?: number): void {
    if (body.msg_id === undefined) return;
    if (sinceMs !== undefined && isClient(src)) {
      const tookMs = performance.now() - sinceMs;
      if (tookMs > REPLY_WITHIN_MS) {
        const took = `${Math.round(tookMs)} ms`;
        return this.log(
          `dropped ${reply.type} to ${src} after ${took}: its ${body.type} has timed out`,
        );
      }
    }
    reply.in_reply_to = body.msg_id;
    // A malformed init is answered under the name that it was sent to.
    this.#transport.send({ src: this.#identity?.id ?? dest, dest: src, body: reply });
  }

  #settle({ src, body }: Message, id: number | null): void {
    const call = id === null ? undefined : this.#calls.get(id);
    if (call === undefined) return; // it was given up, or the network delivered the reply twice
    if (body.type === "error") {
      const code = typeof body.code === "number" ? body.code : ErrorCode.crash;
      const text = typeof body.text === "string" ? body.text : undefined;
      return call.reject(new RpcError(code, text));
    }
    const problem = body.type === call.rpc.replyType
      ? fieldProblem(call.rpc.reply, body)
      : `expected ${call.rpc.replyType}, got ${body.type}`;
    if (problem === undefined) call.resolve(body);
    else call.reject(new RpcError(ErrorCode.crash, `malformed reply from ${src}: ${problem}`));
  }

  #send(dest: string, body: Body): void {
    this.#transport.send({ src: this.#known().id, dest, body });
  }
}

/** Who runs a program without checking its types hears of a mistake that is easily made, all the same. */
function mustBeDescribed(message: Partial<OneWay>): void {
  if (typeof message.type === "string" && typeof message.request === "object") return;
  throw new TypeError(
    "expected a message's description, such as Echo.echo or what rpc() and oneWay() make, got " +
      JSON.stringify(message),
  );
}

/** The body as its message describes it: the one place where what was received becomes typed. */
function checked<M extends OneWay>(message: M, body: Body): RequestOf<M> {
  const problem = fieldProblem(message.request, body);
  if (problem === undefined) return body as RequestOf<M>;
  throw new RpcError(ErrorCode.malformedRequest, `${message.type}: ${problem}`);
}

/** The reply with its described fields only: Maelstrom takes any other for a malformed answer. */
function replyBody(rpc: Rpc, reply: unknown): Body {
  if (typeof reply !== "object" || reply === null) {
    throw new Error(`the handler of "${rpc.type}" must return a ${rpc.replyType}, got ${reply}`);
  }
  const problem = fieldProblem(rpc.reply, reply);
  if (problem !== undefined) throw new Error(`the handler's ${rpc.replyType}: ${problem}`);
  return bodyOf(rpc.replyType, rpc.reply, reply);
}
