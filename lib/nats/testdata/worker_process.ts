/**
 * A worker as a process, to be killed: works on one core for the server that its argument names.
 *
 * @module
 */
import { connectTo } from "../connection.ts";
import { engineName } from "../engine.ts";
import { SweepQueue } from "../queue.ts";
import { work } from "../worker.ts";

const [address = ""] = Deno.args;
const say = (sentence: string) => console.log(sentence);
const connection = await connectTo({ address, isEncrypted: false }, { name: "a worker", say });
await work(await SweepQueue.open(connection), {
  engine: await engineName(),
  cores: 1,
  ackWaitMs: 2_000,
  say,
  signal: new AbortController().signal,
});
