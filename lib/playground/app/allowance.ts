/**
 * How long a run may take in a page. No browser tells how much memory a worker holds, so time is what
 * bounds a program that keeps more and more: it gets as long as its options need, and not longer.
 *
 * @module
 */
import { formatFigure, formatWhole, pluralize } from "../../checkers/format.ts";
import type { Progress } from "../../simulator/sweep/messages.ts";
import type { Plan } from "../../workbench/plan.ts";

/** Real time after which a run's pace says how long the whole will take. */
const GLANCE_MS = 4_000;
/** What a run of few operations may take: thirty times as long as most do. */
const LEAST_MS = 10_000;
/** And for each operation that is asked for: the costliest take half of it. */
const MS_PER_OPERATION = 5;
/** What the largest run may take. */
const MOST_MS = 60_000;

type Asked = Pick<Plan, "operations" | "rate" | "timeLimitS">;

/** Says why a run has to end that would take too long, as soon as its pace shows that. */
export function refuseSlow(
  { realMs, timeS, messages }: Pick<Progress, "realMs" | "timeS" | "messages">,
  { operations, rate, timeLimitS }: Asked,
): string | undefined {
  if (realMs < GLANCE_MS) return undefined;
  const asked = operations?.length ?? rate * timeLimitS;
  const allowedMs = Math.min(MOST_MS, LEAST_MS + asked * MS_PER_OPERATION);
  const share = Math.min(1, Math.max(0, timeS) / timeLimitS);
  if (realMs <= allowedMs * share) return undefined;
  const [now, end] = [Math.max(0, timeS), timeLimitS].map(formatFigure);
  return `the run takes too long: after ${
    formatWhole(realMs / 1_000)
  } s it is at second ${now} of ` +
    `${end}, with ${
      pluralize(messages, "message")
    } between servers. The program does or keeps more ` +
    "and more, or the options ask for too much";
}
