/**
 * What a node knows of one peer and of the link to it.
 *
 * @module
 */
import type { Outbox } from "./outbox.ts";
import { idealPath, type Path, samePath } from "./path.ts";

/** A peer that goes on to claim a path is told again after this time that there is a better one. */
const CORRECT_AGAIN_MS = 1000;

/** What a peer says of itself in every message. */
interface PeerState {
  /** The message's number on this link, 0 if it is not to be acknowledged. */
  readonly seq: number;
  readonly path: readonly string[];
  readonly stamp: number;
  /** How late its own timers are, in milliseconds. Default: 0. */
  readonly late?: number | undefined;
  /** How long ago it last began a scatter, in milliseconds, if it ever has. */
  readonly beat?: number | undefined;
}

/** The state of a link. Points in time are those of `performance.now`, in milliseconds. */
export class Link {
  readonly peer: string;
  readonly outbox: Outbox<number>;
  readonly #self: string;
  #path: Path;
  /** The path that this node last told the peer to be worse than its own, and when. */
  #corrected: Path | undefined;
  #correctedMs = -Infinity;
  #stamp = 0;
  #lateMs = 0;
  #beatMs = -Infinity;
  #heardSeq = 0;
  #newestMs = -Infinity;
  #heardMs = -Infinity;
  /** While the link is in doubt: the last message sent before it was. */
  #doubtedSeq: number | undefined;
  /** Since when the peer has been waiting for an acknowledgement. */
  owedSinceMs: number | undefined;
  /** Since when the peer has been waiting for an answer that cannot wait, and when it got one. */
  askedSinceMs: number | undefined;
  answeredMs = -Infinity;

  /** A link that works, to a peer that follows the path which is best where all links work. */
  constructor(self: string, peer: string, ids: readonly string[], outbox: Outbox<number>) {
    this.#self = self;
    this.peer = peer;
    this.outbox = outbox;
    this.#path = idealPath(peer, ids);
  }

  /** The path that the peer claims. */
  get path(): Path {
    return this.#path;
  }

  /** Whether this node is the first on that path. */
  get isChild(): boolean {
    return this.#path[0] === this.#self;
  }

  /** The root's clock when it sent what the peer last heard along its path. */
  get stamp(): number {
    return this.#stamp;
  }

  /** How late the peer's timers are, by its own account. */
  get lateMs(): number {
    return this.#lateMs;
  }

  /** When the peer last began a scatter, `-Infinity` if it never has. */
  get beatMs(): number {
    return this.#beatMs;
  }

  /** When the peer was last heard, `-Infinity` if it never was. */
  get heardMs(): number {
    return this.#heardMs;
  }

  /** The newest message received, 0 if none was. */
  get heardSeq(): number {
    return this.#heardSeq;
  }

  /** For how long that message has been here, in milliseconds. */
  heldMs(nowMs: number): number {
    return this.#heardSeq === 0 ? 0 : nowMs - this.#newestMs;
  }

  /** Whether the link works, as far as this node knows. */
  get isUp(): boolean {
    return this.#doubtedSeq === undefined;
  }

  /** The link may be cut, until something that is sent from now on is acknowledged. */
  doubt(): void {
    this.#doubtedSeq = this.outbox.lastSeq;
  }

  /** Whether that acknowledgement is for a message from before the link came into doubt. */
  isFromBeforeDoubt(ack: number): boolean {
    return this.#doubtedSeq !== undefined && ack <= this.#doubtedSeq;
  }

  /** Takes note of an acknowledgement; true if it shows that a link in doubt works. */
  revive(ack: number): boolean {
    if (this.#doubtedSeq === undefined || ack <= this.#doubtedSeq) return false;
    this.#doubtedSeq = undefined;
    return true;
  }

  /** Takes note of what a message says of its sender; true if the sender claims another path. */
  hear({ seq, path, stamp, late = 0, beat }: PeerState, nowMs: number): boolean {
    this.#heardMs = nowMs;
    this.#lateMs = late;
    if (seq <= this.#heardSeq) return false; // it was overtaken, or has no number
    const differs = !samePath(path, this.#path);
    this.#heardSeq = seq;
    this.#newestMs = nowMs;
    this.#path = path;
    this.#stamp = stamp;
    if (beat !== undefined) this.#beatMs = nowMs - beat;
    return differs;
  }

  /** Whether it is time to tell the peer that there is a better path: once for each, and now and then. */
  correct(path: Path, nowMs: number): boolean {
    const isOld = this.#corrected !== undefined && samePath(this.#corrected, path);
    if (isOld && nowMs < this.#correctedMs + CORRECT_AGAIN_MS) return false;
    this.#corrected = path;
    this.#correctedMs = nowMs;
    return true;
  }
}
