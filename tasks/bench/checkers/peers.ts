/**
 * Other checkers, to measure ours beside.
 *
 * A peer is a command in the environment; `BENCH_PEER_LIN_KV` holds those of the lin-kv workload,
 * separated by semicolons. The path of a `history.edn` and a number of rounds are added to a command.
 * For each round it prints a line of a verdict and of the seconds from operations in memory to the
 * verdict, as `true 0.0213`; other lines do not count.
 *
 * @module
 */
import type { Cost } from "./measure.ts";

/** The longest that a peer may take for reading a history and for all rounds. */
export const PEER_LIMIT_S = 60;

/** Another checker. */
export interface Peer {
  /** Its program's name, without a folder. */
  readonly name: string;
  readonly command: readonly string[];
}

/** What a peer took, or why that is not known. */
export type PeerCost = Cost | "failed" | "out of memory" | "too slow";

/** Returns the name of the variable that holds the peers of a workload. */
export function variableOf(workload: string): string {
  return `BENCH_PEER_${workload.toUpperCase().replaceAll("-", "_")}`;
}

/** Reads peers from the text of a variable. */
export function peersIn(text: string): Peer[] {
  return text.split(";").flatMap((part) => {
    const command = part.split(/\s+/).filter((word) => word !== "");
    const [program] = command;
    return program === undefined ? [] : { name: program.split("/").at(-1) ?? program, command };
  });
}

/** Measures a peer on the history in a file; a peer that exceeds the limit has done fewer rounds. */
export async function measurePeer(peer: Peer, file: string, rounds: number): Promise<PeerCost> {
  const [program = "", ...args] = peer.command;
  const signal = AbortSignal.timeout(1000 * PEER_LIMIT_S);
  const command = new Deno.Command(program, {
    args: [...args, file, `${rounds}`],
    stdin: "null",
    signal,
  });
  const output = await command.output();
  const decoder = new TextDecoder();
  const [printed, complaints] = [output.stdout, output.stderr].map((bytes) =>
    decoder.decode(bytes)
  );
  const cost = costIn(printed ?? "");
  if (cost !== undefined || output.success) return cost ?? "failed";
  if (signal.aborted) return "too slow";
  // The system kills what takes all of its memory; the JVM and Go say so.
  const isOutOfMemory = output.signal === "SIGKILL" ||
    /OutOfMemoryError|out of memory/.test(`${printed}${complaints}`);
  return isOutOfMemory ? "out of memory" : "failed";
}

/** Reads what a peer printed; `undefined` if it came to no verdict. */
function costIn(text: string): Cost | undefined {
  const rounds = [...text.matchAll(/^(true|false|:?unknown) (\d+(?:\.\d+)?)$/gm)];
  const verdict = rounds[0]?.[1]?.replace(":", "");
  return verdict === undefined
    ? undefined
    : { verdict, seconds: rounds.map(([, , seconds]) => Number(seconds)) };
}
