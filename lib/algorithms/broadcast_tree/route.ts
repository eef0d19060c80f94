/**
 * The path that a node follows, and the roots that it has lost.
 *
 * @module
 */
import { bestPath, type Claim, idealPath, type Path, rootOf, samePath } from "./path.ts";

/** How far a root's clock may be ahead of this node's for its stamps to be told apart. */
const MAX_AHEAD_MS = 60_000;

/** One node's way to a root. It begins as the path that is best where every link works. */
export class Route {
  readonly #id: string;
  readonly #ids: readonly string[];
  #path: Path;
  /** For each root that was lost, the newest stamp of it that was known then. */
  readonly #lost = new Map<string, number>();

  /** @param ids All nodes in order of rank, lowest first; the same at every node. */
  constructor(id: string, ids: readonly string[]) {
    this.#id = id;
    this.#ids = ids;
    this.#path = idealPath(id, ids);
  }

  /** Parent first, root last; empty if this node is the root. */
  get path(): Path {
    return this.#path;
  }

  /** The root at its end, which may be this node. */
  get root(): string {
    return rootOf(this.#id, this.#path);
  }

  /** Whether that root was lost before. */
  hasLost(root: string): boolean {
    return this.#lost.has(root);
  }

  /** Whether this node's root ranks before the one that a peer follows. */
  isBetterThan(peer: string, path: Path): boolean {
    return this.#ids.indexOf(this.root) < this.#ids.indexOf(rootOf(peer, path));
  }

  /** The best path among neighbours' claims, if it is another one than now. */
  findBetter(claims: Iterable<Claim>): Path | undefined {
    const path = bestPath({
      id: this.#id,
      ids: this.#ids,
      present: this.#path,
      claims,
      lost: this.#lost,
    });
    return samePath(path, this.#path) ? undefined : path;
  }

  /**
   * Follows another path. If it leads to another root, the one before is lost. A stamp from the
   * future counts for less than it says, or that root would never be believed in again.
   *
   * @param stamp The newest stamp known of the root before.
   */
  follow(path: Path, stamp: number): void {
    if (rootOf(this.#id, path) !== this.root) {
      this.#lost.set(this.root, Math.min(stamp, Date.now() + MAX_AHEAD_MS));
    }
    this.#path = path;
  }
}
