/**
 * The form of a journal's file: one line for each write, with a checksum and its place.
 *
 *     4f1c02aa 0000000096 {"journal":1,…}⏎
 *     90b2d17e 0000000124 [1,2,3]⏎
 *
 * A line, or *frame*, is the CRC-32 of the rest of the line, the index of the byte behind the line,
 * JSON, and a newline, which JSON never contains.
 *
 * A frame is only written once the one before is on stable storage. So a crash leaves at most one
 * incomplete frame, as the last line; a frame that is not what it was while something stands behind
 * it is damaged, and so is one in another place than it says. Damage that leaves no newline from some
 * byte to the end, such as zeros, cannot be told from a write that was cut short.
 *
 * @module
 */
import { parseExact } from "./exact_json.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

const NEWLINE = 0x0a;
const CHECKSUM_DIGITS = 8;
const END_DIGITS = 10;
/** Where what the checksum is of begins. */
const CHECKED_FROM = CHECKSUM_DIGITS + 1;
const PAYLOAD_FROM = CHECKED_FROM + END_DIGITS + 1;
/** Stands in the place of the digits until they are known. */
const PREFIX_ROOM = " ".repeat(PAYLOAD_FROM);
const PREFIX = /^([0-9a-f]{8}) (\d{10}) /;

/** A frame that a file holds. */
export interface Frame {
  /** The index of its first byte. */
  readonly offset: number;
  readonly value: unknown;
}

/** What a file holds. */
interface Contents {
  readonly frames: readonly Frame[];
  /** How many bytes the frames take: fewer than there are if the last frame is incomplete. */
  readonly wholeBytes: number;
}

/** A file is damaged, and not just cut short. */
export class DamagedFrame extends Error {
  override readonly name = "DamagedFrame";

  constructor(readonly offset: number) {
    super(`damaged at byte ${offset}`);
  }
}

/** The frame for a value, at that place in its file. */
export function encodeFrame(value: unknown, offset: number): Uint8Array {
  const frame = encoder.encode(`${PREFIX_ROOM}${JSON.stringify(value)}\n`);
  writeDigits(frame, CHECKED_FROM, `${offset + frame.length}`.padStart(END_DIGITS, "0"));
  writeDigits(frame, 0, crc32(frame, CHECKED_FROM, frame.length - 1));
  return frame;
}

/** Writes what is too short to be worth a call of the encoder. */
function writeDigits(frame: Uint8Array, from: number, digits: string): void {
  for (let i = 0; i < digits.length; i++) frame[from + i] = digits.charCodeAt(i);
}

/**
 * Reads the frames of a file.
 *
 * @throws {DamagedFrame} if one is damaged.
 */
export function readFrames(bytes: Uint8Array): Contents {
  const frames: Frame[] = [];
  let offset = 0;
  while (offset < bytes.length) {
    const newline = bytes.indexOf(NEWLINE, offset);
    const end = newline < 0 ? bytes.length : newline + 1;
    const [, checksum, saidEnd] = PREFIX.exec(
      decoder.decode(bytes.subarray(offset, offset + PAYLOAD_FROM)),
    ) ?? [];
    const isIntact = newline >= 0 &&
      checksum === crc32(bytes, offset + CHECKED_FROM, newline);
    const isLast = end === bytes.length && !(Number(saidEnd) < end);
    if (isIntact ? Number(saidEnd) !== end : !isLast) throw new DamagedFrame(offset);
    if (!isIntact) break;
    const text = decoder.decode(bytes.subarray(offset + PAYLOAD_FROM, newline));
    frames.push({ offset, value: parseExact(text) });
    offset = end;
  }
  return { frames, wholeBytes: offset };
}

/** The checksum of each byte. */
const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  return crc;
});

/**
 * The CRC-32 of ISO 3309, as in gzip, of a part of some bytes, in eight hexadecimal digits. It is
 * written out here because `node:zlib`, which has it, is not everywhere where nodes are simulated.
 */
function crc32(bytes: Uint8Array, from: number, end: number): string {
  let crc = -1;
  for (let i = from; i < end; i++) {
    crc = (crc >>> 8) ^ (CRC_TABLE[(crc ^ (bytes[i] ?? 0)) & 0xff] ?? 0);
  }
  return (~crc >>> 0).toString(16).padStart(CHECKSUM_DIGITS, "0");
}
