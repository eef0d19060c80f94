/**
 * The form of a journal's file: one line for each write, with a checksum.
 *
 *     4f1c02aa {"journal":1,…}⏎
 *     90b2d17e [1,2,3]⏎
 *
 * A line, or *frame*, is the checksum in eight hexadecimal digits, a space, JSON, and a newline,
 * which JSON never contains. Each checksum covers the frames before as well, as it continues from
 * theirs, so a frame that is missing is noticed like one that is damaged.
 *
 * A frame is written only after the one before has been synced. So a crash can leave at most one
 * incomplete frame, and only as the last line; anything else that does not add up is damage.
 *
 * @module
 */
import { parseExact } from "./exact_json.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true });

const NEWLINE = 0x0a;
/** Of the checksum and the space behind it. */
const PREFIX_BYTES = 9;

/** A frame that a file holds. */
export interface Frame {
  /** The index of its first byte. */
  readonly offset: number;
  readonly value: unknown;
}

/** A frame that is damaged although others follow it. */
export class DamagedFrame extends Error {
  override readonly name = "DamagedFrame";

  constructor(readonly offset: number) {
    super(`damaged at byte ${offset}, with more behind it`);
  }
}

/** Appends frames to one file, of which each continues the checksum of the one before. */
export class FrameEncoder {
  #checksum = 0;

  encode(value: unknown): Uint8Array {
    const payload = encoder.encode(JSON.stringify(value));
    this.#checksum = crc32(payload, this.#checksum);
    const line = new Uint8Array(PREFIX_BYTES + payload.length + 1);
    encoder.encodeInto(`${printChecksum(this.#checksum)} `, line);
    line.set(payload, PREFIX_BYTES);
    line[line.length - 1] = NEWLINE;
    return line;
  }
}

/** What a file holds. */
interface Contents {
  readonly frames: readonly Frame[];
  /** How many bytes the frames take: fewer than there are if the last frame is incomplete. */
  readonly wholeBytes: number;
}

/**
 * Reads the frames of a file.
 *
 * @throws {DamagedFrame} if a frame before the last is damaged.
 */
export function readFrames(bytes: Uint8Array): Contents {
  const frames: Frame[] = [];
  let checksum = 0;
  let offset = 0;
  while (offset < bytes.length) {
    const end = bytes.indexOf(NEWLINE, offset);
    const payload = bytes.subarray(offset + PREFIX_BYTES, Math.max(end, offset + PREFIX_BYTES));
    checksum = crc32(payload, checksum);
    const prefix = encoder.encode(`${printChecksum(checksum)} `);
    const isWhole = end >= 0 && prefix.every((byte, i) => byte === bytes[offset + i]);
    if (!isWhole && end >= 0 && end < bytes.length - 1) throw new DamagedFrame(offset);
    if (!isWhole) break;
    frames.push({ offset, value: parseExact(decoder.decode(payload)) });
    offset = end + 1;
  }
  return { frames, wholeBytes: offset };
}

function printChecksum(checksum: number): string {
  return checksum.toString(16).padStart(8, "0");
}

/** The checksum of each byte. */
const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  return crc;
});

/**
 * The CRC-32 of ISO 3309, as in gzip, continued from that of what came before. Here rather than
 * from `node:zlib`, for not every platform that simulates nodes has that.
 */
function crc32(bytes: Uint8Array, before: number): number {
  let crc = ~before;
  for (const byte of bytes) crc = (crc >>> 8) ^ (CRC_TABLE[(crc ^ byte) & 0xff] ?? 0);
  return ~crc >>> 0;
}
