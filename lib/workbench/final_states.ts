/**
 * What nodes hold once a run is over, and what that says beyond Maelstrom's checks.
 *
 * Maelstrom's verdict depends only on the replies that clients got during the run. Where a workload's
 * operations can read everything a node holds, the workbench goes on for a few seconds more: it ends
 * every fault, and ordinary clients read every node's state again and again until all nodes agree or
 * have had time enough to. Any executable can be asked. The states are judged apart: they are part
 * neither of the history nor of the message counts nor of the verdict, which stay Maelstrom's.
 *
 * @module
 */
import { type Explain, type Result, UNKNOWN, verdictOf } from "../checkers/checker.ts";
import { type Edn, type EdnObject, itemsOf, printEdn } from "../history/edn.ts";
import { NS_PER_S, type Op } from "../history/operations.ts";
import { RpcError } from "../message.ts";
import { type Call, MalformedReply } from "./clients/client.ts";
import { type Clock, sleep } from "./clock/clock.ts";

/** What a node holds, by key. */
export type State = ReadonlyMap<Edn, Edn>;

/** What nodes hold at the end of a run. */
export interface FinalStates {
  /** The state of each node that answered. */
  readonly states: ReadonlyMap<string, State>;
  /** The nodes that did not. */
  readonly silent: readonly string[];
}

/** What a check of final states knows beside the history. */
interface FinalStateContext {
  readonly states: ReadonlyMap<string, State>;
  readonly consistencyModels?: readonly string[];
  /** The node that a process talks to. */
  readonly nodeOf: (process: number) => string | undefined;
}

/** How a workload reads and judges final states. */
export interface FinalStateCheck {
  /** The keys to read, given what was done; where there are none, no node is asked. */
  readonly keys: (history: readonly Op[]) => readonly Edn[];
  /** Reads what a node holds under some keys. */
  readonly read: (keys: readonly Edn[], call: Call) => Promise<State>;
  readonly check: (history: readonly Op[], context: FinalStateContext) => Result;
  /** Says what the result means: what is wrong, or in one sentence what holds if nothing is. */
  readonly explain: Explain;
}

/** Time between two rounds of reads, and the most rounds. */
const ROUND_NS = NS_PER_S;
const ROUNDS = 5;
/** Most keys in one read. */
const KEYS_PER_READ = 100;

/** Reads the states of all nodes until they agree or {@linkcode ROUNDS} rounds have gone by. */
export async function readFinalStates(
  nodes: readonly string[],
  keys: readonly Edn[],
  read: (node: string, keys: readonly Edn[]) => Promise<State>,
  clock: Clock,
): Promise<FinalStates> {
  for (let round = 1;; round++) {
    await sleep(clock, ROUND_NS);
    const answers = await Promise.all(nodes.map(async (node) => {
      const state = await readState(keys, (some) => read(node, some));
      return { node, state };
    }));
    const states = new Map<string, State>();
    for (const { node, state } of answers) if (state !== undefined) states.set(node, state);
    const silent = nodes.filter((node) => !states.has(node));
    const distinct = new Set([...states.values()].map((state) => printEdn(new Map(state))));
    const agree = distinct.size <= 1 && silent.length === 0;
    if (agree || round === ROUNDS) return { states, silent };
  }
}

/** What one node holds; `undefined` if it does not answer, or not in the form asked for. */
async function readState(
  keys: readonly Edn[],
  read: (keys: readonly Edn[]) => Promise<State>,
): Promise<State | undefined> {
  const state = new Map<Edn, Edn>();
  try {
    for (let from = 0; from < keys.length; from += KEYS_PER_READ) {
      const some = await read(keys.slice(from, from + KEYS_PER_READ));
      for (const [key, value] of some) state.set(key, value);
    }
    return state;
  } catch (error) {
    if (error instanceof RpcError || error instanceof MalformedReply) return undefined;
    throw error;
  }
}

/** Judges final states. If a node was silent, the verdict is never better than unknown. */
export function checkFinalStates(
  { check }: FinalStateCheck,
  history: readonly Op[],
  { silent, ...context }: FinalStates & FinalStateContext,
): Result {
  const result = check(history, context);
  if (silent.length === 0) return result;
  const verdict = result["valid?"] === false ? false : UNKNOWN;
  return { ...result, "valid?": verdict, silent: [...silent] };
}

/** Says what final states show, and that it does not touch Maelstrom's verdict. */
export function explainFinalStates(
  { explain }: Pick<FinalStateCheck, "explain">,
  result: EdnObject,
  history: readonly Op[],
): string[] {
  const silent = itemsOf(result["silent"])
    .map((node) => `${String(node)} did not say what it holds at the end.`);
  const [first, ...others] = [...explain(result, history), ...silent];
  if (first === undefined) return [];
  const isGood = verdictOf(result["valid?"]) === true;
  const head = `Beyond Maelstrom's checks${isGood ? "" : ", and no part of the verdict"}: `;
  return [head + first, ...others];
}
