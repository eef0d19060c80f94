/**
 * What the diagram shows, which several parts of the page change and follow.
 *
 * @module
 */

export interface Filter {
  /** Only what one of these takes part in; empty for all. */
  readonly who: string;
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

/** The narrowest view. */
const LEAST_US = 50;

export class View {
  fromUs: number;
  toUs: number;
  filter: Filter = { who: "", type: "", text: "", withSetUp: false };
  selected: Selected | undefined;
  /** Operations that a finding is about. */
  marked: readonly number[] = [];
  readonly #followers: (() => void)[] = [];

  readonly limits: { readonly fromUs: number; readonly toUs: number };

  constructor([fromUs, toUs]: readonly [number, number], limits: View["limits"]) {
    this.limits = limits;
    this.fromUs = fromUs;
    this.toUs = toUs;
  }

  follow(changed: () => void): void {
    this.#followers.push(changed);
  }

  changed(): void {
    for (const changed of this.#followers) changed();
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

  select(selected: Selected | undefined): void {
    this.selected = selected;
    this.changed();
  }
}
