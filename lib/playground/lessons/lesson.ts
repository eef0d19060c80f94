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
export interface Lesson {
  readonly title: string;
  /** Where the challenge is stated in its authors' words. */
  readonly original: string;
  readonly asked: Markup;
  readonly hard: Markup;
  readonly hints: readonly Hint[];
  /** To be read after the program passes. */
  readonly passed: Markup;
}

interface Hint {
  readonly title: string;
  readonly body: Markup;
}

/**
 * Reads a lesson.
 *
 * @throws {Error} naming a section that is missing.
 */
export function readLesson(text: string): Lesson {
  const [head = "", ...parts] = text.split(/^## /m);
  const sections = new Map(parts.map((part) => {
    const end = part.indexOf("\n");
    return [part.slice(0, end).trim(), part.slice(end + 1)] as const;
  }));
  const sectionOf = (name: string) => {
    const found = sections.get(name);
    if (found === undefined) throw new Error(`a lesson lacks its section "${name}": ${head}`);
    return found;
  };
  return {
    title: /^# (.+)$/m.exec(head)?.[1] ?? "",
    original: /^<(https:\/\/.+)>$/m.exec(head)?.[1] ?? "",
    asked: renderMarkdown(sectionOf("What is asked")),
    hard: renderMarkdown(sectionOf("What makes it hard")),
    hints: sectionOf("Hints").split(/^### /m).slice(1).map(readHint),
    passed: renderMarkdown(sectionOf("When it passes")),
  };
}

function readHint(text: string): Hint {
  const end = text.indexOf("\n");
  return { title: text.slice(0, end).trim(), body: renderMarkdown(text.slice(end + 1)) };
}
