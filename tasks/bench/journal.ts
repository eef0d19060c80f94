/**
 * What a journal costs a node: as it starts, and for each request whose effect it stores. The
 * reference is the same node without a folder. The disk is that of `results/`, as in a run.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { formatWhole } from "../../lib/checkers/format.ts";
import { RUN_FOLDER } from "../../lib/folder.ts";
import { spreadOf } from "../../lib/report/metrics.ts";
import { pathWithDeno } from "../../lib/workbench/hosts/process.ts";
import type { Bench, Contender } from "./compare.ts";
import { type EchoProgram, initFrom, Piped } from "./programs.ts";
import { timeStart } from "./start_up.ts";

/** Values that a node has when it starts again. */
const VALUES = 10_000;
/** Broadcasts of a round, one after the other. */
const BROADCASTS = 300;

const encoder = new TextEncoder();

/** From start to `init_ok`: without a journal, with one to begin, and with one to read. */
export const journalStart: Bench = {
  name: "journal-start",
  title: "From start to init_ok, with a journal",
  unit: "ms",
  rounds: 30,
  start() {
    let clients = 0; // whoever starts a node again is a later one
    const start = (folder?: string, use?: (node: Piped) => Promise<unknown>) =>
      timeStart(broadcastNode(folder), { client: `c${clients++}`, use });
    return [
      { name: "3a without a folder", measure: () => start() },
      { name: "with an empty folder", measure: () => inFolder(start) },
      {
        name: `with ${formatWhole(VALUES)} values in it`,
        measure: () =>
          inFolder(async (folder) => {
            await start(folder, (node) => node.exchange(broadcasts(0, VALUES), VALUES));
            return await start(folder);
          }),
      },
    ];
  },
};

/** A request whose effect is on stable storage when it is answered. */
export const journalSync: Bench = {
  name: "journal-sync",
  title: `A broadcast, the median of ${BROADCASTS} one at a time`,
  unit: "ms",
  rounds: 15,
  async start() {
    const folder = await makeFolder();
    return [
      latencyOf("3a without a folder", new Piped(broadcastNode())),
      latencyOf("with one", new Piped(broadcastNode(folder)), () => removeFolder(folder)),
    ];
  },
};

function latencyOf(name: string, node: Piped, ended?: () => Promise<void>): Contender {
  let sent = 0;
  return {
    name,
    async measure() {
      if (sent === 0) await node.exchange(initFrom("c0"), 1);
      const tookMs: number[] = [];
      for (const to = sent + BROADCASTS; sent < to; sent++) {
        const startMs = performance.now();
        await node.exchange(broadcasts(sent, sent + 1), 1);
        tookMs.push(performance.now() - startMs);
      }
      return spreadOf(tookMs)?.median ?? NaN;
    },
    async end() {
      await node[Symbol.asyncDispose]();
      await ended?.();
    },
  };
}

/** The node of challenge 3a, as its shebang runs it. */
function broadcastNode(folder?: string): EchoProgram {
  return {
    name: "3a",
    command: fileURLToPath(new URL("../../nodes/3a_single_node_broadcast.ts", import.meta.url)),
    args: [],
    env: { PATH: pathWithDeno(), ...(folder !== undefined && { [RUN_FOLDER]: folder }) },
  };
}

/** Broadcasts of the values from one up to another, as lines. */
function broadcasts(from: number, to: number): Uint8Array<ArrayBuffer> {
  const lines = Array.from({ length: to - from }, (_, i) => {
    const body = { type: "broadcast", msg_id: from + i + 2, message: from + i };
    return `${JSON.stringify({ src: "c0", dest: "n0", body })}\n`;
  });
  return encoder.encode(lines.join(""));
}

function makeFolder(): Promise<string> {
  const dir = fileURLToPath(new URL("../../results", import.meta.url));
  return Deno.makeTempDir({ dir, prefix: "journal-" });
}

function removeFolder(folder: string): Promise<void> {
  return Deno.remove(folder, { recursive: true });
}

async function inFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = await makeFolder();
  try {
    return await use(folder);
  } finally {
    await removeFolder(folder);
  }
}
