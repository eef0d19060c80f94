/**
 * `deno task setup:maelstrom`: downloads Maelstrom, verifies it against its known hash and unpacks
 * it into the project's `maelstrom/` folder, where `deno task 3d` and the others find it.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { type ProgressLine, showLine } from "../lib/report/progress_line.ts";
import { holdsMaelstrom, installMaelstrom, type InstallOptions } from "./shared/install.ts";
import { reasonOf } from "../lib/message.ts";
import { optionsHelp } from "../lib/workbench/command_line.ts";
import { conclude, readArguments } from "./shared/command_line.ts";
import { INTERRUPTED, interruptible } from "./shared/interrupt.ts";
import { isInstalled } from "./shared/installed.ts";
import { NEEDED } from "./shared/needed.ts";

const RELEASE = {
  url: "https://github.com/jepsen-io/maelstrom/releases/download/v0.2.4/maelstrom.tar.bz2",
  sha256: "301ec71d6b12af0d765edb413f5cf5aa1046b5609bd4e31376a0b549548e5799",
};

const BYTES_PER_MB = 1_000_000;

/** A progress line on a terminal, once the archive's size is known. */
function progressLine(): { show: InstallOptions["onProgress"]; stop: () => Promise<void> } {
  let line: ProgressLine | undefined;
  let done = 0;
  return {
    show: (bytes, total) => {
      done = bytes;
      if (total === undefined) return;
      line ??= showLine(() => ({
        done,
        total,
        words: [`${megabytes(done)} of ${megabytes(total)} MB`],
      }));
    },
    stop: async () => await line?.stop(),
  };
}

function megabytes(bytes: number): string {
  return (bytes / BYTES_PER_MB).toFixed(1);
}

const COMMAND = { own: {} } as const;

const HELP = [
  "deno task setup:maelstrom",
  "",
  `Downloads ${RELEASE.url},`,
  "verifies it and unpacks it into maelstrom/ here, if that is not there.",
  "",
  optionsHelp(COMMAND),
].join("\n");

async function main(argv: readonly string[]): Promise<number> {
  if (readArguments(argv, COMMAND).help) {
    console.log(HELP);
    return 0;
  }
  const target = fileURLToPath(new URL("../maelstrom", import.meta.url));
  if (await holdsMaelstrom(target)) {
    console.log(`Maelstrom is already there: ${target}/maelstrom`);
  } else {
    console.log(`Downloading ${RELEASE.url}`);
    const { show, stop } = progressLine();
    try {
      await interruptible((signal) =>
        installMaelstrom({ ...RELEASE, target, signal, ...(show && { onProgress: show }) })
      );
    } catch (error) {
      if (error === INTERRUPTED) throw error;
      console.error(reasonOf(error));
      return 1;
    } finally {
      await stop();
    }
    console.log(`Maelstrom 0.2.4 is installed: ${target}/maelstrom`);
  }
  for (const { command, flag, without, apt, brew } of NEEDED) {
    if (await isInstalled(command, flag)) continue;
    console.log(
      `Not installed: ${command}, without which ${without} (apt-get install ${apt}, brew install ${brew}).`,
    );
  }
  return 0;
}

if (import.meta.main) await conclude("deno task setup:maelstrom", () => main(Deno.args));
