/**
 * Which message made a node send which. A simulation knows: it sees the turn in which a node sends.
 * Of processes only the time is known, so what a node sends soon after a message is taken as sent
 * because of it.
 *
 * @module
 */
import { NS_PER_MS } from "../../history/operations.ts";
import { isClient } from "../../message.ts";
import type { SentMessage } from "../../workbench/message_journal.ts";

/** How long after a message a process may send because of it. */
export const SOON_MS = 50;

export interface Causes {
  /** Whether the engine has seen them. */
  readonly areExact: boolean;
  /** For each message, the id of the one that it was sent because of. */
  readonly ids: readonly (number | undefined)[];
}

export function findCauses(messages: readonly SentMessage[]): Causes {
  if (messages.some(({ cause }) => cause !== undefined)) {
    return { areExact: true, ids: messages.map(({ cause }) => cause) };
  }
  return { areExact: false, ids: guessCauses(messages) };
}

/** Takes what a node received last for the cause of what it sends. */
function guessCauses(messages: readonly SentMessage[]): (number | undefined)[] {
  const receipts = messages
    .flatMap(({ id, dest, ends }) =>
      ends.flatMap(({ fate, timeNs }) => fate === "recv" ? [{ id, dest, timeNs }] : [])
    )
    .sort((a, b) => a.timeNs - b.timeNs);
  const last = new Map<string, { readonly id: number; readonly timeNs: number }>();
  let next = 0;
  return messages.map(({ src, sentNs }) => {
    for (let one = receipts[next]; one && one.timeNs <= sentNs; one = receipts[++next]) {
      last.set(one.dest, one);
    }
    const received = isClient(src) ? undefined : last.get(src);
    if (received === undefined || sentNs - received.timeNs > SOON_MS * NS_PER_MS) return undefined;
    return received.id;
  });
}
