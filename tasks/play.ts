/**
 * `deno task play`: serves the playground to this machine's browsers.
 *
 * @module
 */
import { optionsHelp } from "../lib/workbench/command_line.ts";
import { whole } from "../lib/workbench/option.ts";
import { conclude, readArguments } from "./shared/command_line.ts";
import { interruptible } from "./shared/interrupt.ts";
import { serveFolder } from "./playground/serve_folder.ts";
import { writeSite } from "./playground/site.ts";

const COMMAND = {
  own: {
    port: { kind: whole(0), value: "N", help: "the port; 0 for any that is free", default: 8642 },
  },
  words: 0,
} as const;

/** Serves until it is interrupted. */
export async function main(argv: readonly string[]): Promise<number> {
  const { own: { port }, help } = readArguments(argv, COMMAND);
  if (help) {
    console.log(HELP);
    return 0;
  }
  const folder = await Deno.makeTempDir({ prefix: "glomers-play-" });
  try {
    await writeSite(folder);
    await interruptible(async (signal) => {
      const server = serveFolder(folder, { port, signal });
      console.log(`The playground: http://127.0.0.1:${server.addr.port}/  (Ctrl-C ends it)`);
      await server.finished;
      signal.throwIfAborted();
    });
    return 0;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const HELP = [
  "deno task play [options]",
  "",
  "Serves the playground on 127.0.0.1: the challenges as lessons, with an editor and the simulator in",
  "the browser.",
  "",
  optionsHelp(COMMAND),
].join("\n");

if (import.meta.main) await conclude("deno task play", () => main(Deno.args));
