/**
 * How many echo requests a second a served node answers over a pipe. The reference is what no node
 * can beat: a loop that parses and stringifies the same lines in memory, with no pipe at all.
 *
 * @module
 */
import type { Bench, Contender } from "./compare.ts";
import { type EchoProgram, initFrom, Piped, programsByHand, servedNode } from "./programs.ts";

const MESSAGES = 10_000;

const lines = Array.from(
  { length: MESSAGES },
  (_, i) =>
    `{"id":${i},"src":"c${i % 10}","dest":"n0","body":` +
    `{"echo":"Please echo ${i % 128}","type":"echo","msg_id":${i}}}`,
);
const bytes = new TextEncoder().encode(`${lines.join("\n")}\n`);

/** Throughput of echo over a pipe. */
export const echo: Bench = {
  name: "echo",
  title: "Echo over a pipe",
  unit: "1000 messages/s",
  rounds: 15,
  target: { contender: servedNode.name, atLeast: 0.85 },
  async start() {
    const programs = [servedNode, ...await programsByHand()];
    return [parseAndStringify, ...await Promise.all(programs.map(overPipe))];
  },
};

const parseAndStringify: Contender = {
  name: "only parse and stringify, no pipe",
  measure() {
    const startMs = performance.now();
    let length = 0;
    for (const line of lines) length += JSON.stringify(JSON.parse(line)).length;
    if (length === 0) throw new Error("nothing was done");
    return MESSAGES / (performance.now() - startMs);
  },
};

async function overPipe(program: EchoProgram): Promise<Contender> {
  const piped = new Piped(program);
  await piped.exchange(initFrom("c0"), 1);
  return {
    name: program.name,
    async measure() {
      const startMs = performance.now();
      const { body } = await piped.exchange(bytes, MESSAGES);
      const tookMs = performance.now() - startMs;
      if (body.type !== "echo_ok" || body.in_reply_to !== MESSAGES - 1) {
        throw new Error(`${program.name} answered ${JSON.stringify(body)}`);
      }
      return MESSAGES / tookMs;
    },
    async end() {
      await piped[Symbol.asyncDispose]();
      await program.remove?.();
    },
  };
}
