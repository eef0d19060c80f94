/**
 * The file that a journal's records are in: whose it is, what it holds, how it grows and is
 * replaced.
 *
 * Its frames are a header, which says whose it is; a snapshot; and a list of records for each write.
 *
 * @module
 */
import type { Disk, DiskFile } from "./disk.ts";
import { DamagedFrame, encodeFrame, type Frame, readFrames } from "./frames.ts";
import { reasonOf } from "./message.ts";
import { array, fieldProblem, integer, type Of, type Shape, string } from "./rpc.ts";

/** A node's incarnation, as its `init` describes it. */
export interface Incarnation {
  readonly id: string;
  readonly ids: readonly string[];
  /** The client that sent `init`. */
  readonly client: string;
}

/** Takes what a file holds. */
interface Reader<Record, State> {
  readonly record: Shape<Record>;
  readonly state: Shape<State>;
  restore(state: State): void;
  apply(record: Record): unknown;
}

interface JournalFileOptions {
  /** What the file says of itself: only programs of that name read it. */
  readonly program: string;
  snapshot(): unknown;
  log(text: string): void;
}

const FORMAT = 1;
const HEADER = {
  journal: integer,
  program: string,
  node: string,
  nodes: array(string),
  client: string,
};
type Header = Of<typeof HEADER>;

/** A file this short is not worth a new one. */
const MIN_LIMIT_BYTES = 256 * 1024;
/** How many times as long as with its snapshot alone a file may become. */
const MAX_GROWTH = 4;

export class JournalFile {
  readonly #disk: Disk;
  readonly #header: Header;
  readonly #options: JournalFileOptions;
  readonly #name: string;
  readonly #syncs: SyncTimes;
  /** The file to continue, if every write to it has succeeded. */
  #current: GrowingFile | undefined;
  #limitBytes = 0;

  constructor(disk: Disk, { id, ids, client }: Incarnation, options: JournalFileOptions) {
    this.#disk = disk;
    this.#options = options;
    this.#name = `${id}.journal`;
    this.#syncs = new SyncTimes(options.log);
    const { program } = options;
    this.#header = { journal: FORMAT, program, node: id, nodes: [...ids], client };
  }

  get #path(): string {
    return `${this.#disk.path}/${this.#name}`;
  }

  /**
   * Brings back what the file holds. Resolves to whether there is one.
   *
   * @throws {Error} if it cannot be read, is damaged, another program's, or of another run.
   */
  async read<Record, State>(reader: Reader<Record, State>): Promise<boolean> {
    const bytes = await this.#bytes();
    if (bytes === undefined) return false;
    const { frames, wholeBytes } = this.#readFrames(bytes);
    const [header, state, ...batches] = frames;
    if (header === undefined || state === undefined) throw this.#damaged(wholeBytes);
    this.#checkHeader(header.value);
    this.#take(state, reader.state, (value) => reader.restore(value));
    const records = array(reader.record);
    for (const batch of batches) {
      this.#take(batch, records, (values) => values.forEach((value) => reader.apply(value)));
    }
    if (wholeBytes < bytes.length) {
      this.#options.log(
        `${this.#path}: cut off the last ${bytes.length - wholeBytes} bytes, from byte ` +
          `${wholeBytes}: a record that a crash cut short, so that it was not acknowledged, or ` +
          "that the disk has damaged",
      );
    }
    return true;
  }

  async #bytes(): Promise<Uint8Array | undefined> {
    try {
      return await this.#disk.read(this.#name);
    } catch (error) {
      throw new Error(
        `${this.#path} cannot be read: ${
          reasonOf(error)
        }. Make it readable, or restore it from a copy`,
      );
    }
  }

  #readFrames(bytes: Uint8Array): ReturnType<typeof readFrames> {
    try {
      return readFrames(bytes);
    } catch (error) {
      throw error instanceof DamagedFrame ? this.#damaged(error.offset) : error;
    }
  }

  #damaged(offset: number): Error {
    return new Error(
      `${this.#path} is damaged at byte ${offset}: records that were acknowledged cannot be read. ` +
        "Restore the file from a copy, or remove it to start this node with nothing",
    );
  }

  #checkHeader(header: unknown): void {
    if (!isHeader(header)) {
      throw new Error(
        `${this.#path} does not begin as a journal of format ${FORMAT} does, but with ` +
          `${
            JSON.stringify(header)
          }. Start the version that wrote it, or remove the file to start ` +
          "this node with nothing",
      );
    }
    const { program, node, nodes, client } = this.#header;
    const whose = (of: Header) => `${of.program} on ${of.node} of ${of.nodes.join(", ")}`;
    const isOurs = header.program === program && header.node === node &&
      header.nodes.join() === nodes.join();
    if (!isOurs) {
      throw this.#foreign(`it belongs to ${whose(header)}, this is ${whose(this.#header)}`);
    }
    if (!isLater(client, header.client)) {
      throw this.#foreign(`${header.client} sent init before, and ${client} is no later client`);
    }
  }

  #foreign(why: string): Error {
    return new Error(
      `${this.#path} is of another run: ${why}. Give each run a folder of its own`,
    );
  }

  #take<T>({ offset, value }: Frame, shape: Shape<T>, take: (value: T) => void): void {
    try {
      if (isOf(shape, value)) return take(value);
      throw new TypeError(shape.problem(value, "it"));
    } catch (error) {
      throw new Error(
        `${this.#path}: ${this.#header.program} cannot read what is at byte ${offset}: ` +
          `${reasonOf(error)}. Was it written by another version? Remove the file to start this ` +
          "node with nothing",
      );
    }
  }

  /**
   * Stores records. Where that fails, a new file is tried once; what was to be stored may be found
   * after a restart or not.
   *
   * @throws {Error} if the disk takes neither.
   */
  async write(records: readonly unknown[]): Promise<void> {
    try {
      await this.#attempt(records);
    } catch (error) {
      this.#options.log(`${reasonOf(error)}; trying a new file`);
      await this.#attempt(records);
    }
  }

  async #attempt(records: readonly unknown[]): Promise<void> {
    const current = this.#current;
    const { bytes: offset = 0 } = current ?? {};
    this.#current = undefined;
    try {
      if (current === undefined || current.bytes > this.#limitBytes) {
        this.#current = await this.#replace(records);
      } else {
        await current.write([records]);
        await current.sync();
        this.#current = current;
      }
    } catch (error) {
      throw new Error(
        `${this.#path} cannot be written at byte ${offset}: ${reasonOf(error)}. What ` +
          "is not stored is not acknowledged: free some space, or make the folder writable",
      );
    } finally {
      if (this.#current !== current) current?.close();
    }
  }

  /** Writes a new file that stands for all of the old one, and puts it in its place. */
  async #replace(records: readonly unknown[]): Promise<GrowingFile> {
    const name = `${this.#name}.new`;
    const file = new GrowingFile(await this.#disk.create(name), this.#syncs);
    try {
      await file.write([this.#header, this.#options.snapshot()]);
      this.#limitBytes = Math.max(MIN_LIMIT_BYTES, MAX_GROWTH * file.bytes);
      if (records.length > 0) await file.write([records]);
      await file.sync();
      await this.#disk.rename(name, this.#name);
      await this.#disk.sync();
    } catch (error) {
      file.close();
      throw error;
    }
    return file;
  }
}

/** A file that gets longer by whole frames. */
class GrowingFile {
  readonly #file: DiskFile;
  readonly #syncs: SyncTimes;
  #bytes = 0;

  constructor(file: DiskFile, syncs: SyncTimes) {
    this.#file = file;
    this.#syncs = syncs;
  }

  get bytes(): number {
    return this.#bytes;
  }

  async write(values: readonly unknown[]): Promise<void> {
    for (const value of values) {
      const frame = encodeFrame(value, this.#bytes);
      await this.#file.write(frame);
      this.#bytes += frame.length;
    }
  }

  sync(): Promise<void> {
    return this.#syncs.time(() => this.#file.sync());
  }

  close(): void {
    this.#file.close();
  }
}

/** How long syncs take, for the log. */
class SyncTimes {
  readonly #log: (text: string) => void;
  #count = 0;
  #totalMs = 0;
  #maxMs = 0;
  #logAt = 10;

  constructor(log: (text: string) => void) {
    this.#log = log;
  }

  /**
   * Logs after 10 syncs, 20, 40 and so on, since a node has no last moment to say anything in. A disk
   * that takes no time is none.
   */
  async time(sync: () => Promise<void>): Promise<void> {
    const startMs = performance.now();
    await sync();
    const tookMs = performance.now() - startMs;
    this.#count++;
    this.#totalMs += tookMs;
    this.#maxMs = Math.max(this.#maxMs, tookMs);
    if (this.#count < this.#logAt || this.#maxMs === 0) return;
    this.#logAt = 2 * this.#count;
    const meanMs = (this.#totalMs / this.#count).toFixed(2);
    this.#log(
      `journal: ${this.#count} syncs took ${meanMs} ms each, ${this.#maxMs.toFixed(2)} ms at most`,
    );
  }
}

function isHeader(value: unknown): value is Header {
  return typeof value === "object" && value !== null && fieldProblem(HEADER, value) === undefined &&
    "journal" in value && value.journal === FORMAT;
}

function isOf<T>(shape: Shape<T>, value: unknown): value is T {
  return shape.problem(value, "it") === undefined;
}

/**
 * Whether a client can be of the same run as an earlier one. Clients are numbered in the order in
 * which they come, and each start of a node takes a new one; so in a new run, whose numbers begin at
 * 0 again, at least one node gets its `init` from a client that is no later than the last.
 */
function isLater(client: string, before: string): boolean {
  const [number, last] = [client, before].map((id) => /^c(\d+)$/.exec(id)?.[1]);
  return number === undefined || last === undefined || Number(number) > Number(last);
}
