/**
 * Logs whose messages several nodes know in one order, each with a copy in its journal.
 *
 * One node decides the order, of all keys together; the others take it from there. So how far a
 * copy has come is a single number, the count of its messages, and whoever has `n` lacks the
 * messages from `n` on. Nothing is in a copy before it is in the journal: what a node has shown, or
 * assigned an offset to, outlasts it.
 *
 * Changes that come as requests of a session (`session.ts`) take effect once, also if one is
 * repeated after a restart, since the journal has their stamps.
 *
 * @module
 */
import type { Journal } from "../journal.ts";
import type { Node } from "../node.ts";
import { array, integer, nullable, record, string, tuple } from "../rpc.ts";
import { Logs, type Message, messages } from "./log.ts";
import { type LastReply, Sessions, type Stamp } from "./session.ts";

type Change = [
  messages: Message[],
  commits: Record<string, number>,
  stamp: [incarnation: string, seq: number] | null,
];

type State = [
  messages: Message[],
  commits: Record<string, number>,
  replies: LastReply<number[]>[],
];

/** One node's copy. Make it while the program registers its handlers. */
export class OrderedLogs {
  /** The same messages, by key. */
  readonly logs = new Logs();
  readonly #sessions = new Sessions<number[]>();
  readonly #journal: Journal<Change, number[]>;
  /** All messages in order; as two lists they take a fifth of the memory of pairs. */
  readonly #keys: string[] = [];
  readonly #msgs: number[] = [];

  /** @param name What the journal holds, such as `log`. */
  constructor(node: Node, name: string) {
    this.#journal = node.journal({
      name,
      record: tuple<Change>(
        messages,
        record(integer),
        nullable(tuple<[incarnation: string, seq: number]>(string, integer)),
      ),
      state: tuple<State>(
        messages,
        record(integer),
        array(tuple<LastReply<number[]>>(string, integer, array(integer))),
      ),
      restore: (state) => this.#restore(state),
      apply: (change) => this.#apply(change),
      snapshot: (): State => [this.since(0), this.logs.committed(), this.#sessions.state],
    });
  }

  /** How many messages there are. */
  get length(): number {
    return this.#keys.length;
  }

  /** The messages from the one with that number on, at most so many. */
  since(start: number, most = Infinity): Message[] {
    return this.#keys.slice(start, start + most)
      .map((key, i): Message => [key, this.#msgs[start + i] ?? 0]);
  }

  /** Appends messages, once they are stored; resolves to their offsets. */
  async append(messages: Message[]): Promise<number[]> {
    return await this.#journal.append([messages, {}, null]);
  }

  /** Notes what consumers have processed, once it is stored. */
  async commit(offsets: Record<string, number>): Promise<void> {
    await this.#journal.append([[], offsets, null]);
  }

  /**
   * Appends the messages of a session's request and notes its commits, unless that has happened.
   * Resolves to the messages' offsets, once they are stored. A query, without either, is not noted.
   *
   * @throws {RpcError} 14 for a request that is out of sequence (`session.ts`).
   */
  async execute(
    { incarnation, seq }: Stamp,
    messages: Message[],
    commits: Record<string, number>,
  ): Promise<number[]> {
    if (messages.length === 0 && Object.keys(commits).length === 0) return [];
    this.#sessions.admit({ incarnation, seq });
    return await this.#journal.append([messages, commits, [incarnation, seq]]);
  }

  #restore([messages, commits, replies]: State): void {
    this.#take(messages, commits);
    this.#sessions.restore(replies);
  }

  #apply([messages, commits, stamp]: Change): number[] {
    if (stamp === null) return this.#take(messages, commits);
    const [incarnation, seq] = stamp;
    return this.#sessions.answer({ incarnation, seq }, () => this.#take(messages, commits));
  }

  #take(messages: readonly Message[], commits: Readonly<Record<string, number>>): number[] {
    this.logs.commit(commits);
    return messages.map(([key, msg]) => {
      this.#keys.push(key);
      this.#msgs.push(msg);
      return this.logs.append(key, msg);
    });
  }
}
