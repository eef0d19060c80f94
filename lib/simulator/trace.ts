/**
 * Writes a run down as a transcript that a person can follow: when, who, what, to whom, and what
 * became of it.
 *
 * @module
 */
import { printable } from "../checkers/format.ts";
import { printEdn } from "../history/edn.ts";
import { NS_PER_MS, NS_PER_S, type Op } from "../history/operations.ts";
import type { Body } from "../message.ts";
import { describeGrudge, grudgeIn } from "../workbench/faults/partitions.ts";
import type { Packet, PacketEvent } from "../workbench/network/packet.ts";
import type { Observer } from "../workbench/run.ts";
import { SERVICE_IDS } from "../workbench/services/mod.ts";

/**
 * What a transcript leaves out.
 *
 * @experimental
 */
export interface TraceFilter {
  /** Keeps what one of these nodes, clients or services takes part in. Default: all. */
  readonly ids?: readonly string[];
  /** Keeps what mentions this value. Default: all. */
  readonly value?: string;
  /**
   * Leaves out deliveries within this many milliseconds of sending, and the sending of what is cut or
   * lost at once. Default: leaves out nothing.
   */
  readonly promptMs?: number;
}

const ARROWS: Readonly<Record<PacketEvent, string>> = {
  send: "──▶",
  recv: "◀──",
  cut: "─✂ ",
  lost: "─✗ ",
  discarded: "──┤",
};
const REMARKS: Readonly<Record<PacketEvent, string>> = {
  send: "",
  recv: "delivered",
  cut: "cut by the partition",
  lost: "lost",
  discarded: "its receiver ended before it came",
};

/** A message's fields are cut short beyond this many characters. */
const MAX_FIELDS = 160;

/**
 * What happens to a message in a line of a transcript.
 *
 * @experimental
 */
export interface TracedEvent {
  /** The message's number in the run. */
  readonly id: number;
  /** Its type. */
  readonly type: string;
  /** What happens to it. */
  readonly event: PacketEvent;
}

/**
 * Observes a run and writes its transcript.
 *
 * @experimental
 */
export interface Transcriber extends Observer {
  /** Writes that somebody intervenes in the run. */
  readonly intervention: (timeNs: number, who: string, what: string) => void;
  /** Writes a heading. */
  readonly heading: (text: string) => void;
  /** Writes what is left to say. To be called once the run has ended, even by an error. */
  readonly end: () => void;
}

/**
 * Writes a transcript while a run goes on, line by line. Times are the history's. Lines from before
 * the history begins have times below zero, and are written once its beginning is known.
 *
 * @experimental The lines may change.
 *
 * @example
 * ```ts
 * import { Echo, type Node } from "@glomers/maelstrom";
 * import { simulateOnce, transcribe } from "@glomers/maelstrom/simulator";
 * import { assertStringIncludes } from "@std/assert";
 *
 * function echo(node: Node): void {
 *   node.on(Echo.echo, ({ echo }) => ({ type: "echo_ok", echo }));
 * }
 *
 * const lines: string[] = [];
 * const transcriber = transcribe((line) => lines.push(line), { ids: ["n1"], promptMs: 1 });
 * await simulateOnce(echo, { workload: "echo", nodeCount: 2, timeLimitS: 1 }, transcriber);
 * transcriber.end();
 * assertStringIncludes(lines.join("\n"), "n1 ──▶ c");
 * ```
 */
export function transcribe(
  write: (line: string, event?: TracedEvent) => void,
  filter: TraceFilter = {},
): Transcriber {
  const lines = new Lines(write);
  const numbers = new Numbers();
  const describe: Describe = (...event) => describeFate(...event, numbers);
  const traffic = filter.promptMs === undefined
    ? (...event: Parameters<Describe>) => lines.add(...describe(...event))
    : briefly(lines, filter.promptMs * NS_PER_MS, describe);
  let found = false;
  return {
    message(timeNs, fate, packet) {
      if (!concerns(packet, filter)) return;
      found = true;
      traffic(timeNs, fate, packet);
    },
    op(op, asker) {
      if (asker === undefined) return lines.add(op.time, "nemesis", describeOp(op), "●");
      const { client, node } = asker;
      if (!isAbout([client, node], filter) || !hasValue(printEdn(op.value), filter)) return;
      found = true;
      const whose = remark(`client ${client} of ${node}`);
      lines.add(op.time, `process ${op.process}`, `${describeOp(op)}${whose}`, "●");
    },
    problem: ({ timeNs, text, consequence }) =>
      lines.add(
        timeNs,
        "problem",
        consequence === undefined ? text : `${text}; ${consequence}`,
        "✗",
      ),
    log(node, text, timeNs) {
      if (!isAbout([node], filter) || !hasValue(text, filter)) return;
      found = true;
      lines.add(timeNs, node, `logs: ${text}`);
    },
    disk(node, did, timeNs) {
      if (isAbout([node], filter)) lines.add(timeNs, node, `disk: ${did}`);
    },
    intervention: (timeNs, who, what) => lines.add(timeNs, who, what, "●"),
    heading: (text) => lines.addHeading(text),
    phase: (text) => lines.addHeading(text),
    up: (originNs) => lines.begin(originNs),
    end() {
      const isFiltered = filter.ids !== undefined || filter.value !== undefined;
      if (isFiltered && !found) lines.addHeading(describeNothing(filter));
      lines.end();
    },
  };
}

/** The lines of a transcript, held back until the time is known from which times count. */
class Lines {
  readonly #write: (line: string, event?: TracedEvent) => void;
  /** Writes the lines from before the history begins. Absent afterwards. */
  #early: ((originNs: number) => void)[] | undefined = [];
  /** Adds a line that the next event may replace. */
  #deferred: (() => void) | undefined;

  constructor(write: (line: string, event?: TracedEvent) => void) {
    this.#write = write;
  }

  add(timeNs: number, who: string, what: string, mark = " ", event?: TracedEvent): void {
    this.flush();
    this.#put(
      (originNs) =>
        printable(
          `${formatSeconds(timeNs - originNs)} ${mark} ${who.padEnd(14)} ${what}`.trimEnd(),
        ),
      event,
    );
  }

  addHeading(text: string): void {
    this.flush();
    this.#put(() => `          ── ${text} ──`);
  }

  /** Adds a line later: before the next line, unless it is dropped until then. */
  defer(add: () => void): void {
    this.flush();
    this.#deferred = add;
  }

  dropDeferred(): void {
    this.#deferred = undefined;
  }

  /** Adds the deferred line now. */
  flush(): void {
    const add = this.#deferred;
    this.#deferred = undefined;
    add?.();
  }

  /** Lets times count from `originNs` on the clock, and writes what was held back. */
  begin(originNs: number): void {
    this.flush();
    const early = this.#early ?? [];
    this.#early = undefined;
    for (const write of early) write(originNs);
  }

  end(): void {
    this.begin(0);
  }

  #put(text: (originNs: number) => string, event?: TracedEvent): void {
    const write = (originNs: number) => this.#write(text(originNs), event);
    if (this.#early === undefined) write(0);
    else this.#early.push(write);
  }
}

/** Writes one line for a message, and another only if what becomes of it is not prompt. */
function briefly(lines: Lines, promptNs: number, describe: Describe) {
  const sentNs = new Map<number, number>();
  let latest: number | undefined;
  return (timeNs: number, fate: PacketEvent, packet: Packet): void => {
    const { id } = packet;
    const add = () => lines.add(...describe(timeNs, fate, packet));
    if (fate === "send") {
      sentNs.set(id, timeNs);
      latest = id;
      return lines.defer(add);
    }
    const tookNs = timeNs - (sentNs.get(id) ?? -Infinity);
    if (fate === "recv" && tookNs <= promptNs) return;
    if (id === latest && tookNs === 0) lines.dropDeferred();
    add();
  };
}

/** Says why a filter cannot fit a run with those nodes, or returns `undefined` if it can. */
export function filterProblem(
  { ids = [] }: TraceFilter,
  nodes: readonly string[],
): string | undefined {
  const known = (id: string) => nodes.includes(id) || SERVICE_IDS.includes(id) || /^c\d+$/.test(id);
  const unknown = ids.find((id) => !known(id));
  if (unknown === undefined) return undefined;
  const ends = nodes.length > 3 ? `${nodes[0]} … ${nodes.at(-1)}` : nodes.join(", ");
  return `there is no ${unknown === "" ? '""' : unknown}: nodes are ${ends}, clients c0, c1, …, ` +
    `services ${SERVICE_IDS.join(", ")}`;
}

function describeNothing({ ids, value }: TraceFilter): string {
  const mentions = value === undefined ? "" : ` mentions ${value}`;
  if (ids === undefined) return `nothing${mentions}`;
  return `nothing${mentions === "" ? " happens" : ""} with ${ids.join(" or ")}${mentions}`;
}

/** Numbers of messages above this are shown by order. */
const MAX_NUMBER = 1e9;

/**
 * Short numbers for messages: nodes count from a random place, and a person from 1. A node's long
 * numbers are shown in the order in which they appear.
 */
class Numbers {
  readonly #shown = new Map<string, Map<number, number>>();

  show(sender: string, number: Body["msg_id"] | null): string {
    if (typeof number !== "number") return JSON.stringify(number);
    if (number <= MAX_NUMBER) return `${number}`;
    const shown = this.#shown.get(sender) ?? new Map<number, number>();
    this.#shown.set(sender, shown);
    const order = shown.get(number) ?? shown.size + 1;
    shown.set(number, order);
    return `${order}`;
  }
}

/** Says what happened to a message: the time, the route, the message with a remark, and the event. */
type Describe = (
  timeNs: number,
  fate: PacketEvent,
  packet: Packet,
) => [timeNs: number, route: string, what: string, mark: string, event: TracedEvent];

function describeFate(
  timeNs: number,
  fate: PacketEvent,
  packet: Packet,
  numbers: Numbers,
): ReturnType<Describe> {
  const route = fate === "recv"
    ? `${packet.dest} ${ARROWS.recv} ${packet.src}`
    : `${packet.src} ${ARROWS[fate]} ${packet.dest}`;
  const { id, body: { type } } = packet;
  const what = `${describeMessage(packet, numbers)}${remark(REMARKS[fate])}`;
  return [timeNs, route, what, " ", { id, type, event: fate }];
}

function formatSeconds(timeNs: number): string {
  return (timeNs / NS_PER_S).toFixed(4).padStart(9);
}

function remark(text: string): string {
  return text === "" ? "" : `   (${text})`;
}

/** True if the filter asks for one of the participants. */
function isAbout(participants: readonly string[], { ids }: TraceFilter): boolean {
  return ids === undefined || participants.some((id) => ids.includes(id));
}

function concerns({ src, dest, body }: Packet, filter: TraceFilter): boolean {
  if (!isAbout([src, dest], filter)) return false;
  if (filter.value === undefined) return true;
  const { msg_id: _, in_reply_to: __, ...said } = body; // message numbers are not values
  return hasValue(JSON.stringify(said), filter);
}

/** True if a text contains the value, and not just as a part of a longer number or name. */
function hasValue(text: string, { value }: TraceFilter): boolean {
  if (value === undefined) return true;
  // After a letter, a digit, a point or a sign, the digits are the rest of something else.
  return new RegExp(`(?<!\\w|\\d\\.|\\B-)${RegExp.escape(value)}(?!\\w|\\.\\d)`).test(text);
}

function describeMessage({ src, dest, body }: Packet, numbers: Numbers): string {
  const { type, msg_id, in_reply_to, ...fields } = body;
  const text = Object.entries(fields)
    .map(([name, value]) => `${name} ${JSON.stringify(value)}`).join(", ");
  const shown = text.length <= MAX_FIELDS ? text : `${text.slice(0, MAX_FIELDS)}…`;
  const ids = [
    ...(msg_id === undefined ? [] : [`#${numbers.show(src, msg_id)}`]),
    ...(in_reply_to === undefined ? [] : [`re #${numbers.show(dest, in_reply_to)}`]),
  ];
  return [type, ...ids, shown].filter((part) => part !== "").join(" ");
}

const OUTCOMES: Readonly<Record<Op["type"], string>> = {
  invoke: "asks",
  ok: "ok",
  fail: "failed",
  info: "unknown",
};

function describeOp({ process, type, f, value, error }: Op): string {
  const grudge = f === "start-partition" ? grudgeIn(value) : undefined;
  if (grudge !== undefined) return `${f} ${describeGrudge(grudge)}`;
  const what = value === null ? f : `${f} ${printEdn(value)}`;
  if (process === "nemesis") return what;
  return `${OUTCOMES[type].padEnd(7)} ${what}${error === undefined ? "" : `   ${printEdn(error)}`}`;
}
