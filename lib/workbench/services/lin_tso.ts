/**
 * `lin-tso`: a timestamp oracle. It answers `ts` with 0, 1, 2, …, each once.
 *
 * @module
 */
import type { Body } from "../../message.ts";
import type { Service } from "./service.ts";

export class LinTso implements Service {
  #next = 0;

  handle(_src: string, { type }: Body): Body | undefined {
    return type === "ts" ? { type: "ts_ok", ts: this.#next++ } : undefined;
  }
}
