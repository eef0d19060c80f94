/**
 * The lessons: one for each challenge, and what is said of faulty programs.
 *
 * A lesson is two files named after its challenge, `3b.md` and `3b_starter.ts`, and a line below.
 *
 * **The text** is Markdown (as much of it as `markdown.ts` knows) with these parts, all required:
 *
 * ```md
 * # The title, as the index and the page show it
 *
 * <https://the.page/where-the-challenge-is-stated/>
 *
 * ## What is asked
 *
 * The task in our words: which messages arrive, what is to be answered, under what conditions it is
 * run. Two or three paragraphs; a learner reads this first.
 *
 * ## What makes it hard
 *
 * One or two paragraphs on why the obvious program fails, without saying what to do about it.
 *
 * ## Hints
 *
 * ### What the first hint is about
 *
 * Hints are shown one by one, each when it is asked for, from a push in the right direction to nearly
 * the solution. The title stands on the button, so it gives nothing away. Code in a hint is fenced.
 *
 * ### What the next hint is about
 *
 * ## When it passes
 *
 * Shown after the program passes, above the essay of our solution and a table that sets the reader's
 * figures beside ours: what to notice, what others have published (with links), what to try next.
 * ```
 *
 * **The starter** is a program that runs, and fails for the reason that the lesson is about. It
 * imports from `@glomers/maelstrom`, is at most about 40 lines of at most 76 characters, and says in
 * comments what is there and what is missing. It need not guard against what the challenge does not do: no journal where
 * nothing kills nodes. A test holds it to that: it runs without crashing and does not pass.
 *
 * How a challenge is run, its limits and our solution come from `tasks/shared/challenges.ts`.
 *
 * **A faulty program**, of those in `nodes/faulty/`, is an exercise as it stands: its code without the
 * header, under the command that the header quotes; the header is shown once the program passes. A
 * text in `faults/`, named after the program, says more before that. All parts are required, and none
 * gives the fault away:
 *
 * ```md
 * # A title for the index
 *
 * ## What it is meant to do
 *
 * ## Hints
 *
 * ### What the first hint is about
 * ```
 *
 * @module
 */
import multiNodeBroadcast from "./3b.md" with { type: "text" };
import multiNodeBroadcastStarter from "./3b_starter.ts" with { type: "text" };
import lostOnPartition from "./faults/lost_on_partition.md" with { type: "text" };
import type { LessonFiles } from "./lesson.ts";

/** By the challenges' ids. */
export const LESSONS: Readonly<Record<string, LessonFiles>> = {
  "3b": { text: multiNodeBroadcast, starter: multiNodeBroadcastStarter },
};

/** What is said of faulty programs, by their files' names. */
export const FAULT_LESSONS: Readonly<Record<string, string>> = {
  "lost_on_partition": lostOnPartition,
};
