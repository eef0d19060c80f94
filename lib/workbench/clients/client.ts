/**
 * Clients: each sends one request at a time, waits for the reply, and checks its form.
 *
 * @module
 */
import type { Clock, Timer } from "../clock/clock.ts";
import { NS_PER_MS } from "../../history/operations.ts";
import { printJson } from "../../history/json.ts";
import { type Body, ErrorCode, errorName, RpcError } from "../../message.ts";
import type { Network } from "../network/network.ts";
import { fieldProblem, type Of, type ReplyOf, type Rpc } from "../../rpc.ts";

/** No reply came in time. The request may have been carried out, or may be yet. */
export class ClientTimeout extends RpcError {
  constructor(readonly node: string, readonly type: string, timeoutMs: number) {
    super(ErrorCode.timeout, `no reply from ${node} to ${type} in ${timeoutMs} ms`);
  }
}

/** A reply does not have the form that the workload asks for. */
export class MalformedReply extends Error {
  override readonly name = "MalformedReply";

  constructor(
    readonly node: string,
    readonly request: Body,
    readonly reply: Body,
    readonly problem: string,
  ) {
    super(
      `malformed reply from ${node}: ${problem}. Asked ${printJson(request)}, got ${
        printJson(reply)
      }`,
    );
  }
}

/** What is noticed beside the answers that a client gets. */
interface ClientObserver {
  /** A message came that no request awaits, and why none ever will. */
  readonly stray?: (node: string, reply: Body, problem: string) => void;
  /** No reply came in time. */
  readonly timedOut?: (node: string) => void;
}

/** Stands for the code of an error reply that has none; it is no error's code. */
const NO_CODE = -1;

/** An error reply, with the bodies for the history to quote. */
export class ErrorReply extends RpcError {
  constructor(readonly request: Body, readonly reply: Body) {
    const { code, text } = reply;
    const known = typeof code === "number" ? code : NO_CODE;
    const said = typeof text === "string" ? `: ${text}` : "";
    super(
      known,
      `error ${printJson(code)} (${errorName(known)}) in reply to ${request.type}${said}`,
    );
  }
}

/** Sends a request to the client's node and waits for the reply. */
export type Call = <R extends Rpc>(
  rpc: R,
  fields: Of<R["request"]>,
  timeoutMs?: number,
) => Promise<ReplyOf<R>>;

/** How long a client waits for a reply unless the workload says otherwise. */
const CLIENT_TIMEOUT_MS = 5_000;

/** A request without a reply. */
interface Awaiting {
  readonly msgId: number;
  readonly settle: (reply: Body) => void;
  readonly giveUp: () => void;
  readonly sentNs: number;
  timeout: Timer;
  /** When the client gives up. */
  deadlineNs: number;
}

/** A client in the network. It has at most one outstanding request. */
export class Client {
  readonly #network: Network;
  readonly #clock: Clock;
  readonly #observer: ClientObserver;
  #lastMsgId = 0;
  /** Since when the time of its requests stands still. */
  #suspendedNs: number | undefined;
  #awaiting: Awaiting | undefined;

  constructor(readonly id: string, network: Network, clock: Clock, observer: ClientObserver = {}) {
    this.#network = network;
    this.#clock = clock;
    this.#observer = observer;
    network.register(id, ({ src, body }) => {
      if (this.#awaiting !== undefined && body.in_reply_to === this.#awaiting.msgId) {
        return this.#awaiting.settle(body);
      }
      const problem = addressProblem(body, this.#lastMsgId);
      if (problem !== undefined) this.#observer.stray?.(src, body, problem);
    });
  }

  /** Leaves the network; no reply comes any more. A message to it is then an error of its sender. */
  close(): void {
    this.#awaiting?.timeout.cancel();
    this.#network.unregister(this.id);
  }

  /**
   * Sends a request to a node.
   *
   * @throws {ClientTimeout} if no reply comes in time.
   * @throws {ErrorReply} if the reply is an error.
   * @throws {MalformedReply} if the reply does not have exactly the fields described.
   */
  async rpc<R extends Rpc>(
    node: string,
    rpc: R,
    fields: Of<R["request"]>,
    timeoutMs: number = CLIENT_TIMEOUT_MS,
  ): Promise<ReplyOf<R>> {
    const request: Body = { ...fields, type: rpc.type, msg_id: ++this.#lastMsgId };
    const reply = await this.#exchange(node, request, timeoutMs);
    if (reply.type === "error") throw new ErrorReply(request, reply);
    const problem = replyProblem(rpc, reply);
    if (problem !== undefined) throw new MalformedReply(node, request, reply, problem);
    return reply as Body & ReplyOf<R>; // exactly the fields described, as just checked
  }

  /** Stops the time of its requests, as while the node that is to reply is paused. */
  suspend(): void {
    this.#suspendedNs ??= this.#clock.nowNs();
    this.#awaiting?.timeout.cancel();
  }

  /** Lets the time go on that {@linkcode Client.suspend} has stopped. */
  proceed(): void {
    const [awaiting, sinceNs] = [this.#awaiting, this.#suspendedNs];
    this.#suspendedNs = undefined;
    if (awaiting === undefined || sinceNs === undefined) return;
    awaiting.deadlineNs += this.#clock.nowNs() - Math.max(sinceNs, awaiting.sentNs);
    awaiting.timeout = this.#clock.at(awaiting.deadlineNs, awaiting.giveUp);
  }

  #exchange(node: string, request: Body, timeoutMs: number): Promise<Body> {
    return new Promise((resolve, reject) => {
      const giveUp = () => {
        this.#awaiting = undefined;
        this.#observer.timedOut?.(node);
        reject(new ClientTimeout(node, request.type, timeoutMs));
      };
      const settle = (reply: Body) => {
        this.#awaiting?.timeout.cancel();
        this.#awaiting = undefined;
        resolve(reply);
      };
      const sentNs = this.#clock.nowNs();
      const deadlineNs = sentNs + timeoutMs * NS_PER_MS;
      const timeout = this.#clock.at(deadlineNs, giveUp);
      this.#awaiting = { msgId: this.#lastMsgId, settle, giveUp, timeout, sentNs, deadlineNs };
      if (this.#suspendedNs !== undefined) timeout.cancel();
      const message = { src: this.id, dest: node, body: request };
      this.#network.send(this.id, node, printJson(message), request);
    });
  }
}

/**
 * Why a message to a client answers no request, the last one's id given; nothing for a reply that is
 * late or repeated.
 */
function addressProblem(body: Body, lastMsgId: number): string | undefined {
  const { in_reply_to: id } = body;
  const wanted = `the request's "msg_id" was ${lastMsgId}`;
  if (id === undefined || id === null) {
    const alike = Object.keys(body).find((key) => /reply/i.test(key) && key !== "in_reply_to");
    return `it has no "in_reply_to"${alike === undefined ? "" : `, but "${alike}"`}; ${wanted}`;
  }
  if (typeof id !== "number" || !Number.isInteger(id)) {
    const kind = typeof id === "string" ? ", a string" : typeof id === "object" ? ", a float" : "";
    return `its "in_reply_to" is ${printJson(id)}${kind}; ${wanted}, an integer`;
  }
  return id > 0 && id <= lastMsgId ? undefined : `its "in_reply_to" is ${id}; ${wanted}`;
}

/** What is wrong with a reply. As in Maelstrom only the reply to `init` may have further fields. */
function replyProblem(rpc: Rpc, reply: Body): string | undefined {
  if (reply.type !== rpc.replyType) return `"type" must be "${rpc.replyType}"`;
  if (rpc.type === "init") return undefined;
  for (const key of Object.keys(reply)) {
    const known = key === "type" || key === "in_reply_to" || key === "msg_id" ||
      Object.hasOwn(rpc.reply, key);
    if (!known) return `"${key}" does not belong there`;
  }
  const { msg_id } = reply;
  if (msg_id !== undefined && typeof msg_id !== "bigint" && !Number.isInteger(msg_id)) {
    return `"msg_id" must be an integer where there is one, got ${printJson(msg_id)}`;
  }
  return fieldProblem(rpc.reply, reply);
}
