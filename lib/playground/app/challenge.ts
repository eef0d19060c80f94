/// <reference lib="dom" />
/**
 * Brings the page of an exercise to life: editor, runs, seeds, hints, link.
 *
 * @module
 */
import { formatWhole } from "../../checkers/format.ts";
import { reasonOf } from "../../message.ts";
import { isPlain } from "../../report/summary.ts";
import { differenceOf } from "../../simulator/failure.ts";
import { planOf, type PlanOptions } from "../../workbench/plan.ts";
import type { Report } from "../engine/job.ts";
import type { Exercise } from "../exercise.ts";
import type { Reference } from "../reference.ts";
import { followPanels, loadReference } from "./beside.ts";
import { showComparison } from "./comparison.ts";
import { Editor } from "./editor.ts";
import { Engine, type Trial } from "./engine.ts";
import { packLink, unpackLink } from "./link.ts";
import { isAsAsked, packForm, readOptions, showOptions, showSeed, unpackForm } from "./options.ts";
import { find, onClick } from "./page_parts.ts";
import { Player } from "./player.ts";
import { type Code, showRefusal, showReport } from "./results.ts";
import { Scope } from "./scope.ts";
import { loadCode, loadProgress, onCodeElsewhere, saveCode, saveProgress } from "./store.ts";
import { MOST_FAILED, sayProof, titleOfPassed } from "./words.ts";

class Page {
  readonly #exercise: Exercise;
  readonly #editor: Editor;
  readonly #engine = new Engine();
  readonly #player = new Player();
  readonly #status = find("status", HTMLElement);
  /** Ends what runs now. */
  #running: AbortController | undefined;
  /** Ends the run of our solution that goes on behind what the learner does. */
  #comparing = new AbortController();
  /** What another tab has made of the code. */
  #elsewhere = "";
  /** Whether the last run failed, so that it can be made small. */
  #failed = false;
  /** The code of the run that is shown. */
  #shown: string | undefined;
  /** Whether it passes, and has not been proved yet. */
  #isToProve = false;
  /** The code that passed, and whether it has failed since; true where it was in an earlier visit. */
  #passed: { readonly code: string | true; readonly hasFailed: boolean } | undefined;
  #reference: Reference = [];

  constructor(exercise: Exercise, code: string) {
    this.#exercise = exercise;
    const reference = loadReference();
    reference.then((reference) => this.#reference = reference);
    this.#editor = new Editor(find("editor", HTMLElement), {
      code,
      changed: (code) => this.#keep(code),
      run: () => this.#run(),
      reference,
    });
    followPanels(reference, () => this.#editor.code);
    showOptions(this.#asked);
    onClick("run-once", () => this.#run());
    onClick("run-seeds", () => this.#prove());
    onClick("prove", () => this.#prove());
    onClick("find-seed", () => this.#find());
    onClick("shrink", () => this.#shrink());
    onClick("stop", () => this.#running?.abort("stopped"));
    onClick("share", () => this.#share());
    const toSandbox = find("to-sandbox", HTMLAnchorElement);
    toSandbox.addEventListener("click", (event) => {
      event.preventDefault();
      this.#goTo(toSandbox.href);
    });
    onClick("start-over", () => this.#editor.code = exercise.starter);
    onCodeElsewhere(exercise.id, (code) => this.#hearOf(code ?? exercise.starter));
    onClick("take-other", () => this.#editor.code = this.#elsewhere);
    onClick("keep-own", () => this.#keep(this.#editor.code));
    onClick("as-asked", () => showOptions(this.#asked));
    find("which-run", HTMLSelectElement).addEventListener("input", () => showOptions(this.#asked));
    matchMedia("(prefers-color-scheme: dark)").addEventListener(
      "change",
      () => this.#player.draw(),
    );
    if (loadProgress(exercise.id).passed) this.#passed = { code: true, hasFailed: false };
    this.#showAges();
    this.#setButtons();
  }

  /** Another tab has changed the code: the learner says which of the two is to be kept. */
  #hearOf(code: string): void {
    this.#elsewhere = code;
    find("elsewhere", HTMLElement).hidden = code === this.#editor.code;
  }

  /** Keeps the code of this tab, whatever another has kept. */
  #keep(code: string): void {
    const { id, starter } = this.#exercise;
    find("elsewhere", HTMLElement).hidden = true;
    saveCode(id, code === starter ? undefined : code);
    this.#showAges();
    // The link holds the code as it was: a reload would bring that back.
    if (location.hash !== "") history.replaceState(null, "", location.pathname + location.search);
  }

  /** The run that the exercise asks for, or that of several that is chosen. */
  get #asked(): PlanOptions {
    const { runs } = this.#exercise;
    const which = Number(find("which-run", HTMLSelectElement).value);
    return runs[which] ?? runs.at(-1) ?? { workload: "echo" };
  }

  get #trial(): Trial {
    const { limits, title } = this.#exercise;
    return {
      source: { text: this.#editor.code, limits, title },
      options: readOptions(this.#asked),
    };
  }

  async #run(): Promise<void> {
    await this.#do("running", async (signal) => {
      const startMs = performance.now();
      const trial = this.#trial;
      const report = await this.#simulate(trial, signal);
      this.#take(report, trial);
      this.#compare(report, trial);
      const took = ((performance.now() - startMs) / 1_000).toFixed(2);
      return `${this.#passes(report) ? "passes" : "does not pass"}, in ${took} s`;
    });
  }

  /** Shows a run, and notes what was reached by it. */
  #take(report: Report, { options, source: { text } }: Trial): void {
    const passes = this.#passes(report);
    this.#editor.mark(showReport(report, { passes, player: this.#player, code: this.#code(text) }));
    this.#failed = report.signature.length > 0;
    this.#shown = text;
    const { id, runs, seeds } = this.#exercise;
    const isAsked = isAsAsked(options, runs.at(-1) ?? options);
    if (passes && isAsked) {
      saveProgress(id, { passed: true });
      this.#passed = { code: text, hasFailed: false };
    } else if (isAsked && this.#passed?.code === text) {
      this.#passed = { ...this.#passed, hasFailed: true };
    }
    this.#isToProve = passes && isAsked && loadProgress(id).seeds < seeds;
    this.#showAges();
  }

  #code(text: string): Code {
    return {
      goTo: (line) => this.#editor.goTo(line),
      scope: new Scope(this.#reference, text),
      unreadable: this.#editor.unreadable,
    };
  }

  #passes({ summary, hasInvalidFinalStates }: Report): boolean {
    const isRight = !this.#exercise.isHeldToFinalStates || hasInvalidFinalStates !== true;
    return summary.ending === "pass" && isRight;
  }

  /** Runs our solution as well, once the learner's passes. */
  async #compare(report: Report, { source, options }: Trial): Promise<void> {
    const { solution, published, runs } = this.#exercise;
    if (solution === undefined || !this.#passes(report)) return;
    const { limits } = source;
    const { signal } = this.#comparing = new AbortController();
    try {
      const ours = await this.#engine.run({ source: { text: solution, limits }, options }, signal);
      const isAsked = isAsAsked(options, runs.at(-1) ?? options);
      showComparison(report.summary, ours.summary, isAsked ? published : undefined);
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }

  async #prove(): Promise<void> {
    const { seeds, id } = this.#exercise;
    await this.#do("0 seeds", async (signal) => {
      const trial = this.#trial;
      const failed: number[] = [];
      let [done, warned] = [0, 0];
      await this.#engine.sweep(trial, seeds, signal, (report) => {
        done++;
        if (!this.#passes(report)) failed.push(Number(report.seed));
        else if (!isPlain(report.summary.headline)) warned++;
        this.#say(`${done} of ${seeds} seeds, ${failed.length} failed`);
        return failed.length < MOST_FAILED;
      });
      if (failed.length > 0) await this.#showSeed(String(Math.min(...failed)), signal);
      else if (isAsAsked(trial.options, this.#asked)) {
        saveProgress(id, { passed: true, seeds });
        this.#isToProve = false;
        this.#showAges();
      }
      return sayProof({ failed, warned, done, seeds });
    });
  }

  async #find(): Promise<void> {
    const { seeds } = this.#exercise;
    await this.#do("looking for a seed that fails", async (signal) => {
      // Seeds are begun in order, and those that are begun all end: the least is the first there is.
      let found = Infinity;
      let done = 0;
      await this.#engine.sweep(this.#trial, seeds, signal, (report) => {
        if (!this.#passes(report)) found = Math.min(found, Number(report.seed));
        this.#say(`${++done} of ${seeds} seeds pass`);
        return found === Infinity;
      });
      if (found === Infinity) return `none of ${seeds} seeds fails`;
      await this.#showSeed(String(found), signal);
      return `seed ${found} fails`;
    });
  }

  async #showSeed(seed: string, signal: AbortSignal): Promise<void> {
    showSeed(seed);
    const trial = this.#trial;
    this.#take(await this.#simulate(trial, signal), trial);
  }

  /** Simulates once, and says how far that is. */
  async #simulate(trial: Trial, signal: AbortSignal): Promise<Report> {
    const { timeLimitS } = planOf(trial.options);
    return await this.#engine.run(trial, signal, {
      progress: ({ timeS, operations, messages }) => {
        const [now, end] = [Math.max(0, timeS), timeLimitS].map(Math.round);
        this.#say(
          `second ${now} of ${end}, ${formatWhole(operations)} operations, ` +
            `${formatWhole(messages)} messages between servers`,
        );
      },
      phase: (phase) => phase === "checking" && this.#say("judging what clients saw …"),
    });
  }

  async #shrink(): Promise<void> {
    await this.#do("making the run small", async (signal) => {
      const trial = this.#trial;
      const report = await this.#engine.shrink(trial, signal, {
        attempts: (attempts) => this.#say(`${formatWhole(attempts)} smaller runs tried`),
      });
      this.#take(report, trial);
      if (report.shrunk === undefined) return "this run does not fail: there is nothing to shrink";
      const { operations, faults, plan, attempts } = report.shrunk;
      const count = (n: number, word: string) => `${n} ${word}${n === 1 ? "" : "s"}`;
      const size = `${count(operations, "operation")}, ${count(faults, "fault")} and ` +
        `${count(plan.nodes.length, "node")} (${count(attempts, "run")} tried)`;
      const difference = differenceOf(report.shrunk, report.signature);
      return difference === ""
        ? `fails in the same way with ${size}`
        : `made small: ${size}${difference}`;
    });
  }

  /** Does something that takes a while, and can be stopped; one thing at a time. */
  async #do(what: string, work: (signal: AbortSignal) => Promise<string>): Promise<void> {
    if (this.#running !== undefined) return;
    this.#comparing.abort();
    const running = this.#running = new AbortController();
    this.#say(`${what} …`);
    this.#setButtons();
    try {
      this.#say(await work(running.signal));
    } catch (error) {
      if (error === "stopped") return this.#say("stopped");
      this.#say("");
      const { code } = this.#editor;
      this.#editor.mark(showRefusal(reasonOf(error), this.#code(code)));
      this.#shown = code;
      this.#showAges();
    } finally {
      this.#running = undefined;
      this.#setButtons();
    }
  }

  #say(text: string): void {
    this.#status.textContent = text;
  }

  #setButtons(): void {
    const isRunning = this.#running !== undefined;
    for (const id of ["run-once", "run-seeds", "find-seed", "prove"]) {
      find(id, HTMLButtonElement).disabled = isRunning;
    }
    find("shrink", HTMLButtonElement).disabled = isRunning || !this.#failed;
    find("stop", HTMLButtonElement).hidden = !isRunning;
  }

  /** Opens the sandbox with the code. */
  async #goTo(sandbox: string): Promise<void> {
    const { workload } = this.#asked;
    const code = this.#editor.code;
    location.assign(sandbox + await packLink({ code, workload }));
  }

  async #share(): Promise<void> {
    const { pathname, search } = location;
    const hash = await packLink({ code: this.#editor.code, form: packForm() });
    history.replaceState(null, "", pathname + search + hash);
    try {
      await navigator.clipboard.writeText(location.href);
      this.#say("the link is in the clipboard, and in the address above");
    } catch {
      this.#say("the link is in the address above");
    }
  }

  /** Says which of what is shown belongs to an earlier version of the code. */
  #showAges(): void {
    const { code } = this.#editor;
    const isOutdated = this.#shown !== undefined && this.#shown !== code;
    find("outdated", HTMLElement).hidden = !isOutdated;
    find("next-step", HTMLElement).hidden = !this.#isToProve || isOutdated;
    find("passed", HTMLElement).hidden = this.#passed === undefined;
    if (this.#passed === undefined) return;
    const { code: passed, hasFailed } = this.#passed;
    find("passed-title", HTMLElement).textContent = titleOfPassed({ code, passed, hasFailed });
  }
}

/** Shows hints one by one: the next once this one is open. */
function stageHints(): void {
  const hints = [...document.querySelectorAll<HTMLDetailsElement>("details.hint")];
  for (const [i, hint] of hints.entries()) {
    hint.hidden = i > 0;
    hint.addEventListener("toggle", () => {
      const next = hints[i + 1];
      if (hint.open && next !== undefined) next.hidden = false;
    });
  }
}

async function start(): Promise<void> {
  const exercise: Exercise = JSON.parse(find("exercise", HTMLElement).textContent ?? "");
  const shared = await unpackLink(location.hash);
  new Page(exercise, shared?.code ?? loadCode(exercise.id) ?? exercise.starter);
  unpackForm(shared?.form ?? {});
  stageHints();
  document.documentElement.dataset["ready"] = "true";
}

start();
