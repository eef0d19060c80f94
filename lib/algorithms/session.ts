/**
 * Sessions: requests that take effect exactly once, over a network that loses, repeats and
 * reorders.
 *
 * A client numbers its requests. It has one under way at a time and repeats it, unchanged, until a
 * reply arrives. The server remembers the last reply to every client, and sends it again when the
 * same request arrives again:
 *
 *     request 1   → executed, reply lost
 *     request 1   → the same reply, arrives
 *     request 2   → executed; reply 1 is forgotten
 *     request 1   → late: the client has its reply, so this one is refused
 *
 * A server that outlives its process stores what it executes with the stamp, and so knows after a
 * restart what it has executed. Then `admit` comes first and `answer` when the request is stored: a
 * repetition that comes in between is stored, too, and recognised.
 *
 * A client that restarts takes a new name, so its numbers start anew. No client skips a number, so one
 * that does is malformed, and refused: it would make all that follow look late. The server keeps one reply
 * for every incarnation of every client, and never forgets one. The idea is that of RIFL (Lee et
 * al., "Implementing Linearizability at Large Scale and Low Latency", 2015) and of client sessions
 * in Raft; with one request at a time, one reply is all there is to keep.
 *
 * @module
 */
import { ErrorCode, RpcError } from "../message.ts";
import { integer, string } from "../rpc.ts";
import { isPossibleCount } from "./possible_count.ts";

/** The fields that every request of a session carries, to spread into its description. */
export const stampFields = { incarnation: string, seq: integer };

/** Identifies a request among all requests. */
export interface Stamp {
  /** The client's incarnation: a name that no other process ever has. */
  readonly incarnation: string;
  /** The number of the request in that incarnation, from 1. */
  readonly seq: number;
}

/** Options of a {@linkcode Session}. */
export interface SessionOptions {
  /** Time between two attempts, in milliseconds. */
  readonly repeatMs: number;
  /** The server counts as silent after so many attempts without an answer. */
  readonly maxUnanswered: number;
  /** Called when the server falls silent, and before every further attempt while it is. */
  readonly onSilence: () => void;
}

/** The client's end. */
export class Session {
  readonly #options: SessionOptions;
  readonly #incarnation = crypto.randomUUID();
  #seq = 0;
  #unanswered = 0;

  /** A session under a new name. */
  constructor(options: SessionOptions) {
    this.#options = options;
  }

  /** Whether the request under way has gone unanswered for too many attempts. */
  get silent(): boolean {
    return this.#unanswered >= this.#options.maxUnanswered;
  }

  /**
   * Makes a request, and repeats it until it is answered, which may be never. One at a time.
   *
   * @param attempt Sends the request with that stamp, the same each time, and returns the reply. An
   * attempt should wait longer than `repeatMs`: the first reply to any of them counts. Its errors
   * are ignored.
   */
  async request<T>(attempt: (stamp: Stamp) => Promise<T>): Promise<T> {
    this.#seq++;
    return await this.query(attempt);
  }

  /**
   * The same for a request that changes nothing. It has the number of the request before, so the
   * server need not note it.
   */
  async query<T>(attempt: (stamp: Stamp) => Promise<T>): Promise<T> {
    const { repeatMs, onSilence } = this.#options;
    const stamp: Stamp = { incarnation: this.#incarnation, seq: this.#seq };
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

/** The last reply to one client. */
export type LastReply<Reply> = [incarnation: string, seq: number, reply: Reply];

/** The server's end: the last reply to every client. */
export class Sessions<Reply> {
  readonly #last = new Map<string, { readonly seq: number; readonly reply: Reply }>();

  /**
   * Checks that a request may be answered: it is the client's last, again, or the one after.
   *
   * @throws {RpcError} 14 if the client has made a later request, so that nobody waits for this reply;
   * or if it cannot have come to this number.
   */
  admit({ incarnation, seq }: Stamp): void {
    const last = this.#last.get(incarnation);
    if (last !== undefined && seq < last.seq) {
      throw new RpcError(ErrorCode.abort, `request ${seq} is over: ${last.seq} has come`);
    }
    if (!isPossibleCount(seq) || (last !== undefined && seq > last.seq + 1)) {
      throw new RpcError(ErrorCode.abort, `request ${seq} is none: ${last?.seq ?? 0} has come`);
    }
  }

  /**
   * Executes a request that was admitted unless it was executed before, and returns its one reply.
   * If `execute` throws, so does this, and the request counts as not made.
   */
  answer({ incarnation, seq }: Stamp, execute: () => Reply): Reply {
    const last = this.#last.get(incarnation);
    if (last?.seq === seq) return last.reply;
    const reply = execute();
    this.#last.set(incarnation, { seq, reply });
    return reply;
  }

  /** The last reply to every client, for a journal. */
  get state(): LastReply<Reply>[] {
    return [...this.#last].map(([incarnation, { seq, reply }]) => [incarnation, seq, reply]);
  }

  /** Takes the replies of an earlier incarnation of the server. */
  restore(state: readonly LastReply<Reply>[]): void {
    for (const [incarnation, seq, reply] of state) this.#last.set(incarnation, { seq, reply });
  }
}
