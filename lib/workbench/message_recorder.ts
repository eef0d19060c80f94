/**
 * Writes the journal of messages while a run goes on. Its lines are described in
 * `message_journal.ts`, which reads them back.
 *
 * @module
 */
import { HEADER, MARKS } from "./message_journal.ts";
import type { Packet } from "./network/packet.ts";
import type { Observer } from "./run.ts";

/** Characters after which a journal takes no more: about half a million messages. */
const LIMIT = 64 * 1024 * 1024;
/** Messages of more characters lose their fields. */
const MAX_TEXT = 4_096;
/** Lines of logs are cut there. */
const MAX_LOG_LINE = 2_000;
/** Characters that are handed over together. */
const BLOCK = 256 * 1024;

/** Watches a run and writes its journal. */
export interface MessageRecorder {
  readonly observer: Observer;
  /** Writes what is left, and says what was left out. */
  readonly end: () => void;
}

/** Makes a recorder. `write` takes the journal's text, block by block. */
export function recordMessages(
  write: (block: string) => void,
  { limit = LIMIT }: { readonly limit?: number } = {},
): MessageRecorder {
  const lines = new Lines(write, limit);
  const clients = new Map<number, string>();
  return {
    observer: {
      message(timeNs, event, packet) {
        const { id, cause, text } = packet;
        if (event !== "send") return lines.add(MARKS[event], timeNs, String(id));
        const ids = cause === undefined ? `${id}` : `${id}<${cause}`;
        if (text.length <= MAX_TEXT) lines.add(">", timeNs, `${ids} ${oneLine(text)}`);
        else lines.add("~", timeNs, `${ids} ${outlineOf(packet)}`);
      },
      op({ process, time }, asker) {
        if (process === "nemesis" || asker === undefined) return;
        if (clients.get(process) === asker.client) return;
        clients.set(process, asker.client);
        lines.add("@", time, `${process} ${JSON.stringify(asker.client)}`);
      },
      log(node, line, timeNs) {
        const kept = JSON.stringify(line.slice(0, MAX_LOG_LINE));
        lines.add("l", timeNs, `${JSON.stringify(node)} ${kept}`);
      },
      up: (timeNs) => lines.begin(timeNs),
    },
    end: () => lines.end(),
  };
}

class Lines {
  readonly #write: (block: string) => void;
  readonly #limit: number;
  #block = `${HEADER}\n`;
  #length = 0;
  #lastNs = 0;
  #leftOut = 0;

  constructor(write: (block: string) => void, limit: number) {
    this.#write = write;
    this.#limit = limit;
  }

  add(mark: string, timeNs: number, what: string): void {
    if (this.#leftOut > 0 || this.#length + what.length > this.#limit) {
      this.#leftOut++;
      return;
    }
    const line = `${mark} ${this.#passedNs(timeNs)} ${what}\n`;
    this.#length += line.length;
    this.#block += line;
    if (this.#block.length >= BLOCK) this.#flush();
  }

  /** From here on times count from `originNs`. */
  begin(originNs: number): void {
    this.#block += `0 ${this.#passedNs(originNs)}\n`;
    this.#lastNs = 0;
  }

  end(): void {
    if (this.#leftOut > 0) this.#block += `! 0 ${this.#leftOut}\n`;
    this.#flush();
  }

  #passedNs(timeNs: number): number {
    const nowNs = Math.max(this.#lastNs, Math.round(timeNs));
    const passedNs = nowNs - this.#lastNs;
    this.#lastNs = nowNs;
    return passedNs;
  }

  #flush(): void {
    if (this.#block !== "") this.#write(this.#block);
    this.#block = "";
  }
}

/** A node may put blanks between the parts of its JSON, line breaks among them. */
function oneLine(text: string): string {
  return /[\n\r]/.test(text) ? text.replaceAll(/[\n\r]/g, " ") : text;
}

function outlineOf({ src, dest, body: { type, msg_id, in_reply_to } }: Packet): string {
  return JSON.stringify({ src, dest, body: { type, msg_id, in_reply_to } });
}
