/**
 * Strictly serializable transactions on top of a linearizable register: a database that is one value,
 * replaced as a whole by compare-and-set.
 *
 * Under one key of the service lin-kv stands the *root*: a small value that leads to the whole
 * database. A transaction reads it, computes, and replaces it by compare-and-set; that succeeds only if
 * no other transaction has done so since, and so all that change something happen one after the other,
 * each at the moment of its compare-and-set. One that only reads happens at the moment when the root
 * was read, which was after it had arrived. Both lie between request and reply: that is strict
 * serializability. The idea is that of Datomic's transactor, after the chapter on it in Maelstrom's
 * guide.
 *
 * **The root stays small.** It holds the newest changes themselves, and the name of the top piece of a
 * persistent map (`persistent_map.ts`) with everything older. When there are more than
 * {@linkcode MAX_RECENT} changes in the root, the next transaction moves them into the map, which makes
 * new pieces for what they concern and for nothing else. So the cost of a transaction does not grow
 * with the age of the database, but for the logarithm of its keys.
 *
 * **The pieces never change**, so that the weakest store will do for them: lww-kv, whose replicas need
 * not agree on anything. A piece is there, or is not there *yet*; so one reads until one finds it, and
 * then keeps it. The root names a piece only after that was acknowledged.
 *
 * **Group commit.** All transactions that wait at a node when the root has come go into the same
 * compare-and-set. As long as nobody else has changed the root since this node did, it is not read
 * first.
 *
 * **Time-outs.** A compare-and-set without an answer may have happened, or may yet. Every root has a
 * version of its own, and holds the version of each node's last; so a node that asks again finds its
 * version there (it won), or another root in which it is not: then it can no longer win, since what it
 * compared with never comes back.
 *
 * Messages, for each attempt: 2 for a root that has to be read and 2 for the compare-and-set; attempts
 * that lose are repeated. Beyond that, for every {@linkcode MAX_RECENT} changes, the pieces of the map
 * that changed: 2 for each to write it, about 4 for each other node to read it.
 *
 * @module
 */
import { Kv, type Value } from "../kv.ts";
import { ErrorCode, RpcError } from "../message.ts";
import type { Node } from "../node.ts";
import { changed, type Entry, lookUp, type Piece, type Pieces } from "./persistent_map.ts";
import { array, integer, nullable, record, type Shape, string, tuple } from "../rpc.ts";

/** What values are, and what a write does to one. */
export interface DataType<V extends Value> {
  readonly shape: Shape<V>;
  /**
   * The value after a write to what was there, `undefined` if nothing was. It has to be associative:
   * several writes can be put together before what they are written to is known.
   */
  readonly written: (before: V | undefined, by: V) => V;
  /** How much room a value takes up, in units of one write. */
  readonly size: (value: V) => number;
}

/** A step of a transaction: the write of `by` to a key or, without it, a read. */
export interface Step<V> {
  readonly key: number;
  readonly by?: V;
}

/** Writes that a root may hold itself, in units of the data type's size. */
export const MAX_RECENT = 256;

/** Transactions in a group. */
const MAX_GROUP = 256;
/** Transactions that may wait at a node; what comes beyond is refused. */
const MAX_WAITING = 10_000;
/** How long a transaction may wait before it is given up, in milliseconds. A client waits 5000. */
const PATIENCE_MS = 4_000;
/** How long a service may take to answer, in milliseconds. */
const TIMEOUT_MS = 1_500;
/** How often a request of a service is repeated where that is harmless. */
const ATTEMPTS = 32;
/** Pieces that a node keeps. */
const MAX_CACHED = 4_096;

/** The key of the root in lin-kv. */
const ROOT = "root";

/** Version, newest changes, top of the map with all others, and the version each node set last. */
type Root<V> = [
  version: string,
  recent: Entry<V>[],
  top: string | null,
  versions: Record<string, string>,
];

/** A piece as it is stored; null marks a leaf. */
type Stored<V> = [kind: "leaf", entries: Entry<V>[]] | [kind: "inner", children: Entry<string>[]];

interface Waiting<V> {
  readonly steps: readonly Step<V>[];
  readonly sinceMs: number;
  readonly resolve: (reads: (V | null)[]) => void;
  readonly reject: (error: unknown) => void;
}

/** Carries out a node's transactions. */
export class Transactor<V extends Value> {
  readonly #node: Node;
  readonly #type: DataType<V>;
  readonly #roots: Kv<Root<V>>;
  readonly #pieces: PieceStore<V>;
  /** Tells this node's versions from those of its earlier lives. */
  readonly #life = Math.floor(Math.random() * 2 ** 32).toString(36);
  #lastVersion = 0;
  #waiting: Waiting<V>[] = [];
  #running = false;
  /** The root as it was last seen, and whether it had not changed since the time before. */
  #known: Root<V> | undefined;
  #undisturbed = false;

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
    this.#pieces = new PieceStore(node, storedShape(entry), this.#life);
  }

  /**
   * Carries out a transaction, strictly serializably.
   *
   * @returns For every step the value that a read saw, null where there is none; null for a write.
   * @throws {RpcError} 30 if others came between too often, 11 if too many wait: it has not happened;
   * 0 if it is not known whether it has.
   */
  transact(steps: readonly Step<V>[]): Promise<(V | null)[]> {
    if (this.#waiting.length >= MAX_WAITING) {
      const text = `${MAX_WAITING} transactions wait already`;
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

  /** What waits longest waits in front. Nothing of it has happened: the last attempt was lost. */
  #giveUpLate(): void {
    const latestMs = performance.now() - PATIENCE_MS;
    while ((this.#waiting[0]?.sinceMs ?? Infinity) < latestMs) {
      const text = `other transactions came between for ${PATIENCE_MS} ms`;
      this.#waiting.shift()?.reject(new RpcError(ErrorCode.txnConflict, text));
    }
  }

  /**
   * Carries out transactions together; `undefined` if another node came between.
   *
   * @param lost Whether the attempt before did; it has just read the root.
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

  /** What the map holds of the keys that are read. */
  async #readMap(
    top: string | null,
    group: readonly (readonly Step<V>[])[],
  ): Promise<Map<number, V | undefined>> {
    const reads = group.flat().filter(({ by }) => by === undefined).map(({ key }) => key);
    const keys = [...new Set(reads)];
    const values = await Promise.all(keys.map((key) => lookUp(this.#pieces, top, key)));
    return new Map(keys.map((key, i) => [key, values[i]]));
  }

  /** The root after this one; its pieces are stored by then. */
  async #successor(root: Root<V> | undefined, recent: ReadonlyMap<number, V>): Promise<Root<V>> {
    const { id } = this.#node;
    const version = `${id}/${this.#life}/${++this.#lastVersion}`;
    const versions = { ...root?.[3], [id]: version };
    const top = root?.[2] ?? null;
    const size = [...recent.values()].reduce((sum, value) => sum + this.#type.size(value), 0);
    if (size <= MAX_RECENT) return [version, [...recent], top, versions];
    const newTop = await changed(this.#pieces, top, [...recent], this.#type.written);
    await this.#pieces.stored();
    return [version, [], newTop, versions];
  }

  /**
   * Replaces the root. If it returns false, that has not happened and never will, and the root as it
   * is now is known.
   *
   * @throws {RpcError} 0 if it cannot be told.
   */
  async #swap(root: Root<V> | undefined, next: Root<V>): Promise<boolean> {
    const options = { createIfNotExists: root === undefined };
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      try {
        await this.#roots.cas(ROOT, root ?? null, next, options);
        return true;
      } catch (error) {
        // Also where it was refused: it may have arrived before, and this be the answer to a repetition.
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

/** Pieces in lww-kv, and those that this node has seen. */
class PieceStore<V extends Value> implements Pieces<V> {
  readonly #node: Node;
  readonly #kv: Kv<Stored<V>>;
  readonly #life: string;
  readonly #cache = new Map<string, Piece<V>>();
  #unstored: Promise<void>[] = [];
  #lastName = 0;

  constructor(node: Node, shape: Shape<Stored<V>>, life: string) {
    this.#node = node;
    this.#kv = new Kv(node, "lww-kv", shape, { timeoutMs: TIMEOUT_MS });
    this.#life = life;
  }

  async load(name: string): Promise<Piece<V>> {
    const cached = this.#cache.get(name);
    if (cached !== undefined) return cached;
    const [kind, entries] = await persistently(() => this.#kv.read(name));
    return this.#remember(name, kind === "leaf" ? { leaf: entries } : { inner: entries });
  }

  keep(piece: Piece<V>): string {
    const name = `${this.#node.id}/${this.#life}/piece ${++this.#lastName}`;
    const stored: Stored<V> = "leaf" in piece ? ["leaf", piece.leaf] : ["inner", piece.inner];
    const writing = persistently(() => this.#kv.write(name, stored));
    writing.catch(() => {}); // whoever awaits `stored` hears of it
    this.#unstored.push(writing);
    this.#remember(name, piece);
    return name;
  }

  /** Resolves when all pieces are acknowledged; rejects if one is not. */
  async stored(): Promise<void> {
    const unstored = this.#unstored;
    this.#unstored = [];
    await Promise.all(unstored);
  }

  #remember(name: string, piece: Piece<V>): Piece<V> {
    this.#cache.set(name, piece);
    if (this.#cache.size > MAX_CACHED) {
      for (const [oldest] of this.#cache) {
        this.#cache.delete(oldest);
        break;
      }
    }
    return piece;
  }
}

function storedShape<V>(entry: Shape<Entry<V>>): Shape<Stored<V>> {
  const leaf = tuple<[string, Entry<V>[]]>(string, array(entry));
  const inner = tuple<[string, Entry<string>[]]>(
    string,
    array(tuple<Entry<string>>(integer, string)),
  );
  return {
    problem(value, path) {
      const isLeaf = Array.isArray(value) && value[0] === "leaf";
      return (isLeaf ? leaf : inner).problem(value, path);
    },
  };
}

/** Repeats a request that does no harm twice, until it is answered or what it asks for is found. */
async function persistently<T>(request: () => Promise<T>): Promise<T> {
  for (let attempt = 1;; attempt++) {
    try {
      return await request();
    } catch (error) {
      const { timeout, keyDoesNotExist } = ErrorCode;
      const repeatable = error instanceof RpcError &&
        (error.code === timeout || error.code === keyDoesNotExist);
      if (!repeatable) throw error;
      if (attempt < ATTEMPTS) continue;
      throw new RpcError(ErrorCode.temporarilyUnavailable, `gave up: ${error.message}`);
    }
  }
}
