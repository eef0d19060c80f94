/// <reference lib="dom" />
/**
 * What this browser remembers: the code of each exercise, and how far the learner got. Nothing of it
 * leaves the browser; where it may store nothing, it forgets.
 *
 * @module
 */

/** How far an exercise is. */
interface Progress {
  /** The last change was made, run and passed. */
  readonly passed: boolean;
  /** How many seeds in a row have passed. */
  readonly seeds: number;
}

const codeKey = (id: string) => `glomers.code.${id}`;
const progressKey = (id: string) => `glomers.progress.${id}`;

export function loadCode(id: string): string | undefined {
  return read(codeKey(id));
}

/** Keeps code; nothing where it is the starter's. */
export function saveCode(id: string, code: string | undefined): void {
  write(codeKey(id), code);
}

/** Calls back when another tab has changed an exercise's code; with nothing where it is the starter's. */
export function onCodeElsewhere(id: string, changed: (code: string | undefined) => void): void {
  addEventListener("storage", ({ key, newValue }) => {
    if (key === codeKey(id)) changed(newValue ?? undefined);
  });
}

export function loadProgress(id: string): Progress {
  const none = { passed: false, seeds: 0 };
  try {
    const value: unknown = JSON.parse(read(progressKey(id)) ?? "null");
    return isProgress(value) ? value : none;
  } catch {
    return none;
  }
}

/** Keeps the better of what is known and what came now. */
export function saveProgress(id: string, { passed, seeds }: Partial<Progress>): void {
  const known = loadProgress(id);
  const progress: Progress = {
    passed: passed === true || known.passed,
    seeds: Math.max(seeds ?? 0, known.seeds),
  };
  write(progressKey(id), JSON.stringify(progress));
}

function isProgress(value: unknown): value is Progress {
  return typeof value === "object" && value !== null && "passed" in value && "seeds" in value &&
    typeof value.passed === "boolean" && typeof value.seeds === "number";
}

function read(key: string): string | undefined {
  try {
    return localStorage.getItem(key) ?? undefined;
  } catch {
    return undefined;
  }
}

function write(key: string, value: string | undefined): void {
  try {
    if (value === undefined) localStorage.removeItem(key);
    else localStorage.setItem(key, value);
  } catch {
    // it is full, or not allowed: the page works without
  }
}
