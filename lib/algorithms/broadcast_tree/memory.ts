/**
 * What a node remembers beyond the end of its process: the values it knows, in the order in which it
 * learned them, and for each peer how far it is known to have them.
 *
 * A value is stored before the node shows it, passes it on or acknowledges it. So an acknowledgement
 * holds for good, whoever restarts: the receiver has its values, and the sender need not tell it
 * again. How far a peer has come is stored, too, but with the next values only, for it is no loss to
 * forget it: the node then says again what was acknowledged since.
 *
 * The numbers of a link's messages begin anew in each incarnation, far above all earlier ones. So a
 * node that restarts is heard at once, what it sent before counts as overtaken, and acknowledgements
 * of that are told from those to come. Where even its start cannot be stored, as on a full disk, the
 * next incarnation counts the same starts; a random part keeps their numbers apart, and if they
 * overlap in the wrong order the node learns where to go on from the first acknowledgement.
 *
 * Without a disk all of this ends with the process.
 *
 * @module
 */
import type { Journal } from "../../journal.ts";
import type { Node } from "../../node.ts";
import { array, integer, nullable, record, type Shape, string, tuple } from "../../rpc.ts";
import { Outbox } from "./outbox.ts";
import { ValueLog } from "./value_log.ts";

/** How far the numbers of an incarnation's messages begin above those of the one before. */
const SEQS_PER_START = 1e9;

/** How far peers have come: for some, the first place of the log whose value the peer may lack. */
type Reached = Record<string, number>;
const reached: Shape<Reached> = record(integer);
/** Values that the log gets, the peer that sent them, if one did, and how far peers have come. */
type Entry = [values: number[], from: string | null, reached: Reached];
const entry: Shape<Entry> = tuple(array(integer), nullable(string), reached);
/** How often the node has been started again, all values, and how far peers have come. */
type State = [restarts: number, values: number[], reached: Reached];
const state: Shape<State> = tuple(integer, array(integer), reached);

/** One node's memory. */
export class Memory {
  readonly log = new ValueLog<number>();
  readonly #outboxes = new Map<string, Outbox<number>>();
  /** How far peers have come as far as that is stored. */
  readonly #stored = new Map<string, number>();
  readonly #journal: Journal<Entry>;
  #restarts = 0;
  #firstSeq = 0;
  #isBack = false;
  #underWay: Promise<unknown> = Promise.resolve();

  /** A memory that is empty until the node's journal is back. */
  constructor(node: Node) {
    this.#journal = node.journal({
      name: "broadcast-tree",
      record: entry,
      state,
      restore: ([restarts, values, reached]) => {
        this.#restarts = restarts + 1;
        const lag = Math.floor(Math.random() * SEQS_PER_START / 2);
        this.#firstSeq = this.#restarts * SEQS_PER_START + lag;
        this.#take(values, null, reached);
      },
      apply: ([values, from, reached]) => this.#take(values, from, reached),
      snapshot: (): State => [this.#restarts, [...this.log.values], this.#reached()],
    });
    node.onInit(() => this.#isBack = true);
  }

  /** Whether there was an earlier incarnation. */
  get isRestored(): boolean {
    return this.#restarts > 0;
  }

  /** What waits for a peer: all that it is not known to have. */
  outboxTo(peer: string): Outbox<number> {
    const known = this.#outboxes.get(peer);
    if (known !== undefined) return known;
    const outbox = new Outbox(this.log, this.#firstSeq);
    this.#outboxes.set(peer, outbox);
    return outbox;
  }

  /**
   * Stores values, and adds those that are new to the log.
   *
   * @param from The peer that sent them, `null` if a client did.
   * @throws {Error} if they cannot be stored.
   */
  async store(values: number[], from: string | null): Promise<void> {
    const stored = this.#journal.append([values, from, this.#reached(this.#stored)]);
    this.#underWay = stored.catch(() => {});
    await stored;
  }

  /** Resolves when all that is being stored now is stored, or refused. */
  async settled(): Promise<void> {
    await this.#underWay;
  }

  /** How far peers have come, without those of which another account says the same. */
  #reached(except?: ReadonlyMap<string, number>): Reached {
    const reached: Reached = {};
    for (const [peer, { reached: place }] of this.#outboxes) {
      if (place !== (except?.get(peer) ?? 0)) reached[peer] = place;
    }
    return reached;
  }

  #take(values: number[], from: string | null, reached: Reached): void {
    const outbox = from === null ? undefined : this.outboxTo(from);
    const learnedMs = this.#isBack ? performance.now() : -Infinity; // nothing of it is news
    for (const value of values) {
      const place = this.log.add(value, learnedMs);
      outbox?.skip(place);
    }
    for (const [peer, place] of Object.entries(reached)) {
      this.outboxTo(peer).reach(place);
      this.#stored.set(peer, place);
    }
  }
}
