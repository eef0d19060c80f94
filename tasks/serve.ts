/**
 * `deno task serve`: shows the runs in a browser, those in progress live.
 *
 * @module
 */
import { Catalogue } from "../lib/report/runs/catalogue.ts";
import { answer, type Site } from "../lib/report/runs/handler.ts";
import { optionsHelp } from "../lib/workbench/command_line.ts";
import { type Options, UsageError, whole } from "../lib/workbench/option.ts";
import { RUNS } from "./engines/engine.ts";
import { OUT, readArguments } from "./shared/command_line.ts";
import { runsFolder } from "./shared/config.ts";
import { interruptible } from "./shared/interrupt.ts";
import { callOf } from "./shared/invocation.ts";
import { challengeIdOf } from "./shared/record.ts";

/** Nobody else is let in. */
const HOST = "127.0.0.1";
const PORT = 4567;

const OWN = {
  port: {
    kind: whole(0, 65_535),
    value: "N",
    help: "where to listen; 0: wherever it is free",
    default: PORT,
  },
  ...OUT,
} as const satisfies Options;

const COMMAND = { own: OWN } as const;

/** Serves until it is interrupted; resolves to the exit status. */
export async function main(argv: readonly string[]): Promise<number> {
  const { own: { port, ...given }, help } = readArguments(argv, COMMAND);
  if (help) {
    console.log(helpText());
    return 0;
  }
  const out = runsFolder(given.out);
  await interruptible(async (signal) => {
    const catalogue = new Catalogue(out, challengeIdOf);
    catalogue.list(); // at once, if it may not be read
    const { addr } = listen(port, catalogue);
    console.log(`http://${HOST}:${addr.port}/`);
    console.error(`Serves the runs in ${out}; Ctrl-C ends it.`);
    // The process ends with this task: streams that are open do not hold it up.
    await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));
  });
  return 0;
}

function listen(port: number, catalogue: Catalogue): Deno.HttpServer<Deno.NetAddr> {
  const commands = {
    make: callOf("test", "3c"),
    report: (dir: string) => callOf("report", dir),
  };
  const token = crypto.randomUUID();
  const site = (port: number): Site => ({ catalogue, commands, token, port });
  try {
    const server: Deno.HttpServer<Deno.NetAddr> = Deno.serve(
      { hostname: HOST, port, onListen: () => {} },
      (request) => answer(request, site(server.addr.port)),
    );
    return server;
  } catch (error) {
    if (!(error instanceof Deno.errors.AddrInUse)) throw error;
    const where = port === PORT ? `${PORT}` : `--port ${port}`;
    throw new UsageError(
      `${where} is in use, perhaps by another ${callOf("serve")}; --port 0 takes one that is free`,
    );
  }
}

function helpText(): string {
  return [
    `${callOf("serve")} [options]`,
    "",
    `Shows the runs in ${RUNS} in a browser: a list, each run's page, a run in progress as it goes,`,
    "two runs side by side; and deletes runs. Only browsers on this machine reach it.",
    "",
    optionsHelp(COMMAND),
  ].join("\n");
}
