/**
 * Commands that serve on a NATS server until they are interrupted, or let in no more.
 *
 * @module
 */
import type { NatsConnection } from "@nats-io/transport-node";
import { closing, connectTo, untilLost } from "../../lib/nats/connection.ts";
import { type SERVER_OPTIONS, serverOf } from "../../lib/nats/server.ts";
import { UsageError, type Values } from "../../lib/workbench/option.ts";
import { interruptible } from "./interrupt.ts";

/** What a command serves with. */
interface Service {
  readonly connection: NatsConnection;
  readonly address: string;
  /** Aborts when the command is to end. */
  readonly signal: AbortSignal;
  /** Ends the command with an error. */
  readonly fail: (error: Error) => void;
}

/**
 * Serves on the server that options name. What `serve` resolves to is disposed of at the end, before
 * the connection is closed.
 *
 * @throws {UsageError} if they name none.
 * @throws the reason why it ends.
 */
export async function serveOn(
  own: Values<typeof SERVER_OPTIONS>,
  listener: Parameters<typeof connectTo>[1],
  serve: (service: Service) => Promise<AsyncDisposable | undefined>,
): Promise<never> {
  const server = serverOf(own);
  if (server === undefined) throw new UsageError("--on is missing: the address of a NATS server");
  return await interruptible(async (interrupted) => {
    const connection = await connectTo(server, listener);
    await using _closing = closing(connection);
    const failed = new AbortController();
    const fail = (error: Error) => failed.abort(error);
    untilLost(connection, server).catch(fail);
    const signal = AbortSignal.any([interrupted, failed.signal]);
    await using _served = await serve({ connection, address: server.address, signal, fail });
    return await untilAborted(signal);
  });
}

function untilAborted(signal: AbortSignal): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>();
  signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  if (signal.aborted) reject(signal.reason);
  return promise;
}
