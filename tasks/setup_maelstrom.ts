/**
 * `deno task setup:maelstrom`: downloads Maelstrom, verifies it against its known hash and unpacks
 * it into the project's `maelstrom/` folder, where `deno task 3d` and the others find it. Whatever
 * goes wrong, nothing is left behind.
 *
 * @module
 */

import { createHash } from "node:crypto";
import { fileURLToPath } from "node:url";
import { type ProgressLine, showLine } from "../lib/report/progress_line.ts";
import { isCommand } from "./shared/installed.ts";

const RELEASE = {
  url: "https://github.com/jepsen-io/maelstrom/releases/download/v0.2.4/maelstrom.tar.bz2",
  sha256: "301ec71d6b12af0d765edb413f5cf5aa1046b5609bd4e31376a0b549548e5799",
};

/** For how long a download may stand still. */
const STALLED_AFTER_MS = 60_000;
/** The release has some 50 MB: what is longer than this is something else. */
const LONGEST_DOWNLOAD_BYTES = 1 << 30;

/** What real Maelstrom runs on, by command, and where it is from. */
const NEEDED = [
  { command: "java", without: "Maelstrom does not start", apt: "default-jre", brew: "openjdk" },
  { command: "gnuplot", without: "there are no plots", apt: "gnuplot", brew: "gnuplot" },
  { command: "dot", without: "no picture of anomalies", apt: "graphviz", brew: "graphviz" },
];

/** Options of {@linkcode installMaelstrom}. */
export interface InstallOptions {
  /** Where the archive is: a bzip2-compressed tar with a folder `maelstrom` in it. */
  url: string;
  /** The archive's SHA-256, in lower-case hexadecimal digits. */
  sha256: string;
  /** The folder to make; its parent exists. */
  target: string;
  /**
   * Told how many bytes have come, of how many where the server says so.
   *
   * @default {() => {}}
   */
  onProgress?: (bytes: number, totalBytes: number | undefined) => void;
  /**
   * The command that unpacks.
   *
   * @default {"tar"}
   */
  tar?: string;
  /** Ends the download early; it then fails. */
  signal?: AbortSignal;
}

/** Whether the folder holds a Maelstrom. */
export async function isInstalled(target: string): Promise<boolean> {
  try {
    return (await Deno.stat(`${target}/maelstrom`)).isFile;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) {
      return false;
    }
    throw error;
  }
}

/**
 * Downloads, verifies and unpacks an archive of Maelstrom, in this order, and puts the folder in its
 * place as the last step. Throws an error that says in a sentence what went wrong.
 */
export async function installMaelstrom(options: InstallOptions): Promise<void> {
  const { url, sha256, target, tar = "tar" } = options;
  // Beside the target, so that it can be renamed into place.
  const temporary = `${target}.${crypto.randomUUID()}`;
  await Deno.mkdir(temporary);
  try {
    const archive = `${temporary}/archive.tar.bz2`;
    const actual = await download(options, archive);
    if (actual !== sha256) {
      throw new Error(
        `The archive from ${url} is not the expected one: its SHA-256 is ${actual}, expected ${sha256}.`,
      );
    }
    await unpack(tar, archive, temporary);
    if (!await isInstalled(`${temporary}/maelstrom`)) {
      throw new Error(`The archive from ${url} has no maelstrom/maelstrom in it.`);
    }
    await Deno.rename(`${temporary}/maelstrom`, target);
  } finally {
    await Deno.remove(temporary, { recursive: true });
  }
}

/** Writes what is at the URL into a file; returns its SHA-256. */
async function download(options: InstallOptions, path: string): Promise<string> {
  const { url, onProgress = () => {}, signal } = options;
  const stalled = new AbortController();
  const failed = (what: string, error: unknown) =>
    new Error(`${what} ${url} failed: ${rootOf(error)}.`);
  const stall = () =>
    stalled.abort(new Error(`nothing came for ${STALLED_AFTER_MS / 1000} seconds`));
  let timer = setTimeout(stall, STALLED_AFTER_MS);
  let bytes = 0;
  try {
    const response = await fetch(url, {
      signal: AbortSignal.any(signal ? [stalled.signal, signal] : [stalled.signal]),
    }).catch((error) => {
      throw failed("Connecting to", error);
    });
    if (!response.ok || response.body === null) {
      await response.body?.cancel();
      throw new Error(
        `Downloading ${url} failed: expected HTTP status 200, got ${response.status} ${response.statusText}.`,
      );
    }
    const length = response.headers.get("content-length");
    const totalBytes = length === null ? undefined : Number(length);
    const hash = createHash("sha256");
    using file = await Deno.create(path);
    const writer = file.writable.getWriter();
    const body = response.body[Symbol.asyncIterator]();
    for (;;) {
      const { done, value } = await body.next().catch((error) => {
        throw failed(`After ${bytes} of ${totalBytes ?? "unknown"} bytes, downloading`, error);
      });
      if (done) break;
      clearTimeout(timer);
      timer = setTimeout(stall, STALLED_AFTER_MS);
      bytes += value.length;
      if (bytes > LONGEST_DOWNLOAD_BYTES) {
        await body.return?.();
        throw new Error(
          `Downloading ${url} was given up: expected at most ${LONGEST_DOWNLOAD_BYTES} bytes, got more.`,
        );
      }
      hash.update(value);
      await writer.write(value);
      onProgress(bytes, totalBytes);
    }
    await writer.close();
    return hash.digest("hex");
  } finally {
    clearTimeout(timer);
  }
}

/** The message of the error that led to the others: what `fetch` says of its own is not much. */
function rootOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? rootOf(error.cause) : error.message;
}

async function unpack(tar: string, archive: string, folder: string): Promise<void> {
  if (!await isCommand(tar)) {
    throw new Error(`Unpacking needs the command ${tar}, which is not installed.`);
  }
  const command = new Deno.Command(tar, { args: ["-xjf", archive, "-C", folder], stdin: "null" });
  const { success, code, stderr } = await command.output();
  if (success) return;
  if (!await isCommand("bzip2")) {
    throw new Error(
      `Unpacking needs the command bzip2, which is not installed (apt-get install bzip2).`,
    );
  }
  const said = new TextDecoder().decode(stderr).trim();
  throw new Error(`Unpacking failed: ${tar} ended with exit status ${code} and said: ${said}`);
}

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
        words: `${megabytes(done)} of ${megabytes(total)} MB`,
      }));
    },
    stop: async () => await line?.stop(),
  };
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(1);
}

async function main(): Promise<void> {
  const target = fileURLToPath(new URL("../maelstrom", import.meta.url));
  if (await isInstalled(target)) {
    console.log(`Maelstrom is already there: ${target}/maelstrom`);
  } else {
    console.log(`Downloading ${RELEASE.url}`);
    const interrupted = new AbortController();
    Deno.addSignalListener("SIGINT", () => interrupted.abort(new Error("interrupted")));
    const { show, stop } = progressLine();
    try {
      const { signal } = interrupted;
      await installMaelstrom({ ...RELEASE, target, signal, ...(show && { onProgress: show }) });
    } finally {
      await stop();
    }
    console.log(`Maelstrom 0.2.4 is installed: ${target}/maelstrom`);
  }
  for (const { command, without, apt, brew } of NEEDED) {
    if (await isCommand(command)) continue;
    console.log(
      `Not installed: ${command}, without which ${without} (apt-get install ${apt}, brew install ${brew}).`,
    );
  }
}

if (import.meta.main) {
  try {
    await main();
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    Deno.exitCode = 1;
  }
  // A listener for Ctrl-C would keep the process.
  Deno.exit();
}
