/**
 * How operations end, and what an error means for the one that met it.
 *
 * @module
 */
import { type Edn, type EdnObject, keyword, Sym } from "../../history/edn.ts";
import { bodyToEdn, jsonToEdn } from "../../history/json.ts";
import { errorName, reasonOf, RpcError } from "../../message.ts";
import { ClientTimeout, ErrorReply, MalformedReply } from "./client.ts";
import type { Invocation } from "./generator.ts";

export interface Completion {
  readonly type: "ok" | "fail" | "info";
  /** Default: the invocation's. */
  readonly value?: Edn;
  readonly error?: Edn;
  readonly extra?: EdnObject;
}

/**
 * Completes an operation whose call failed. A definite error fails the operation, and any error
 * fails an idempotent one; otherwise it stays open.
 *
 * @param idempotent Names of idempotent operations. Absent where the workload maps no errors:
 * whatever goes wrong, the operation stays open.
 */
export function completionOfError(
  error: unknown,
  { f }: Invocation,
  idempotent?: readonly string[],
): Completion {
  if (idempotent === undefined || !(error instanceof RpcError)) return completionOfException(error);
  const type = error.definite || idempotent.includes(f) ? "fail" : "info";
  if (error instanceof ClientTimeout) return { type, error: keyword("net-timeout") };
  const text = error instanceof ErrorReply ? jsonToEdn(error.reply.text) : error.message;
  return { type, error: [keyword(errorName(error.code)), text] };
}

function completionOfException(error: unknown): Completion {
  const message = reasonOf(error);
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
