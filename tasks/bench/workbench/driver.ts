/**
 * The least that can drive nodes as processes: it writes requests and counts replies. No workbench
 * that also reads, checks and records them is faster.
 *
 * @module
 */
import { type EchoProgram, initFrom, Piped } from "../programs.ts";

/** Nodes that have answered `init`, all started at once. Disposing of them ends them. */
export async function startNodes(script: string, count: number): Promise<Nodes> {
  const program: EchoProgram = {
    name: script,
    command: Deno.execPath(),
    args: ["run", "--quiet", script],
  };
  const init = initFrom("c0");
  const nodes = Array.from({ length: count }, () => new Piped(program));
  await Promise.all(nodes.map((node) => node.exchange(init, 1)));
  return {
    nodes,
    [Symbol.asyncDispose]: async () => {
      await Promise.all(nodes.map((node) => node[Symbol.asyncDispose]()));
    },
  };
}

interface Nodes extends AsyncDisposable {
  readonly nodes: readonly Piped[];
}

/** How many requests a second nodes answer while each client has one under way. */
export async function driveNodes(script: string, { nodes: count, clients, seconds }: {
  readonly nodes: number;
  readonly clients: number;
  readonly seconds: number;
}): Promise<number> {
  await using started = await startNodes(script, count);
  const perNode = clients / count;
  const request = `{"id":0,"src":"c1","dest":"n0","body":{"type":"generate","msg_id":1}}\n`;
  const batch = new TextEncoder().encode(request.repeat(perNode));
  const endMs = performance.now() + seconds * 1_000;
  let replies = 0;
  await Promise.all(started.nodes.map(async (node) => {
    while (performance.now() < endMs) {
      await node.exchange(batch, perNode);
      replies += perNode;
    }
  }));
  return replies / seconds;
}
