/**
 * Commands that take effect once, although each is proposed again until it is applied.
 *
 * A node numbers the commands of its clients and proposes them in batches, which carry the least
 * number that it still waits for. Every node keeps, for every node, the results of the numbers from
 * there on. A command that comes again has its result already, and one below is over: its node has
 * the result, or gave up. A restarted node begins a higher incarnation, which ends the earlier one.
 *
 * So there is one session for each node, with as many results as its node waits for. All nodes apply
 * the same batches in the same order, so their sessions are equal: they are part of the state. This
 * is the idea of client sessions in Ongaro's thesis (6.3).
 *
 * @module
 */
import { array, integer, object, type Shape, string, tuple } from "../../rpc.ts";

/** Commands of one node. */
export interface Batch<Command> {
  readonly node: string;
  /** Higher than that of any earlier incarnation of the node. */
  readonly incarnation: number;
  /** The least number that the node waits for. */
  readonly open: number;
  /** Commands by their numbers. */
  readonly commands: readonly [number: number, command: Command][];
}

/** The results that a node may still ask for. */
export interface SessionState<Result> {
  readonly node: string;
  readonly incarnation: number;
  readonly open: number;
  readonly results: readonly [number: number, result: Result][];
}

interface Session<Result> {
  readonly incarnation: number;
  open: number;
  readonly results: Map<number, Result>;
}

/** The sessions of all nodes. */
export class Sessions<Command, Result> {
  #sessions = new Map<string, Session<Result>>();

  /** Applies what has not been applied yet. */
  execute({ node, incarnation, open, commands }: Batch<Command>, apply: Apply<Command, Result>) {
    const known = this.#sessions.get(node);
    if (known !== undefined && incarnation < known.incarnation) return;
    const session = known?.incarnation === incarnation
      ? known
      : { incarnation, open, results: new Map<number, Result>() };
    this.#sessions.set(node, session);
    for (const [number, command] of commands) {
      if (number < session.open || session.results.has(number)) continue;
      session.results.set(number, apply(command, number));
    }
    session.open = Math.max(session.open, open);
    for (const number of session.results.keys()) {
      if (number < session.open) session.results.delete(number);
    }
  }

  /** The result of a command, if it was applied and its node has not had it. */
  resultOf(node: string, incarnation: number, number: number): Result | undefined {
    const session = this.#sessions.get(node);
    return session?.incarnation === incarnation ? session.results.get(number) : undefined;
  }

  /** All sessions. */
  snapshot(): SessionState<Result>[] {
    return [...this.#sessions].map(([node, { incarnation, open, results }]) => ({
      node,
      incarnation,
      open,
      results: [...results],
    }));
  }

  /** Takes the place of all sessions. */
  restore(states: readonly SessionState<Result>[]): void {
    this.#sessions = new Map(states.map(({ node, incarnation, open, results }) => [
      node,
      { incarnation, open, results: new Map(results) },
    ]));
  }
}

/** Changes the state by a command. */
type Apply<Command, Result> = (command: Command, number: number) => Result;

const common = { node: string, incarnation: integer, open: integer };

/** The shape of batches of commands of one shape. */
export function batchShape<Command>(command: Shape<Command>): Shape<Batch<Command>> {
  return object({
    ...common,
    commands: array(tuple<[number: number, command: Command]>(integer, command)),
  });
}

/** The shape of sessions with results of one shape. */
export function sessionsShape<Result>(result: Shape<Result>): Shape<SessionState<Result>[]> {
  return array(object({
    ...common,
    results: array(tuple<[number: number, result: Result]>(integer, result)),
  }));
}
