/**
 * What the charts and the diagram show, which several parts of the page change and follow.
 *
 * @module
 */

export interface Filter {
  /** Only what one of these lanes takes part in; empty for all. */
  readonly who: readonly number[];
  readonly type: string;
  /** Only what mentions this. */
  readonly text: string;
  /** Whether `init` and `topology` are shown. */
  readonly withSetUp: boolean;
}

/** A row of operations or of messages. */
export interface Selected {
  readonly kind: "operation" | "message";
  readonly row: number;
}

/** The least that is shown. */
const LEAST_US = 50;
/** Charts and diagram agree but for what computing rounds. */
const ROUNDED_US = 1;

interface Limits {
  readonly fromUs: number;
  readonly toUs: number;
}

/** The part of a run that is shown, and the moment in it that is pointed at. */
export class Stretch {
  fromUs: number;
  toUs: number;
  #limits: Limits;
  readonly #followers: (() => void)[] = [];
  readonly #pointed: ((timeUs: number | undefined) => void)[] = [];

  constructor([fromUs, toUs]: readonly [number, number], limits: Limits = { fromUs, toUs }) {
    this.#limits = limits;
    this.fromUs = fromUs;
    this.toUs = toUs;
  }

  get limits(): Limits {
    return this.#limits;
  }

  /** Whether nothing is left out. */
  get isWhole(): boolean {
    return this.fromUs <= this.#limits.fromUs && this.toUs >= this.#limits.toUs;
  }

  /** Lets a run grow; what showed all of it goes on to. */
  grow(toUs: number): void {
    const { isWhole } = this;
    this.#limits = { ...this.#limits, toUs };
    if (isWhole) this.showAll();
    else this.changed();
  }

  follow(changed: () => void): void {
    this.#followers.push(changed);
  }

  followPointer(pointed: (timeUs: number | undefined) => void): void {
    this.#pointed.push(pointed);
  }

  changed(): void {
    for (const changed of this.#followers) changed();
  }

  /** Has all that follows mark a moment, or none. */
  point(timeUs: number | undefined): void {
    for (const pointed of this.#pointed) pointed(timeUs);
  }

  show(fromUs: number, toUs: number): void {
    const { limits } = this;
    const margin = (limits.toUs - limits.fromUs) / 50;
    const [least, most] = [limits.fromUs - margin, limits.toUs + margin];
    const span = Math.min(most - least, Math.max(LEAST_US, toUs - fromUs));
    const start = Math.min(most - span, Math.max(least, fromUs));
    this.fromUs = start;
    this.toUs = start + span;
    this.changed();
  }

  showAll(): void {
    this.show(this.#limits.fromUs, this.#limits.toUs);
  }

  /** Moves by a share of what is shown. */
  pan(share: number): void {
    const by = (this.toUs - this.fromUs) * share;
    this.show(this.fromUs + by, this.toUs + by);
  }

  /** Shows that much of what is shown, around a point that stays where it is. */
  zoom(factor: number, aroundUs: number = (this.fromUs + this.toUs) / 2): void {
    const { fromUs, toUs } = this;
    const span = Math.max(LEAST_US, (toUs - fromUs) * factor);
    const share = (aroundUs - fromUs) / (toUs - fromUs);
    this.show(aroundUs - span * share, aroundUs + span * (1 - share));
  }
}

/** What the diagram shows: always a part of what the charts show, in which it is framed. */
export class View extends Stretch {
  /** What the charts show. */
  readonly charts: Stretch;
  filter: Filter = { who: [], type: "", text: "", withSetUp: false };
  selected: Selected | undefined;
  /** Operations that a finding is about. */
  marked: readonly number[] = [];

  constructor(shown: readonly [number, number], limits: Limits) {
    super(shown, limits);
    this.charts = new Stretch([limits.fromUs, limits.toUs]);
    this.charts.follow(() => this.#stayInCharts());
  }

  override changed(): void {
    this.#stayFramed();
    super.changed();
  }

  select(selected: Selected | undefined): void {
    this.selected = selected;
    this.changed();
  }

  /** Has the charts go where the diagram goes. */
  #stayFramed(): void {
    const { charts, limits } = this;
    const fromUs = Math.max(limits.fromUs, this.fromUs);
    const toUs = Math.min(limits.toUs, this.toUs);
    if (fromUs >= charts.fromUs - ROUNDED_US && toUs <= charts.toUs + ROUNDED_US) return;
    const half = Math.max(charts.toUs - charts.fromUs, toUs - fromUs) / 2;
    charts.show((fromUs + toUs) / 2 - half, (fromUs + toUs) / 2 + half);
  }

  #stayInCharts(): void {
    const { charts } = this;
    if (charts.isWhole) return;
    const span = Math.min(this.toUs - this.fromUs, charts.toUs - charts.fromUs);
    const fromUs = Math.max(charts.fromUs, Math.min(this.fromUs, charts.toUs - span));
    const isThere = (us: number, atUs: number) => Math.abs(us - atUs) < ROUNDED_US;
    if (isThere(fromUs, this.fromUs) && isThere(fromUs + span, this.toUs)) return;
    this.show(fromUs, fromUs + span);
  }
}

/** Moves what is shown by a key; returns whether the key does. */
export function moveByKey(stretch: Stretch, key: string): boolean {
  if (key === "ArrowLeft") stretch.pan(-0.2);
  else if (key === "ArrowRight") stretch.pan(0.2);
  else if (key === "+" || key === "=") stretch.zoom(0.5);
  else if (key === "-") stretch.zoom(2);
  else if (key === "Home") stretch.showAll();
  else return false;
  return true;
}
