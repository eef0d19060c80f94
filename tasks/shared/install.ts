/**
 * Downloads Maelstrom, verifies it and unpacks it. Whatever goes wrong, nothing is left behind.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { isInstalled } from "./installed.ts";

/** For how long a download may stand still. */
const STALLED_AFTER_MS = 60_000;
/** The release has some 50 MB: what is longer than this is something else. */
const LONGEST_DOWNLOAD_BYTES = 1 << 30;

/** Options of {@linkcode installMaelstrom}. */
export interface InstallOptions {
  /** Where the archive is: a bzip2-compressed tar with a folder `maelstrom` in it. */
  url: string;
  /** The archive's SHA-256, in lower-case hexadecimal digits. */
  sha256: string;
  /** The folder to make; its parent exists. */
  target: string;
  /**
   * Called with how many bytes have come, of how many where the server says so.
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
  /** Ends the installation early; it then fails. */
  signal?: AbortSignal;
}

/** Whether the folder holds a Maelstrom. */
export async function holdsMaelstrom(target: string): Promise<boolean> {
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
    await unpack(tar, archive, temporary, options.signal);
    if (!await holdsMaelstrom(`${temporary}/maelstrom`)) {
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

async function unpack(
  tar: string,
  archive: string,
  folder: string,
  signal?: AbortSignal,
): Promise<void> {
  if (!await isInstalled(tar)) {
    throw new Error(`Unpacking needs the command ${tar}, which is not installed.`);
  }
  const command = new Deno.Command(tar, {
    args: ["-xjf", archive, "-C", folder],
    stdin: "null",
    ...(signal && { signal }),
  });
  const { success, code, stderr } = await command.output();
  signal?.throwIfAborted();
  if (success) return;
  if (!await isInstalled("bzip2")) {
    throw new Error(
      `Unpacking needs the command bzip2, which is not installed (apt-get install bzip2).`,
    );
  }
  const said = new TextDecoder().decode(stderr).trim();
  throw new Error(`Unpacking failed: ${tar} ended with exit status ${code} and said: ${said}`);
}
