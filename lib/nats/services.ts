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
 * | `lww-kv`  | next to nothing         | linearizable, which is more                               |
 * | `lin-tso` | linearizable            | the same: a timestamp is the number of a change           |
 *
 * **One copy.** The buckets have one copy each (`replicas: 1`), on the server that leads them, which
 * changes them one by one. With several copies JetStream's condition on a revision is checked by the
 * leader before the copies agree, and not again when they do: two changes that are under way at the
 * same time can both succeed (nats-server issue 4320), and newer servers, which close this gap while
 * one server leads, leave it open when another takes over (issue 8469). With three copies on
 * nats-server 2.9.10, 20 of 20 compare-and-sets at the same time succeeded, and our checker found
 * `lin-kv` not linearizable. So more than one copy is refused. A store that outlives its server is
 * what `nodes/lin_kv.ts` is, by Raft.
 *
 * **Weaker than Maelstrom's.** An answer may fail to come when the server goes away meanwhile; the
 * request may have taken effect. An acknowledged change is in the files of the server, but not
 * yet on stable storage: it outlasts the end of the server, but not a crash of its machine within the
 * `sync_interval` of its configuration, two minutes unless that is `always`. A server knows this
 * setting from 2.10 on, and shows it to its monitoring port and its system account alone, so that it
 * is not checked.
 *
 * **Stronger.** Buckets outlast the services, and the system.
 *
 * @module
 */
import type { Msg, NatsConnection } from "@nats-io/transport-node";
import { parseJson, printJson } from "../history/json.ts";
import { type Body, ErrorCode, reasonOf } from "../message.ts";
import { readEnvelope } from "../workbench/hosts/envelope.ts";
import { applyRequest, identityOf, type Stored } from "../workbench/services/key_value.ts";
import { Bucket, Refused, requireJetStream, type Versioned } from "./bucket.ts";
import { listen } from "./connection.ts";
import { inboxOf } from "./transport.ts";

/** How often a request is tried against others that change the same key. */
const MAX_ATTEMPTS = 100;
/** The processes among which the server picks one for each request. */
const QUEUE = "services";

interface ServicesOptions {
  /** The system's name. */
  readonly system: string;
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
  { system, say }: ServicesOptions,
): Promise<void> {
  await requireJetStream(connection);
  const open = (service: string) => Bucket.open(connection, `${system}-${service}`);
  const [linKv, seqKv] = [await open("lin-kv"), await open("seq-kv")];
  const [lwwKv, linTso] = [await open("lww-kv"), await open("lin-tso")];
  const answers: Readonly<Record<string, Answer>> = {
    "lin-kv": (request) => answerKv(linKv, request),
    "seq-kv": (request) => answerKv(seqKv, request),
    // In Maelstrom it does not know this field, and nodes are to meet what they meet there.
    "lww-kv": (request) => answerKv(lwwKv, { ...request, create_if_not_exists: false }),
    "lin-tso": (request) => answerTso(linTso, request),
  };
  for (const [service, answer] of Object.entries(answers)) {
    const take = (message: Msg) => void serve(message.string(), answer);
    await listen(connection, inboxOf(system, service), take, { queue: QUEUE });
  }

  async function serve(text: string, answer: Answer): Promise<void> {
    const message = readEnvelope(text);
    if (typeof message === "string") return say(`ignored what is no message: ${message}`);
    const { src, dest, body: request } = message;
    const reply = await orRefusal(
      () => answer(request),
      (why) => say(`${dest} did not answer a ${request.type} of ${src}: ${why}`),
    );
    if (reply === undefined || connection.isClosed()) return;
    const body = { ...reply, in_reply_to: request.msg_id ?? null };
    connection.publish(inboxOf(system, src), printJson({ src: dest, dest: src, body }));
  }
}

/** Turns a refusal into an error reply. What may have taken effect gets none. */
async function orRefusal(
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

async function answerKv(bucket: Bucket, request: Body): Promise<Body | undefined> {
  const key = identityOf(request.key);
  if (request.type === "write") {
    await bucket.set(key, printJson(request.value ?? null));
    return { type: "write_ok" };
  }
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    const found = await bucket.read(key);
    const effect = applyRequest(request, storedIn(found));
    if (effect?.next === undefined) return effect?.reply;
    if (await bucket.replace(key, found, printJson(effect.next.value))) return effect.reply;
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
