/**
 * The pieces of a persistent map, stored in `lww-kv`.
 *
 * A piece never changes once it is written under its name, so the weakest store will do: one whose
 * replicas need not agree on anything. A piece is there, or not there *yet*; so a node reads until
 * it finds it, and then caches it.
 *
 * @module
 */
import { Kv, type Value } from "../kv.ts";
import { ErrorCode, RpcError } from "../message.ts";
import type { Node } from "../node.ts";
import { array, integer, type Shape, string, tuple } from "../rpc.ts";
import type { Entry, Piece, Pieces } from "./persistent_map.ts";

/** How long a service may take to answer, in milliseconds. */
export const TIMEOUT_MS = 1_500;
/** Bound on the attempts of a request that may harmlessly be repeated. */
export const ATTEMPTS = 32;
/** Bound on the pieces that a node caches. */
const MAX_CACHED = 4_096;

/** A piece as it is stored. */
type Stored<V> = [kind: "leaf", entries: Entry<V>[]] | [kind: "inner", children: Entry<string>[]];

/** Stores pieces in `lww-kv` and caches those that this node has seen. */
export class PieceStore<V extends Value> implements Pieces<V> {
  readonly #node: Node;
  readonly #kv: Kv<Stored<V>>;
  readonly #incarnation: string;
  readonly #cache = new Map<string, Piece<V>>();
  #unstored: Promise<void>[] = [];
  #lastName = 0;

  /**
   * A store of which nothing is cached yet.
   *
   * @param entry The shape of an entry.
   * @param incarnation The node's, so that it never gives two pieces one name.
   */
  constructor(node: Node, entry: Shape<Entry<V>>, incarnation: string) {
    this.#node = node;
    this.#kv = new Kv(node, "lww-kv", storedShape(entry), { timeoutMs: TIMEOUT_MS });
    this.#incarnation = incarnation;
  }

  /**
   * Loads a piece, from the store if it is not cached.
   *
   * @throws {RpcError} 11 if it cannot be found.
   */
  async load(name: string): Promise<Piece<V>> {
    const cached = this.#cache.get(name);
    if (cached !== undefined) return cached;
    const [kind, entries] = await persistently(() => this.#kv.read(name));
    return this.#remember(name, kind === "leaf" ? { leaf: entries } : { inner: entries });
  }

  /** Starts to store a new piece and returns its name; `stored` waits for it. */
  keep(piece: Piece<V>): string {
    const name = `${this.#node.id}/${this.#incarnation}/piece ${++this.#lastName}`;
    const stored: Stored<V> = "leaf" in piece ? ["leaf", piece.leaf] : ["inner", piece.inner];
    const writing = persistently(() => this.#kv.write(name, stored));
    writing.catch(() => {}); // `stored` rejects with it
    this.#unstored.push(writing);
    this.#remember(name, piece);
    return name;
  }

  /**
   * Waits until every piece kept so far is acknowledged.
   *
   * @throws {RpcError} 11 if one is not.
   */
  async stored(): Promise<void> {
    const unstored = this.#unstored;
    this.#unstored = [];
    await Promise.all(unstored);
  }

  #remember(name: string, piece: Piece<V>): Piece<V> {
    this.#cache.set(name, piece);
    const [oldest] = this.#cache.keys();
    if (this.#cache.size > MAX_CACHED && oldest !== undefined) this.#cache.delete(oldest);
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

/**
 * Makes a request that may harmlessly be repeated, until it is answered and what it asks for
 * exists.
 *
 * @throws {RpcError} 11 after {@linkcode ATTEMPTS} attempts, or any other error that it receives.
 */
export async function persistently<T>(request: () => Promise<T>): Promise<T> {
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
