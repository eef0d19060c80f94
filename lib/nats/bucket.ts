/**
 * A key-value bucket of JetStream, as the services need it: values by any JSON key, and every change
 * conditional on the revision that was read.
 *
 * @module
 */
import {
  jetstream,
  JetStreamApiError,
  jetstreamManager,
  type StreamConfig,
} from "@nats-io/jetstream";
import { retry } from "@std/async/retry";
import { type KV, Kvm, type RoKV } from "@nats-io/kv";
import { errors, type NatsConnection } from "@nats-io/transport-node";
import { reasonOf } from "../message.ts";
import { NatsError } from "./server.ts";

/** What a key holds, and since which change. */
export interface Versioned {
  /** Absent: the key does not exist. */
  readonly text?: string;
  /** 0 if the key was never there. */
  readonly revision: number;
}

/** The change did not happen: what the server said. */
export class Refused extends Error {
  override readonly name = "Refused";
}

/** Error codes of JetStream: the last change is another one than expected. */
const WRONG_REVISION: ReadonlySet<number> = new Set([10071, 10164]);
/** How long an answer to a read may take, and how often it is asked for. */
const READ_MS = 250;
const READ_AGAIN = { maxAttempts: 16, minTimeout: 10, maxTimeout: 100 };
/** Bound on the length of an encoded key, which is part of a subject. */
const MAX_KEY = 3_000;

export class Bucket {
  readonly #kv: KV;
  /** The same, for reads. */
  readonly #reads: RoKV;

  private constructor(kv: KV, reads: RoKV) {
    this.#kv = kv;
    this.#reads = reads;
  }

  /**
   * Opens a bucket, and makes it if it is not there.
   *
   * @throws {NatsError} if it cannot be made, or is there in a form that breaks a promise.
   */
  static async open(connection: NatsConnection, name: string): Promise<Bucket> {
    try {
      const kvs = new Kvm(connection);
      const kv = await kvs.create(name, { replicas: 1, allow_direct: false, history: 1 });
      const { streamInfo: { config } } = await kv.status();
      const problem = findProblem(config);
      if (problem === undefined) {
        const impatient = new Kvm(jetstream(connection, { timeout: READ_MS }));
        return new Bucket(kv, await impatient.open(name, { allow_direct: false }));
      }
      throw new NatsError(`the bucket ${name} ${problem}`);
    } catch (error) {
      if (error instanceof NatsError) throw error;
      throw new NatsError(`the bucket ${name} cannot be used: ${reasonOf(error)}`);
    }
  }

  /** What a key holds. Nobody may answer just after a restart of the server, so it is asked again. */
  async read(key: string): Promise<Versioned> {
    const encoded = encodeKey(key);
    const entry = await retry(() => this.#reads.get(encoded), READ_AGAIN);
    if (entry === null) return { revision: 0 };
    const text = entry.operation === "PUT" ? entry.string() : "";
    return { revision: entry.revision, ...(text !== "" && { text }) };
  }

  /**
   * Changes a key, if it is as it was read; resolves to whether it was.
   *
   * @throws {Refused} if nothing was changed for another reason.
   */
  async replace(key: string, { revision }: Versioned, text: string): Promise<boolean> {
    try {
      await this.#kv.put(encodeKey(key), text, { previousSeq: revision });
      return true;
    } catch (error) {
      if (error instanceof JetStreamApiError && WRONG_REVISION.has(error.code)) return false;
      throw refusalOf(error);
    }
  }

  /**
   * Sets a key, whatever it holds. Resolves to the number of this change among all of the bucket,
   * from 1.
   *
   * @throws {Refused} if nothing was changed.
   */
  async set(key: string, text: string): Promise<number> {
    try {
      return await this.#kv.put(encodeKey(key), text);
    } catch (error) {
      throw refusalOf(error);
    }
  }
}

/**
 * Makes sure that the server has JetStream.
 *
 * @throws {NatsError} if it has not, or nobody answers for it.
 */
export async function requireJetStream(connection: NatsConnection): Promise<void> {
  const where = connection.getServer();
  try {
    await (await jetstreamManager(connection)).getAccountInfo();
  } catch (error) {
    throw new NatsError(
      error instanceof errors.TimeoutError
        ? `JetStream on ${where} does not answer`
        : `${where} has no JetStream, where values are stored: nats-server -js has it`,
    );
  }
}

/** What of a bucket's configuration breaks a promise, as the rest of a sentence about it. */
function findProblem(config: StreamConfig): string | undefined {
  const { allow_direct, num_replicas, storage, max_age, max_bytes, max_msgs, discard } = config;
  if (storage !== "file") return "is in memory: it would be empty after a restart of the server";
  if (allow_direct) {
    return "has allow_direct: a copy that is behind may answer a read; " +
      "nats stream edit turns it off (--no-allow-direct)";
  }
  if (num_replicas > 1) {
    return `has ${num_replicas} copies, between which compare-and-set is not atomic (see services.ts); ` +
      "nats stream edit --replicas 1 leaves one";
  }
  if (max_age > 0) return "forgets values after a while (max_age)";
  if (discard === "old" && (max_bytes > 0 || max_msgs > 0)) {
    return "drops old values when it is full (discard: old)";
  }
  return undefined;
}

/** An error of the server that says that nothing happened, as such; any other as it is. */
function refusalOf(error: unknown): unknown {
  const isRefusal = error instanceof JetStreamApiError ||
    hasNoResponder(error) || // the bucket is not there yet, after a restart of the server
    (error instanceof errors.InvalidArgumentError && /max_payload/.test(error.message));
  return isRefusal ? new Refused(reasonOf(error)) : error;
}

/** Whether nobody listened to what was asked. */
function hasNoResponder(error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : undefined;
  return cause instanceof errors.RequestError && cause.isNoResponders();
}

/** A key as a part of a subject: what is no letter, digit, "-" or "_" as the bytes of its UTF-8. */
function encodeKey(key: string): string {
  const escaped = (byte: number) => `=${byte.toString(16).padStart(2, "0")}`;
  const encoded = key.replaceAll(
    /[^\w-]/gu,
    (character) => [...new TextEncoder().encode(character)].map(escaped).join(""),
  );
  if (encoded.length > MAX_KEY) throw new Refused(`a key of ${key.length} characters is too long`);
  return encoded;
}
