/**
 * The pages of the playground, as files that any web host can serve: words as they are, data for the
 * scripts beside them. All addresses are relative.
 *
 * @module
 */
import { type Markup, markup, trusted } from "../report/page/markup.ts";
import { type PlanOptions, workloadOf } from "../workbench/plan.ts";
import { splitEssay } from "./essay.ts";
import type { Exercise, Sandbox } from "./exercise.ts";
import { type Hint, readFaultLesson, readLesson } from "./lessons/lesson.ts";
import { renderMarkdown } from "./lessons/markdown.ts";
import { FAULT_LESSONS, LESSONS } from "./lessons/mod.ts";
import { FAULTS, NUMBERS } from "./option_fields.ts";

/** A challenge, as the rest of the project knows it. */
export interface Challenge extends Pick<Exercise, "id" | "runs" | "limits" | "published"> {
  /** The file of the node that solves it. */
  readonly solution: string;
}

/** A faulty program, and the run that shows its fault. */
export interface Fault extends Pick<Exercise, "id" | "starter" | "limits"> {
  readonly run: PlanOptions;
  /** What its fault is, as Markdown. */
  readonly essay: string;
}

/** How many seeds prove that a program keeps a challenge, and that a fault is gone. */
const SEEDS = 200;
const FAULT_SEEDS = 500;

/**
 * What pages may load and run: this site's own, the frames and workers that hold the engine, and
 * nothing of any other host. Frames and workers inherit it.
 */
const POLICY = [
  "default-src 'none'",
  "script-src 'self' blob:",
  "worker-src blob:",
  "connect-src 'self'",
  "style-src 'self'",
  "style-src-attr 'unsafe-inline'", // what a browser writes into the text that is edited
  "img-src 'self' data:",
  "frame-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
].join("; ");

/** The pages by their names. */
export function makePages({ challenges, faults, sandbox }: {
  readonly challenges: readonly Challenge[];
  readonly faults: readonly Fault[];
  readonly sandbox: Sandbox;
}): ReadonlyMap<string, string> {
  const lessons = [...challenges.flatMap(lessonOf), ...faults.map(lessonOfFault)];
  return new Map([
    ["index.html", renderIndex(lessons.map(({ exercise }) => exercise))],
    ["sandbox.html", renderSandbox(sandbox)],
    ...lessons.map((lesson, i) => {
      const [before, after] = [lessons[i - 1]?.exercise, lessons[i + 1]?.exercise];
      return [`${lesson.exercise.id}.html`, renderLesson(lesson, before, after)] as const;
    }),
  ]);
}

/** What a page says around its exercise. */
interface Shown {
  readonly exercise: Exercise;
  readonly kicker: string;
  readonly asked: Markup;
  readonly aside: Markup;
  readonly hints: readonly Hint[];
  readonly passed: Markup;
}

function lessonOf({ solution, ...challenge }: Challenge): Shown[] {
  const { id } = challenge;
  const files = LESSONS[id];
  if (files === undefined) return [];
  const { title, asked, original, hard, hints, passed } = readLesson(files.text);
  const { text, code } = splitEssay(solution);
  const exercise: Exercise = {
    ...challenge,
    solution,
    title,
    starter: files.starter,
    seeds: SEEDS,
    isHeldToFinalStates: false,
  };
  return [{
    exercise,
    kicker: `Challenge ${id}`,
    asked: markup`${asked}
<p class="quiet"><a href="${original}">The challenge in its authors’ words</a></p>`,
    aside: markup`<h2>What makes it hard</h2>${hard}`,
    hints,
    passed: markup`<div class="grid"><div>${passed}</div><div id="comparison"></div></div>
<details><summary>Our solution</summary><div class="essay">${renderMarkdown(text)}</div>
<pre tabindex="0"><code>${code}</code></pre></details>`,
  }];
}

function lessonOfFault({ id, starter, limits, run, essay }: Fault, i: number): Shown {
  const text = FAULT_LESSONS[id];
  const { description } = workloadOf(run);
  const { title, meant, hints } = text === undefined
    ? {
      title: `A fault in ${run.workload}`,
      meant: markup`<p>A program for the workload ${run.workload}: ${description}.</p>`,
      hints: [],
    }
    : readFaultLesson(text);
  const exercise: Exercise = {
    id: `fault-${i + 1}`,
    title,
    starter,
    limits,
    runs: [run],
    seeds: FAULT_SEEDS,
    isHeldToFinalStates: true,
  };
  return {
    exercise,
    kicker: `Find the fault ${i + 1}`,
    asked: markup`<h2>What it is meant to do</h2>${meant}`,
    aside: markup`<h2>What to do</h2><p>The program below looks right, and has one fault. Run it and
see what goes wrong, find out why, change as little as possible, and prove the change under
${FAULT_SEEDS} seeds.</p>`,
    hints,
    passed: markup`<p>What the fault was, in the words of the file it comes from:</p>
<div class="essay">${renderMarkdown(essay)}</div>`,
  };
}

type Entry = Pick<Exercise, "id" | "title">;

function renderDocument(
  { title, script, body, beside: [before, after] = [] }: {
    readonly title: string;
    readonly script: string;
    readonly body: Markup;
    /** What comes before the page's exercise, and what after it. */
    readonly beside?: readonly (Entry | undefined)[];
  },
): string {
  const link = (entry: Entry | undefined, name: (title: string) => string) =>
    entry !== undefined && markup`<a href="${entry.id}.html">${name(entry.title)}</a>`;
  return markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<link rel="icon" href="data:,">
<link rel="stylesheet" href="assets/style.css">
<script type="module" src="assets/${script}.js"></script>
<title>${title}</title>
</head>
<body>
<a class="skip" href="#main">Skip to the content</a>
<nav class="bar" aria-label="Playground"><a class="home" href="index.html"><b>Glomers</b> playground</a>
<span class="quiet">distributed systems in this browser, nothing to install</span>
<span class="apart"></span>
${link(before, (title) => `← ${title}`)}${
    link(after, (title) => `${title} →`)
  }<a href="sandbox.html">Sandbox</a></nav>
<noscript><p>Programs run in this page, which needs JavaScript for that.</p></noscript>
<main id="main">${body}</main>
</body>
</html>
`.text;
}

function renderIndex(entries: readonly Entry[]): string {
  const [faults, challenges] = [true, false].map((isFault) =>
    entries.filter(({ id }) => id.startsWith("fault-") === isFault)
  );
  const body = markup`
<h1>Learn distributed systems by breaking them</h1>
<p class="lead">Each challenge is a small program that runs on several nodes at once, in a simulated
network inside this page. You write it, run it, see every message, and find out what a partition does
to it. Most challenges are Fly.io's <a href="https://fly.io/dist-sys/">Gossip Glomers</a>; the others
are Maelstrom's further workloads and variants of our own.</p>
<h2>Challenges <span class="quiet" id="solved"></span></h2>
${renderCards(challenges ?? [])}
<p><a class="next" href="sandbox.html">Sandbox</a>: a cluster that runs before your eyes, whose nodes
you cut off, kill, pause and slow down by hand.</p>
<h2>Find the fault</h2>
<p>Programs that look right, and are not. Each has one fault, of a kind that has happened to others.</p>
${renderCards(faults ?? [])}`;
  return renderDocument({ title: "Glomers playground", script: "index", body });
}

function renderCards(entries: readonly Entry[]): Markup {
  return markup`<ol class="cards">${
    entries.map(({ id, title }) =>
      markup`<li><a class="card" href="${id}.html" data-exercise="${id}"><span class="quiet">${
        id.replace("fault-", "")
      }</span>
<b>${title}</b><span class="state"></span></a></li>`
    )
  }</ol>`;
}

function renderLesson(
  { exercise, kicker, asked, aside, hints, passed }: Shown,
  before: Entry | undefined,
  after: Entry | undefined,
): string {
  const { id, title } = exercise;
  const body = markup`
<div class="lesson">
<section aria-labelledby="title">
<p class="quiet kicker">${kicker}</p>
<h1 id="title">${title}</h1>
${asked}
</section>
<section aria-label="About it">
${aside}
</section>
</div>
<div id="run">
${renderBench(exercise, hints)}
<section id="passed" aria-labelledby="passed-title" hidden>
<h2 id="passed-title">It passes</h2>
<div class="panel">${passed}
${
    after !== undefined &&
    markup`<p><a class="next" href="${after.id}.html">Next: ${after.title}</a></p>`
  }
</div></section>
<div id="evidence"></div>
</div>
<script type="application/json" id="exercise">${embed(exercise)}</script>`;
  return renderDocument({
    title: `${title} (${id}) · Glomers playground`,
    script: "challenge",
    body,
    beside: [before, after],
  });
}

/** How fast a live run may go, in virtual seconds a second. */
const LIVE_SPEEDS = [["0", "stopped"], ["0.05", "1/20"], ["0.25", "1/4"], ["1", "1"], ["4", "4"]];

/** The program that the sandbox begins with: one that gets over what is done to its nodes. */
const FIRST_PROGRAM = "3c";

function renderSandbox(sandbox: Sandbox): string {
  const strikes = ["cut off", "kill", "pause", "slow"];
  const body = markup`
<div class="lesson">
<section aria-labelledby="title">
<h1 id="title">Sandbox</h1>
<p>A cluster that runs before your eyes, for two minutes or as long as the options say. Cut nodes off,
kill them, pause them, slow them down, and watch what the others do. The run is judged as any other in
the end; <b>End and judge</b> has what is left of it run at once.</p>
</section>
</div>
<div id="run">
<section class="bench" aria-label="Write, run and break">
<div class="writing">
<div class="toolbar" role="toolbar" aria-label="Run">
<button type="button" id="run-once" class="main" title="Ctrl and Enter">▶ Start</button>
<button type="button" id="judge">End and judge</button>
<label>program <select id="program">${
    sandbox.programs.map(({ id, title }) =>
      renderChoice(id, title, { isChosen: id === FIRST_PROGRAM })
    )
  }</select></label>
<label>speed <select id="live-speed">${
    LIVE_SPEEDS.map(([value = "", name = ""]) =>
      renderChoice(value, value === "0" ? name : `${name} ×`, { isChosen: value === "1" })
    )
  }</select></label>
<span class="apart"></span>
${renderOpeners({ hasHints: false })}
</div>
<div id="editor"></div>
${renderOptions([{ workload: "broadcast" }])}
</div>
<div class="result">
${renderBeside([])}
${OUTDATED}
<div id="verdict" aria-live="polite"><p class="quiet empty">Start the cluster, then do something to a node.</p></div>
${renderFilm()}
<div id="live" hidden>
<p id="counts-live" class="quiet"></p>
<div class="scroll"><table class="strikes"><thead><tr><th scope="col">node</th>${
    strikes.map((name) => markup`<th scope="col">${name}</th>`)
  }</tr></thead><tbody id="nodes"></tbody></table></div>
<div id="lines-place" hidden><h2>What nodes log</h2>
<ol id="lines" class="log mono" tabindex="0"></ol></div>
</div>
<div id="told"></div>
</div>
</section>
<div id="evidence"></div>
</div>
<script type="application/json" id="sandbox">${embed(sandbox)}</script>`;
  return renderDocument({ title: "Sandbox · Glomers playground", script: "sandbox", body });
}

/** Buttons that open what is beside the editor. */
function renderOpeners({ hasHints }: { readonly hasHints: boolean }): Markup {
  const opener = (id: string, text: string, hint: string) =>
    markup`<button type="button" id="${id}" title="${hint}" aria-expanded="false"
aria-controls="beside">${text}</button>`;
  return markup`<span class="buttons">${
    hasHints && opener("show-hints", "Hints", "Hints, one after another, beside the editor")
  }
${opener("show-api", "API", "What a program may use, beside the editor")}</span>`;
}

/** What opens beside the editor, and does not move it: hints, and what programs may use. */
function renderBeside(hints: readonly Hint[]): Markup {
  return markup`<aside id="beside" aria-label="Beside the editor" hidden>
<button type="button" id="close-beside" aria-label="Close" title="Close (Escape)">×</button>
${
    hints.length > 0 && markup`<section id="hints-panel" aria-labelledby="hints-title" hidden>
<h2 id="hints-title">Hints</h2>${
      hints.map(({ title, body }, i) =>
        markup`<details class="hint"><summary>Hint ${i + 1}: ${title}</summary>${body}</details>`
      )
    }</section>`
  }
<section id="api-panel" aria-labelledby="api-title" hidden>
<div class="finder"><h2 id="api-title">API</h2>
<input type="search" id="api-search" placeholder="search: send, cas, journal" aria-label="Search what a program may use"></div>
<div id="api-entries"></div>
</section>
</aside>`;
}

function renderBench({ runs, seeds }: Exercise, hints: readonly Hint[]): Markup {
  const button = (id: string, text: string, hint: string) =>
    markup`<button type="button" id="${id}" title="${hint}">${text}</button>`;
  return markup`
<section class="bench" aria-label="Write and run">
<div class="writing">
<div class="toolbar" role="toolbar" aria-label="Run">
<button type="button" id="run-once" class="main" title="Ctrl and Enter">▶ Run</button>
${button("run-seeds", `${seeds} seeds`, `Run under ${seeds} seeds`)}
${button("find-seed", "Find a failing seed", "Run under one seed after another until one fails")}
${button("shrink", "Shrink", "Find the smallest run that fails in the same way")}
<button type="button" id="stop" class="danger" hidden>Stop</button>
<span class="apart"></span>
${renderOpeners({ hasHints: hints.length > 0 })}
<span class="buttons"><a class="button" id="to-sandbox" href="sandbox.html" title="Run this code, and cut and kill nodes by hand">Sandbox</a>
${button("share", "Share", "Put the code into the address")}
${button("start-over", "Start over", "Bring back the starter; undo brings back your code")}</span>
</div>
<p id="status" class="quiet" role="status">Press Run, or Ctrl and Enter in the editor.</p>
<div id="elsewhere" class="notice" role="status" hidden><p>Another tab has changed the code of this
exercise. Only one of the two can be kept.</p>
${
    button(
      "take-other",
      "Take the other tab’s",
      "Replace what is in this editor; undo brings it back",
    )
  }
${button("keep-own", "Keep this tab’s", "What the other tab has written is forgotten")}</div>
<div id="editor"></div>
${renderOptions(runs)}
<details class="help"><summary>What the buttons do</summary>
<p><b>Run</b> simulates the cluster once, with its clients and its network, and judges what the clients
saw. Whatever is left to chance, such as who asks when and how long a message takes, is drawn from a
number, the <b>seed</b>: the same code and the same seed make the same run, message by message.</p>
<p><b>${seeds} seeds</b> makes as many different runs, since a program may be right by luck.
<b>Find a failing seed</b> stops at the first that fails. <b>Shrink</b> leaves requests, faults and
nodes out of a run that fails for as long as it still fails in the same way: what is left is short
enough to follow message by message.</p>
<p>In the editor, Ctrl and Enter run the code, Ctrl and Space show what a name can go on with, and the
line below says what a call takes. Escape, then Tab, leaves it. What <code>console.log</code> and
<code>node.log</code> write is shown with each run, with its time and node.</p></details>
</div>
<div class="result">
${renderBeside(hints)}
${OUTDATED}
<div id="verdict" aria-live="polite"><p class="quiet empty">What comes of a run is shown here: the verdict, what went wrong and when, and the messages on their way.</p></div>
<p id="next-step" class="notice" hidden>One run can be luck. Next: ${
    button("prove", `run ${seeds} seeds`, `Run under ${seeds} seeds`)
  }</p>
${renderFilm()}
<div id="told"></div>
</div>
</section>`;
}

const OUTDATED = markup`<p id="outdated" class="notice" role="status" hidden>The code has changed:
what follows is of its earlier version.</p>`;

function renderFilm(): Markup {
  return markup`<div id="film-place" hidden>
<div class="drawing"><canvas id="film" tabindex="0" role="application" aria-label="Messages between nodes at a moment of the run; space plays, arrow keys move" aria-describedby="film-words"></canvas></div>
<div class="film-controls" id="film-controls">
<button type="button" id="film-play">▶ play</button>
<input type="range" id="film-time" min="0" value="0" aria-label="Moment of the run">
<label>speed <select id="film-speed">${
    [["0.001", "1/1000"], ["0.01", "1/100"], ["0.1", "1/10"], ["0.5", "1/2"], ["1", "1"], [
      "4",
      "4",
    ]]
      .map(([value = "", name = ""]) =>
        renderChoice(value, `${name} ×`, { isChosen: value === "0.5" })
      )
  }</select></label>
</div>
<div class="keys" id="film-key"></div>
<p id="film-words" class="mono"></p>
</div>`;
}

function renderOptions(runs: readonly PlanOptions[]): Markup {
  return markup`<details class="options"><summary>Options of the run</summary>
<div class="fields">
<label${runs.length > 1 ? "" : trusted(" hidden")}>which run <select id="which-run">${
    runs.map((_, i) =>
      renderChoice(`${i}`, `run ${i + 1} of ${runs.length}`, { isChosen: i === runs.length - 1 })
    )
  }</select></label>
<label>seed <input id="option-seed" type="text" value="1" size="6"></label>
${
    NUMBERS.map(({ field, label, min, max, step }) =>
      markup`<label>${label} <input id="option-${field}" type="number" min="${min}" max="${max}"
step="${step}"></label>`
    )
  }
<fieldset><legend>Faults</legend>${
    FAULTS.map(({ kind, label }) =>
      markup`<label><input type="checkbox" id="fault-${kind}"> ${label}</label>`
    )
  }</fieldset>
<button type="button" id="as-asked">As this page asks</button>
</div></details>`;
}

function renderChoice(value: string, text: string, { isChosen }: {
  readonly isChosen: boolean;
}): Markup {
  return markup`<option value="${value}"${isChosen ? trusted(" selected") : ""}>${text}</option>`;
}

/** JSON that ends no script element. */
function embed(data: Exercise | Sandbox): Markup {
  return trusted(JSON.stringify(data).replaceAll("<", "\\u003c"));
}
