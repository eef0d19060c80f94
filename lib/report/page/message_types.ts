/**
 * What messages are called in pictures: by their type, errors by their code as well.
 *
 * @module
 */
import { type Body, errorName } from "../../message.ts";

/** Maelstrom's codes and a program's own; others are just errors, so that there are not too many. */
const MOST_CODE = 9_999;

/** `read_ok`; of an error `error 20 key-does-not-exist`. */
export function typeOfMessage({ type, code }: Body): string {
  if (type !== "error" || !isCode(code)) return String(type);
  const name = errorName(code);
  return name === "unknown" ? `error ${code}` : `error ${code} ${name}`;
}

function isCode(code: unknown): code is number {
  return Number.isInteger(code) && Number(code) >= 0 && Number(code) <= MOST_CODE;
}
