/// <reference lib="dom" />
/**
 * The space–time diagram: a lane for each client, node and service, time from left to right,
 * messages as arrows from lane to lane.
 *
 * @module
 */
import { FATES } from "../scene.ts";
import {
  drawTimeAxis,
  element,
  fitText,
  linear,
  prepare,
  type Scale,
  strokeLine,
  type Surface,
} from "./canvas.ts";
import { colourClassOf, colourOf } from "./colours.ts";
import type { Decoded } from "./decode.ts";
import { findLongest, findRelated, findShown, type Longest, type Shown } from "./events.ts";
import { BAND_HEIGHT, LEFT, RIGHT } from "./chart.ts";
import { moveByPointers } from "./gestures.ts";
import { moveByKey, type Selected, type View } from "./view.ts";

const TOP = 26;
const BOTTOM = 24;
/** Arrowheads are drawn on no more messages than that. */
const MOST_HEADS = 800;
/** How far from its receiver's lane a message ends that never arrives. */
const SHORT_PX = 9;
/** How far from something a click may be, in pixels. */
const REACH_PX = 8;

/** Errors that are named on their arrows, and how high their names are. */
const MOST_ERRORS = 40;
const LABEL_HEIGHT = 14;
/** A narrower diagram, or one of more messages, has room for their codes only. */
const NARROW = 520;
const FEW_MESSAGES = 150;

/** Where a name is written. */
interface Box {
  readonly x: number;
  readonly y: number;
  readonly wide: number;
}

/** An arrow or a bar where it is drawn. */
interface Drawn {
  readonly selected: Selected;
  readonly from: readonly [number, number];
  readonly to: readonly [number, number];
}

export class Diagram {
  readonly #canvas: HTMLCanvasElement;
  readonly #data: Decoded;
  readonly #view: View;
  readonly #longest: Longest;
  #shown: Shown = {
    operations: [],
    messages: [],
    logs: [],
    operationCount: 0,
    messageCount: 0,
  };
  #drawn: Drawn[] = [];
  #x: Scale = (value) => value;
  /** Where each lane is; none for those that are hidden. */
  #lanes = new Map<number, number>();
  #hovered: Selected | undefined;
  #isDue = false;
  /** Marks the moment under the pointer. */
  readonly #pointer: HTMLElement;

  constructor(canvas: HTMLCanvasElement, data: Decoded, view: View) {
    this.#canvas = canvas;
    this.#data = data;
    this.#view = view;
    this.#longest = findLongest(data);
    this.#pointer = element("i", { className: "pointer" });
    this.#pointer.hidden = true;
    canvas.after(this.#pointer);
    view.follow(() => this.schedule());
    view.charts.followPointer((timeUs) => this.#mark(timeUs));
    this.#listen();
  }

  /** What is in the view, as it was drawn last. */
  get shown(): Shown {
    return this.#shown;
  }

  /** Draws before the next frame, however often it is asked for. */
  schedule(): void {
    if (this.#isDue) return;
    this.#isDue = true;
    requestAnimationFrame(() => {
      this.#isDue = false;
      this.draw();
    });
  }

  draw(): void {
    this.#shown = findShown(this.#data, this.#view, this.#longest);
    const ids = this.#lanesShown();
    const gap = ids.length > 30 ? 18 : ids.length > 12 ? 24 : 34;
    const surface = prepare(this.#canvas, TOP + Math.max(2, ids.length) * gap + BOTTOM);
    if (surface === undefined) return;
    this.#lanes = new Map(ids.map((lane, i) => [lane, TOP + (i + 0.5) * gap]));
    const { fromUs, toUs } = this.#view;
    this.#x = linear([fromUs, toUs], [LEFT, surface.width - RIGHT]);
    this.#drawn = [];
    const { context, width, height } = surface;
    drawTimeAxis(surface, { x: this.#x, top: TOP, bottom: height - BOTTOM, fromUs, toUs });
    context.save();
    context.beginPath();
    context.rect(LEFT, 0, width - LEFT - RIGHT + 6, height);
    context.clip();
    this.#drawFaults(surface);
    this.#drawLanes(surface);
    this.#drawMessages(surface);
    this.#drawOperations(surface);
    this.#drawErrors(surface);
    this.#drawLogs(surface);
    context.restore();
    this.#drawNames(surface);
  }

  /** Nodes and services always; clients whose operations or messages are in the view. */
  #lanesShown(): number[] {
    const { scene: { lanes, operations, messages } } = this.#data;
    const busy = new Set<number>();
    for (const row of this.#shown.operations) busy.add(operations.lane[row] ?? -1);
    for (const row of this.#shown.messages) {
      busy.add(messages.src[row] ?? -1);
      busy.add(messages.dest[row] ?? -1);
    }
    const { who } = this.#view.filter;
    const isOne = who.length === 1;
    return lanes.flatMap(({ kind }, lane) =>
      busy.has(lane) || (isOne && who[0] === lane) || (who.length === 0 && kind === "node")
        ? [lane]
        : []
    );
  }

  #drawFaults({ context, palette, width, height }: Surface): void {
    const { scene: { bands, lanes } } = this.#data;
    for (const { fromUs, toUs, label, nodes, cut } of bands) {
      const [left, right] = [Math.max(LEFT, this.#x(fromUs)), this.#x(toUs)];
      if (right < LEFT || left > width) continue;
      context.fillStyle = palette.band;
      if (cut.length > 0) {
        context.fillRect(left, 0, right - left, BAND_HEIGHT);
        context.globalAlpha = 0.35;
        context.fillRect(left, BAND_HEIGHT, right - left, height - BOTTOM - BAND_HEIGHT);
        context.globalAlpha = 1;
      }
      for (const node of nodes) {
        const y = this.#lanes.get(lanes.findIndex(({ id }) => id === node));
        if (y !== undefined) context.fillRect(left, y - 8, Math.max(2, right - left), 16);
      }
      context.fillStyle = palette.ink;
      context.textAlign = "left";
      context.fillText(fitText(context, label, Math.min(right, width) - left - 8), left + 4, 9);
    }
  }

  #drawLanes({ context, palette, width }: Surface): void {
    for (const [lane, y] of this.#lanes) {
      const isNode = this.#data.scene.lanes[lane]?.kind === "node";
      context.strokeStyle = isNode ? palette.quiet : palette.line;
      context.lineWidth = 1;
      strokeLine(context, [LEFT, y], [width - RIGHT, y]);
    }
  }

  #drawNames({ context, palette }: Surface): void {
    context.textAlign = "right";
    for (const [lane, y] of this.#lanes) {
      const { id = "", kind } = this.#data.scene.lanes[lane] ?? {};
      context.fillStyle = kind === "node" ? palette.ink : palette.quiet;
      context.fillText(id, LEFT - 6, y, LEFT - 8);
    }
  }

  /** Rows that stand out: what is selected and what belongs to it. */
  #related(): ReadonlySet<number> {
    const { selected } = this.#view;
    if (selected === undefined) return new Set();
    const rows = findRelated(this.#data, selected).flatMap(({ selected: { kind, row } }) =>
      kind === "message" ? [row] : []
    );
    return new Set(
      selected.kind === "operation"
        ? rows
        : [...rows, selected.row, ...this.#data.links.ancestorsOf(selected.row)],
    );
  }

  #drawMessages(surface: Surface): void {
    const { context } = surface;
    const related = this.#related();
    const { messages } = this.#shown;
    const areMany = messages.length > MOST_HEADS;
    for (const row of messages) {
      const isHovered = this.#hovered?.kind === "message" && this.#hovered.row === row;
      const isRelated = related.has(row) || isHovered;
      context.globalAlpha = isRelated ? 1 : related.size > 0 ? 0.18 : areMany ? 0.35 : 0.8;
      context.lineWidth = isRelated ? 2.4 : 1.1;
      this.#drawMessage(surface, row, { withHead: !areMany || isRelated });
    }
    context.globalAlpha = 1;
  }

  #drawMessage(
    { context, palette, width }: Surface,
    row: number,
    { withHead }: { readonly withHead: boolean },
  ): void {
    const { scene: { messages, types }, sentUs } = this.#data;
    const sent = sentUs[row] ?? 0;
    const fate = FATES[messages.fate[row] ?? 0];
    const [y, endY] = [messages.src[row], messages.dest[row]].map((l) => this.#lanes.get(l ?? -1));
    if (y === undefined || endY === undefined) return;
    const x = this.#x(sent);
    const isUnderWay = fate === "under way";
    const endX = isUnderWay ? width - RIGHT : this.#x(sent + (messages.tookUs[row] ?? 0));
    // What never arrives ends before the receiver's lane.
    const short = fate === "recv" ? 0 : Math.sign(endY - y) * SHORT_PX;
    const to = [endX, endY - short] as const;
    this.#drawn.push({ selected: { kind: "message", row }, from: [x, y], to });
    const isLost = fate !== "recv" && !isUnderWay;
    const type = types[messages.type[row] ?? 0] ?? "";
    context.strokeStyle = isLost ? palette.bad : colourOf(palette, colourClassOf(type));
    context.setLineDash(isLost ? [4, 3] : isUnderWay ? [1, 3] : []);
    strokeLine(context, [x, y], to);
    context.setLineDash([]);
    if (isLost) drawCross(context, to);
    else if (withHead && !isUnderWay) drawHead(context, [x, y], to);
  }

  /** Writes onto the arrows of errors which ones they are, where there is room. */
  #drawErrors({ context, palette, width }: Surface): void {
    const { messages, types } = this.#data.scene;
    const taken: Box[] = [];
    const isShort = width < NARROW || this.#shown.messages.length > FEW_MESSAGES;
    for (const { selected: { kind, row }, from, to } of this.#drawn) {
      const [, what] = /^error (.+)$/.exec(types[messages.type[row] ?? 0] ?? "") ?? [];
      if (kind !== "message" || what === undefined || taken.length === MOST_ERRORS) continue;
      const said = isShort ? what.split(" ")[0] ?? what : what;
      const wide = context.measureText(said).width + 6;
      const [x, y] = [(from[0] + to[0]) / 2, (from[1] + to[1]) / 2];
      const left = Math.max(LEFT, Math.min(x + 4, width - RIGHT - wide));
      const box = { x: left, y: y - 7, wide };
      if (taken.some((other) => overlap(box, other))) continue;
      taken.push(box);
      context.globalAlpha = 0.85;
      context.fillStyle = palette.panel;
      context.fillRect(box.x, box.y, wide, LABEL_HEIGHT);
      context.globalAlpha = 1;
      context.fillStyle = palette.bad;
      context.textAlign = "left";
      context.fillText(said, box.x + 3, y + 0.5);
    }
  }

  #drawOperations({ context, palette, width }: Surface): void {
    const { scene: { operations }, startUs } = this.#data;
    const { selected, marked } = this.#view;
    for (const row of this.#shown.operations) {
      const y = this.#lanes.get(operations.lane[row] ?? -1);
      if (y === undefined) continue;
      const start = startUs[row] ?? 0;
      const took = operations.tookUs[row] ?? -1;
      const [x, end] = [this.#x(start), took < 0 ? width : this.#x(start + took)];
      const outcome = operations.outcome[row] ?? 0;
      context.fillStyle = palette.outcomes[outcome] ?? palette.ink;
      context.globalAlpha = outcome === 0 ? 0.75 : 1;
      context.fillRect(x, y - 5, Math.max(2.5, end - x), 10);
      context.globalAlpha = 1;
      const isSelected = selected?.kind === "operation" && selected.row === row;
      const isHovered = this.#hovered?.kind === "operation" && this.#hovered.row === row;
      if (marked.includes(row) || isSelected || isHovered) {
        context.strokeStyle = isSelected || isHovered ? palette.accent : palette.bad;
        context.lineWidth = 2.5;
        context.strokeRect(x - 2, y - 7, Math.max(6, end - x + 4), 14);
      }
      this.#drawn.push({ selected: { kind: "operation", row }, from: [x, y], to: [end, y] });
      this.#drawOperationText({ context, palette }, row, [x, end, y]);
    }
  }

  /** Writes what an operation is into its bar, if there is room. */
  #drawOperationText(
    { context, palette }: Pick<Surface, "context" | "palette">,
    row: number,
    [x = 0, end = 0, y = 0]: readonly number[],
  ): void {
    const { scene: { operations, kinds } } = this.#data;
    const text = `${kinds[operations.kind[row] ?? 0]} ${operations.text[row]}`.slice(0, 60);
    if (end - x < 40 || context.measureText(text).width > end - x - 6) return;
    context.fillStyle = palette.panel;
    context.textAlign = "left";
    context.fillText(text, x + 3, y + 0.5);
  }

  #drawLogs({ context, palette }: Surface): void {
    const { scene: { logs }, logUs } = this.#data;
    context.fillStyle = palette.ink;
    for (const row of this.#shown.logs) {
      const y = this.#lanes.get(logs.lane[row] ?? -1);
      if (y === undefined) continue;
      const x = this.#x(logUs[row] ?? 0);
      context.beginPath();
      context.moveTo(x, y - 2);
      context.lineTo(x - 4, y - 9);
      context.lineTo(x + 4, y - 9);
      context.fill();
    }
  }

  #nearest(x: number, y: number): Selected | undefined {
    let best: Selected | undefined;
    let bestPx = REACH_PX;
    for (const { selected, from, to } of this.#drawn) {
      const px = distance([x, y], from, to) - (selected.kind === "operation" ? 4 : 0);
      if (px < bestPx) [best, bestPx] = [selected, px];
    }
    return best;
  }

  #listen(): void {
    const canvas = this.#canvas;
    const view = this.#view;
    const usPerPx = () => (view.toUs - view.fromUs) / (canvas.clientWidth - LEFT - RIGHT);
    const timeAt = (x: number) => view.fromUs + (x - LEFT) * usPerPx();
    const pointersDown = moveByPointers(canvas, view, {
      area: () => ({ left: LEFT, right: canvas.clientWidth - RIGHT }),
      tapped: (x, y) => view.select(this.#nearest(x, y)),
    });
    canvas.addEventListener("pointermove", ({ offsetX, offsetY }) => {
      view.charts.point(timeAt(offsetX));
      if (pointersDown() === 0) this.#hover(this.#nearest(offsetX, offsetY));
    });
    canvas.addEventListener("pointerleave", () => {
      view.charts.point(undefined);
      this.#hover(undefined);
    });
    canvas.addEventListener("wheel", (event) => {
      const { ctrlKey, shiftKey, deltaX, deltaY, offsetX } = event;
      if (ctrlKey) view.zoom(1.003 ** deltaY, timeAt(offsetX));
      else if (shiftKey || Math.abs(deltaX) > Math.abs(deltaY)) {
        view.pan((deltaX || deltaY) / 1_000);
      } else return;
      event.preventDefault();
    }, { passive: false });
    canvas.addEventListener("keydown", (event) => {
      if (moveByKey(view, event.key) || this.#step(event.key)) event.preventDefault();
    });
  }

  #mark(timeUs: number | undefined): void {
    const { fromUs, toUs } = this.#view;
    this.#pointer.hidden = timeUs === undefined || timeUs < fromUs || timeUs > toUs;
    if (timeUs !== undefined) this.#pointer.style.left = `${this.#x(timeUs)}px`;
  }

  #hover(hovered: Selected | undefined): void {
    if (hovered?.kind === this.#hovered?.kind && hovered?.row === this.#hovered?.row) return;
    this.#hovered = hovered;
    this.#canvas.dispatchEvent(new CustomEvent("hovered", { detail: hovered }));
    this.schedule();
  }

  /** Selects what comes before or after in time; returns whether the key does. */
  #step(key: string): boolean {
    const by = { ArrowUp: -1, ArrowDown: 1 }[key];
    if (key === "Escape") this.#view.select(undefined);
    if (by === undefined) return key === "Escape";
    const inOrder = this.#drawn.toSorted((a, b) => a.from[0] - b.from[0]);
    const { selected } = this.#view;
    const at = inOrder.findIndex(({ selected: { kind, row } }) =>
      kind === selected?.kind && row === selected.row
    );
    const next = inOrder[Math.max(0, Math.min(inOrder.length - 1, at + by))];
    this.#view.select(next?.selected);
    return true;
  }
}

function overlap(a: Box, b: Box): boolean {
  return Math.abs(a.y - b.y) < LABEL_HEIGHT && a.x < b.x + b.wide && b.x < a.x + a.wide;
}

function drawCross(
  context: CanvasRenderingContext2D,
  [x = 0, y = 0]: readonly number[],
): void {
  strokeLine(context, [x - 4, y - 4], [x + 4, y + 4]);
  strokeLine(context, [x - 4, y + 4], [x + 4, y - 4]);
}

function drawHead(
  context: CanvasRenderingContext2D,
  [fromX = 0, fromY = 0]: readonly number[],
  [x = 0, y = 0]: readonly number[],
): void {
  const angle = Math.atan2(y - fromY, x - fromX);
  context.fillStyle = context.strokeStyle;
  context.beginPath();
  context.moveTo(x, y);
  context.lineTo(x - 7 * Math.cos(angle - 0.4), y - 7 * Math.sin(angle - 0.4));
  context.lineTo(x - 7 * Math.cos(angle + 0.4), y - 7 * Math.sin(angle + 0.4));
  context.fill();
}

/** How far a point is from a line between two others. */
function distance(
  [x = 0, y = 0]: readonly number[],
  [fromX = 0, fromY = 0]: readonly number[],
  [toX = 0, toY = 0]: readonly number[],
): number {
  const [dx, dy] = [toX - fromX, toY - fromY];
  const share = ((x - fromX) * dx + (y - fromY) * dy) / (dx * dx + dy * dy || 1);
  const inside = Math.max(0, Math.min(1, share));
  return Math.hypot(x - fromX - inside * dx, y - fromY - inside * dy);
}
