/**
 * Draws cycles of transactions as SVG images.
 *
 * Transactions lie on a circle, clockwise from the top, each a box with its micro-operations. An arrow
 * leads from each to the next and is labelled with why the first must precede the second.
 *
 * @module
 */
import { type Edn, type EdnObject, isEdnObject, itemsOf, printEdn } from "../../history/edn.ts";
import { type CycleEntry, type CycleStep, printMicroOps, readCycle } from "./cycle_entry.ts";

const LINE_PX = 16;
const CHARACTER_PX = 7.3;
const PADDING_PX = 10;
const MARGIN_PX = 24;
const MAX_CHARACTERS = 40;
/** How much wider than high the circle is, since boxes are wide. */
const WIDENING = 1.35;

const COLOURS: Readonly<Record<string, string>> = {
  ww: "#b3261e",
  wr: "#1f5fa8",
  rw: "#8a4fbf",
  process: "#5b6570",
  realtime: "#5b6570",
};

interface Point {
  readonly x: number;
  readonly y: number;
}

/** A transaction's box, by its middle. */
interface Box extends Point {
  readonly lines: readonly string[];
  readonly width: number;
  readonly height: number;
}

/** How many cycles of one class are drawn. */
const DRAWN_OF_EACH = 8;

/** Draws the cycles of a result as SVG documents, by file name: `G1c-0.svg`, `G1c-1.svg`, … */
export function drawAnomalies(result: EdnObject): Map<string, string> {
  const drawings = new Map<string, string>();
  for (
    const [type, entries] of Object.entries(isEdnObject(result.anomalies) ? result.anomalies : {})
  ) {
    for (const [i, entry] of itemsOf(entries).slice(0, DRAWN_OF_EACH).entries()) {
      const drawing = drawCycle(entry);
      if (drawing !== undefined) drawings.set(`${type}-${i}.svg`, drawing);
    }
  }
  return drawings;
}

/**
 * Draws an entry of `:anomalies`; `undefined` where it is not a cycle.
 */
function drawCycle(entry: Edn): string | undefined {
  const cycle = readCycle(entry);
  if (cycle === undefined) return undefined;
  const boxes = placeBoxes(cycle);
  const arrows = cycle.steps.flatMap((step, i) => {
    const [from, to] = [boxes[i], boxes[(i + 1) % boxes.length]];
    return from === undefined || to === undefined ? [] : [drawArrow(step, from, to, boxes.length)];
  });
  const right = Math.max(...boxes.map(({ x, width }) => x + width / 2)) + MARGIN_PX + 60;
  const bottom = Math.max(...boxes.map(({ y, height }) => y + height / 2)) + MARGIN_PX + 20;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${px(right)}" height="${px(bottom)}"` +
    ` viewBox="0 0 ${px(right)} ${px(bottom)}" font-family="monospace" font-size="12">`,
    `<title>${escape(cycle.type)}</title>`,
    `<rect width="100%" height="100%" fill="#fff"/>`,
    `<text x="${MARGIN_PX}" y="${MARGIN_PX}" font-weight="bold">${escape(cycle.type)}</text>`,
    ...arrows.map(({ curve }) => curve),
    ...boxes.map(drawBox),
    ...arrows.map(({ label }) => label),
    "</svg>",
    "",
  ].join("\n");
}

function placeBoxes({ transactions }: CycleEntry): Box[] {
  const sized = transactions.map((op, i) => {
    const title = `T${i + 1} process ${op.process}, operation ${op.index}`;
    const lines = [title, ...printMicroOps(op).map(shorten)];
    const width = Math.max(...lines.map(({ length }) => length)) * CHARACTER_PX + 2 * PADDING_PX;
    return { lines, width, height: lines.length * LINE_PX + 2 * PADDING_PX };
  });
  const widest = Math.max(...sized.map(({ width }) => width));
  const tallest = Math.max(...sized.map(({ height }) => height));
  const radius = Math.max(tallest, (sized.length * (widest + 120)) / (2.2 * Math.PI), 130);
  const middleX = WIDENING * radius + widest / 2 + MARGIN_PX + 60;
  const middleY = radius + tallest / 2 + 2 * MARGIN_PX;
  return sized.map((box, i) => {
    const angle = (2 * Math.PI * i) / sized.length - Math.PI / 2;
    const x = middleX + (sized.length === 1 ? 0 : WIDENING * radius * Math.cos(angle));
    const y = middleY + (sized.length === 1 ? 0 : radius * Math.sin(angle));
    return { ...box, x, y };
  });
}

function shorten(text: string): string {
  return text.length <= MAX_CHARACTERS
    ? text
    : `${text.slice(0, MAX_CHARACTERS / 2)} … ${text.slice(3 - MAX_CHARACTERS / 2)}`;
}

function drawBox({ lines, x, y, width, height }: Box): string {
  const [left, top] = [x - width / 2, y - height / 2];
  const text = lines.map((line, i) => {
    const baseline = top + PADDING_PX + (i + 0.75) * LINE_PX;
    const weight = i === 0 ? ' font-weight="bold"' : "";
    return `<text x="${px(left + PADDING_PX)}" y="${px(baseline)}"${weight}>${escape(line)}</text>`;
  });
  const frame = `<rect x="${px(left)}" y="${px(top)}" width="${px(width)}"` +
    ` height="${px(height)}" rx="6" fill="#f6f7f9" stroke="#5b6570"/>`;
  return ["<g>", frame, ...text, "</g>"].join("\n");
}

interface Arrow {
  readonly curve: string;
  readonly label: string;
}

/** Draws an arrow that bows outwards, so that two between the same boxes stay apart. */
function drawArrow(step: CycleStep, from: Box, to: Box, count: number): Arrow {
  const colour = COLOURS[step.relation] ?? "#000";
  if (count === 1) return drawLoop(step, from, colour);
  const bow = count === 2 ? 130 : 36;
  const length = Math.hypot(to.x - from.x, to.y - from.y) || 1;
  const bend = {
    x: (from.x + to.x) / 2 + (bow * (to.y - from.y)) / length,
    y: (from.y + to.y) / 2 - (bow * (to.x - from.x)) / length,
  };
  const [start, end] = [edgeTowards(from, bend), edgeTowards(to, bend)];
  const path = `M${px(start.x)} ${px(start.y)} Q${px(bend.x)} ${px(bend.y)} ${px(end.x)} ${
    px(end.y)
  }`;
  const middle = {
    x: (start.x + 2 * bend.x + end.x) / 4,
    y: (start.y + 2 * bend.y + end.y) / 4,
  };
  const angle = Math.atan2(end.y - bend.y, end.x - bend.x);
  return {
    curve: drawCurve(path, end, angle, colour),
    label: drawLabel(stepLabel(step), middle, colour),
  };
}

function drawLoop(step: CycleStep, { x, y, height }: Box, colour: string): Arrow {
  const top = y - height / 2;
  const [left, right, peak] = [px(x - 24), px(x + 24), px(top - 50)];
  const path = `M${left} ${px(top)} C${left} ${peak} ${right} ${peak} ${right} ${px(top)}`;
  return {
    curve: drawCurve(path, { x: x + 24, y: top }, Math.PI / 2, colour),
    label: drawLabel(stepLabel(step), { x, y: top - 42 }, colour),
  };
}

/** Draws a line with an arrow's head at its end, which points along `angle`. */
function drawCurve(path: string, end: Point, angle: number, colour: string): string {
  const corner = (turn: number) =>
    `${px(end.x - 10 * Math.cos(angle + turn))},${px(end.y - 10 * Math.sin(angle + turn))}`;
  const head = `${px(end.x)},${px(end.y)} ${corner(0.4)} ${corner(-0.4)}`;
  return `<path d="${path}" fill="none" stroke="${colour}" stroke-width="1.5"/>\n` +
    `<polygon points="${head}" fill="${colour}"/>`;
}

function drawLabel(text: string, { x, y }: Point, colour: string): string {
  const width = text.length * CHARACTER_PX + 8;
  return `<rect x="${px(x - width / 2)}" y="${px(y - LINE_PX / 2)}" width="${px(width)}"` +
    ` height="${LINE_PX}" fill="#fff"/>\n` +
    `<text x="${px(x)}" y="${px(y + 4)}" text-anchor="middle" fill="${colour}">${
      escape(text)
    }</text>`;
}

/** Returns where the line from a box's middle to a point leaves the box. */
function edgeTowards({ x, y, width, height }: Box, point: Point): Point {
  const [dx, dy] = [point.x - x, point.y - y];
  const scale = Math.min(
    dx === 0 ? Infinity : width / 2 / Math.abs(dx),
    dy === 0 ? Infinity : height / 2 / Math.abs(dy),
    1,
  );
  return { x: x + dx * scale, y: y + dy * scale };
}

function stepLabel({ relation, details }: CycleStep): string {
  const print = (value: Edn | undefined) => printEdn(value ?? null).replace(/^:.*\/init$/, "[]");
  if (relation === "process" || relation === "realtime") return relation;
  const next = details["value'"] === undefined ? "" : ` → ${print(details["value'"])}`;
  return `${relation} key ${print(details.key)}: ${print(details.value)}${next}`;
}

function px(value: number): string {
  return String(Math.round(value * 10) / 10);
}

function escape(text: string): string {
  const entities: Readonly<Record<string, string>> = {
    "&": "&amp;",
    "<": "&lt;",
    ">": "&gt;",
    '"': "&quot;",
  };
  return text.replace(/[&<>"]/g, (character) => entities[character] ?? "");
}
