/**
 * A connection to a NATS server that outlasts the server's restarts, and says in a sentence what is
 * wrong.
 *
 * @module
 */
import {
  type Authenticator,
  type ConnectionOptions,
  credsAuthenticator,
  errors,
  type Msg,
  type NatsConnection,
  nkeyAuthenticator,
  type Subscription,
  type SubscriptionOptions,
  usernamePasswordAuthenticator,
} from "@nats-io/transport-node";
import { delay } from "@std/async";
import { reasonOf } from "../message.ts";
import { UsageError } from "../workbench/option.ts";
import { NatsError, type Server } from "./server.ts";
import { connect } from "./socket.ts";

/** How long a server may take to answer before it counts as absent. */
const CONNECT_MS = 5_000;
/** How often a lost server is looked for. */
const RETRY_MS = 500;
/** How often the server is asked whether it is still there; at the second silence it is lost. */
const PING_MS = 10_000;

interface Listener {
  /** Told that the server is lost, and that it is back. */
  readonly say: (sentence: string) => void;
  /** What the server's own tools call this client. */
  readonly name: string;
}

/**
 * Connects to a server. A server that goes away later is waited for, and subscriptions go on once it
 * is back; but the client drops what is published meanwhile, so that whatever must arrive is asked for
 * with {@linkcode insist}. Needs `--allow-net` for the server's address alone.
 *
 * @throws {NatsError} if it is not there, or does not let us in.
 * @throws {UsageError} if a file of credentials or certificates is no good.
 */
export async function connectTo(server: Server, { say, name }: Listener): Promise<NatsConnection> {
  const { address } = server;
  let connection: NatsConnection;
  try {
    connection = await connect({
      servers: address,
      name,
      timeout: CONNECT_MS,
      pingInterval: PING_MS,
      maxPingOut: 1,
      maxReconnectAttempts: -1,
      reconnectTimeWait: RETRY_MS,
      reconnectJitter: RETRY_MS,
      reconnectJitterTLS: RETRY_MS,
      // Another member of a cluster would need a permission of its own.
      ignoreClusterUpdates: true,
      tls: server.isEncrypted ? tlsOf(server) : null,
      ...(server.creds !== undefined && { authenticator: authenticatorOf(server.creds) }),
    });
  } catch (error) {
    throw error instanceof UsageError
      ? error
      : new NatsError(`${address} ${whyNot(error, server)}`);
  }
  tellStatus(connection, address, say);
  return connection;
}

/** Closes a connection at the end of a block: what was said is sent, unless the server is gone. */
export function closing(connection: NatsConnection): AsyncDisposable {
  return {
    async [Symbol.asyncDispose]() {
      await connection.drain().catch(() => {});
      await connection.close();
    },
  };
}

/** Says when a server is lost and found, once each, until the connection is closed. */
async function tellStatus(
  connection: NatsConnection,
  address: string,
  say: (sentence: string) => void,
): Promise<void> {
  for await (const status of connection.status()) {
    const { type } = status;
    if (type === "disconnect") say(`waits for ${address}, which is gone`);
    else if (type === "reconnect") say(`goes on: ${address} is back`);
    else if (type === "error") say(`is refused something: ${reasonOf(status.error)}`);
  }
}

function tlsOf({ tlsca, tlscert, tlskey }: Server): NonNullable<ConnectionOptions["tls"]> {
  return {
    ...(tlsca !== undefined && { ca: read("tlsca", tlsca) }),
    ...(tlscert !== undefined && { cert: read("tlscert", tlscert) }),
    ...(tlskey !== undefined && { key: read("tlskey", tlskey) }),
  };
}

/** What a file of credentials says, by its content. */
function authenticatorOf(file: string): Authenticator {
  const text = read("creds", file).trim();
  if (text.includes("BEGIN NATS USER JWT")) {
    return credsAuthenticator(new TextEncoder().encode(text));
  }
  if (/^SU[A-Z2-7]+$/.test(text)) return nkeyAuthenticator(new TextEncoder().encode(text));
  const [user, ...password] = text.split(":");
  if (user !== undefined && password.length > 0 && !text.includes("\n")) {
    return usernamePasswordAuthenticator(user, password.join(":"));
  }
  throw new UsageError(
    `--creds ${file} holds neither a user's JWT and seed, nor an nkey's seed, nor USER:PASSWORD`,
  );
}

function read(option: string, file: string): string {
  try {
    return Deno.readTextFileSync(file);
  } catch (error) {
    throw new UsageError(`--${option} ${file}: ${reasonOf(error)}`);
  }
}

/** Why a server cannot be used, as the rest of a sentence about it. */
function whyNot(error: unknown, { isEncrypted }: Server): string {
  if (error instanceof errors.AuthorizationError) {
    return "does not let us in: the credentials are missing or wrong (--creds FILE)";
  }
  if (error instanceof errors.TimeoutError) return `has not answered in ${CONNECT_MS / 1000} s`;
  const reason = reasonOf(error);
  // The client stumbles over options that it does not have when a server asks for encryption.
  if (!isEncrypted && /options\.tls/.test(reason)) {
    return "takes encrypted connections alone: tls:// in the place of nats://";
  }
  return /refused/.test(reason)
    ? "is not there: nothing listens at that address (nats-server -js starts one)"
    : `cannot be used: ${reason}`;
}

/**
 * Asks a server again and again until it answers, as it does not while it is gone or restarts. What
 * is asked may be done more than once.
 *
 * @throws the signal's reason once it aborts, and whatever the server refuses.
 */
export async function insist<T>(ask: () => Promise<T>, signal?: AbortSignal): Promise<T> {
  for (;;) {
    signal?.throwIfAborted();
    try {
      return await unlessAborted(ask(), signal);
    } catch (error) {
      if (signal?.aborted || !isSilence(error)) throw error;
    }
    await delay(RETRY_MS, signal === undefined ? {} : { signal });
  }
}

/** Waits for a promise, but no longer than until the signal aborts. */
async function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return await promise;
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const abort = () => reject(signal.reason);
  signal.addEventListener("abort", abort);
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener("abort", abort);
  }
}

/** Whether a request has failed because nobody was there, or not yet. */
export function isSilence(error: unknown): boolean {
  return error instanceof errors.TimeoutError || error instanceof errors.RequestError ||
    error instanceof errors.NoRespondersError || error instanceof errors.ConnectionError;
}

/**
 * Waits until a connection is closed.
 *
 * @throws {NatsError} then, as when the server lets us in no more.
 */
export async function untilLost(connection: NatsConnection, { address }: Server): Promise<never> {
  const error = await connection.closed();
  throw new NatsError(`${address} is lost: ${reasonOf(error ?? "the connection was closed")}`);
}

/**
 * Listens to a subject. Resolves once the server knows.
 *
 * @throws {NatsError} if the credentials do not allow it.
 */
export async function listen(
  connection: NatsConnection,
  subject: string,
  take: (message: Msg) => void,
  options: Pick<SubscriptionOptions, "queue"> = {},
): Promise<Subscription> {
  const { promise: refused, reject } = Promise.withResolvers<never>();
  refused.catch(() => {}); // it is awaited only until the server knows
  const subscription = connection.subscribe(subject, {
    ...options,
    callback: (error, message) =>
      error === null ? take(message) : reject(explain(error, connection, subject)),
  });
  await Promise.race([connection.flush(), refused]);
  return subscription;
}

/**
 * What went wrong on a connection, as an error with a sentence; the error itself if it is another's.
 *
 * @param what What was asked of the server, as in `the queue sweep-1`.
 */
export function explain(error: unknown, connection: NatsConnection, what: string): unknown {
  const { info } = connection;
  if (error instanceof errors.InvalidArgumentError && /max_payload/.test(error.message)) {
    return new NatsError(
      `${what} exceeds what the server takes in a message, ${info?.max_payload} bytes: ` +
        "max_payload of its configuration",
    );
  }
  if (error instanceof errors.PermissionViolationError) {
    return new NatsError(
      `${what}: the credentials do not allow ${error.operation} on ${error.subject}`,
    );
  }
  return error;
}
