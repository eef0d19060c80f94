/**
 * How old a message may be when a node reads it.
 *
 * A process that is stopped, or computes for seconds, does not see its input. What it reads right
 * afterwards may have waited all the time, and nothing in the message says for how long. So a node
 * that reads on sends a message to itself. A node receives messages in the order in which they are
 * due: a client's when it is sent, another node's after its latency. So whatever comes behind the
 * node's own message is younger than the end of the stall.
 *
 * @module
 */
import type { Node } from "./node.ts";
import { integer, oneWay } from "./rpc.ts";

/** How often a node notes that it runs. */
export const BEAT_MS = 500;
/** Without a beat for so long, a node has stood still; a busy machine is late by less. */
const STALL_MS = 1_000;
/** How long after that it may still read what came meanwhile, if its message to itself is lost. */
const BACKLOG_MS = 1_000;

/** What a node tells itself after a stall, which is named by its end. */
const readsOn = oneWay("reads_on", { stall: integer });

interface Stall {
  readonly fromMs: number;
  readonly toMs: number;
}

/** Remembers when a node last stood still. */
export class Stalls {
  readonly #node: Node;
  readonly #nowMs: () => number;
  #isStarted = false;
  /** The last beat. Before the first there is no stall. */
  #seenMs = NaN;
  /** The last stall, as long as what came meanwhile may be read. */
  #stall: Stall | undefined;

  /**
   * Watches a node from its first beat on. Make it before the node starts.
   *
   * @param nowMs The time in milliseconds, of any one clock.
   */
  constructor(node: Node, nowMs: () => number) {
    this.#node = node;
    this.#nowMs = nowMs;
    node.onInit(() => this.#isStarted = true);
    node.on(readsOn, ({ stall }, { src }) => {
      if (src === node.id && stall === nameOf(this.#stall?.toMs)) this.#stall = undefined;
    });
  }

  /** Notes that the node runs. */
  beat(): void {
    const nowMs = this.#nowMs();
    if (nowMs - this.#seenMs > STALL_MS) this.stalled(this.#seenMs);
    this.#seenMs = nowMs;
  }

  /** Notes that the node stood still until now. What came during an earlier stall may wait, too. */
  stalled(fromMs: number): void {
    const toMs = this.#nowMs();
    this.#stall = { fromMs: Math.min(fromMs, this.#backlogAt(fromMs)?.fromMs ?? fromMs), toMs };
    if (this.#isStarted) this.#node.send(this.#node.id, readsOn, { stall: nameOf(toMs) });
  }

  /** How long ago at most a message was sent that the node reads now; 0 where that is no question. */
  ageMs(): number {
    if (this.#stall === undefined) return 0; // reading the clock costs as much as dispatch
    const nowMs = this.#nowMs();
    this.#stall = this.#backlogAt(nowMs);
    return this.#stall === undefined ? 0 : nowMs - this.#stall.fromMs;
  }

  /** The last stall, if what came meanwhile may not have been read at that time. */
  #backlogAt(nowMs: number): Stall | undefined {
    return nowMs - (this.#stall?.toMs ?? -Infinity) < BACKLOG_MS ? this.#stall : undefined;
  }
}

function nameOf(toMs = -1): number {
  return Math.round(toMs);
}
