/// <reference lib="dom" />
/**
 * Brings a page to life: unpacks its data, draws, and links findings, pictures and lists.
 *
 * @module
 */
import { element, OTHER_TYPES } from "./canvas.ts";
import { decode, type Decoded } from "./decode.ts";
import { Diagram } from "./diagram.ts";
import {
  counterpartOf,
  describeLog,
  describeMessage,
  describeOperation,
  describeSelected,
  messagesOf,
  operationOf,
} from "./events.ts";
import { drawPicture, explainPicture } from "./pictures.ts";
import { describeView, key, Timeline } from "./timeline.ts";
import { type Selected, View } from "./view.ts";

/** Lines of the list beside the diagram. */
const MOST_LINES = 200;

function find<T extends Element>(id: string, kind: new () => T): T {
  const found = document.getElementById(id);
  if (!(found instanceof kind)) throw new Error(`the page has no ${id}`);
  return found;
}

async function start(): Promise<void> {
  const data = await decode(find("scene", HTMLScriptElement).textContent ?? "");
  const { scene } = data;
  const view = new View(scene.view, scene);
  const timeline = document.getElementById("timeline") === null ? undefined : new Timeline(
    find("timeline", HTMLCanvasElement),
    data,
    { view, legend: find("timeline-key", HTMLElement) },
  );
  const diagram = startDiagram(data, view);
  const drawings = scene.pictures.map((picture, i) => {
    const canvas = find(`picture-${i}`, HTMLCanvasElement);
    explainPicture(picture, canvas, find(`picture-${i}-key`, HTMLElement));
    return () => drawPicture(canvas, picture);
  });
  const drawAll = () => {
    timeline?.draw();
    diagram?.draw();
    for (const draw of drawings) draw();
  };
  linkFindings(data, view);
  linkCopies();
  drawAll();
  new ResizeObserver(drawAll).observe(document.body);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawAll);
  for (const [event, isPrinting] of [["beforeprint", true], ["afterprint", false]] as const) {
    addEventListener(event, () => {
      document.documentElement.classList.toggle("printing", isPrinting);
      drawAll();
    });
  }
  document.documentElement.dataset["ready"] = "true";
}

function startDiagram(data: Decoded, view: View): Diagram | undefined {
  if (document.getElementById("diagram") === null) return undefined;
  const canvas = find("diagram", HTMLCanvasElement);
  const diagram = new Diagram(canvas, data, view);
  const readout = find("readout", HTMLElement);
  const title = find("view", HTMLElement);
  const say = (selected: Selected | undefined) => {
    const shown = selected ?? view.selected;
    readout.textContent = shown === undefined
      ? "Point at a message or an operation, or choose one."
      : describeSelected(data, shown);
  };
  canvas.addEventListener("hovered", (event) => {
    say(event instanceof CustomEvent ? event.detail ?? undefined : undefined);
  });
  let listing: ReturnType<typeof setTimeout> | undefined;
  view.follow(() => {
    title.textContent = describeView(view);
    say(undefined);
    showRelated(data, view);
    clearTimeout(listing);
    listing = setTimeout(() => list(data, diagram), 200);
  });
  linkControls(data, view);
  view.changed();
  return diagram;
}

function linkControls({ scene }: Decoded, view: View): void {
  const acts: Readonly<Record<string, () => void>> = {
    "pan-left": () => view.pan(-0.4),
    "pan-right": () => view.pan(0.4),
    "zoom-in": () => view.zoom(0.5),
    "zoom-out": () => view.zoom(2),
    "zoom-all": () => view.show(scene.fromUs, scene.toUs),
  };
  for (const [id, act] of Object.entries(acts)) {
    find(id, HTMLButtonElement).addEventListener("click", act);
  }
  const who = find("filter-who", HTMLSelectElement);
  who.append(...scene.lanes.map(({ id }) => new Option(id, id)));
  const type = find("filter-type", HTMLSelectElement);
  type.append(
    ...[...new Set([...scene.kinds, ...scene.types])].map((name) => new Option(name, name)),
  );
  const text = find("filter-text", HTMLInputElement);
  const setUp = find("filter-set-up", HTMLInputElement);
  const filter = () => {
    view.filter = {
      who: who.value,
      type: type.value,
      text: text.value.trim(),
      withSetUp: setUp.checked,
    };
    view.changed();
  };
  for (const input of [who, type, text, setUp]) input.addEventListener("input", filter);
  find("diagram-key", HTMLElement).append(
    ...scene.types.slice(0, OTHER_TYPES).map((name, i) => key(`stroke series-${i}`, name)),
    ...(scene.types.length > OTHER_TYPES ? [key(`stroke series-${OTHER_TYPES}`, "others")] : []),
    key("stroke bad", "never arrives"),
    key("mark ok", "operation"),
    key("mark log", "log line"),
  );
}

/** Lists what the diagram shows, for those who do not see it. */
function list(data: Decoded, { shown }: Diagram): void {
  const { startUs, sentUs, logUs } = data;
  const lines = [
    ...shown.operations.map((row) => [startUs[row] ?? 0, describeOperation(data, row)] as const),
    ...shown.messages.map((row) => [sentUs[row] ?? 0, describeMessage(data, row)] as const),
    ...shown.logs.map((row) => [logUs[row] ?? 0, describeLog(data, row)] as const),
  ].sort(([a], [b]) => a - b);
  const items = lines.slice(0, MOST_LINES).map(([, text]) => element("li", { text }));
  find("events", HTMLElement).replaceChildren(...items);
  const count = (n: number) => n.toLocaleString("en");
  const isCut = shown.messageCount > shown.messages.length ||
    shown.operationCount > shown.operations.length;
  find("counts", HTMLElement).textContent =
    `${count(shown.operationCount)} operations, ${count(shown.messageCount)} messages` +
    (isCut ? "; only the first of them are drawn: zoom in for the others" : "") +
    (lines.length > MOST_LINES ? `; the first ${MOST_LINES} lines are listed` : "");
}

/** What belongs to the selected operation or message, to go on to. */
function showRelated(data: Decoded, view: View): void {
  const place = find("related", HTMLElement);
  const { selected } = view;
  if (selected === undefined) return place.replaceChildren();
  const others: Selected[] = selected.kind === "operation"
    ? messagesOf(data, selected.row).slice(0, 30).map((row) => ({ kind: "message", row }))
    : [
      { kind: "operation" as const, row: operationOf(data, selected.row) },
      { kind: "message" as const, row: counterpartOf(data, selected.row) },
    ].filter(({ row }) => row >= 0);
  place.replaceChildren(...others.map((other) => {
    const button = element("button", { text: describeSelected(data, other) });
    button.addEventListener("click", () => view.select(other));
    return element("li", {}, [button]);
  }));
}

function linkFindings({ scene }: Decoded, view: View): void {
  for (const button of document.querySelectorAll<HTMLButtonElement>("button[data-finding]")) {
    const moment = scene.findings[Number(button.dataset["finding"])];
    if (moment === undefined) continue;
    button.addEventListener("click", () => {
      const around = Math.max(scene.marginUs, moment.toUs - moment.fromUs);
      view.marked = moment.operations;
      const [row] = moment.operations;
      view.selected = row === undefined ? undefined : { kind: "operation", row };
      view.show(moment.fromUs - around, moment.toUs + around);
      document.getElementById("messages")?.scrollIntoView({ block: "start" });
    });
  }
}

function linkCopies(): void {
  for (const button of document.querySelectorAll<HTMLButtonElement>("button[data-copy]")) {
    button.hidden = false;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(button.dataset["copy"] ?? "");
      button.textContent = "copied";
    });
  }
}

start();
