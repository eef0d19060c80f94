/**
 * `glomers agent --on nats://HOST`: runs the nodes of workbenches elsewhere on this machine.
 *
 * @module
 */
import { Agent } from "../lib/nats/agent.ts";
import { tokenOf } from "../lib/nats/agents.ts";
import { NameTaken } from "../lib/nats/claim.ts";
import { SERVER_OPTIONS } from "../lib/nats/server.ts";
import { optionsHelp } from "../lib/workbench/command_line.ts";
import { type Options, text, UsageError } from "../lib/workbench/option.ts";
import { RUNS } from "./engines/engine.ts";
import { OUT, readArguments } from "./shared/command_line.ts";
import { callOf } from "./shared/invocation.ts";
import { serveOn } from "./shared/serving.ts";

const OWN = {
  ...SERVER_OPTIONS,
  name: {
    kind: text,
    value: "NAME",
    help: "what the agent is called; default the machine's name",
  },
  allow: {
    kind: text,
    value: "FOLDER",
    help: "the folder whose programs it runs, and no others",
    default: ".",
  },
  out: { ...OUT.out, help: `the folder for nodes' journals; default ${RUNS}/agent` },
} as const satisfies Options;

const COMMAND = { own: OWN } as const;

/** Serves until it is interrupted. */
export async function main(argv: readonly string[]): Promise<number> {
  const { own, help } = readArguments(argv, COMMAND);
  if (help) {
    console.log(helpText());
    return 0;
  }
  const name = tokenOf(own.name ?? Deno.hostname());
  const folder = folderOf(own.allow);
  const say = (sentence: string) =>
    console.log(`${new Date().toTimeString().slice(0, 8)} ${sentence}`);
  const listener = {
    say: (sentence: string) => say(`agent ${name} ${sentence}`),
    name: `glomers agent ${name}`,
  };
  return await serveOn(own, listener, async ({ connection, address, fail }) => {
    const taken = new UsageError(`--name ${name}: another agent on ${address} has this name`);
    const agent = await Agent.start(connection, {
      name,
      folder,
      runs: own.out ?? `${RUNS}/agent`,
      say,
      superseded: () => fail(taken),
    }).catch((error) => {
      throw error instanceof NameTaken ? taken : error;
    });
    say(`agent ${name} runs programs in ${folder} for who asks on ${address}`);
    return agent;
  });
}

function folderOf(path: string): string {
  try {
    return Deno.realPathSync(path);
  } catch {
    throw new UsageError(`--allow: there is no folder ${path}`);
  }
}

function helpText(): string {
  return [
    `${callOf("agent")} --on nats://HOST [options]`,
    "",
    "Starts nodes on this machine for workbenches elsewhere (test … --on nats://HOST), and ends them",
    "with their run, or when it ends itself.",
    "",
    "Whoever may publish on the server may run any program in the folder, with any arguments.",
    "",
    optionsHelp(COMMAND),
  ].join("\n");
}
