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
  "lib/mod.ts": library,
  "lib/algorithms/agreed_sequence.ts": agreedSequence,
  "lib/algorithms/anti_entropy.ts": antiEntropy,
  "lib/algorithms/broadcast_tree/broadcast_tree.ts": broadcastTree,
  "lib/algorithms/broadcast_tree/schedule.ts": broadcastSchedule,
  "lib/algorithms/crdt.ts": crdt,
  "lib/algorithms/log.ts": log,
  "lib/algorithms/ordered_logs.ts": orderedLogs,
  "lib/algorithms/pending.ts": pending,
  "lib/algorithms/possible_count.ts": possibleCount,
  "lib/algorithms/raft/replicated.ts": replicated,
  "lib/algorithms/replication.ts": replication,
  "lib/algorithms/rounds.ts": rounds,
  "lib/algorithms/session.ts": session,
  "lib/algorithms/transactor.ts": transactor,
  "@std/async/delay": asyncDelay,
};

/**
 * The module that code imports, as `@glomers/maelstrom` or by a path of this project.
 *
 * @throws {Error} that says what there is, if it is none of them.
 */
export function moduleOf(specifier: string): object {
  const found = MODULES[specifier.replace(/^(?:\.\.?\/)+/, "")];
  if (found !== undefined) return { __esModule: true, ...found };
  const instead = specifier.startsWith("node:") || specifier.startsWith("timers")
    ? "a browser has no such module; setTimeout, crypto and performance are globals"
    : `what there is: ${LIBRARY}, @std/async/delay and lib/algorithms/… of this project`;
  throw new Error(`cannot import ${JSON.stringify(specifier)}: ${instead}`);
}
