/**
 * What edited code may import: the node library and the algorithms of this project, which are
 * shared, and parts of `@std`.
 *
 * @module
 */
import * as asyncDelay from "@std/async/delay";
import * as agreedSequence from "../../algorithms/agreed_sequence.ts";
import * as antiEntropy from "../../algorithms/anti_entropy.ts";
import * as broadcastTree from "../../algorithms/broadcast_tree/broadcast_tree.ts";
import * as broadcastSchedule from "../../algorithms/broadcast_tree/schedule.ts";
import * as crdt from "../../algorithms/crdt.ts";
import * as log from "../../algorithms/log.ts";
import * as orderedLogs from "../../algorithms/ordered_logs.ts";
import * as pending from "../../algorithms/pending.ts";
import * as possibleCount from "../../algorithms/possible_count.ts";
import * as replicated from "../../algorithms/raft/replicated.ts";
import * as replication from "../../algorithms/replication.ts";
import * as rounds from "../../algorithms/rounds.ts";
import * as session from "../../algorithms/session.ts";
import * as transactor from "../../algorithms/transactor.ts";
import * as library from "../../mod.ts";

/** The name under which users import the library. */
const LIBRARY = "@glomers/maelstrom";

const MODULES: Readonly<Record<string, object>> = {
  [LIBRARY]: library,
  "mod.ts": library,
  "algorithms/agreed_sequence.ts": agreedSequence,
  "algorithms/anti_entropy.ts": antiEntropy,
  "algorithms/broadcast_tree/broadcast_tree.ts": broadcastTree,
  "algorithms/broadcast_tree/schedule.ts": broadcastSchedule,
  "algorithms/crdt.ts": crdt,
  "algorithms/log.ts": log,
  "algorithms/ordered_logs.ts": orderedLogs,
  "algorithms/pending.ts": pending,
  "algorithms/possible_count.ts": possibleCount,
  "algorithms/raft/replicated.ts": replicated,
  "algorithms/replication.ts": replication,
  "algorithms/rounds.ts": rounds,
  "algorithms/session.ts": session,
  "algorithms/transactor.ts": transactor,
  "@std/async/delay": asyncDelay,
};

/**
 * The module that code imports, as `@glomers/maelstrom` or by a path of this project.
 *
 * @throws {Error} that says what there is, if it is none of them.
 */
export function moduleOf(specifier: string): object {
  const found = MODULES[specifier.replace(/^(?:\.\.?\/)+(?:lib\/)?/, "")];
  if (found !== undefined) return { __esModule: true, ...found };
  const instead = specifier.startsWith("node:") || specifier.startsWith("timers")
    ? "a browser has no such module; setTimeout, crypto and performance are globals"
    : `what there is: ${LIBRARY}, @std/async/delay and lib/algorithms/… of this project`;
  throw new Error(`cannot import ${JSON.stringify(specifier)}: ${instead}`);
}
