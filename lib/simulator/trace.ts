/**
 * A run as a transcript that a person can follow: when, who, what, to whom, and what became of it.
 *
 * @module
 */
import { SECOND } from "../workbench/clock.ts";
import { printEdn } from "../workbench/edn.ts";
import type { Op } from "../workbench/history.ts";
import type { Fate, Packet } from "../workbench/network.ts";
import type { Observer } from "../workbench/run.ts";

/** What a transcript leaves out. */
export interface TraceFilter {
  /** Only what this node, client or service takes part in. */
  readonly node?: string;
  /** Only what mentions this value. */
  readonly value?: string;
}

const ARROWS: Readonly<Record<Fate, string>> = {
  send: "──▶",
  recv: "◀──",
  cut: "─✂ ",
  lost: "─✗ ",
  gone: "──┤",
};
const REMARKS: Readonly<Record<Fate, string>> = {
  send: "",
  recv: "delivered",
  cut: "cut by the partition",
  lost: "lost",
  gone: "its receiver ended before it came",
};

/** Longest text shown of a message's fields. */
const MAX_FIELDS = 160;

/** Writes a transcript while a run goes on, a line at a time. */
export function tracing(write: (line: string) => void, filter: TraceFilter = {}): Observer {
  const line = (time: number, who: string, what: string, mark = " ") =>
    write(`${(time / SECOND).toFixed(4).padStart(9)} ${mark} ${who.padEnd(14)} ${what}`.trimEnd());
  return {
    message(time, fate, packet) {
      if (!concerns(packet, filter)) return;
      const route = fate === "recv"
        ? `${packet.dest} ${ARROWS.recv} ${packet.src}`
        : `${packet.src} ${ARROWS[fate]} ${packet.dest}`;
      const remark = REMARKS[fate];
      line(time, route, `${inBrief(packet)}${remark === "" ? "" : `   (${remark})`}`);
    },
    op(op) {
      if (op.process !== "nemesis" && !mentions(op, filter)) return;
      line(
        op.time,
        op.process === "nemesis" ? "nemesis" : `process ${op.process}`,
        opInWords(op),
        "●",
      );
    },
    problem: ({ time, text, consequence }) =>
      line(time, "problem", consequence === undefined ? text : `${text}; ${consequence}`, "✗"),
    log: (node, text, time) => {
      if (filter.node !== undefined && filter.node !== node) return;
      if (hasValue(text, filter)) line(time, node, `logs: ${text}`);
    },
    phase: (phase) => write(`          ── ${phase} ──`),
  };
}

function concerns({ src, dest, body }: Packet, filter: TraceFilter): boolean {
  const { node } = filter;
  if (node !== undefined && src !== node && dest !== node) return false;
  const { msg_id: _, in_reply_to: __, ...said } = body; // numbers of messages are no values
  return hasValue(JSON.stringify(said), filter);
}

function mentions(op: Op, filter: TraceFilter): boolean {
  if (filter.node !== undefined) return false; // processes are clients; its own messages are shown
  return hasValue(printEdn(op.value), filter);
}

/** True if a text has the value other than as a part of a longer number or name. */
function hasValue(text: string, { value }: TraceFilter): boolean {
  if (value === undefined) return true;
  // Behind a letter, a digit, a point or a sign it is the rest of something else.
  return new RegExp(`(?<!\\w|\\d\\.|\\B-)${RegExp.escape(value)}(?!\\w|\\.\\d)`).test(text);
}

function inBrief({ body }: Packet): string {
  const { type, msg_id, in_reply_to, ...fields } = body;
  const text = Object.entries(fields)
    .map(([name, value]) => `${name} ${JSON.stringify(value)}`).join(", ");
  const shown = text.length <= MAX_FIELDS ? text : `${text.slice(0, MAX_FIELDS)}…`;
  const ids = [
    ...(msg_id === undefined ? [] : [`#${msg_id}`]),
    ...(in_reply_to === undefined ? [] : [`re #${in_reply_to}`]),
  ];
  return [type, ...ids, shown].filter((part) => part !== "").join(" ");
}

const OUTCOMES: Readonly<Record<Op["type"], string>> = {
  invoke: "asks",
  ok: "ok",
  fail: "failed",
  info: "unknown",
};

function opInWords({ process, type, f, value, error }: Op): string {
  const what = value === null ? f : `${f} ${printEdn(value)}`;
  if (process === "nemesis") return what;
  return `${OUTCOMES[type].padEnd(7)} ${what}${error === undefined ? "" : `   ${printEdn(error)}`}`;
}
