/**
 * The film of a run that goes on: grows with each slice, and forgets what is long over.
 *
 * @module
 */
import type { Fault } from "../../workbench/faults/kinds.ts";
import { isClient } from "../../message.ts";
import { type Band, FATES, isSetUp, type Lane } from "../../report/page/scene.ts";
import type { LiveMessage, Slice } from "../engine/live.ts";
import type { Film } from "./animation.ts";

/** Messages that are kept, and how many go together. */
const MOST_MESSAGES = 40_000;
const WORDS: Readonly<Record<string, string>> = { kill: "down", pause: "paused" };
const UNDER_WAY = FATES.indexOf("under way");

export class LiveFilm implements Film {
  readonly lanes: Lane[];
  readonly types: string[] = [];
  readonly messages = {
    src: numbers(),
    dest: numbers(),
    type: numbers(),
    fate: numbers(),
    tookUs: numbers(),
  };
  readonly sentUs = numbers();
  longestUs = 0;
  bands: Band[] = [];
  endUs = 0;
  readonly nodeOfClient = new Map<number, number>();
  readonly #laneOf = new Map<string, number>();
  readonly #typeOf = new Map<string, number>();
  /** Rows of messages by their ids, counted from the first ever. */
  readonly #rowOf = new Map<number, number>();
  #forgotten = 0;

  constructor(nodes: readonly string[]) {
    this.lanes = nodes.map((id) => ({ id, kind: "node" }));
    for (const [i, id] of nodes.entries()) this.#laneOf.set(id, i);
  }

  add({ nowUs, messages }: Slice): void {
    this.endUs = nowUs;
    for (const message of messages) this.#take(message);
    if (this.sentUs.length > MOST_MESSAGES) this.#forget(MOST_MESSAGES / 2);
  }

  /** Notes a fault, from now on, and the nodes that are cut off. */
  strike(fault: Fault, cutOff: readonly string[]): void {
    const { f } = fault;
    const label = "nodes" in fault ? `${fault.nodes.join(", ")} ${WORDS[f] ?? f}` : "";
    const band = { fromUs: this.endUs, toUs: Infinity, label, nodes: [], cut: [] };
    if (f === "stop-partition") this.#end("partition");
    else if (f === "start-partition") {
      this.#end("partition");
      const cut = Object.entries(fault.grudge).flatMap(([dest, sources]) =>
        sources.map((src) => [dest, src] as const)
      );
      const label = `${cutOff.join(", ")} cut off`;
      this.bands.push({ ...band, kind: "partition", label, cut });
    } else if (f === "start") this.#end("kill", fault.nodes);
    else if (f === "resume") this.#end("pause", fault.nodes);
    else if (f === "slow" && fault.lateMs === 0) this.#end("slow", fault.nodes);
    else if ("nodes" in fault) this.bands.push({ ...band, kind: f, nodes: fault.nodes });
  }

  #end(kind: string, nodes: readonly string[] = []): void {
    this.bands = this.bands.filter((band) =>
      band.kind !== kind || (nodes.length > 0 && !band.nodes.some((node) => nodes.includes(node)))
    );
  }

  #take(message: LiveMessage): void {
    if (message.event === "send") {
      const { src, dest, type } = message;
      if (isSetUp(type)) return;
      const [from, to] = [this.#lane(src), this.#lane(dest)];
      this.#rowOf.set(message.id, this.#forgotten + this.sentUs.length);
      this.sentUs.push(message.timeUs);
      this.messages.src.push(from);
      this.messages.dest.push(to);
      this.messages.type.push(this.#type(type));
      this.messages.fate.push(UNDER_WAY);
      this.messages.tookUs.push(0);
      if (isClient(src)) this.nodeOfClient.set(from, to);
      return;
    }
    const row = (this.#rowOf.get(message.id) ?? -1) - this.#forgotten;
    this.#rowOf.delete(message.id);
    const sent = this.sentUs[row];
    if (sent === undefined) return;
    const took = message.timeUs - sent;
    this.messages.fate[row] = FATES.indexOf(message.event);
    this.messages.tookUs[row] = took;
    this.longestUs = Math.max(this.longestUs, took);
  }

  #lane(id: string): number {
    const known = this.#laneOf.get(id);
    if (known !== undefined) return known;
    this.lanes.push({ id, kind: isClient(id) ? "client" : "service" });
    this.#laneOf.set(id, this.lanes.length - 1);
    return this.lanes.length - 1;
  }

  #type(type: string): number {
    const known = this.#typeOf.get(type);
    if (known !== undefined) return known;
    this.types.push(type);
    this.#typeOf.set(type, this.types.length - 1);
    return this.types.length - 1;
  }

  #forget(count: number): void {
    this.#forgotten += count;
    for (const column of [this.sentUs, ...Object.values(this.messages)]) column.splice(0, count);
  }
}

function numbers(): number[] {
  return [];
}
