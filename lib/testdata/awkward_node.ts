/** A node that does what nodes should not. */
import type { Node } from "../node.ts";
import { oneWay, rpc, string } from "../rpc.ts";
import { serve } from "../serve.ts";
import { Echo } from "../workloads.ts";

const ping = rpc("ping", {}, {});
const slip = oneWay("slip", { kind: string });

const slips: Record<string, () => void> = {
  "uncaught error": () =>
    void setTimeout(() => {
      throw new Error("nobody caught me");
    }),
  "unhandled rejection": () => void Promise.reject(new Error("nobody handled me")),
  "whole console": printEverywhere,
};

/** Calls every method that the console has. */
function printEverywhere(): void {
  for (const method of Object.values(console)) {
    if (typeof method === "function") method("said by a program");
  }
}

/** Makes the process's time run that many times as fast, for beats and for what it measures. */
function hurry(times: number): void {
  const [{ setInterval }, now] = [globalThis, performance.now.bind(performance)];
  performance.now = () => times * now();
  Object.assign(globalThis, {
    setInterval: (beat: () => void, everyMs: number) => setInterval(beat, everyMs / times),
  });
}

function awkward(node: Node): void {
  setInterval(() => {}, 1_000_000); // still pending when the input ends
  if (Deno.args.includes("--fail")) throw new Error("no such luck");
  node.on(Echo.echo, ({ echo }) => ({ type: "echo_ok", echo }));
  node.on(ping, async () => {
    for (let turn = 0; turn < 10; turn++) await Promise.resolve();
    return { type: "ping_ok" };
  });
  node.on(slip, ({ kind }) => slips[kind]?.());
}

if (Deno.args.includes("--hurry")) hurry(5);
if (import.meta.main) await serve(awkward);
