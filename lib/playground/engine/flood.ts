/**
 * Ends a run whose nodes flood the network, before it takes all memory.
 *
 * @module
 */
import { formatWhole } from "../../checkers/format.ts";
import type { Observer } from "../../workbench/run.ts";

/** Twice what a run of any challenge takes, with room for wasteful programs. */
const MOST_MESSAGES = 300_000;
/** Characters of messages that are under way at a time. */
const MOST_UNDER_WAY = 100_000_000;

/** Nodes send more than a run in a browser can hold. */
class Flood extends Error {
  override readonly name = "Flood";
}

/** Watches one run; throws a {@linkcode Flood} once its messages are too many or too long. */
export function watchForFloods(): Observer {
  let messages = 0;
  let underWay = 0;
  return {
    message(_timeNs, event, packet) {
      const { text, src } = packet;
      if (event !== "send") {
        underWay -= text.length;
        return;
      }
      messages++;
      underWay += text.length;
      if (messages > MOST_MESSAGES) {
        throw new Flood(
          `the nodes flood the network: more than ${formatWhole(MOST_MESSAGES)} messages, ` +
            `the last of them a ${packet.body.type} from ${src}`,
        );
      }
      if (underWay > MOST_UNDER_WAY) {
        throw new Flood(
          `the nodes flood the network: messages of ${formatWhole(underWay)} characters are ` +
            `under way, the last of them a ${packet.body.type} from ${src}`,
        );
      }
    },
  };
}
