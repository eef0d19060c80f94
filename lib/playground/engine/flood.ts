/**
 * Ends a run whose nodes flood the network or their logs, before it takes all memory.
 *
 * @module
 */
import { clip, formatWhole } from "../../checkers/format.ts";
import { isClient } from "../../message.ts";
import type { Packet } from "../../workbench/network/packet.ts";
import { ledger } from "./ledger.ts";
import type { Observer } from "../../workbench/run.ts";
import { SERVICE_IDS } from "../../workbench/services/mod.ts";

/** Twice what a run of any challenge takes, with room for wasteful programs. */
const MOST_MESSAGES = 300_000;
/** Characters of messages that are under way at a time. */
const MOST_UNDER_WAY = 100_000_000;
/** Characters of all messages of a run, and of those to clients and services, which keep what they get. */
const MOST_CHARACTERS = 1_000_000_000;
const MOST_KEPT = 200_000_000;
/** Operations: the history holds them all. */
const MOST_OPERATIONS = 100_000;
const MOST_LINES = 100_000;
const MOST_LOGGED = 20_000_000;
const LINE_WIDTH = 200;

/** Nodes do more than a run in a browser can hold. */
class Flood extends Error {
  override readonly name = "Flood";
}

/** Watches one run; throws a {@linkcode Flood} once nodes say too much. */
export function watchForFloods(): Observer {
  let [messages, characters, underWay, kept] = [0, 0, 0, 0];
  let [lines, logged] = [0, 0];
  let operations = 0;
  ledger.problem = undefined;
  const requireFew = ({ body, src, dest }: Packet) => {
    const last = `the last of them a ${clip(String(body.type), LINE_WIDTH)} from ${src}`;
    const length = (some: number) => `messages of ${formatWhole(some)} characters`;
    const problem = messages > MOST_MESSAGES
      ? `more than ${formatWhole(MOST_MESSAGES)} messages`
      : underWay > MOST_UNDER_WAY
      ? `${length(underWay)} are under way`
      : characters > MOST_CHARACTERS
      ? length(characters)
      : kept > MOST_KEPT
      ? `${length(kept)} to clients and services, which keep them; to ${dest}`
      : undefined;
    if (ledger.problem !== undefined) throw new Flood(ledger.problem);
    if (problem !== undefined) throw new Flood(`the nodes flood the network: ${problem}, ${last}`);
  };
  return {
    message(_timeNs, event, packet) {
      const { length } = packet.text;
      if (event !== "send") {
        underWay -= length;
        return;
      }
      messages++;
      underWay += length;
      characters += length;
      if (isClient(packet.dest) || SERVICE_IDS.includes(packet.dest)) kept += length;
      requireFew(packet);
    },
    op({ type, process }) {
      if (type !== "invoke" || process === "nemesis" || ++operations <= MOST_OPERATIONS) return;
      throw new Flood(
        `more than ${formatWhole(MOST_OPERATIONS)} operations are more than a page can hold: ` +
          "ask for a lower rate or a shorter time",
      );
    },
    log(node, line) {
      lines++;
      logged += line.length;
      const problem = lines > MOST_LINES
        ? `more than ${formatWhole(MOST_LINES)} lines`
        : logged > MOST_LOGGED
        ? `more than ${formatWhole(MOST_LOGGED)} characters`
        : undefined;
      if (problem === undefined) return;
      throw new Flood(
        `the nodes flood their logs: ${problem}, the last of them of ${node}: ` +
          clip(line, LINE_WIDTH),
      );
    },
  };
}
