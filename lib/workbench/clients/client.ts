/**
 * Clients: they ask one thing at a time, wait, and judge the form of the answer.
 *
 * @module
 */
import type { Clock } from "../clock/clock.ts";
import { MS } from "../clock/clock.ts";
import { type Edn, type EdnObject, keyword, Sym } from "../../history/edn.ts";
import { bodyToEdn, jsonToEdn, printJson } from "../../history/json.ts";
import { type Body, ErrorCode, errorName, RpcError } from "../../message.ts";
import type { Network } from "../network/network.ts";
import { fieldProblem, type Of, type ReplyOf, type Rpc } from "../../rpc.ts";
import type { Invocation } from "./generator.ts";

/** No reply in time. The request may have been carried out, or may be yet. */
export class ClientTimeout extends RpcError {
  constructor(readonly node: string, readonly type: string, timeoutMs: number) {
    super(ErrorCode.timeout, `no reply from ${node} to ${type} in ${timeoutMs} ms`);
  }
}

/** A reply that is not of the form the workload asks for. */
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

/** A code that is no error's: what an error reply without a whole number for a code has. */
const NO_CODE = -1;

/** An error reply as it came, for a history to quote. */
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

/** How long a client waits, in milliseconds, unless a workload says otherwise. */
export const CLIENT_TIMEOUT_MS = 5_000;

/** A client in the network. It has at most one request under way. */
export class Client {
  readonly #network: Network;
  readonly #clock: Clock;
  #lastMsgId = 0;
  #awaiting: { msgId: number; settle: (reply: Body) => void } | undefined;

  constructor(readonly id: string, network: Network, clock: Clock) {
    this.#network = network;
    this.#clock = clock;
    network.register(id, ({ body }) => {
      if (body.in_reply_to === this.#awaiting?.msgId) this.#awaiting?.settle(body);
    });
  }

  /** Leaves the network: from now on nobody may send to this id. */
  close(): void {
    this.#network.unregister(this.id);
  }

  /**
   * Sends a request to a node.
   *
   * @throws {ClientTimeout} if nothing came back in time.
   * @throws {ErrorReply} if an error came back.
   * @throws {MalformedReply} if the reply has not exactly the fields described.
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

  #exchange(node: string, request: Body, timeoutMs: number): Promise<Body> {
    return new Promise((resolve, reject) => {
      const timeout = this.#clock.at(this.#clock.now() + timeoutMs * MS, () => {
        this.#awaiting = undefined;
        reject(new ClientTimeout(node, request.type, timeoutMs));
      });
      const settle = (reply: Body) => {
        timeout.cancel();
        this.#awaiting = undefined;
        resolve(reply);
      };
      this.#awaiting = { msgId: this.#lastMsgId, settle };
      const message = { src: this.id, dest: node, body: request };
      this.#network.send(this.id, node, JSON.stringify(message), request);
    });
  }
}

/** Maelstrom takes a reply with a field too many for malformed, except where `init` is answered. */
function replyProblem(rpc: Rpc, reply: Body): string | undefined {
  if (reply.type !== rpc.replyType) return `"type" must be "${rpc.replyType}"`;
  if (rpc.type === "init") return undefined;
  for (const key of Object.keys(reply)) {
    const known = key === "type" || key === "in_reply_to" || key === "msg_id" || key in rpc.reply;
    if (!known) return `"${key}" does not belong there`;
  }
  const { msg_id } = reply;
  if (msg_id !== undefined && !Number.isInteger(msg_id)) {
    return `"msg_id" must be an integer where there is one, got ${printJson(msg_id)}`;
  }
  return fieldProblem(rpc.reply, reply);
}

/** How an operation ended. */
export interface Completion {
  readonly type: "ok" | "fail" | "info";
  /** Default: the invocation's. */
  readonly value?: Edn;
  readonly error?: Edn;
  readonly extra?: EdnObject;
}

/**
 * What a failed call means for the operation that made it: a definite error fails it, any other
 * leaves it open, except that an idempotent one has then failed too.
 */
export function completionOfError(
  error: unknown,
  { f }: Invocation,
  idempotent: ReadonlySet<string>,
): Completion {
  if (!(error instanceof RpcError)) return completionOfException(error);
  const type = error.definite || idempotent.has(f) ? "fail" : "info";
  if (error instanceof ClientTimeout) return { type, error: keyword("net-timeout") };
  const text = error instanceof ErrorReply ? jsonToEdn(error.reply.text) : error.message;
  return { type, error: [keyword(errorName(error.code)), text] };
}

/** The same where a workload maps no errors: whatever went wrong, the operation is open. */
export function completionOfException(error: unknown): Completion {
  const message = error instanceof Error ? error.message : String(error);
  const data = exceptionData(error);
  const via = { type: new Sym(exceptionClass(error)), message, ...data };
  return {
    type: "info",
    error: `indeterminate: ${message}`,
    extra: { exception: { via: [via], trace: [], cause: message, ...data } },
  };
}

function exceptionClass(error: unknown): string {
  if (error instanceof RpcError || error instanceof MalformedReply) {
    return "clojure.lang.ExceptionInfo"; // what Maelstrom throws for either
  }
  return error instanceof Error ? error.name : "java.lang.Throwable";
}

function exceptionData(error: unknown): EdnObject {
  if (error instanceof MalformedReply) {
    return { data: { type: keyword("malformed-rpc-response"), body: bodyToEdn(error.reply) } };
  }
  if (!(error instanceof RpcError)) return {};
  const { code, definite } = error;
  const name = keyword(errorName(code));
  if (error instanceof ClientTimeout) {
    return {
      data: { type: keyword("maelstrom.client/timeout"), name, "definite?": definite, code },
    };
  }
  const given = error instanceof ErrorReply ? jsonToEdn(error.reply.code) : code;
  const body = error instanceof ErrorReply ? { body: bodyToEdn(error.reply) } : {};
  return {
    data: { type: keyword("rpc-error"), code: given, name, "definite?": definite, ...body },
  };
}
