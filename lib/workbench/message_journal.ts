/**
 * What happened to the messages of a run, as a text that grows while the run goes on.
 *
 * The first line is {@linkcode HEADER}. Each other line is one event: a mark, the nanoseconds since
 * the event before, and what the mark asks for. An event is at least 0 ns after the one before it.
 *
 *     > 1200 17 {"src":"n0",…}   message 17 is sent: its JSON, envelope included
 *     > 1200 17<9 {"src":"n0",…} the same, while its sender was handling message 9
 *     ~ 1200 18 {"src":"n0",…}   the same, but of a body too long only type and numbers are kept
 *     < 3100 17                  message 17 is received
 *     x 0 17                     message 17 is cut off by a partition
 *     ? 0 17                     message 17 is lost by chance
 *     | 0 17                     message 17 is discarded: its receiver ended before it came
 *     @ 0 3 "c7"                 operations of process 3 are made by client c7
 *     l 500 "n0" "a line"        node n0 writes a line to its log
 *     0 0                        the history's time begins: this instant is its 0
 *     ! 0 1234                   the last line, of a journal at its limit: so many events follow
 *                                that are left out
 *
 * A message that is duplicated comes to an end twice. Other versions have another header; a reader
 * refuses what it does not know.
 *
 * @module
 */
import type { Message } from "../message.ts";
import type { PacketEvent } from "./network/packet.ts";

export const HEADER = "glomers messages 1";

/** What may become of a message once it is sent. */
type Fate = Exclude<PacketEvent, "send">;

export const MARKS: Readonly<Record<Fate, string>> = {
  recv: "<",
  cut: "x",
  lost: "?",
  discarded: "|",
};
const FATES: ReadonlyMap<string, Fate> = new Map([
  [MARKS.recv, "recv"],
  [MARKS.cut, "cut"],
  [MARKS.lost, "lost"],
  [MARKS.discarded, "discarded"],
]);

/** A message that was sent. */
export interface SentMessage extends Message {
  /** Unique in the run, in the order of sending. */
  readonly id: number;
  /** Nanoseconds since the history began; below 0 before that. */
  readonly sentNs: number;
  /** The message that its sender was handling, where the engine knows. */
  readonly cause?: number;
  /** Whether fields of the body are left out for its length. */
  readonly isOutline: boolean;
  /** What became of it: nothing where the run ended before, two ends where it was duplicated. */
  readonly ends: readonly { readonly fate: Fate; readonly timeNs: number }[];
}

/** A line of a node's log. */
interface LogLine {
  readonly node: string;
  readonly timeNs: number;
  readonly line: string;
}

/** What a journal holds. */
export interface MessageJournal {
  readonly messages: readonly SentMessage[];
  readonly logs: readonly LogLine[];
  /** The client that makes the operations of a process. */
  readonly clients: ReadonlyMap<number, string>;
  /** Events that found no more room, all of them after those that are here. */
  readonly leftOut: number;
  /** Set where messages that never arrive leave without a word, as in Maelstrom's journal. */
  readonly hidesLosses?: boolean;
}

/** Text that is no journal, or one of another version. */
export class MalformedJournal extends Error {
  override readonly name = "MalformedJournal";
}

/**
 * Reads a journal. One that ends amid a line, as after a crash, is read up to there.
 *
 * @throws {MalformedJournal} naming the line.
 */
export function readMessages(text: string): MessageJournal {
  const reader = new JournalReader();
  reader.push(text);
  return reader.journal();
}

const NO_ENDS: SentMessage["ends"] = [];

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** Reads a journal in pieces, cut anywhere, so that its text need not be in memory as a whole. */
export class JournalReader {
  /** The beginning of a line whose end has yet to come. */
  #rest = "";
  #lines = 0;
  readonly #messages = new Map<number, Writable<SentMessage>>();
  readonly #logs: Writable<LogLine>[] = [];
  readonly #clients = new Map<number, string>();
  #timeNs = 0;
  #leftOut = 0;

  /** What was read. The end of a journal that breaks off amid a line is left out. */
  journal(): MessageJournal {
    const messages = [...this.#messages.values()];
    return { messages, logs: this.#logs, clients: this.#clients, leftOut: this.#leftOut };
  }

  /**
   * Takes the next piece.
   *
   * @throws {MalformedJournal} naming the line.
   */
  push(piece: string): void {
    const text = this.#rest + piece;
    let from = 0;
    for (let to = text.indexOf("\n"); to >= 0; to = text.indexOf("\n", from)) {
      this.#takeLine(text.slice(from, to));
      from = to + 1;
    }
    this.#rest = text.slice(from);
  }

  #takeLine(line: string): void {
    const problem = ++this.#lines > 1
      ? this.#problemOf(line)
      : line === HEADER
      ? undefined
      : `expected "${HEADER}"`;
    if (problem === undefined) return;
    throw new MalformedJournal(`line ${this.#lines}: ${problem}, got ${line.slice(0, 60)}`);
  }

  /** Takes a line; returns what is wrong with it, if anything is. */
  #problemOf(line: string): string | undefined {
    const space = line.indexOf(" ", 2);
    const passedNs = Number(line.slice(2, space < 0 ? undefined : space));
    if (line[1] !== " " || !(passedNs >= 0)) return "expected a mark and a time";
    this.#timeNs += passedNs;
    const mark = line[0] ?? "";
    const rest = space < 0 ? "" : line.slice(space + 1);
    try {
      return this.#take(mark, rest) ? undefined : "expected an event";
    } catch (error) {
      if (error instanceof SyntaxError) return error.message;
      throw error;
    }
  }

  #take(mark: string, rest: string): boolean {
    const fate = FATES.get(mark);
    if (fate !== undefined) {
      this.#end(Number(rest), fate);
      return true;
    }
    const [first, second] = split(rest);
    switch (mark) {
      case ">":
      case "~":
        return this.#send(first, second, { isOutline: mark === "~" });
      case "@":
        this.#clients.set(Number(first), String(JSON.parse(second)));
        return true;
      case "l":
        return this.#log(rest);
      case "0":
        this.#begin();
        return true;
      case "!":
        this.#leftOut = Number(first);
        return true;
      default:
        return false;
    }
  }

  #send(ids: string, text: string, { isOutline }: { readonly isOutline: boolean }): boolean {
    const [id = NaN, cause] = ids.split("<").map(Number);
    const { src, dest, body }: Message = JSON.parse(text);
    const message = { id, src, dest, body, isOutline, sentNs: this.#timeNs, ends: NO_ENDS };
    this.#messages.set(id, cause === undefined ? message : { ...message, cause });
    return true;
  }

  #end(id: number, fate: Fate): void {
    const message = this.#messages.get(id);
    if (message === undefined) return;
    // A list that grows has room for sixteen more: half of what is kept of a message.
    message.ends = message.ends.concat({ fate, timeNs: this.#timeNs });
  }

  #log(rest: string): boolean {
    const [node, line] = JSON.parse(`[${rest.replace(/^("(?:[^"\\]|\\.)*") /, "$1,")}]`);
    this.#logs.push({ node: String(node), line: String(line), timeNs: this.#timeNs });
    return true;
  }

  /** Lets times count from now, those before it below 0. */
  #begin(): void {
    for (const message of this.#messages.values()) {
      message.sentNs -= this.#timeNs;
      message.ends = message.ends.map((end) => ({ ...end, timeNs: end.timeNs - this.#timeNs }));
    }
    for (const line of this.#logs) line.timeNs -= this.#timeNs;
    this.#timeNs = 0;
  }
}

function split(text: string): [first: string, rest: string] {
  const space = text.indexOf(" ");
  return space < 0 ? [text, ""] : [text.slice(0, space), text.slice(space + 1)];
}
