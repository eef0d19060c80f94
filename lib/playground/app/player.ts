/// <reference lib="dom" />
/**
 * The controls of the film: play and pause, speed, and a slider through the run.
 *
 * @module
 */
import type { Decoded } from "../../report/page/client/decode.ts";
import { Animation, describeMoment, filmOf, keyTo } from "./animation.ts";
import { find } from "./page_parts.ts";

/** Steps of the slider. */
const STEPS = 2_000;

export class Player {
  readonly #canvas = find("film", HTMLCanvasElement);
  readonly #button = find("film-play", HTMLButtonElement);
  readonly #slider = find("film-time", HTMLInputElement);
  readonly #speed = find("film-speed", HTMLSelectElement);
  readonly #words = find("film-words", HTMLElement);
  #animation: Animation | undefined;
  #frame = 0;
  #lastMs = 0;

  constructor() {
    this.#slider.max = String(STEPS);
    this.#button.addEventListener("click", () => this.#toggle());
    this.#slider.addEventListener("input", () => {
      this.pause();
      this.#seek(this.#slider.valueAsNumber / STEPS * (this.#animation?.endUs ?? 0));
    });
    this.#canvas.addEventListener("keydown", ({ key }) => {
      const steps = { ArrowLeft: -1, ArrowRight: 1 }[key];
      if (key === " ") this.#toggle();
      else if (steps !== undefined) this.#step(steps);
      else return;
      event?.preventDefault();
    });
    new ResizeObserver(() => this.#animation?.draw()).observe(
      this.#canvas.parentElement ?? this.#canvas,
    );
  }

  /** Shows a run from a moment on, in motion unless the reader wants none. */
  open(data: Decoded, fromUs: number): void {
    this.pause();
    const film = filmOf(data);
    this.#animation = new Animation(this.#canvas, film);
    find("film-key", HTMLElement).replaceChildren(...keyTo(film.types));
    this.seek(fromUs);
    if (!matchMedia("(prefers-reduced-motion: reduce)").matches) this.#toggle();
  }

  seek(timeUs: number): void {
    this.pause();
    this.#seek(timeUs);
  }

  draw(): void {
    this.#animation?.draw();
  }

  pause(): void {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    this.#button.textContent = "▶ play";
  }

  /** Microseconds of the run in a millisecond of the film. */
  get #pace(): number {
    return 1_000 * Number(this.#speed.value);
  }

  #toggle(): void {
    if (this.#frame !== 0) return this.pause();
    if (this.#animation === undefined) return;
    if (this.#animation.timeUs >= this.#animation.endUs) this.#seek(0);
    this.#button.textContent = "❚❚ pause";
    this.#lastMs = performance.now();
    this.#frame = requestAnimationFrame((nowMs) => this.#play(nowMs));
  }

  #play(nowMs: number): void {
    const { timeUs = 0, endUs = 0 } = this.#animation ?? {};
    const passedMs = Math.min(100, Math.max(0, nowMs - this.#lastMs));
    this.#lastMs = nowMs;
    this.#seek(timeUs + passedMs * this.#pace);
    if (timeUs >= endUs) return this.pause();
    this.#frame = requestAnimationFrame((nowMs) => this.#play(nowMs));
  }

  #step(by: number): void {
    this.pause();
    this.#seek((this.#animation?.timeUs ?? 0) + by * 50 * this.#pace);
  }

  #seek(timeUs: number): void {
    const moment = this.#animation?.show(timeUs, this.#pace);
    if (moment === undefined) return;
    this.#slider.value = String(STEPS * moment.timeUs / (this.#animation?.endUs || 1));
    const words = describeMoment(moment);
    this.#words.textContent = words;
    this.#slider.setAttribute("aria-valuetext", words);
  }
}
