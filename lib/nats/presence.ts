/**
 * Who works: workers say every two seconds that they are there, and whoever has a sweep for another
 * engine tells them so. A worker that cannot store a sum tells
 * whoever waits for the sweep why.
 *
 * @module
 */
import type { NatsConnection, Subscription } from "@nats-io/transport-node";

const EVERY_MS = 2_000;
/** The least time between two reports that workers cannot go on. */
const TROUBLE_MS = 30_000;
/** After how long a worker that has not said anything counts as gone. */
const GONE_MS = 3 * EVERY_MS;

/** What a worker says of itself. */
export interface Presence {
  readonly id: string;
  readonly engine: string;
  readonly cores: number;
}

const HERE = "glomers.workers.here";
const troubleOf = (sweep: string) => `glomers.workers.trouble.${sweep}`;
const refusalOf = (id: string) => `glomers.workers.refused.${id}`;

/** Says to whoever waits for a sweep what keeps a worker from going on with it. */
export function complain(connection: NatsConnection, sweep: string, why: string): void {
  if (!connection.isClosed()) connection.publish(troubleOf(sweep), why);
}

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
  readonly #subscriptions: readonly Subscription[];
  readonly #seen = new Map<string, { presence: Presence; atMs: number }>();

  constructor(
    connection: NatsConnection,
    { sweep, engine, refused, troubled }: {
      readonly sweep: string;
      readonly engine: string;
      /** Told of each worker of another engine, once. */
      readonly refused: (who: Presence) => void;
      /** Told what keeps workers from going on, at most every half a minute. */
      readonly troubled: (why: string) => void;
    },
  ) {
    this.#connection = connection;
    this.#engine = engine;
    this.#refused = refused;
    let troubledMs = -Infinity;
    this.#subscriptions = [
      connection.subscribe(HERE, {
        callback: (error, message) => {
          if (error === null) this.#see(message.json<Presence>());
        },
      }),
      connection.subscribe(troubleOf(sweep), {
        callback: (error, message) => {
          if (error !== null || performance.now() - troubledMs < TROUBLE_MS) return;
          troubledMs = performance.now();
          troubled(message.string());
        },
      }),
    ];
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
    for (const subscription of this.#subscriptions) subscription.unsubscribe();
  }
}
