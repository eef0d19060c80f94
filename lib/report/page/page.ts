/**
 * A run as a page tells it: one plain value, made from what the run left.
 *
 * @module
 */
import { clip, formatWhole, printable } from "../../checkers/format.ts";
import { isEdnObject } from "../../history/edn.ts";
import { NS_PER_MS, type OpPair, pairs } from "../../history/operations.ts";
import { isClient } from "../../message.ts";
import type { MessageJournal } from "../../workbench/message_journal.ts";
import type { RunResult } from "../../workbench/result.ts";
import type { Picture } from "../../workbench/workloads/picture.ts";
import { quantilesOf } from "../quantiles.ts";
import type { Summary } from "../summary.ts";
import { findBands } from "./bands.ts";
import { Evidence } from "./evidence.ts";
import { chooseView, type Finding, readFindings } from "./findings.ts";
import { extentOf, makeScene } from "./make_scene.ts";
import { typeOfMessage } from "./message_types.ts";
import type { Moment, Scene } from "./scene.ts";

export interface Page {
  readonly title: string;
  /** What was run, as words: the options, the seed. */
  readonly about: readonly (readonly [name: string, text: string])[];
  /** Commands, by what they do. */
  readonly commands: readonly (readonly [what: string, command: string])[];
  readonly summary: Summary;
  readonly findings: readonly Finding[];
  readonly latencies: readonly LatencyRow[];
  /** Clients ask for the last time after a rest. */
  readonly hasFinalOperations: boolean;
  readonly pictures: readonly Picture[];
  readonly traffic: Traffic;
  readonly logs: readonly NodeLog[];
  readonly files: readonly (readonly [path: string, what: string])[];
  /** What is not here, and why; what is left out when a page is rendered is told of there. */
  readonly gaps: readonly string[];
  readonly scene: Scene;
}

/** How long operations of one kind took, in milliseconds. */
export interface LatencyRow {
  readonly kind: string;
  readonly counts: Readonly<Record<"ok" | "fail" | "info" | "open", number>>;
  /** Median, 95 %, 99 % and maximum of those that are ok; empty where none is. */
  readonly quantilesMs: readonly number[];
}

/** How many messages went from whom to whom. */
export interface Traffic {
  /** Clients together are one. */
  readonly parties: readonly string[];
  /** By sender, then by receiver. */
  readonly counts: readonly (readonly number[])[];
  readonly types: readonly TypeRow[];
  /** Whether nobody knows what became of messages that were not received. */
  readonly hidesLosses: boolean;
}

interface TypeRow {
  readonly type: string;
  readonly sent: number;
  readonly received: number;
  readonly cut: number;
  readonly lost: number;
  readonly discarded: number;
  /** Those without an end. */
  readonly open: number;
}

/** The last lines of a node's log; lines that differ in numbers only are one. */
interface NodeLog {
  readonly node: string;
  readonly lines: readonly { readonly text: string; readonly count: number }[];
  readonly total: number;
}

/** What a page is made of beside the run itself. */
export interface PageOptions {
  readonly title: string;
  readonly about: Page["about"];
  readonly commands: Page["commands"];
  readonly files: Page["files"];
  readonly summary: Summary;
  readonly journal?: MessageJournal;
  /** What nodes logged, where the journal does not say: oldest first. */
  readonly logs?: readonly LogLine[];
}

type LogLine = Omit<MessageJournal["logs"][number], "timeNs">;

const NO_MESSAGES: MessageJournal = { messages: [], logs: [], clients: new Map(), leftOut: 0 };

export function makePage(run: RunResult, options: PageOptions): Page {
  const { journal = NO_MESSAGES, logs = journal.logs, summary, ...given } = options;
  const operations = pairs(run.history);
  const evidence = new Evidence(run, operations);
  const findings = readFindings([...summary.warnings, ...summary.explanation], {
    operations,
    rowsOf: (sentence) => evidence.rowsOf(sentence),
    momentOf: momentsOf(run, journal),
  });
  const pictures = picture(run, options.journal);
  const scene = makeScene(run, { journal, operations, findings, pictures });
  const view = chooseView(findings, scene, {
    isCrash: summary.ending === "crash",
    operations,
  });
  return {
    ...given,
    summary,
    findings,
    pictures,
    latencies: latenciesOf(operations),
    hasFinalOperations: run.history.some(({ extra }) => extra?.["final?"] === true),
    traffic: trafficOf(journal, run.nodes),
    logs: logsOf(logs),
    gaps: gapsOf(options, scene),
    scene: { ...scene, view },
  };
}

/** Moments of what is about no operation: a partition, a crash, what nodes hold in the end. */
function momentsOf({ history, crash, finalStates }: RunResult, journal: MessageJournal) {
  const [, endUs] = extentOf(history, journal);
  const at = (us: number): Moment => ({ fromUs: us, toUs: us, operations: [] });
  return (sentence: string): Moment | undefined => {
    if (crash !== undefined) return at(endUs);
    const [band] = /\bpartition/.test(sentence) ? findBands(history, endUs) : [];
    if (band !== undefined) return at(band.fromUs);
    const isAboutEnd = finalStates !== undefined && /\b(?:the end|replica|never)/.test(sentence);
    return isAboutEnd ? at(endUs) : undefined;
  };
}

function picture({ workload, history, results, nodes }: RunResult, journal?: MessageJournal) {
  const result = isEdnObject(results?.["workload"]) ? results["workload"] : {};
  return workload.pictures?.({ history, result, nodes, ...(journal && { journal }) }) ?? [];
}

const QUANTILES = [0.5, 0.95, 0.99, 1];

function latenciesOf(operations: readonly OpPair[]): LatencyRow[] {
  return [...Map.groupBy(operations, ({ invocation }) => invocation.f)].map(([kind, some]) => {
    const counts = { ok: 0, fail: 0, info: 0, open: 0 };
    const took: number[] = [];
    for (const { invocation, completion } of some) {
      const type = completion?.type ?? "open";
      if (type !== "invoke") counts[type]++;
      if (completion?.type === "ok") took.push((completion.time - invocation.time) / NS_PER_MS);
    }
    return { kind, counts, quantilesMs: quantilesOf(took, QUANTILES) };
  });
}

function trafficOf(
  { messages, hidesLosses = false }: MessageJournal,
  nodes: readonly string[],
): Traffic {
  const partyOf = (id: string) => isClient(id) ? "clients" : id;
  const seen = new Set(messages.flatMap(({ src, dest }) => [partyOf(src), partyOf(dest)]));
  const services = [...seen].filter((id) => id !== "clients" && !nodes.includes(id)).sort();
  const parties = [
    ...(seen.has("clients") ? ["clients"] : []),
    ...nodes.filter((node) => seen.has(node)),
    ...services,
  ];
  const positions = new Map(parties.map((id, i) => [id, i]));
  const counts = parties.map(() => parties.map(() => 0));
  const types = new Map<string, { -readonly [K in keyof TypeRow]: TypeRow[K] }>();
  for (const { src, dest, body, ends } of messages) {
    const row = counts[positions.get(partyOf(src)) ?? -1];
    const column = positions.get(partyOf(dest)) ?? -1;
    if (row?.[column] !== undefined) row[column]++;
    const type = typeOfMessage(body);
    const count = types.get(type) ??
      { type, sent: 0, received: 0, cut: 0, lost: 0, discarded: 0, open: 0 };
    types.set(type, count);
    count.sent++;
    if (ends.length === 0) count.open++;
    for (const { fate } of ends) count[fate === "recv" ? "received" : fate]++;
  }
  const sorted = [...types.values()].sort((a, b) => b.sent - a.sent);
  return { parties, counts, types: sorted, hidesLosses };
}

/** Lines of a node's log that a page shows, and characters of one. */
const LOG_LINES = 20;
const LOG_WIDTH = 400;

function logsOf(logs: readonly LogLine[]): NodeLog[] {
  return [...Map.groupBy(logs, ({ node }) => node)].map(([node, own]) => {
    const groups = Map.groupBy(own, ({ line }) => line.replaceAll(/\d+/g, "#"));
    const last = [...groups.values()]
      .map((alike) => ({ text: alike.at(-1)?.line ?? "", count: alike.length }))
      .slice(-LOG_LINES);
    const lines = last.map(({ text, count }) => ({
      text: clip(printable(text), LOG_WIDTH),
      count,
    }));
    return { node, lines, total: own.length };
  }).sort((a, b) => a.node.localeCompare(b.node, "en", { numeric: true }));
}

function gapsOf(
  { journal, files }: Pick<PageOptions, "journal" | "files">,
  { logs }: Pick<Scene, "logs">,
): string[] {
  if (journal === undefined) {
    return ["This run left no journal of its messages: who sent what to whom is not known."];
  }
  const all = journal.logs.length;
  const whole = files.some(([path]) => path.startsWith("node-logs"))
    ? "The folder node-logs has them all."
    : "A shorter or a smaller run has room for all of its lines.";
  return [
    ...(journal.hidesLosses
      ? [
        "Maelstrom records what is sent and received: why a message never arrives is not known. " +
        "Which client makes whose operations, and when the history begins, is concluded from times.",
      ]
      : []),
    ...(journal.leftOut > 0
      ? [
        `The journal of messages reached its limit: the last ${formatWhole(journal.leftOut)} ` +
        "events of the run are in no picture.",
      ]
      : []),
    ...(logs.leftOut > 0
      ? [
        `Of ${formatWhole(all)} lines that nodes logged, the diagram shows ` +
        `${formatWhole(all - logs.leftOut)}: those around findings, and the last. ${whole}`,
      ]
      : []),
  ];
}
