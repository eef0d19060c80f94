/// <reference lib="dom" />
/**
 * Shows a run in the markup that `sections.ts` makes: draws its pictures, and links findings,
 * pictures and lists.
 *
 * @module
 */
import { element, followWidth, key } from "./canvas.ts";
import { groupByColour } from "./colours.ts";
import type { Decoded } from "./decode.ts";
import { Diagram } from "./diagram.ts";
import {
  describeLog,
  describeMessage,
  describeOperation,
  describeSelected,
  findRelated,
} from "./events.ts";
import { showPicture } from "./pictures.ts";
import { describeView, Timeline } from "./timeline.ts";
import { FATES, isSetUp, type Lane, OUTCOMES, type Scene, US_PER_MS, US_PER_S } from "../scene.ts";
import { type Filter, type Selected, type Stretch, View } from "./view.ts";

/** Lines of the list beside the diagram. */
const MOST_LINES = 200;
/** Lines of what belongs to the selected thing, and steps of their indentation. */
const MOST_RELATED_LINES = 60;
const MOST_INDENT = 6;

/** A run that is shown. */
export interface ShownRun {
  /** What the diagram shows: who moves it moves all that follows it. */
  readonly view: View;
  /** Draws everything anew, as after a change of colours. */
  readonly draw: () => void;
  /** Ends it, before something else is shown in its place. */
  readonly close: () => void;
}

/**
 * Shows a run inside an element; another run needs another element.
 *
 * @param options.findings Holds the buttons of findings, where the element does not.
 */
export function showRun(
  root: HTMLElement,
  data: Decoded,
  { findings = root }: { readonly findings?: HTMLElement } = {},
): ShownRun {
  const { scene } = data;
  const page = new Parts(root);
  const view = new View(scene.view, scene);
  const timeline = page.has("timeline")
    ? new Timeline(
      page.find("timeline", HTMLElement),
      data,
      { view, stretch: view.charts, legend: page.find("timeline-key", HTMLElement) },
    )
    : undefined;
  const diagram = page.has("diagram") ? startDiagram(page, data, view) : undefined;
  if (timeline !== undefined) linkMoves(page, view.charts, "charts-");
  const pictures = scene.pictures.map((picture, i) =>
    showPicture(page.find(`picture-${i}`, HTMLElement), picture, {
      legend: page.find(`picture-${i}-key`, HTMLElement),
      stretch: view.charts,
      bands: scene.bands,
      ...(diagram && { choose: (column) => followValue(page, view, column) }),
    })
  );
  const draw = () => {
    timeline?.draw();
    diagram?.draw();
    for (const picture of pictures) picture.draw();
  };
  const shown = () => page.showDiagram();
  linkFindings(findings, data, view, shown);
  linkFaults(root, data, view, shown);
  draw();
  const unfollow = followWidth(root, draw);
  const close = () => {
    unfollow();
    timeline?.close();
    for (const picture of pictures) picture.close();
  };
  return { view, draw, close };
}

/** The elements of a page, by their ids. */
class Parts {
  readonly root: HTMLElement;

  constructor(root: HTMLElement) {
    this.root = root;
  }

  has(id: string): boolean {
    return this.root.querySelector(`#${id}`) !== null;
  }

  /** Has a browser move to the diagram. */
  showDiagram(): void {
    this.root.querySelector("#messages")?.scrollIntoView({ block: "start" });
  }

  find<T extends Element>(id: string, kind: new () => T): T {
    const found = this.root.querySelector(`#${id}`);
    if (!(found instanceof kind)) throw new Error(`the page has no ${id}`);
    return found;
  }
}

function startDiagram(page: Parts, data: Decoded, view: View): Diagram {
  const canvas = page.find("diagram", HTMLCanvasElement);
  const diagram = new Diagram(canvas, data, view);
  const readout = page.find("readout", HTMLElement);
  const title = page.find("view", HTMLElement);
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
    showRelated(page, data, view);
    clearTimeout(listing);
    listing = setTimeout(() => list(page, data, diagram), 200);
  });
  linkControls(page, data, view);
  view.changed();
  return diagram;
}

/** Shows in the diagram how a value spreads: the messages that mention it. */
function followValue(page: Parts, view: View, { name, fromUs, toUs }: {
  readonly name: string;
  readonly fromUs: number;
  readonly toUs: number;
}): void {
  const around = Math.max(US_PER_MS, (toUs - fromUs) / 8);
  const text = page.find("filter-text", HTMLInputElement);
  text.value = name.includes(" ") ? "" : name; // several are no one value
  text.dispatchEvent(new Event("input"));
  view.selected = undefined;
  view.show(fromUs - around, toUs + around);
  page.showDiagram();
}

/** Has buttons move what is shown; `prefix` begins their ids. */
function linkMoves(page: Parts, shown: Stretch, prefix = ""): void {
  const acts: Readonly<Record<string, () => void>> = {
    "pan-left": () => shown.pan(-0.4),
    "pan-right": () => shown.pan(0.4),
    "zoom-in": () => shown.zoom(0.5),
    "zoom-out": () => shown.zoom(2),
    "zoom-all": () => shown.showAll(),
  };
  for (const [id, act] of Object.entries(acts)) {
    page.find(`${prefix}${id}`, HTMLButtonElement).addEventListener("click", act);
  }
}

function linkControls(page: Parts, { scene }: Decoded, view: View): void {
  linkMoves(page, view);
  const who = page.find("filter-who", HTMLSelectElement);
  const parties = partiesOf(scene);
  who.append(...parties.map(({ name }, i) => new Option(name, String(i))));
  const type = page.find("filter-type", HTMLSelectElement);
  type.append(
    ...[...new Set([...scene.kinds, ...scene.types])].map((name) => new Option(name, name)),
  );
  const text = page.find("filter-text", HTMLInputElement);
  const setUp = page.find("filter-set-up", HTMLInputElement);
  const filter = () => {
    view.filter = {
      who: who.value === "" ? [] : parties[Number(who.value)]?.lanes ?? [],
      type: type.value,
      text: text.value.trim(),
      withSetUp: setUp.checked,
    };
    view.changed();
  };
  for (const input of [who, type, text, setUp]) input.addEventListener("input", filter);
  const legend = page.find("diagram-key", HTMLElement);
  const explain = () => legend.replaceChildren(...keysOf(scene, view.filter));
  setUp.addEventListener("input", explain);
  explain();
}

/** What the diagram's colours and signs mean, of those that it shows. */
function keysOf({ types, messages, operations, logs }: Scene, { withSetUp }: Filter) {
  const groups = groupByColour(types.filter((type) => withSetUp || !isSetUp(type)));
  const isLost = messages.fate.some((fate) => !["recv", "under way"].includes(FATES[fate] ?? ""));
  const outcomes = [["ok", "ok"], ["fail", "failed"], ["info", "outcome unknown"]] as const;
  const has = (name: string) => operations.outcome.some((one) => nameOfOutcome(one) === name);
  return [
    ...groups.map(({ className, name }) => key(`stroke ${className}`, name)),
    ...(isLost ? [key("stroke bad", "never arrives")] : []),
    ...outcomes.flatMap(([name, text]) => has(name) ? [key(`block ${name}`, text)] : []),
    ...(logs.text.length > 0 ? [key("mark log", "log line")] : []),
  ];
}

/** Operations that are open are drawn as those whose outcome is unknown. */
function nameOfOutcome(outcome: number): string {
  const name = OUTCOMES[outcome] ?? "open";
  return name === "open" ? "info" : name;
}

/** Clients that are named one by one: of more, several are one choice. */
const MOST_CLIENTS = 24;

/** Whom the diagram may be restricted to: nodes and services, then clients. */
function partiesOf({ lanes }: Scene): { name: string; lanes: number[] }[] {
  const of = (kind: Lane["kind"]) => lanes.flatMap((one, i) => one.kind === kind ? [i] : []);
  const clients = of("client");
  const size = Math.ceil(clients.length / MOST_CLIENTS);
  const groups = Array.from(
    { length: Math.ceil(clients.length / size) || 0 },
    (_, i) => clients.slice(i * size, (i + 1) * size),
  );
  const all = clients.length > 1 ? [{ name: "all clients", lanes: clients }] : [];
  const named = [...of("node"), ...of("service")].map((lane) => [lane]);
  const name = (some: readonly number[]) => {
    const ends = new Set([some[0], some.at(-1)]);
    return [...ends].map((lane) => lanes[lane ?? 0]?.id).join(" … ");
  };
  const choices = (some: readonly number[][]) =>
    some.map((own) => ({ name: name(own), lanes: own }));
  return [...choices(named), ...all, ...choices(groups)];
}

/** Lists what the diagram shows, for those who do not see it. */
function list(page: Parts, data: Decoded, { shown }: Diagram): void {
  const { scene, startUs, sentUs, logUs } = data;
  const lines = [
    ...shown.operations.map((row) => [startUs[row] ?? 0, describeOperation(data, row)] as const),
    ...shown.messages.map((row) => [sentUs[row] ?? 0, describeMessage(data, row)] as const),
    ...shown.logs.map((row) => [logUs[row] ?? 0, describeLog(data, row)] as const),
  ].sort(([a], [b]) => a - b);
  const items = lines.slice(0, MOST_LINES).map(([, text]) => element("li", { text }));
  page.find("events", HTMLElement).replaceChildren(...items);
  const count = (n: number, what: string) =>
    `${n.toLocaleString("en")} ${what}${n === 1 ? "" : "s"}`;
  const isCut = shown.messageCount > shown.messages.length ||
    shown.operationCount > shown.operations.length;
  page.find("counts", HTMLElement).textContent =
    `${count(shown.operationCount, "operation")}, ${count(shown.messageCount, "message")}` +
    (scene.logs.text.length === 0 ? "" : `, ${count(shown.logs.length, "log line")}`) +
    (isCut ? "; only the first of them are drawn: zoom in for the others" : "") +
    (lines.length > MOST_LINES ? `; the first ${MOST_LINES} lines are listed` : "");
}

/** What belongs to the selected operation or message, to go on to. */
function showRelated(page: Parts, data: Decoded, view: View): void {
  const place = page.find("related", HTMLElement);
  const { selected } = view;
  if (selected === undefined) return place.replaceChildren();
  const related = findRelated(data, selected).slice(0, MOST_RELATED_LINES);
  place.replaceChildren(...related.map(({ selected, how, depth }) => {
    const text = `${"  ".repeat(Math.min(depth, MOST_INDENT))}${how}`;
    const button = element("button", {}, [
      element("span", { text, className: "how" }),
      element("span", { text: describeSelected(data, selected) }),
    ]);
    button.addEventListener("click", () => view.select(selected));
    return element("li", {}, [button]);
  }));
}

function linkFindings(
  place: HTMLElement,
  { scene }: Decoded,
  view: View,
  shown: () => void,
): void {
  for (const button of place.querySelectorAll<HTMLButtonElement>("button[data-finding]")) {
    const moment = scene.findings[Number(button.dataset["finding"])];
    if (moment === undefined) continue;
    button.addEventListener("click", () => {
      const around = Math.max(scene.marginUs, moment.toUs - moment.fromUs);
      view.marked = moment.operations;
      const [row] = moment.operations;
      view.selected = row === undefined ? undefined : { kind: "operation", row };
      view.show(moment.fromUs - around, moment.toUs + around);
      shown();
    });
  }
}

/** Has the buttons of faults show what is under way as these strike. */
function linkFaults(root: HTMLElement, { scene }: Decoded, view: View, shown: () => void): void {
  for (const button of root.querySelectorAll<HTMLButtonElement>("button[data-fault]")) {
    const band = scene.bands[Number(button.dataset["fault"])];
    if (band === undefined) continue;
    button.addEventListener("click", () => {
      view.marked = [];
      view.selected = undefined;
      view.show(band.fromUs - US_PER_S / 10, band.fromUs + 9 * US_PER_S / 10);
      shown();
    });
  }
}
