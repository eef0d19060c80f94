/// <reference lib="dom" />
/**
 * Moving and zooming with fingers or a mouse: what is under a finger stays under it. One moves what is
 * shown, two zoom it; up and down scroll the page, as `touch-action: pan-y` in the style says.
 *
 * @module
 */
import type { Stretch } from "./view.ts";

/** Where time lies in an element, in CSS pixels. */
interface Area {
  readonly left: number;
  readonly right: number;
}

interface Gestures {
  readonly area: () => Area;
  /** Whether a pointer moves what is shown. Default: each does. */
  readonly takes?: (event: PointerEvent) => boolean;
  /** Called where a pointer goes up that has not moved. */
  readonly tapped?: (x: number, y: number) => void;
}

/** A pointer that moves less is a tap. */
const LEAST_MOVE_PX = 4;
/** Fingers that are closer do not get any closer. */
const LEAST_SPREAD_PX = 20;

/** Fingers at one moment: their middle, and how far they are apart. */
interface Grip {
  readonly x: number;
  readonly spread: number;
}

/** What was under the fingers when one of them came or went. */
interface Anchor {
  readonly timeUs: number;
  readonly usPerPx: number;
  readonly spread: number;
}

/** Lets pointers move and zoom what an element shows; returns how many are down. */
export function moveByPointers(
  element: HTMLElement,
  stretch: Stretch,
  { area, takes = () => true, tapped = () => {} }: Gestures,
): () => number {
  const down = new Map<number, readonly [x: number, y: number]>();
  let anchor: Anchor | undefined;
  let first: readonly [x: number, y: number] | undefined;
  let hasMoved = false;
  const hold = () => {
    if (down.size === 0) return anchor = undefined;
    const { left, right } = area();
    const { x, spread } = gripOf([...down.values()]);
    const usPerPx = (stretch.toUs - stretch.fromUs) / Math.max(1, right - left);
    anchor = { timeUs: stretch.fromUs + (x - left) * usPerPx, usPerPx, spread };
  };
  const release = (event: PointerEvent) => {
    if (!down.delete(event.pointerId)) return;
    hold();
  };
  element.addEventListener("pointerdown", (event) => {
    if (!takes(event) || event.button !== 0) return;
    element.setPointerCapture(event.pointerId);
    if (down.size === 0) [first, hasMoved] = [[event.offsetX, event.offsetY], false];
    else hasMoved = true;
    down.set(event.pointerId, [event.offsetX, event.offsetY]);
    hold();
  });
  element.addEventListener("pointermove", ({ pointerId, offsetX, offsetY }) => {
    if (!down.has(pointerId) || anchor === undefined) return;
    down.set(pointerId, [offsetX, offsetY]);
    if (Math.abs(offsetX - (first?.[0] ?? 0)) >= LEAST_MOVE_PX) hasMoved = true;
    if (!hasMoved) return;
    const { left, right } = area();
    const { x, spread } = gripOf([...down.values()]);
    const usPerPx = anchor.usPerPx * (anchor.spread / spread);
    const fromUs = anchor.timeUs - (x - left) * usPerPx;
    stretch.show(fromUs, fromUs + (right - left) * usPerPx);
  });
  element.addEventListener("pointerup", (event) => {
    if (down.has(event.pointerId) && down.size === 1 && !hasMoved) {
      tapped(event.offsetX, event.offsetY);
    }
    release(event);
  });
  element.addEventListener("pointercancel", release);
  return () => down.size;
}

function gripOf(points: readonly (readonly [x: number, y: number])[]): Grip {
  const [[x = 0, y = 0] = [], [otherX = x, otherY = y] = []] = points;
  const apart = points.length > 1 ? Math.hypot(otherX - x, otherY - y) : 0;
  return { x: (x + otherX) / 2, spread: Math.max(LEAST_SPREAD_PX, apart) };
}
