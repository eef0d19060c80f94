/**
 * One process for a name: whoever holds the name says so again and again, and where two do, the
 * younger one gives it up.
 *
 * A process listens to the claims of its name before it makes one, and waits for objections before it
 * does anything under the name. Both of two that start at once hear each other, and agree on which of
 * them is older: ages are told, not times, so clocks need not agree; of equals, a random number
 * decides. A holder that is paused or cut off from the server cannot object, so a second one may
 * begin; as soon as both are heard, one of them ends.
 *
 * @module
 */
import type { NatsConnection } from "@nats-io/transport-node";
import { delay } from "@std/async/delay";
import { integer, string } from "../rpc.ts";
import { parseFields } from "./agents.ts";
import { listen } from "./connection.ts";

const CLAIM = { holder: string, ageMs: integer };

/** How often a holder says that it is there. */
const REPEAT_MS = 2_000;
/** How long to wait for an objection, beside twice the way to the server and back. */
const OBJECTION_MS = 200;

/** A name that is held until it is released. */
export interface Claim {
  release(): void;
}

/** The name is held by another process. */
export class NameTaken extends Error {
  override readonly name = "NameTaken";
}

/**
 * Claims a name. Resolves once nobody has objected.
 *
 * @param subject Where its holders hear each other.
 * @param lost Called once if another, older holder is heard later.
 * @throws {NameTaken} if there is one already.
 */
export async function claim(
  connection: NatsConnection,
  subject: string,
  lost: () => void,
): Promise<Claim> {
  const holder = crypto.randomUUID();
  const sinceMs = performance.now();
  const { promise: taken, resolve: take } = Promise.withResolvers<void>();
  let isTaken = false;
  const say = () => {
    const ageMs = Math.round(performance.now() - sinceMs);
    if (!connection.isClosed()) connection.publish(subject, JSON.stringify({ holder, ageMs }));
  };
  const subscription = await listen(connection, subject, (message) => {
    const other = parseFields(CLAIM, message.string());
    if (other === undefined || other.holder === holder || isTaken) return;
    const ageMs = performance.now() - sinceMs;
    // The two hear of each other's age a little late, both by about as much.
    const isOlder = Math.abs(ageMs - other.ageMs) < OBJECTION_MS
      ? holder < other.holder
      : ageMs > other.ageMs;
    if (isOlder) return say();
    isTaken = true;
    take();
  });
  const timer = setInterval(say, REPEAT_MS);
  const release = () => {
    clearInterval(timer);
    if (!connection.isClosed()) subscription.unsubscribe();
  };
  say();
  const startMs = performance.now();
  await connection.flush();
  await delay(OBJECTION_MS + 2 * (performance.now() - startMs));
  taken.then(release);
  if (isTaken) throw new NameTaken(`another process answers to ${subject}`);
  taken.then(lost);
  return { release };
}
