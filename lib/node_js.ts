/**
 * What a served node takes from Node.js, and from what is like it, such as Bun.
 *
 * Node.js has no locks that the system lets go of, so a journal's folder is marked with the number
 * of the process that uses it; a mark whose process has ended is taken over.
 *
 * @module
 */
import { type FileHandle, mkdir, open, readFile, rename, writeFile } from "node:fs/promises";
import process from "node:process";
import type { Disk, DiskFile } from "./disk.ts";
import { inUse, journalFolderOf, RUN_FOLDER, unusable } from "./folder.ts";
import type { Platform } from "./platform.ts";

const { stdin, stdout } = process;

/** Standard input, chunk by chunk. */
const chunks = stdin[Symbol.asyncIterator]();
/** What is left of the last chunk. */
let rest: Uint8Array = new Uint8Array();

export const nodeJs: Platform = {
  async read(buffer) {
    if (rest.length === 0) {
      const { value, done } = await chunks.next();
      if (done) return null;
      rest = value;
    }
    const part = rest.subarray(0, buffer.length);
    rest = rest.subarray(part.length);
    buffer.set(part);
    return part.length;
  },
  write: (bytes) =>
    new Promise((resolve, reject) => {
      stdout.write(bytes, (error) => error ? reject(error) : resolve(bytes.length));
    }),
  surviveUncaught(caught) {
    stdout.on("error", () => {}); // whoever writes learns of it, too
    process.on("unhandledRejection", (error) => caught("unhandled rejection", error));
    process.on("uncaughtException", (error) => caught("uncaught error", error));
  },
  exit: (status) => process.exit(status),
  args: process.argv.slice(2),
  async openRunFolder(id) {
    const path = journalFolderOf(process.env[RUN_FOLDER]);
    if (path === undefined) return undefined;
    if (!await mark(path, id)) throw inUse(path, id);
    return new Folder(path);
  },
};

/** Marks a node's files as this process's; returns whether it could: no other that lives has. */
async function mark(path: string, id: string): Promise<boolean> {
  try {
    await mkdir(path, { recursive: true });
    const file = `${path}/${id}.pid`;
    const owner = Number(await readFile(file, "utf8").catch(() => ""));
    // Its own number is that of an earlier process, as in a container that is started again.
    if (owner > 0 && owner !== process.pid && isAlive(owner)) return false;
    await writeFile(file, String(process.pid));
    return true;
  } catch (error) {
    throw unusable(path, error);
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return isError(error, "EPERM"); // it is somebody else's
  }
}

function isError(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}

class Folder implements Disk {
  constructor(readonly path: string) {}

  async read(name: string): Promise<Uint8Array | undefined> {
    try {
      await this.#sync(name);
      await this.sync(); // for its name
      return await readFile(`${this.path}/${name}`);
    } catch (error) {
      if (isError(error, "ENOENT")) return undefined;
      throw error;
    }
  }

  async create(name: string): Promise<DiskFile> {
    return new FolderFile(await open(`${this.path}/${name}`, "w"));
  }

  rename(from: string, to: string): Promise<void> {
    return rename(`${this.path}/${from}`, `${this.path}/${to}`);
  }

  sync(): Promise<void> {
    return this.#sync(".");
  }

  async #sync(name: string): Promise<void> {
    const file = await open(`${this.path}/${name}`);
    try {
      await file.sync();
    } finally {
      await file.close();
    }
  }
}

class FolderFile implements DiskFile {
  readonly #file: FileHandle;

  constructor(file: FileHandle) {
    this.#file = file;
  }

  async write(bytes: Uint8Array): Promise<void> {
    for (let from = 0; from < bytes.length;) {
      from += (await this.#file.write(bytes.subarray(from))).bytesWritten;
    }
  }

  sync(): Promise<void> {
    return this.#file.datasync();
  }

  close(): void {
    void this.#file.close();
  }
}
