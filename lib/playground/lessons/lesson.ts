/**
 * What a lesson consists of, and how it is read from its file.
 *
 * @module
 */
import type { Markup } from "../../report/page/markup.ts";
import { renderMarkdown } from "./markdown.ts";

/** A lesson as it is written: a Markdown text, and the program that a learner begins with. */
export interface LessonFiles {
  readonly text: string;
  readonly starter: string;
}

/** A lesson as a page shows it. */
interface Lesson {
  readonly title: string;
  /** Where the challenge is stated in its authors' words. */
  readonly original: string;
  readonly asked: Markup;
  readonly hard: Markup;
  readonly hints: readonly Hint[];
  /** To be read after the program passes. */
  readonly passed: Markup;
}

export interface Hint {
  readonly title: string;
  readonly body: Markup;
}

/** What is said of a faulty program. */
interface FaultLesson {
  readonly title: string;
  readonly meant: Markup;
  readonly hints: readonly Hint[];
}

/**
 * Reads a lesson.
 *
 * @throws {Error} naming a section that is missing.
 */
export function readLesson(text: string): Lesson {
  const { title, head, sectionOf } = takeApart(text);
  return {
    title,
    original: /^<(https:\/\/.+)>$/m.exec(head)?.[1] ?? "",
    asked: renderMarkdown(sectionOf("What is asked")),
    hard: renderMarkdown(sectionOf("What makes it hard")),
    hints: readHints(sectionOf("Hints")),
    passed: renderMarkdown(sectionOf("When it passes")),
  };
}

/**
 * Reads what is said of a faulty program.
 *
 * @throws {Error} naming a section that is missing.
 */
export function readFaultLesson(text: string): FaultLesson {
  const { title, sectionOf } = takeApart(text);
  return {
    title,
    meant: renderMarkdown(sectionOf("What it is meant to do")),
    hints: readHints(sectionOf("Hints")),
  };
}

function takeApart(text: string) {
  const [head = "", ...parts] = text.split(/^## /m);
  const sections = new Map(parts.map((part) => {
    const end = part.indexOf("\n");
    return [part.slice(0, end).trim(), part.slice(end + 1)] as const;
  }));
  const title = /^# (.+)$/m.exec(head)?.[1] ?? "";
  const sectionOf = (name: string) => {
    const found = sections.get(name);
    if (found === undefined) throw new Error(`the lesson "${title}" lacks its section "${name}"`);
    return found;
  };
  return { title, head, sectionOf };
}

function readHints(text: string): Hint[] {
  return text.split(/^### /m).slice(1).map((hint) => {
    const end = hint.indexOf("\n");
    return { title: hint.slice(0, end).trim(), body: renderMarkdown(hint.slice(end + 1)) };
  });
}
