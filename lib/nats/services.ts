/**
 * `seq-kv`, `lin-kv`, `lww-kv` and `lin-tso` for a system that just runs (`transport.ts`), from
 * key-value buckets of JetStream. Several processes may serve the same system; each request goes to
 * one of them.
 *
 * JetStream changes a key by its revision, and these services compare values: so a compare-and-set
 * is a read and an update of the revision that was read, which is repeated if another change came
 * first.
 *
 * | service   | promise in Maelstrom    | here                                                      |
 * | --------- | ----------------------- | --------------------------------------------------------- |
 * | `lin-kv`  | linearizable            | the same                                                  |
 * | `seq-kv`  | sequentially consistent | linearizable, which is more                               |
 * | `lww-kv`  | next to nothing         | changes are linearizable; reads may be stale, but         |
 * |           |                         | copies converge, which Maelstrom's never do               |
 * | `lin-tso` | linearizable            | the same: a timestamp is the number of a change           |
 *
 * **Reads.** With one copy of a bucket (`replicas` 1), the server that has it answers, so a read is
 * linearizable as it is. With several, one that was the leader, and does not know yet that it is no
 * longer, may answer with what is out of date. So `lin-kv` and `seq-kv` confirm a read: they set the
 * key to what was read, under the condition that this is still its revision, and only a leader with
 * a majority can do so. That costs a write for every read; a read of a key that does not exist leaves
 * an empty entry, which counts as none.
 *
 * **Weaker than Maelstrom's.** An answer may fail to come when the server goes away meanwhile; the
 * request may have taken effect. An acknowledged change is in the files of the server, or of a
 * majority, but not yet on stable storage: it outlasts the end of servers, but not of their machines
 * within the `sync_interval` of their configuration, two minutes unless it is `always`. Clients
 * cannot ask for that setting, so it is not checked.
 *
 * **Stronger.** Buckets outlast the services, and the system.
 *
 * @module
 */
import type { NatsConnection } from "@nats-io/transport-node";
import { parseJson, printJson } from "../history/json.ts";
import { type Body, ErrorCode, reasonOf } from "../message.ts";
import { readEnvelope } from "../workbench/hosts/envelope.ts";
import { applyRequest, identityOf, type Stored } from "../workbench/services/key_value.ts";
import { Bucket, Refused, requireJetStream, type Versioned } from "./bucket.ts";
import { inboxOf } from "./transport.ts";

/** How often a request is tried against others that change the same key. */
const MAX_ATTEMPTS = 100;
/** The processes among which the server picks one for each request. */
const QUEUE = "services";

interface ServicesOptions {
  /** The system's name. */
  readonly system: string;
  /** How many servers have a copy of each bucket. */
  readonly replicas: number;
  readonly say: (sentence: string) => void;
}

/** Answers a request, or nothing if it knows no such request. */
type Answer = (request: Body) => Promise<Body | undefined>;

/**
 * Serves all four until the connection is closed. Resolves once they answer.
 *
 * @throws {NatsError} if the server has no JetStream, or a bucket breaks a promise.
 */
export async function startServices(
  connection: NatsConnection,
  { system, replicas, say }: ServicesOptions,
): Promise<void> {
  await requireJetStream(connection);
  const open = (name: string, options = { isDirect: false }) =>
    Bucket.open(connection, { name: `${system}-${name}`, replicas, ...options });
  const confirms = replicas > 1;
  const linKv = await open("lin-kv");
  const seqKv = await open("seq-kv");
  const lwwKv = await open("lww-kv", { isDirect: true });
  const linTso = await open("lin-tso");
  const answers: Readonly<Record<string, Answer>> = {
    "lin-kv": (request) => answerKv(linKv, request, { confirms }),
    "seq-kv": (request) => answerKv(seqKv, request, { confirms }),
    // In Maelstrom it does not know this field, and nodes are to meet what they meet there.
    "lww-kv": (request) =>
      answerKv(lwwKv, { ...request, create_if_not_exists: false }, { confirms: false }),
    "lin-tso": (request) => answerTso(linTso, request),
  };
  for (const [service, answer] of Object.entries(answers)) {
    connection.subscribe(inboxOf(system, service), {
      queue: QUEUE,
      callback: (_error, message) => void serve(message.string(), answer),
    });
  }
  await connection.flush();

  async function serve(text: string, answer: Answer): Promise<void> {
    const message = readEnvelope(text);
    if (typeof message === "string") return say(`ignored what is no message: ${message}`);
    const { src, dest, body: request } = message;
    const reply = await reliably(
      () => answer(request),
      (why) => say(`${dest} did not answer a ${request.type} of ${src}: ${why}`),
    );
    if (reply === undefined || connection.isClosed()) return;
    const body = { ...reply, in_reply_to: request.msg_id ?? null };
    connection.publish(inboxOf(system, src), printJson({ src: dest, dest: src, body }));
  }
}

/** Turns a refusal into an error reply. What may have taken effect gets none. */
async function reliably(
  answer: () => Promise<Body | undefined>,
  failed: (why: string) => void,
): Promise<Body | undefined> {
  try {
    return await answer();
  } catch (error) {
    if (!(error instanceof Refused)) return void failed(reasonOf(error));
    return { type: "error", code: ErrorCode.temporarilyUnavailable, text: error.message };
  }
}

async function answerKv(
  bucket: Bucket,
  request: Body,
  { confirms }: { readonly confirms: boolean },
): Promise<Body | undefined> {
  const key = identityOf(request.key);
  if (request.type === "write") {
    await bucket.set(key, printJson(request.value ?? null));
    return { type: "write_ok" };
  }
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    const found = await bucket.read(key);
    const effect = applyRequest(request, storedIn(found));
    if (effect?.next !== undefined) {
      if (await bucket.replace(key, found, printJson(effect.next.value))) return effect.reply;
    } else if (effect === undefined || !confirms) return effect?.reply;
    else if (await bucket.replace(key, found, found.text ?? "")) return effect.reply;
  }
  throw new Refused(`${MAX_ATTEMPTS} attempts met changes of the same key by others`);
}

function storedIn({ text }: Versioned): Stored | undefined {
  if (text === undefined) return undefined;
  const value = parseJson(text);
  return { value, identity: identityOf(value) };
}

async function answerTso(bucket: Bucket, { type }: Body): Promise<Body | undefined> {
  return type === "ts" ? { type: "ts_ok", ts: await bucket.set("ts", "") - 1 } : undefined;
}
