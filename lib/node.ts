/**
 * A node of the system, as its program and its transport see it.
 *
 * @module
 */
import type { Disk, OpenDisk } from "./disk.ts";
import { type Journal, type JournalOptions, NodeJournal } from "./journal.ts";
import {
  type Body,
  describeError,
  ErrorCode,
  isClient,
  type Message,
  reasonOf,
  RpcError,
} from "./message.ts";
import {
  bodyOf,
  fieldProblem,
  type Of,
  type OneWay,
  replyBody,
  type ReplyOf,
  type Rpc,
  showValue,
} from "./rpc.ts";
import { Init } from "./workloads.ts";

/** A challenge: registers handlers on a node, which may not know its id yet. */
export type Program = (node: Node) => void;

/** What a handler receives: the fields that its message describes, with `type` and `msg_id`. */
export type RequestOf<M extends OneWay> = Of<M["request"]> & {
  readonly type: M["type"];
  readonly msg_id?: Body["msg_id"];
};

/** Answers a request with a reply's body, now or later; a one-way message with nothing. */
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

/** How a node reaches the network and its log. */
export interface Transport {
  /**
   * Sends a message. The values in its body may change after the call, so a transport that keeps
   * the message copies it. An error thrown here reaches the sender.
   */
  send(message: Message): void;
  /** Writes to the node's log, which is never the protocol's own stream. */
  log(text: string): void;
}

/**
 * A client waits 5 s for a reply and may then be gone, and Maelstrom stops reading a node that
 * answers a client it no longer knows. That leaves half a second for the way here and back.
 */
const REPLY_WITHIN_MS = 4_500;

/** The longest delay that `setTimeout` can keep; it fires at once for any longer one. */
const MAX_TIMEOUT_MS = 2 ** 31 - 1;

/** Bound on the messages that wait for `init`; more are dropped, as a network may do. */
const MAX_WAITING = 100_000;

/** Requests are numbered from a random place below this: with 15 digits, numbers are parsed fastest. */
const MAX_FIRST_MSG_ID = 2 ** 49;

/** What a node is started with. */
export interface Surroundings {
  /** Opens what its journal is on. Default: it is in memory. */
  readonly openDisk?: OpenDisk;
  /** {@linkcode Node.args}. Default: none. */
  readonly args?: readonly string[];
}

interface Call {
  readonly dest: string;
  readonly rpc: Rpc;
  readonly resolve: (reply: Body) => void;
  readonly reject: (reason: unknown) => void;
}

interface Registered {
  readonly message: OneWay | Rpc;
  readonly handle: (body: Body, message: Message) => unknown;
}

/**
 * A node of the system, as its program sees it.
 *
 * @example
 * ```ts
 * import { Broadcast, integer, type Node, oneWay } from "@glomers/maelstrom";
 *
 * const gossip = oneWay("gossip", { message: integer });
 *
 * export function broadcast(node: Node): void {
 *   const seen = new Set<number>();
 *   node.on(Broadcast.topology, () => ({ type: "topology_ok" }));
 *   node.on(Broadcast.broadcast, ({ message }) => {
 *     seen.add(message);
 *     for (const peer of node.peers) node.send(peer, gossip, { message });
 *     return { type: "broadcast_ok" };
 *   });
 *   node.on(gossip, ({ message }) => void seen.add(message));
 *   node.on(Broadcast.read, () => ({ type: "read_ok", messages: [...seen] }));
 * }
 * ```
 */
export class Node {
  readonly #transport: Transport;
  readonly #handlers = new Map<string, Registered>();
  readonly #calls = new Map<number, Call>();
  readonly #initialisers: (() => void)[] = [];
  readonly #openDisk: OpenDisk | undefined;
  /** The arguments that the program was started with: behind `--` on Maelstrom's command line. */
  readonly args: readonly string[];
  #journal: Pick<NodeJournal<never, unknown>, "open" | "stored"> | undefined;
  #isStarted = false;
  /** Settles when the journal is back, or cannot be. */
  #opened: Promise<void> | undefined;
  #waiting: Message[] = [];
  #identity: { id: string; ids: readonly string[]; peers: readonly string[] } | undefined;
  #lastMsgId: number | undefined;

  /**
   * A node that learns its id, and its peers', from `init`.
   *
   * @param surroundings What it is started with. Default: nothing.
   */
  constructor(transport: Transport, { openDisk, args = [] }: Surroundings = {}) {
    this.#transport = transport;
    this.#openDisk = openDisk;
    this.args = args;
  }

  /**
   * This node's id, such as `n0`.
   *
   * @throws {Error} before `init`.
   */
  get id(): string {
    return this.#known().id;
  }

  /**
   * The ids of all nodes, this one included, in the same order on every node.
   *
   * @throws {Error} before `init`.
   */
  get ids(): readonly string[] {
    return this.#known().ids;
  }

  /**
   * The ids of all other nodes, in the order of {@linkcode Node.ids}.
   *
   * @throws {Error} before `init`.
   */
  get peers(): readonly string[] {
    return this.#known().peers;
  }

  #known() {
    if (this.#identity !== undefined) return this.#identity;
    throw new Error("a node has no id before init: use it in a handler or in onInit");
  }

  /**
   * Calls `start` once the node knows its id, before it handles any other message. This is the
   * place to start timers. Do not send from `start` itself: other nodes and the services may not be
   * there yet, and Maelstrom stops reading a node that writes to a destination it does not know.
   *
   * @example
   * ```ts
   * import { array, integer, type Node, oneWay } from "@glomers/maelstrom";
   *
   * const gossip = oneWay("gossip", { values: array(integer) });
   *
   * export function gossiper(node: Node): void {
   *   const seen = new Set<number>();
   *   node.on(gossip, ({ values }) => values.forEach((value) => seen.add(value)));
   *   node.onInit(() => {
   *     node.log(`starts with ${node.peers.length} peers`);
   *     setInterval(() => {
   *       for (const peer of node.peers) node.send(peer, gossip, { values: [...seen] });
   *     }, 200);
   *   });
   * }
   * ```
   */
  onInit(start: () => void): void {
    if (typeof start !== "function") throw wrongArgument("onInit", "start", "a function", start);
    this.#initialisers.push(start);
  }

  /**
   * Makes the node's journal, for what has to outlast the process. Call it while the program
   * registers its handlers. What an earlier incarnation stored is back before `onInit` and before
   * any message is handled; if it cannot be brought back, the node answers `init` with an error and
   * handles nothing.
   *
   * @example
   * ```ts
   * import { array, GSet, integer, type Node } from "@glomers/maelstrom";
   * import { simulate } from "@glomers/maelstrom/simulator";
   *
   * function growOnlySet(node: Node): void {
   *   const elements = new Set<number>();
   *   const journal = node.journal({
   *     name: "g-set",
   *     record: integer,
   *     state: array(integer),
   *     restore: (state) => state.forEach((element) => elements.add(element)),
   *     apply: (element) => void elements.add(element),
   *     snapshot: () => [...elements],
   *   });
   *   node.on(GSet.add, async ({ element }) => {
   *     await journal.append(element);
   *     return { type: "add_ok" };
   *   });
   *   node.on(GSet.read, () => ({ type: "read_ok", value: [...elements] }));
   * }
   *
   * // Nothing is lost, although the one node is killed again and again.
   * await simulate(growOnlySet, { workload: "g-set", nodeCount: 1, timeLimitS: 20, faults: ["kill"] });
   * ```
   *
   * @throws {Error} if the node has a journal already.
   */
  journal<Record, State, Result = void>(
    options: JournalOptions<Record, State, Result>,
  ): Journal<Record, Result> {
    if (this.#journal !== undefined) {
      throw new Error("a node has one journal, and this has it already");
    }
    const journal = new NodeJournal(options, (text) => this.log(text));
    this.#journal = journal;
    return journal;
  }

  /**
   * Opens the node's disk, for a program that stores things in a form of its own. Resolves to
   * `undefined` if it has none. It has one journal or one such disk, not both.
   *
   * @example
   * ```ts
   * import { type Node, UniqueIds } from "@glomers/maelstrom";
   *
   * export function idsOfBoots(node: Node): void {
   *   const boot = Promise.withResolvers<number>();
   *   node.onInit(async () => {
   *     const disk = await node.openDisk();
   *     const last = await disk?.read("boots");
   *     const bytes = Uint8Array.of((last?.[0] ?? 0) + 1);
   *     const file = await disk?.create("boots.new");
   *     await file?.write(bytes);
   *     await file?.sync();
   *     file?.close();
   *     await disk?.rename("boots.new", "boots");
   *     await disk?.sync();
   *     boot.resolve(bytes[0] ?? 0);
   *   });
   *   let count = 0;
   *   node.on(UniqueIds.generate, async () => {
   *     const id = `${node.id} ${await boot.promise} ${++count}`;
   *     return { type: "generate_ok", id };
   *   });
   * }
   * ```
   *
   * @throws {Error} before `init`, and if the disk cannot be used.
   */
  async openDisk(): Promise<Disk | undefined> {
    return await this.#openDisk?.(this.id);
  }

  /**
   * Handles messages of one type. Ill-typed fields never reach the handler: the sender gets error
   * 12, which names the field. A handler that throws an {@linkcode RpcError} replies with it; any
   * other error becomes code 13 with the error's text. If an async handler takes longer than 4.5 s,
   * a client gets no answer any more. A handler that computes for seconds stops the whole node for
   * as long.
   *
   * Hazard: an error that a call inside the handler receives and nobody catches becomes the reply,
   * code included. A definite code then claims that the *whole* request did not take effect.
   *
   * @example
   * ```ts
   * import { Echo, ErrorCode, type Node, RpcError } from "@glomers/maelstrom";
   * import { TestNode } from "@glomers/maelstrom/testing";
   * import { assertEquals, assertRejects } from "@std/assert";
   *
   * const n0 = new TestNode((node: Node) => {
   *   node.on(Echo.echo, ({ echo }, { src }) => {
   *     if (echo === null) throw new RpcError(ErrorCode.malformedRequest, `${src} sends nothing`);
   *     return { type: "echo_ok", echo };
   *   });
   * });
   * assertEquals((await n0.ask(Echo.echo, { echo: "hi" })).echo, "hi");
   * await assertRejects(() => n0.ask(Echo.echo, { echo: null }), RpcError, "c0 sends nothing");
   * ```
   *
   * @throws {Error} if the type has a handler already.
   * @throws {TypeError} if `message` is no description, as can happen in a program that is not
   * type-checked.
   */
  on<M extends OneWay>(message: M, handler: Handler<M>): void {
    mustBeDescription("on", message);
    if (typeof handler !== "function") {
      throw wrongArgument("on", `the handler of "${message.type}"`, "a function", handler);
    }
    const { type } = message;
    if (this.#handlers.has(type)) throw new Error(`a handler for "${type}" is registered already`);
    this.#handlers.set(type, {
      message,
      handle: (body, envelope) => handler(checked(message, body), envelope),
    });
  }

  /**
   * Sends a message that expects no reply. It may be lost, repeated, or overtaken by others.
   *
   * @example
   * ```ts
   * import { integer, type Node, oneWay } from "@glomers/maelstrom";
   *
   * const gossip = oneWay("gossip", { message: integer });
   *
   * export function tellAll(node: Node, message: number): void {
   *   for (const peer of node.peers) node.send(peer, gossip, { message });
   * }
   * ```
   *
   * @throws {Error} before `init`.
   * @throws {TypeError} if `dest` is no string, `message` no description or `fields` no object, as
   * can happen in a program that is not type-checked.
   */
  send<M extends OneWay>(dest: string, message: M, fields: Of<M["request"]>): void {
    mustBeSendable("send", dest, message, fields);
    this.#send(dest, bodyOf(message.type, message.request, fields));
  }

  /**
   * Sends a request and waits for the reply: the first from `dest` with the request's number. Any
   * other, such as a late one to an earlier incarnation of this node, is ignored.
   *
   * @example
   * ```ts
   * import { integer, type Node, rpc, RpcError } from "@glomers/maelstrom";
   *
   * const gossip = rpc("gossip", { message: integer }, {});
   *
   * export async function tell(node: Node, peer: string, message: number): Promise<void> {
   *   for (;;) { // until the network is whole again
   *     try {
   *       await node.rpc(peer, gossip, { message }, { timeoutMs: 500 });
   *       return;
   *     } catch (error) {
   *       if (!(error instanceof RpcError)) throw error;
   *     }
   *   }
   * }
   * ```
   *
   * @throws {RpcError} with the error that came back; with code 0 if nothing did in time, in which
   * case the request may have taken effect or may do so yet; with code 13 if the reply was
   * malformed.
   * @throws {Error} before `init`.
   * @throws {RangeError} if `timeoutMs` is out of range.
   * @throws {TypeError} if `dest` is no string, `request` no description or `fields` no object.
   */
  async rpc<R extends Rpc>(
    dest: string,
    request: R,
    fields: Of<R["request"]>,
    options: RpcOptions = {},
  ): Promise<ReplyOf<R>> {
    mustBeSendable("rpc", dest, request, fields);
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
    const id = this.#newMsgId();
    this.#calls.set(id, { dest, rpc: request, resolve, reject });
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

  /**
   * Numbers of an earlier incarnation must not come again, as replies to it may still be on their
   * way. Two incarnations that begin at random places, with a million requests each, share a number
   * once in 280 million restarts.
   */
  #newMsgId(): number {
    this.#lastMsgId ??= Math.floor(Math.random() * MAX_FIRST_MSG_ID);
    return ++this.#lastMsgId;
  }

  /**
   * Takes a message from the network. The transport calls this; a program never does.
   *
   * @example
   * ```ts
   * import { Echo, type Message, Node } from "@glomers/maelstrom";
   * import { assertEquals } from "@std/assert";
   *
   * const sent: Message[] = [];
   * const node = new Node({ send: (message) => sent.push(message), log: console.error });
   * node.on(Echo.echo, ({ echo }) => ({ type: "echo_ok", echo }));
   * const init = { type: "init", msg_id: 1, node_id: "n0", node_ids: ["n0"] };
   * node.receive({ src: "c0", dest: "n0", body: init });
   * node.receive({ src: "c0", dest: "n0", body: { type: "echo", msg_id: 2, echo: "hi" } });
   * await node.stored();
   * assertEquals(sent.map(({ body }) => body.type), ["init_ok", "echo_ok"]);
   * ```
   *
   * @param ageMs How long ago it may have been sent at most, if that is not just now.
   */
  receive(message: Message, ageMs = 0): void {
    const { body } = message;
    const isInit = body.type === Init.init.type;
    if (!this.#isStarted && (!isInit || this.#identity !== undefined)) this.#wait(message);
    else if (isInit) this.#init(message);
    else if (body.in_reply_to !== undefined) this.#settle(message, body.in_reply_to);
    else this.#handle(message, ageMs);
  }

  /** Resolves when all that the node has been asked to store is stored. The transport waits for it. */
  async stored(): Promise<void> {
    await this.#opened;
    await this.#journal?.stored();
  }

  /**
   * Writes a line to the node's log.
   *
   * @throws {TypeError} if `text` is no string; `console.log` takes any value, and writes there too.
   */
  log(text: string): void {
    if (typeof text !== "string") {
      throw wrongArgument("log", "the text", "a string (console.log takes any value)", text);
    }
    this.#transport.log(text);
  }

  #init(message: Message): void {
    try {
      const { node_id: id, node_ids: ids } = checked(Init.init, message.body);
      if (this.#identity !== undefined) return this.#answer(message, initOk());
      this.#identity = { id, ids, peers: ids.filter((other) => other !== id) };
    } catch (error) {
      return this.#fail(message, error);
    }
    if (this.#journal === undefined) return this.#start(message);
    const opened = this.#journal.open({ ...this.#identity, client: message.src }, this.#openDisk);
    if (opened === undefined) return this.#start(message);
    this.#opened = opened.then(
      () => this.#start(message),
      (error) => this.#refuse(message, error),
    );
  }

  #start(init: Message): void {
    this.#isStarted = true;
    try {
      for (const start of this.#initialisers) start();
      this.#answer(init, initOk());
    } catch (error) {
      this.#fail(init, error);
    }
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const earlier of waiting) this.receive(earlier);
  }

  /** Stays as it was before `init`, as this node would not know what it has acknowledged. */
  #refuse(init: Message, error: unknown): void {
    this.#identity = undefined;
    const text = reasonOf(error);
    this.log(`cannot start: ${text}`);
    this.#fail(init, new RpcError(ErrorCode.crash, text));
  }

  /** Keeps a message until `init`: nodes start independently, so a peer may be ahead. */
  #wait(message: Message): void {
    if (this.#waiting.length < MAX_WAITING) {
      this.#waiting.push(message);
    } else {
      const { src, body } = message;
      this.log(`dropped a ${body.type} from ${src}: ${MAX_WAITING} messages wait for init already`);
    }
  }

  #handle(message: Message, ageMs: number): void {
    const { body } = message;
    // Only where it matters: reading the clock costs as much as dispatch.
    const sentMs = ageMs > 0 ? performance.now() - ageMs : undefined;
    const registered = this.#handlers.get(body.type);
    if (registered === undefined) {
      const text = `${this.id} handles no "${body.type}"`;
      return this.#fail(message, new RpcError(ErrorCode.notSupported, text), sentMs);
    }
    const { message: to, handle } = registered;
    try {
      const reply = handle(body, message);
      if (!(reply instanceof Promise)) return this.#reply(message, to, reply, sentMs);
      const sinceMs = sentMs ?? performance.now();
      reply.then((later) => this.#reply(message, to, later, sinceMs))
        .catch((error) => this.#fail(message, error, sinceMs));
    } catch (error) {
      this.#fail(message, error, sentMs);
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
    this.#answer(request, { type: "error", code, text: reasonOf(error) }, sinceMs);
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
    // A malformed init is answered under the name to which it was sent.
    this.#transport.send({ src: this.#identity?.id ?? dest, dest: src, body: reply });
  }

  #settle({ src, body }: Message, id: Body["in_reply_to"]): void {
    const call = typeof id === "number" ? this.#calls.get(id) : undefined;
    if (call === undefined) return; // it timed out, was answered before, or is an earlier incarnation's
    if (src !== call.dest) {
      const { dest, rpc: { type } } = call;
      return this.log(
        `ignored ${body.type} from ${src}: the ${type} it replies to went to ${dest}`,
      );
    }
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

function initOk(): Body {
  return { type: Init.init.replyType };
}

/** Catches easy mistakes in programs that are not type-checked. */
function mustBeSendable(method: string, dest: unknown, message: OneWay, fields: unknown): void {
  if (typeof dest !== "string") {
    throw wrongArgument(method, "the destination", 'a node\'s id, such as "n0"', dest);
  }
  mustBeDescription(method, message);
  if (typeof fields === "object" && fields !== null) return;
  const names = Object.keys(message.request).join(", ");
  const expected = names === "" ? "{}" : `an object { ${names} }`;
  throw wrongArgument(method, `the fields of "${message.type}"`, expected, fields);
}

function mustBeDescription(method: string, message: Partial<OneWay> | null | undefined): void {
  if (typeof message?.type === "string" && typeof message.request === "object") return;
  throw wrongArgument(
    method,
    "the message",
    "a description, such as Echo.echo or what rpc() and oneWay() make",
    message,
  );
}

function wrongArgument(method: string, what: string, expected: string, got: unknown): TypeError {
  return new TypeError(`node.${method}: ${what} must be ${expected}, got ${showValue(got)}`);
}

/** The body, typed as its message describes it: the one place where received data becomes typed. */
function checked<M extends OneWay>(message: M, body: Body): RequestOf<M> {
  const problem = fieldProblem(message.request, body);
  if (problem === undefined) return body as RequestOf<M>;
  throw new RpcError(ErrorCode.malformedRequest, `${message.type}: ${problem}`);
}
