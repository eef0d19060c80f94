/**
 * Who works: workers say every two seconds that they are there, and whoever has a sweep for another
 * engine tells them so.
 *
 * @module
 */
import type { NatsConnection, Subscription } from "@nats-io/transport-node";

const EVERY_MS = 2_000;
/** After how long a worker that has not said anything counts as gone. */
const GONE_MS = 3 * EVERY_MS;

/** What a worker says of itself. */
export interface Presence {
  readonly id: string;
  readonly engine: string;
  readonly cores: number;
}

const HERE = "glomers.workers.here";
const refusalOf = (id: string) => `glomers.workers.refused.${id}`;

/** Says that a worker is there until it is disposed of; `refused` is told why it is of no use, once. */
export function announce(
  connection: NatsConnection,
  presence: Presence,
  refused: (why: string) => void,
): Disposable {
  const told = new Set<string>();
  const refusals = connection.subscribe(refusalOf(presence.id), {
    callback: (error, message) => {
      const why = error === null ? message.string() : error.message;
      if (!told.has(why)) refused(why);
      told.add(why);
    },
  });
  const say = () => {
    if (!connection.isClosed()) connection.publish(HERE, JSON.stringify(presence));
  };
  const timer = setInterval(say, EVERY_MS);
  say();
  return {
    [Symbol.dispose]: () => {
      clearInterval(timer);
      refusals.unsubscribe();
    },
  };
}

/** The workers that are there for an engine; others are told that they are not needed, and which is. */
export class Workforce implements Disposable {
  readonly #engine: string;
  readonly #refused: (who: Presence) => void;
  readonly #connection: NatsConnection;
  readonly #subscription: Subscription;
  readonly #seen = new Map<string, { presence: Presence; atMs: number }>();

  constructor(
    connection: NatsConnection,
    { engine, refused }: {
      readonly engine: string;
      /** Told of each worker of another engine, once. */
      readonly refused: (who: Presence) => void;
    },
  ) {
    this.#connection = connection;
    this.#engine = engine;
    this.#refused = refused;
    this.#subscription = connection.subscribe(HERE, {
      callback: (error, message) => {
        if (error === null) this.#see(message.json<Presence>());
      },
    });
  }

  #see(presence: Presence): void {
    const { id, engine } = presence;
    const isNew = !this.#seen.has(id);
    this.#seen.set(id, { presence, atMs: performance.now() });
    if (engine === this.#engine) return;
    if (isNew) this.#refused(presence);
    this.#connection.publish(refusalOf(id), `this sweep needs ${this.#engine}, not ${engine}`);
  }

  /** How many workers there are at the moment, and on how many cores. */
  count(): { workers: number; cores: number } {
    const now = performance.now();
    const here = [...this.#seen.values()].filter(({ presence, atMs }) =>
      presence.engine === this.#engine && now - atMs < GONE_MS
    );
    return {
      workers: here.length,
      cores: here.reduce((sum, { presence }) => sum + presence.cores, 0),
    };
  }

  [Symbol.dispose](): void {
    this.#subscription.unsubscribe();
  }
}
