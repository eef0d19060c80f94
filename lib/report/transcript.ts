/**
 * A transcript as a terminal shows it: one line for each message, with the times of its sending and
 * of its end; the set-up of nodes in a line; in colour, and cut to the terminal's width.
 *
 * A line waits until its message has come to an end, and those behind it wait with it.
 *
 * @module
 */
import type { TracedEvent } from "../simulator/trace.ts";
import { isSetUp } from "./page/scene.ts";
import { makePaint, type Paint, wrapParagraph } from "./text.ts";

/** How a transcript is laid out. */
interface TranscriptStyle {
  readonly color: boolean;
  /** Columns that no line exceeds. Absent: as many as it takes. */
  readonly width?: number;
}

/** Takes the lines of a transcript and writes them folded. */
interface FoldedTranscript {
  readonly take: (line: string, event?: TracedEvent) => void;
  /** Writes what still waits: its messages have come to no end. */
  readonly end: () => void;
}

export function foldTranscript(
  write: (line: string) => void,
  style: TranscriptStyle,
): FoldedTranscript {
  const paint = makePaint(style);
  const show = (row: Row) => {
    for (const line of fit(render(row), style.width)) write(colour(line, row, paint));
  };
  const folding = new Folding(show);
  let isEmpty = true;
  return {
    take(line, event) {
      if (isEmpty) write(paint("quiet", HEADS));
      isEmpty = false;
      folding.take(line, event);
    },
    end: () => folding.flush({ isEnd: true }),
  };
}

/** A line before it is written. */
interface Row {
  /** When it is, in the form of a transcript; empty for a heading. */
  readonly time: string;
  /** When its message came to an end. */
  end: string;
  text: string;
  /** What became of its message; "send" while that is open. Absent: it is about none. */
  event?: TracedEvent["event"];
}

/** Characters of a time, and where the rest of a line begins. */
const TIME_WIDTH = 9;
const HEADS = ["sent", "ended"].map((head) => head.padStart(TIME_WIDTH)).join("");

class Folding {
  readonly #show: (row: Row) => void;
  #waiting: Row[] = [];
  /** The rows of messages by number. */
  readonly #rows = new Map<number, Row>();
  /** Messages of the set-up that were sent, by type, since the last line of another kind. */
  #setUp = new Map<string, number>();

  constructor(show: (row: Row) => void) {
    this.#show = show;
  }

  take(line: string, event?: TracedEvent): void {
    const [time, text] = [line.slice(0, TIME_WIDTH), line.slice(TIME_WIDTH)];
    if (event !== undefined && isSetUp(event.type)) {
      if (event.event === "send") {
        this.#setUp.set(event.type, (this.#setUp.get(event.type) ?? 0) + 1);
      }
      return;
    }
    this.#closeSetUp();
    if (event === undefined) this.#waiting.push({ time, end: "", text });
    else this.#takeMessage(time, text, event);
    this.flush();
  }

  #takeMessage(time: string, text: string, { id, event }: TracedEvent): void {
    const row = this.#rows.get(id);
    if (row === undefined || event === "send") {
      const sent: Row = { time, end: "", text, event };
      this.#rows.set(id, sent);
      this.#waiting.push(sent);
      return;
    }
    // A second end is that of a duplicate: it gets a line of its own.
    this.#rows.delete(id);
    row.event = event;
    row.end = time;
    if (event !== "recv") row.text = text;
  }

  #closeSetUp(): void {
    if (this.#setUp.size === 0) return;
    const counts = [...this.#setUp].map(([type, count]) => `${count} ${type}`).join(", ");
    this.#setUp.clear();
    this.#waiting.push({ time: "", end: "", text: ` ── set-up: ${counts} ──` });
  }

  /** Writes the rows up to the first whose message is open; at the end, all of them. */
  flush({ isEnd = false } = {}): void {
    if (isEnd) this.#closeSetUp();
    const open = isEnd ? -1 : this.#waiting.findIndex(({ event }) => event === "send");
    const ready = open < 0 ? this.#waiting : this.#waiting.slice(0, open);
    this.#waiting = open < 0 ? [] : this.#waiting.slice(open);
    for (const row of ready) this.#show(row);
  }
}

function render({ time, end, text, event }: Row): string {
  if (time.trim() === "") return `${" ".repeat(TIME_WIDTH)}${text}`;
  const until = event === "send" ? "…" : event === undefined ? "" : end || time;
  return `${time}${until.padStart(TIME_WIDTH)}${text}`.trimEnd();
}

/** What begins a fault. */
const FAULT = " ● nemesis ";

/** Cuts a line to a width. A fault goes on below: whom it strikes is what matters. */
function fit(line: string, width = Infinity): string[] {
  if (line.length <= width) return [line];
  const at = 2 * TIME_WIDTH;
  if (!line.startsWith(FAULT, at)) return [`${line.slice(0, width - 1)}…`];
  const head = line.slice(0, at) + FAULT;
  return wrapParagraph(head, line.slice(head.length).trim(), width);
}

/** Colours a line by what it says; its columns stay where they are. */
function colour(line: string, { time, event, text }: Row, paint: Paint): string {
  if (time.trim() === "") return paint("quiet", line);
  const [times, rest] = [line.slice(0, 2 * TIME_WIDTH), line.slice(2 * TIME_WIDTH)];
  const isLost = event !== undefined && event !== "recv" && event !== "send";
  const tone = isLost || text.startsWith(" ✗")
    ? "bad"
    : /^ ● nemesis|^ ● .*\b(?:failed|unknown) /.test(text)
    ? "unsure"
    : text.startsWith(" ●")
    ? "strong"
    : undefined;
  return paint("quiet", times) + (tone === undefined ? rest : paint(tone, rest));
}
