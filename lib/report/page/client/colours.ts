/**
 * The colours of messages: one for each type, the same in all pictures of a page, however many runs
 * it shows one after the other. A request and its answer, `read` and `read_ok`, share theirs.
 *
 * A name's characters say which colour it prefers, so that most types have theirs on every page.
 *
 * @module
 */
import { isSetUp } from "../scene.ts";
import { type Palette, SERIES } from "./canvas.ts";

/** Chosen so that few types of one node of this project prefer the same colour. */
const FACTOR = 17_044;

/** Colours of errors, of what sets nodes up, and of the types that are left when there is none. */
const ERROR = "error";
const SET_UP = "set-up";
const OTHERS = "others";

const placed = new Map<string, number>();

/** The class of a type's colour: `series-3`, `error`, `set-up` or `others`. */
export function colourClassOf(type: string): string {
  if (isSetUp(type)) return SET_UP;
  if (/^error\b/.test(type)) return ERROR;
  const name = nameOf(type);
  const place = placed.get(name) ?? placeOf(name);
  if (place === undefined) return OTHERS;
  placed.set(name, place);
  return `series-${place}`;
}

/** What a type shares its colour with: the type of the request that it answers. */
function nameOf(type: string): string {
  return type.replace(/_ok$/, "");
}

/** The colour that a name prefers, or the next that is free. */
function placeOf(name: string): number | undefined {
  let preferred = 0;
  for (let i = 0; i < name.length; i++) {
    preferred = (Math.imul(preferred, FACTOR) + name.charCodeAt(i)) >>> 0;
  }
  const taken = new Set(placed.values());
  return Array.from({ length: SERIES }, (_, i) => (preferred + i) % SERIES)
    .find((place) => !taken.has(place));
}

/** Types that share a colour, which are one line of a chart and one entry of a key. */
export interface ColourGroup {
  readonly className: string;
  readonly types: readonly string[];
  /** What they are called together. */
  readonly name: string;
}

/** Types that are named one by one, though they share a colour. */
const MOST_NAMES = 3;

export function groupByColour(types: readonly string[]): ColourGroup[] {
  return [...Map.groupBy(types, colourClassOf)].map(([className, types]) => {
    const name = className === SET_UP
      ? "init and topology"
      : types.length <= MOST_NAMES
      ? types.join(", ")
      : `${types.length} ${className === ERROR ? "kinds of errors" : OTHERS}`;
    return { className, types, name };
  });
}

/** The colour of a class. */
export function colourOf({ series, bad, quiet }: Palette, className: string): string {
  if (className === ERROR) return bad;
  return series[Number(/^series-(\d+)$/.exec(className)?.[1])] ?? quiet;
}
