/**
 * Sessions: requests that take effect once, over a network that loses, repeats and reorders.
 *
 * A client numbers its requests and has one under way at a time, which it repeats, unchanged, until
 * a reply comes. The server remembers the last reply of every client, and gives it again when it is
 * asked the same again:
 *
 *     request 1   → carried out, reply lost
 *     request 1   → the same reply, arrives
 *     request 2   → carried out; reply 1 is forgotten
 *     request 1   → late: the client has its reply, and this one is refused
 *
 * A client that starts again begins a new life, with a name of its own: its numbers start anew. The
 * idea is RIFL's (Lee et al., "Implementing Linearizability at Large Scale and Low Latency", 2015),
 * and that of client sessions in Raft; with one request at a time one reply is all there is to keep.
 *
 * @module
 */
import { ErrorCode, RpcError } from "../message.ts";
import { integer, string } from "../rpc.ts";

/** What every request of a session carries: a part of its description, to spread into it. */
export const stampFields = { life: string, seq: integer };

/** Tells a request from every other. */
export interface Stamp {
  /** The process that makes it; no other process ever has the same. */
  readonly life: string;
  /** Number of the request in that life, from 1. */
  readonly seq: number;
}

/** Options of a {@linkcode Session}. */
export interface SessionOptions {
  /** Time between two attempts, in milliseconds. */
  readonly repeatMs: number;
  /** The server is silent once so many attempts have had no answer. */
  readonly maxUnanswered: number;
  /** Called whenever it falls silent, and again with every further attempt while it is. */
  readonly onSilence: () => void;
}

/** The client's end. */
export class Session {
  readonly #options: SessionOptions;
  readonly #life = crypto.randomUUID();
  #seq = 0;
  #unanswered = 0;

  constructor(options: SessionOptions) {
    this.#options = options;
  }

  /** Whether a request has gone unanswered for so long that the server seems out of reach. */
  get silent(): boolean {
    return this.#unanswered >= this.#options.maxUnanswered;
  }

  /**
   * Makes a request, again and again until it is answered; that may be never. Ask the next only then.
   *
   * @param attempt Sends it under that stamp, the same way each time, and returns the reply. It may
   * outlast the next attempt, so give it time: the first reply to any attempt counts. What it
   * rejects with counts for nothing.
   */
  async request<T>(attempt: (stamp: Stamp) => Promise<T>): Promise<T> {
    const { repeatMs, onSilence } = this.#options;
    const stamp: Stamp = { life: this.#life, seq: ++this.#seq };
    const { promise, resolve } = Promise.withResolvers<T>();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const ask = () => {
      attempt(stamp).then(resolve, () => {});
      this.#unanswered++;
      timer = setTimeout(() => {
        if (this.silent) onSilence();
        ask();
      }, repeatMs);
    };
    ask();
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
      this.#unanswered = 0;
    }
  }
}

/** The server's end: the last reply of every client. */
export class Sessions<Reply> {
  readonly #last = new Map<string, { readonly seq: number; readonly reply: Reply }>();

  /**
   * Carries out a request, unless that has happened, and returns its one reply.
   *
   * @throws {RpcError} 14 if the client has made a later one: nobody waits for this reply any more.
   * @throws whatever `carryOut` throws; the request then counts as not made.
   */
  answer({ life, seq }: Stamp, carryOut: () => Reply): Reply {
    const last = this.#last.get(life);
    if (last?.seq === seq) return last.reply;
    if (last !== undefined && seq < last.seq) {
      throw new RpcError(ErrorCode.abort, `request ${seq} is over: ${last.seq} has come`);
    }
    const reply = carryOut();
    this.#last.set(life, { seq, reply });
    return reply;
  }
}
