/**
 * Strictly serializable transactions on top of a linearizable register: the database is one value,
 * replaced as a whole by compare-and-set.
 *
 * One key of the service lin-kv holds the *root*, a small value that leads to the whole database. A
 * transaction reads the root, computes, and replaces it by compare-and-set, which succeeds only if
 * no other transaction has replaced it since. So all transactions that write happen one after
 * another, each at the moment of its compare-and-set. One that only reads happens at the moment
 * when the root is read, after it arrived. Both moments lie between request and reply: that is
 * strict serializability. The idea is Datomic's, from the chapter on its transactor in Maelstrom's
 * guide.
 *
 * **The root stays small.** It holds the newest changes themselves, and the name of the top piece
 * of a persistent map (`persistent_map.ts`) with everything older. Once the root holds more than
 * {@linkcode MAX_RECENT} changes, the next transaction moves them into the map, which makes new
 * pieces only for what they touch. So the cost of a transaction does not grow with the age of the
 * database, except with the logarithm of the number of keys.
 *
 * **Pieces never change**, so they may live in lww-kv (`piece_store.ts`). The root names a piece
 * only after the store has acknowledged it.
 *
 * **Group commit.** All transactions that wait at a node when the root arrives share one
 * compare-and-set. While no other node replaces the root, it is not read first.
 *
 * **Every root has a name**, its version: the node, the node's incarnation, and a number. A root
 * also holds the last version that each node set. So no root ever comes back, and a node recognises
 * its own:
 *
 * - A compare-and-set without an answer may have happened, or may happen yet. A node that reads the
 *   root again finds its version there, and has won; or it finds another root without it, and can no
 *   longer win, as the root it compares with is gone for good.
 * - One that the network delivers twice takes effect once: the second copy compares with a root that
 *   the first has replaced. If the refusal of the second arrives first, it is not believed: what the
 *   root holds decides, as after a time-out.
 * - One that a node has sent before it is killed may take effect after its restart. It is then just
 *   another transaction, of a version that the new incarnation does not take for its own.
 *
 * Messages for each attempt: 2 to read the root, if needed, and 2 for the compare-and-set; attempts
 * that lose are repeated. In addition, for every {@linkcode MAX_RECENT} changes, the pieces of the
 * map that changed: 2 messages to write each, and about 4 for each other node to read it.
 *
 * @module
 */
import { Kv, type Value } from "../kv.ts";
import { ErrorCode, RpcError } from "../message.ts";
import type { Node } from "../node.ts";
import { array, integer, nullable, record, type Shape, string, tuple } from "../rpc.ts";
import { changed, type Entry, lookUp } from "./persistent_map.ts";
import { ATTEMPTS, persistently, PieceStore, TIMEOUT_MS } from "./piece_store.ts";

/** What values are, and what a write does to one. */
export interface DataType<V extends Value> {
  /** The shape of a value in a message. */
  readonly shape: Shape<V>;
  /**
   * Applies a write to a value, `undefined` if there is none. It must be associative, because
   * several writes are combined before the value they apply to is known.
   */
  readonly written: (before: V | undefined, by: V) => V;
  /** The size of a value, in units of one write. */
  readonly size: (value: V) => number;
}

/** A step of a transaction: the write of `by` to a key or, without it, a read. */
export interface Step<V> {
  /** The key that is read or written. */
  readonly key: number;
  /** What is written; a read if it is missing. */
  readonly by?: V;
}

/** Bound on the changes in a root, in units of the data type's size. */
const MAX_RECENT = 256;

/** Bound on the transactions in a group. */
const MAX_GROUP = 256;
/** Bound on the transactions that wait at a node; more are refused. */
const MAX_WAITING = 10_000;
/** How long a transaction may lose races before it fails. A client waits 5 s. */
const PATIENCE_MS = 4_000;

/** The key of the root in lin-kv. */
const ROOT = "root";

/**
 * Its version, the newest changes, the top of the map with all others, and the last version each
 * node set.
 */
type Root<V> = [
  version: string,
  recent: Entry<V>[],
  top: string | null,
  versions: Record<string, string>,
];

interface Waiting<V> {
  readonly steps: readonly Step<V>[];
  readonly sinceMs: number;
  readonly resolve: (reads: (V | null)[]) => void;
  readonly reject: (error: unknown) => void;
}

/** Executes a node's transactions. */
export class Transactor<V extends Value> {
  readonly #node: Node;
  readonly #type: DataType<V>;
  readonly #roots: Kv<Root<V>>;
  readonly #pieces: PieceStore<V>;
  /** Tells this incarnation's versions and pieces from those of earlier ones. */
  readonly #incarnation = Math.floor(Math.random() * 2 ** 32).toString(36);
  #lastVersion = 0;
  #waiting: Waiting<V>[] = [];
  #running = false;
  /** The root as last seen, and whether it was the same the time before. */
  #known: Root<V> | undefined;
  #undisturbed = false;

  /** A transactor for values of one type. */
  constructor(node: Node, type: DataType<V>) {
    const entry = tuple<Entry<V>>(integer, type.shape);
    this.#node = node;
    this.#type = type;
    this.#roots = new Kv<Root<V>>(
      node,
      "lin-kv",
      tuple<Root<V>>(string, array(entry), nullable(string), record(string)),
      { timeoutMs: TIMEOUT_MS },
    );
    this.#pieces = new PieceStore(node, entry, this.#incarnation);
  }

  /**
   * Executes a transaction, strictly serializably.
   *
   * @returns For every step, the value that a read saw, null if there was none; null for a write.
   * @throws {RpcError} 30 if it lost too many races, 11 if too many transactions wait or a service
   * is out of reach: it has not happened. 0 if it may have happened.
   */
  transact(steps: readonly Step<V>[]): Promise<(V | null)[]> {
    if (this.#waiting.length >= MAX_WAITING) {
      const text = `${MAX_WAITING} transactions are waiting already`;
      return Promise.reject(new RpcError(ErrorCode.temporarilyUnavailable, text));
    }
    const { promise, resolve, reject } = Promise.withResolvers<(V | null)[]>();
    this.#waiting.push({ steps, sinceMs: performance.now(), resolve, reject });
    if (!this.#running) this.#run();
    return promise;
  }

  async #run(): Promise<void> {
    this.#running = true;
    let lost = false;
    while (this.#waiting.length > 0) {
      const group = this.#waiting.slice(0, MAX_GROUP);
      try {
        const reads = await this.#attempt(group.map(({ steps }) => steps), lost);
        lost = reads === undefined;
        if (reads === undefined) {
          this.#giveUpLate();
          continue;
        }
        for (const [i, { resolve }] of group.entries()) resolve(reads[i] ?? []);
      } catch (error) {
        for (const { reject } of group) reject(error);
      }
      this.#waiting.splice(0, group.length);
    }
    this.#running = false;
  }

  /** Fails transactions that have lost races for too long; the longest wait is in front. */
  #giveUpLate(): void {
    const latestMs = performance.now() - PATIENCE_MS;
    while ((this.#waiting[0]?.sinceMs ?? Infinity) < latestMs) {
      const text = `lost races against other transactions for ${PATIENCE_MS} ms`;
      this.#waiting.shift()?.reject(new RpcError(ErrorCode.txnConflict, text));
    }
  }

  /**
   * Executes transactions together; `undefined` if another node won the race.
   *
   * @param lost Whether the previous attempt lost, in which case the root has just been read.
   */
  async #attempt(
    group: readonly (readonly Step<V>[])[],
    lost: boolean,
  ): Promise<(V | null)[][] | undefined> {
    const writes = group.some((steps) => steps.some(({ by }) => by !== undefined));
    const root = writes && (lost || this.#undisturbed) ? this.#known : await this.#readRoot();
    const recent = new Map(root?.[1]);
    const before = await this.#readMap(root?.[2] ?? null, group);
    const reads = group.map((steps) => steps.map((step) => this.#perform(step, before, recent)));
    if (!writes) return reads;
    const next = await this.#successor(root, recent);
    const won = await this.#swap(root, next);
    if (won) this.#known = next;
    return won ? reads : undefined;
  }

  #perform(
    { key, by }: Step<V>,
    before: ReadonlyMap<number, V | undefined>,
    recent: Map<number, V>,
  ): V | null {
    const changes = recent.get(key);
    if (by !== undefined) {
      recent.set(key, this.#type.written(changes, by));
      return null;
    }
    const old = before.get(key);
    return (changes === undefined ? old : this.#type.written(old, changes)) ?? null;
  }

  /** What the map holds under the keys that are read. */
  async #readMap(
    top: string | null,
    group: readonly (readonly Step<V>[])[],
  ): Promise<Map<number, V | undefined>> {
    const reads = group.flat().filter(({ by }) => by === undefined).map(({ key }) => key);
    const keys = [...new Set(reads)];
    const values = await Promise.all(keys.map((key) => lookUp(this.#pieces, top, key)));
    return new Map(keys.map((key, i) => [key, values[i]]));
  }

  /** Makes the next root, and stores its pieces. */
  async #successor(root: Root<V> | undefined, recent: ReadonlyMap<number, V>): Promise<Root<V>> {
    const { id } = this.#node;
    const version = `${id}/${this.#incarnation}/${++this.#lastVersion}`;
    const versions = { ...root?.[3], [id]: version };
    const top = root?.[2] ?? null;
    const size = [...recent.values()].reduce((sum, value) => sum + this.#type.size(value), 0);
    if (size <= MAX_RECENT) return [version, [...recent], top, versions];
    const newTop = await changed(this.#pieces, top, [...recent], this.#type.written);
    await this.#pieces.stored();
    return [version, [], newTop, versions];
  }

  /**
   * Replaces the root. False if that has not happened and never will; then the current root is
   * known.
   *
   * @throws {RpcError} 0 if lin-kv does not say.
   */
  async #swap(root: Root<V> | undefined, next: Root<V>): Promise<boolean> {
    const options = { createIfNotExists: root === undefined };
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      try {
        await this.#roots.cas(ROOT, root ?? null, next, options);
        return true;
      } catch (error) {
        // Even a refusal is not final: an earlier attempt may have succeeded, and caused it.
        if (!(error instanceof RpcError)) throw error;
      }
      const current = await this.#readRoot().catch(() => undefined);
      if (current?.[3][this.#node.id] === next[0]) return true;
      if (current !== undefined && current[0] !== root?.[0]) return false;
    }
    throw new RpcError(ErrorCode.timeout, "lin-kv did not say whether the transaction happened");
  }

  async #readRoot(): Promise<Root<V> | undefined> {
    const root = await persistently(() => this.#roots.readOr(ROOT, undefined));
    this.#undisturbed = root !== undefined && root[0] === this.#known?.[0];
    this.#known = root;
    return root;
  }
}
