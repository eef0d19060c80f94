/// <reference lib="dom" />
/**
 * A run as a film: nodes on a circle, the clients that talk to them outside, services in the middle,
 * messages as dots on their way.
 *
 * @module
 */
import { clip } from "../../checkers/format.ts";
import { key, prepare, strokeLine, type Surface } from "../../report/page/client/canvas.ts";
import { colourClassOf, colourOf, groupByColour } from "../../report/page/client/colours.ts";
import { type Decoded, firstAt } from "../../report/page/client/decode.ts";
import {
  type Band,
  FATES,
  isSetUp,
  type Lane,
  type Messages,
  US_PER_S,
} from "../../report/page/scene.ts";

/** A dot is to be seen for that long at least, however fast its message was. */
const LEAST_SEEN_MS = 450;
/** Dots that are drawn at a time. */
const MOST_DOTS = 1_500;

interface Point {
  readonly x: number;
  readonly y: number;
}

/** Where it is drawn, and how large. */
interface Place extends Point {
  readonly radius: number;
}

/** What a film shows: a run that has ended, or one that goes on. */
export interface Film {
  readonly lanes: readonly Lane[];
  readonly types: readonly string[];
  readonly messages: Pick<Messages, "src" | "dest" | "type" | "fate" | "tookUs">;
  /** When each message was sent, in order. */
  readonly sentUs: ArrayLike<number>;
  /** The longest that a message takes. */
  readonly longestUs: number;
  readonly bands: readonly Band[];
  readonly endUs: number;
  /** The node that each client talks to, by their lanes. */
  readonly nodeOfClient: ReadonlyMap<number, number>;
}

/** The film of a run that has ended. */
export function filmOf(data: Decoded): Film {
  const { scene, sentUs } = data;
  return {
    ...scene,
    sentUs,
    longestUs: scene.messages.tookUs.reduce((a, b) => Math.max(a, b), 0),
    endUs: scene.toUs,
    nodeOfClient: findNodes(data),
  };
}

/** A moment of a run in figures. */
interface Moment {
  readonly timeUs: number;
  readonly underWay: number;
  readonly faults: readonly string[];
}

export class Animation {
  readonly #canvas: HTMLCanvasElement;
  readonly #film: Film;
  #timeUs = 0;
  /** Microseconds of the run in a millisecond of the film. */
  #speed = 1_000;

  constructor(canvas: HTMLCanvasElement, film: Film) {
    this.#canvas = canvas;
    this.#film = film;
  }

  get timeUs(): number {
    return this.#timeUs;
  }

  get endUs(): number {
    return this.#film.endUs;
  }

  /** Shows a moment; returns what it holds. */
  show(timeUs: number, speed: number): Moment {
    this.#timeUs = Math.max(0, Math.min(this.endUs, timeUs));
    this.#speed = speed;
    return this.draw();
  }

  draw(): Moment {
    const bands = this.#film.bands.filter(({ fromUs, toUs }) =>
      fromUs <= this.#timeUs && this.#timeUs < toUs
    );
    const width = this.#canvas.parentElement?.clientWidth ?? 0;
    const height = Math.max(260, Math.min(440, width * 0.72));
    const surface = prepare(this.#canvas, height);
    let underWay = 0;
    if (surface !== undefined) {
      const places = this.#placeAll(surface);
      this.#drawLinks(surface, places, bands);
      underWay = this.#drawMessages(surface, places);
      this.#drawParties(surface, places, bands);
    }
    return { timeUs: this.#timeUs, underWay, faults: bands.map(({ label }) => label) };
  }

  #placeAll({ width, height }: Surface): ReadonlyMap<number, Place> {
    const { lanes } = this.#film;
    const of = (kind: string) => lanes.flatMap((lane, i) => lane.kind === kind ? i : []);
    const [nodes, services] = [of("node"), of("service")];
    const centre = { x: width / 2, y: height / 2 };
    const reach = Math.min(width, height) / 2;
    const radius = Math.max(8, Math.min(24, 70 / Math.sqrt(nodes.length)));
    const ring = nodes.length === 1 ? 0 : reach - radius - 40;
    const places = new Map<number, Place>();
    const angles = new Map<number, number>();
    for (const [i, lane] of nodes.entries()) {
      const angle = (i / nodes.length) * 2 * Math.PI - Math.PI / 2;
      angles.set(lane, angle);
      places.set(lane, { ...onRing(centre, ring, angle), radius });
    }
    for (const [i, lane] of services.entries()) {
      const angle = (i / services.length) * 2 * Math.PI;
      places.set(lane, { ...onRing(centre, services.length > 1 ? 40 : 0, angle), radius: 23 });
    }
    const byNode = Map.groupBy(this.#film.nodeOfClient, ([, node]) => node);
    for (const [node, clients] of byNode) {
      const step = nodes.length === 1
        ? 2 * Math.PI / clients.length
        : 0.9 / Math.max(nodes.length, clients.length, 4);
      for (const [i, [client]] of clients.entries()) {
        const angle = (angles.get(node) ?? 0) + (i - (clients.length - 1) / 2) * step;
        const distance = nodes.length === 1 ? reach - 30 : ring + radius + 26;
        places.set(client, { ...onRing(centre, distance, angle), radius: 5 });
      }
    }
    return places;
  }

  /** Cuts of a partition, and who talks to whom at all. */
  #drawLinks(
    { context, palette }: Surface,
    places: ReadonlyMap<number, Place>,
    bands: readonly Band[],
  ): void {
    const { lanes } = this.#film;
    const laneOf = new Map(lanes.map(({ id }, i) => [id, i]));
    const line = (a: number, b: number) => {
      const [from, to] = [places.get(a), places.get(b)];
      if (from !== undefined && to !== undefined) strokeLine(context, at(from), at(to));
    };
    const nodes = lanes.flatMap(({ kind }, i) => kind === "node" ? i : []);
    const cut = new Set(
      bands.flatMap((band) =>
        band.cut.map(([a, b]) => pairKey(laneOf.get(a) ?? -1, laneOf.get(b) ?? -1))
      ),
    );
    context.lineWidth = 1;
    context.strokeStyle = palette.line;
    for (const a of nodes) for (const b of nodes) if (a < b && !cut.has(pairKey(a, b))) line(a, b);
    for (const [client, node] of this.#film.nodeOfClient) line(client, node);
    context.strokeStyle = palette.bad;
    context.setLineDash([3, 6]);
    context.globalAlpha = nodes.length > 10 ? 0.2 : 0.55;
    for (const a of nodes) for (const b of nodes) if (a < b && cut.has(pairKey(a, b))) line(a, b);
    context.globalAlpha = 1;
    context.setLineDash([]);
  }

  #drawMessages(surface: Surface, places: ReadonlyMap<number, Place>): number {
    const { messages, types, sentUs, longestUs } = this.#film;
    const leastUs = LEAST_SEEN_MS * this.#speed;
    const from = firstAt(sentUs, this.#timeUs - Math.max(longestUs, leastUs));
    let count = 0;
    for (let row = from; row < sentUs.length; row++) {
      const sent = sentUs[row] ?? 0;
      if (sent > this.#timeUs) break;
      const took = Math.max(messages.tookUs[row] ?? 0, leastUs);
      const type = messages.type[row] ?? 0;
      if (sent + took < this.#timeUs || isSetUp(types[type] ?? "")) continue;
      const [src, dest] = [messages.src[row], messages.dest[row]].map((l) => places.get(l ?? -1));
      if (src === undefined || dest === undefined || ++count > MOST_DOTS) continue;
      this.#drawDot(surface, { src, dest, type, row, share: (this.#timeUs - sent) / took });
    }
    return count;
  }

  #drawDot({ context, palette }: Surface, { src, dest, type, row, share }: {
    readonly src: Point;
    readonly dest: Point;
    readonly type: number;
    readonly row: number;
    readonly share: number;
  }): void {
    const fate = FATES[this.#film.messages.fate[row] ?? 0];
    const isLost = fate !== "recv" && fate !== "under way";
    const end = isLost ? 0.55 : 1;
    const way = Math.min(end, share * (isLost ? 1.1 : 1));
    const [x, y] = [src.x + (dest.x - src.x) * way, src.y + (dest.y - src.y) * way];
    const colour = colourOf(palette, colourClassOf(this.#film.types[type] ?? ""));
    context.strokeStyle = context.fillStyle = isLost && way >= end ? palette.bad : colour;
    if (isLost && way >= end) {
      context.lineWidth = 2;
      strokeLine(context, [x - 4, y - 4], [x + 4, y + 4]);
      strokeLine(context, [x - 4, y + 4], [x + 4, y - 4]);
      return;
    }
    const tail = Math.max(0, way - 0.12);
    context.globalAlpha = 0.35;
    context.lineWidth = 2.5;
    strokeLine(
      context,
      [src.x + (dest.x - src.x) * tail, src.y + (dest.y - src.y) * tail],
      [x, y],
    );
    context.globalAlpha = 1;
    context.beginPath();
    context.arc(x, y, 4, 0, 2 * Math.PI);
    context.fill();
  }

  #drawParties(
    { context, palette }: Surface,
    places: ReadonlyMap<number, Place>,
    bands: readonly Band[],
  ): void {
    const { lanes } = this.#film;
    const struck = new Map(bands.flatMap(({ kind, nodes }) => nodes.map((node) => [node, kind])));
    context.textAlign = "center";
    for (const [lane, { x, y, radius }] of places) {
      const { id = "", kind } = lanes[lane] ?? {};
      const fault = struck.get(id);
      context.beginPath();
      context.arc(x, y, radius, 0, 2 * Math.PI);
      context.fillStyle = kind === "client" ? palette.quiet : palette.panel;
      context.fill();
      if (kind === "client") continue;
      context.lineWidth = kind === "node" ? 2.5 : 1.5;
      context.strokeStyle = fault === undefined ? palette.ink : palette.bad;
      context.setLineDash(fault === "kill" ? [4, 4] : []);
      context.stroke();
      context.setLineDash([]);
      context.fillStyle = fault === undefined ? palette.ink : palette.bad;
      context.fillText(id, x, y, 2 * radius + 14);
      if (fault !== undefined) context.fillText(FAULT_WORDS[fault] ?? fault, x, y + radius + 10);
    }
  }
}

/** Characters of a fault's description. */
const MOST_WORDS = 90;

const FAULT_WORDS: Readonly<Record<string, string>> = {
  kill: "down",
  pause: "paused",
  slow: "slow",
  skew: "clock skewed",
  "fill-disk": "disk full",
};

function onRing({ x, y }: Point, radius: number, angle: number): Point {
  return { x: x + radius * Math.cos(angle), y: y + radius * Math.sin(angle) };
}

function at({ x, y }: Point): readonly [number, number] {
  return [x, y];
}

function pairKey(a: number, b: number): string {
  return `${Math.min(a, b)} ${Math.max(a, b)}`;
}

/** The node that each client with an operation sends most to. */
function findNodes({ scene }: Decoded): ReadonlyMap<number, number> {
  const { operations: { lane }, messages: { src, dest } } = scene;
  const asking = new Set(lane);
  const counts = new Map<number, Map<number, number>>();
  for (const [row, client] of src.entries()) {
    const node = dest[row] ?? -1;
    if (!asking.has(client) || scene.lanes[client]?.kind !== "client") continue;
    const own = counts.get(client) ?? new Map<number, number>();
    counts.set(client, own.set(node, (own.get(node) ?? 0) + 1));
  }
  return new Map([...counts].map(([client, own]) => {
    const [node = -1] = [...own].reduce((best, one) => one[1] > best[1] ? one : best);
    return [client, node];
  }));
}

/** What the colours of dots mean. */
export function keyTo(types: readonly string[]): HTMLElement[] {
  return [
    ...groupByColour(types.filter((type) => !isSetUp(type))).map(({ className, name }) =>
      key(`stroke ${className}`, name)
    ),
    key("stroke bad", "never arrives"),
  ];
}

/** A moment in words. */
export function describeMoment({ timeUs, underWay, faults }: Moment): string {
  const messages = underWay === 1 ? "1 message" : `${underWay} messages`;
  const shown = faults.map((fault) => clip(fault, MOST_WORDS));
  return [`${(timeUs / US_PER_S).toFixed(3)} s`, messages, ...shown].join(" · ");
}
