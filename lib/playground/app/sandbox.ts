/// <reference lib="dom" />
/**
 * Brings the sandbox to life: a run that goes on, and what is done to its nodes by hand.
 *
 * @module
 */
import { element } from "../../report/page/client/canvas.ts";
import type { Fault } from "../../workbench/faults/kinds.ts";
import { split } from "../../workbench/faults/partitions.ts";
import { planOf, type PlanOptions } from "../../workbench/plan.ts";
import { reasonOf } from "../../message.ts";
import type { Outcome } from "../engine/job.ts";
import type { Slice, Steering, Told } from "../engine/live.ts";
import type { Sandbox, SandboxProgram } from "../exercise.ts";
import { Animation, describeMoment, keyTo } from "./animation.ts";
import { Editor } from "./editor.ts";
import { FrameWorker } from "./frame_worker.ts";
import { type Shared, unpackLink } from "./link.ts";
import { LiveFilm } from "./live_film.ts";
import { readOptions, showOptions } from "./options.ts";
import { find, onClick } from "./page_parts.ts";
import { Player } from "./player.ts";
import type { Reference } from "../reference.ts";
import { followPanels, loadReference } from "./beside.ts";
import { type Code, showRefusal, showReport } from "./results.ts";
import { Scope } from "./scope.ts";

/** How long virtual time may stand still, and how long once the run is to be judged. */
const PATIENCE_MS = 6_000;
const JUDGING_MS = 60_000;
/** What is shown lies that far back, so that most messages' ends are known. */
const LAG_MS = 500;
/** Lines that are shown. */
const MOST_LINES = 60;
const SLOW_MS = 300;

/** What is done to a node by a button, and what undoes it when pressed again. */
const STRIKES = [
  { name: "cut off", undo: "reconnect", begin: undefined, end: undefined },
  { name: "kill", undo: "start", begin: "kill", end: "start" },
  { name: "pause", undo: "resume", begin: "pause", end: "resume" },
  { name: "slow", undo: "normal", begin: "slow", end: "slow" },
] as const;

/** A run that goes on. */
class LiveRun {
  readonly #worker = new FrameWorker("assets/sandbox_worker.js");
  readonly #film: LiveFilm;
  readonly #animation: Animation;
  readonly #nodes: readonly string[];
  readonly #apart = new Set<string>();
  #watchdog: ReturnType<typeof setTimeout> | undefined;
  #speed = 1;
  /** The moment of the run that was told last, and when. */
  #told = { us: 0, ms: 0 };
  #isOver = false;

  constructor(options: PlanOptions, readonly ended: (outcome: Outcome | string) => void) {
    this.#nodes = planOf(options).nodes;
    this.#film = new LiveFilm(this.#nodes);
    this.#animation = new Animation(find("film", HTMLCanvasElement), this.#film);
    this.#worker.onmessage = ({ data }: MessageEvent<Told>) => this.#take(data);
    this.#worker.onerror = ({ message }) => this.#end(message);
    find("nodes", HTMLElement).replaceChildren(...this.#nodes.map((node) => this.#rowOf(node)));
    this.#watch();
    requestAnimationFrame(() => this.#draw());
  }

  post(steering: Steering): void {
    if (steering.kind === "speed") {
      this.#speed = steering.speed;
      this.#watch();
    }
    this.#worker.postMessage(steering);
  }

  /** Ends it without a word. */
  stop(): void {
    this.#isOver = true;
    clearTimeout(this.#watchdog);
    this.#worker.terminate();
  }

  #end(outcome: Outcome | string): void {
    if (this.#isOver) return;
    this.stop();
    this.ended(outcome);
  }

  #watch(): void {
    clearTimeout(this.#watchdog);
    this.#watchdog = setTimeout(() => {
      this.#end("the run does not get on: the program loops without end, or does too much at once");
    }, this.#speed === Infinity ? JUDGING_MS : PATIENCE_MS);
  }

  #take(told: Told): void {
    // A worker that is alive has time to do something, unless it is told to stop time.
    if (told.kind === "slice" || this.#speed === 0) this.#watch();
    if (told.kind === "slice") this.#show(told.slice);
    else if (told.kind === "done") this.#end(told.outcome);
    else if (told.kind === "failed") this.#end(told.why);
  }

  #show(slice: Slice): void {
    this.#told = { us: slice.nowUs, ms: performance.now() };
    const { length } = this.#film.types;
    this.#film.add(slice);
    if (this.#film.types.length !== length) {
      find("film-key", HTMLElement).replaceChildren(...keyTo(this.#film.types));
    }
    const { invoke = 0, ok = 0, fail = 0, info = 0 } = slice.counts;
    const open = invoke - ok - fail - info;
    find("counts-live", HTMLElement).textContent =
      `${invoke} operations: ${ok} ok, ${fail} failed, ${info} unknown, ${open} open`;
    if (slice.lines.length === 0) return;
    find("lines-place", HTMLElement).hidden = false;
    const list = find("lines", HTMLElement);
    list.append(...slice.lines.slice(-MOST_LINES).map((text) => element("li", { text })));
    while (list.childElementCount > MOST_LINES) list.firstElementChild?.remove();
    list.scrollTop = list.scrollHeight;
  }

  #draw(): void {
    if (this.#isOver) return;
    const { us, ms } = this.#told;
    const sinceMs = Math.min(200, performance.now() - ms);
    const pace = 1_000 * (Number.isFinite(this.#speed) ? this.#speed : 10);
    const moment = this.#animation.show(us + (sinceMs - LAG_MS) * pace, pace || 1_000);
    find("film-words", HTMLElement).textContent = describeMoment(moment);
    requestAnimationFrame(() => this.#draw());
  }

  #rowOf(node: string): HTMLElement {
    const buttons = STRIKES.map(({ name, undo }, i) => {
      const button = element("button", { text: name });
      button.type = "button";
      button.ariaLabel = `${name} ${node}`;
      button.addEventListener("click", () => {
        const isOn = button.classList.toggle("undoes");
        button.textContent = isOn ? undo : name;
        button.ariaLabel = `${button.textContent} ${node}`;
        for (const fault of this.#faultsOf(node, i, isOn)) this.#strike(fault);
      });
      return element("td", {}, [button]);
    });
    const head = element("th", { text: node });
    head.scope = "row";
    return element("tr", {}, [head, ...buttons]);
  }

  #faultsOf(node: string, strike: number, isOn: boolean): Fault[] {
    const { begin, end } = STRIKES[strike] ?? STRIKES[0];
    if (begin === undefined || end === undefined) return this.#divide(node, isOn);
    if (begin === "slow") return [{ f: "slow", nodes: [node], lateMs: isOn ? SLOW_MS : 0 }];
    return [{ f: isOn ? begin : end, nodes: [node] }];
  }

  /** Those that are cut off are together on the other side of a partition. */
  #divide(node: string, isOn: boolean): Fault[] {
    if (isOn) this.#apart.add(node);
    else this.#apart.delete(node);
    const { size } = this.#apart;
    if (size === 0 || size === this.#nodes.length) return [{ f: "stop-partition" }];
    const sides = [...this.#apart, ...this.#nodes.filter((id) => !this.#apart.has(id))];
    return [{ f: "start-partition", shape: "by hand", grudge: split(sides, size) }];
  }

  #strike(fault: Fault): void {
    this.#film.strike(fault, [...this.#apart]);
    this.post({ kind: "fault", fault });
  }
}

class Page {
  readonly #programs: readonly SandboxProgram[];
  readonly #editor: Editor;
  readonly #player = new Player();
  readonly #choice = find("program", HTMLSelectElement);
  readonly #speed = find("live-speed", HTMLSelectElement);
  #run: LiveRun | undefined;
  /** The code of the run that is shown. */
  #shown: string | undefined;
  #reference: Reference = [];

  constructor({ programs }: Sandbox, { code, workload }: Partial<Shared>) {
    this.#programs = programs;
    // Its options fit the code.
    const alike = programs.find(({ options }) => options.workload === workload);
    if (alike !== undefined) this.#choice.value = alike.id;
    const reference = loadReference();
    reference.then((reference) => this.#reference = reference);
    this.#editor = new Editor(find("editor", HTMLElement), {
      code: code ?? this.#program.code,
      changed: (code) => this.#showAge(code),
      run: () => this.#start(),
      reference,
    });
    followPanels(reference, () => this.#editor.code);
    showOptions(this.#program.options);
    this.#choice.addEventListener("input", () => {
      this.#editor.code = this.#program.code;
      showOptions(this.#program.options);
    });
    this.#speed.addEventListener("input", () => this.#setSpeed(Number(this.#speed.value)));
    onClick("run-once", () => this.#start());
    onClick("judge", () => this.#setSpeed(Infinity));
    onClick("as-asked", () => showOptions(this.#program.options));
    this.#setButtons();
  }

  get #program(): SandboxProgram {
    const { value } = this.#choice;
    const found = this.#programs.find(({ id }) => id === value) ?? this.#programs[0];
    if (found === undefined) throw new Error("the sandbox has no program");
    return found;
  }

  #start(): void {
    this.#run?.stop();
    this.#player.pause();
    find("evidence", HTMLElement).replaceChildren();
    find("told", HTMLElement).replaceChildren();
    find("verdict", HTMLElement).replaceChildren();
    find("lines", HTMLElement).replaceChildren();
    find("lines-place", HTMLElement).hidden = true;
    find("film-place", HTMLElement).hidden = false;
    this.#editor.mark([]);
    const text = this.#shown = this.#editor.code;
    this.#showAge(text);
    try {
      const options = readOptions(this.#program.options);
      const run = this.#run = new LiveRun(options, (outcome) => this.#end(outcome));
      const source = { text, limits: [], title: "Sandbox" };
      run.post({ kind: "start", source, options });
      this.#setSpeed(Number(this.#speed.value));
    } catch (error) {
      this.#end(reasonOf(error));
    }
    this.#setButtons();
  }

  #setSpeed(speed: number): void {
    this.#run?.post({ kind: "speed", speed });
  }

  #end(outcome: Outcome | string): void {
    this.#run = undefined;
    const code: Code = {
      goTo: (line) => this.#editor.goTo(line),
      scope: new Scope(this.#reference, this.#shown ?? ""),
      unreadable: this.#editor.unreadable,
    };
    if (typeof outcome === "string") this.#editor.mark(showRefusal(outcome, code));
    else {
      const report = { seed: "", summary: outcome, signature: [] };
      const showing = { passes: outcome.ending === "pass", player: this.#player, code };
      this.#editor.mark(showReport(report, showing));
    }
    this.#setButtons();
  }

  /** Says whether what is shown belongs to an earlier version of the code. */
  #showAge(code: string): void {
    find("outdated", HTMLElement).hidden = this.#shown === undefined || this.#shown === code;
  }

  #setButtons(): void {
    const isRunning = this.#run !== undefined;
    find("live", HTMLElement).hidden = !isRunning;
    find("film-controls", HTMLElement).hidden = isRunning;
    find("judge", HTMLButtonElement).disabled = !isRunning;
    find("run-once", HTMLButtonElement).textContent = isRunning ? "↻ Start again" : "▶ Start";
  }
}

async function start(): Promise<void> {
  const sandbox: Sandbox = JSON.parse(find("sandbox", HTMLElement).textContent ?? "");
  const shared = await unpackLink(location.hash);
  new Page(sandbox, shared ?? {});
  document.documentElement.dataset["ready"] = "true";
}

start();
