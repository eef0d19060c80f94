/**
 * Ends a run whose nodes flood the network or their logs, before it takes all memory.
 *
 * @module
 */
import { clip, formatWhole } from "../../checkers/format.ts";
import type { Packet } from "../../workbench/network/packet.ts";
import type { Observer } from "../../workbench/run.ts";

/** Twice what a run of any challenge takes, with room for wasteful programs. */
const MOST_MESSAGES = 300_000;
/** Characters of messages that are under way at a time. */
const MOST_UNDER_WAY = 100_000_000;
/** Characters of all messages of a run. */
const MOST_CHARACTERS = 1_000_000_000;
const MOST_LINES = 100_000;
const LINE_WIDTH = 200;

/** Nodes do more than a run in a browser can hold. */
class Flood extends Error {
  override readonly name = "Flood";
}

/** Watches one run; throws a {@linkcode Flood} once nodes say too much. */
export function watchForFloods(): Observer {
  let messages = 0;
  let characters = 0;
  let underWay = 0;
  let lines = 0;
  const requireFew = (packet: Packet) => {
    const last = `the last of them a ${packet.body.type} from ${packet.src}`;
    if (messages > MOST_MESSAGES) {
      throw new Flood(
        `the nodes flood the network: more than ${formatWhole(MOST_MESSAGES)} messages, ${last}`,
      );
    }
    if (underWay > MOST_UNDER_WAY) {
      throw new Flood(
        `the nodes flood the network: messages of ${formatWhole(underWay)} characters are ` +
          `under way, ${last}`,
      );
    }
    if (characters > MOST_CHARACTERS) {
      throw new Flood(
        `the nodes flood the network: messages of ${formatWhole(characters)} characters, ${last}`,
      );
    }
  };
  return {
    message(_timeNs, event, packet) {
      if (event !== "send") {
        underWay -= packet.text.length;
        return;
      }
      messages++;
      underWay += packet.text.length;
      characters += packet.text.length;
      requireFew(packet);
    },
    log(node, line) {
      if (++lines <= MOST_LINES) return;
      throw new Flood(
        `the nodes flood their logs: more than ${formatWhole(MOST_LINES)} lines, the last of ` +
          `them of ${node}: ${clip(line, LINE_WIDTH)}`,
      );
    },
  };
}
