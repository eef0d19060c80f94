/// <reference lib="dom" />
/**
 * A run as it goes: figures, pictures, and at last its report.
 *
 * @module
 */
import { element, followWidth, formatMs, key } from "../../page/client/canvas.ts";
import type { Reading } from "../progress.ts";
import { follow } from "./follow.ts";
import { ratesOf, Strips } from "./strips.ts";

/** What a run is doing. */
const PHASES: Readonly<Record<Reading["phase"], string>> = {
  starting: "Nodes are starting.",
  running: "Clients are at work.",
  recovering: "The network is whole; nodes rest for 10 s before the last operations.",
  final: "Clients perform the last operations.",
  comparing: "What the nodes hold is compared.",
  stopping: "Nodes are stopping.",
  checking: "Checkers judge the history.",
};

/** Readings that are kept: more than a day of them. */
const MOST_READINGS = 100_000;
const MOST_PROBLEMS = 100;
const MOST_LOG_LINES = 40;
const LOG_WIDTH = 300;

export function startLive(place: HTMLElement): void {
  const { run = "", limit = "", started = "" } = place.dataset;
  const limitS = Number(limit);
  const log = document.getElementById("log");
  if (log !== null) {
    setInterval(() => showTime((Date.now() - Number(started)) / 1_000, limitS), 500);
  }
  const readings: Reading[] = [];
  let at = "0";
  const charts = document.getElementById("strips");
  const strips = charts === null ? undefined : new Strips(charts);
  const draw = () => strips?.show(readings, limitS);
  explain();
  draw();
  followWidth(document.body, draw);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
  const stop = follow(
    () => `/progress?run=${encodeURIComponent(run)}&from=${at}`,
    {
      message: ({ data, lastEventId }) => {
        at = lastEventId;
        for (const line of String(data).split("\n")) readings.push(JSON.parse(line));
        readings.splice(0, readings.length - MOST_READINGS);
        show(readings, limitS);
        draw();
      },
      log: ({ data, lastEventId }) => {
        if (at === "0") log?.replaceChildren();
        at = lastEventId;
        log?.append(
          ...String(data).split("\n").map((text) =>
            element("li", { text: text.slice(0, LOG_WIDTH) })
          ),
        );
        while (log !== null && log.childElementCount > MOST_LOG_LINES) {
          log.firstElementChild?.remove();
        }
      },
      end: () => {
        stop();
        location.reload(); // to where the run is told now
      },
    },
  );
}

function write(id: string, text: string): void {
  const place = document.getElementById(id);
  if (place !== null && place.textContent !== text) place.textContent = text;
}

function show(readings: readonly Reading[], limitS: number): void {
  const last = readings.at(-1);
  if (last === undefined) return;
  const { phase, timeS, invoked, messages, faults } = last;
  const rate = ratesOf(readings.slice(-8)).at(-1);
  const latencyMs = readings.findLast((one) => one.latencyMs.length > 0)?.latencyMs ?? [];
  const print = (value: number | undefined) =>
    value === undefined ? "–" : Number(value.toPrecision(3)).toLocaleString("en");
  const printMs = (value: number | undefined) => value === undefined ? "–" : formatMs(value);
  const isTimed = phase === "running" && limitS > 0;
  write("phase", PHASES[phase] ?? phase);
  write("operations", invoked.toLocaleString("en"));
  write("rate", print(rate && rate.ok + rate.fail + rate.info));
  write("latency", printMs(latencyMs[0]));
  write("slow", printMs(latencyMs[1]));
  write("messages", print(rate?.messages));
  write("per-op", print(invoked === 0 ? undefined : messages / invoked));
  write("time", isTimed ? `${Math.floor(timeS)} of ${limitS} s` : `${Math.floor(timeS)} s`);
  write("faults", faults.map(({ label }) => label).join("; "));
  const bar = document.querySelector<HTMLProgressElement>("#progress");
  if (bar !== null && limitS > 0) bar.value = Math.min(1, timeS / limitS);
  const problems = readings.flatMap((reading) => reading.problems).slice(-MOST_PROBLEMS);
  const list = document.getElementById("problems");
  const section = document.getElementById("problems-section");
  if (list === null || section === null || problems.length === 0) return;
  section.hidden = false;
  list.replaceChildren(...problems.map((text) => element("li", { text })));
}

/** Of a run that does not say when its clients began. */
function showTime(timeS: number, limitS: number): void {
  const asked = limitS > 0
    ? `; clients are active for ${limitS} s of it, between start-up and the final operations`
    : "";
  write("time", `${Math.floor(timeS)} s since it began${asked}.`);
}

function explain(): void {
  document.getElementById("strips-key")?.append(
    key("stroke series-0", "median, messages"),
    key("stroke series-2", "95 %"),
    key("stroke", "maximum"),
    key("mark ok", "ok"),
    key("mark fail", "failed"),
    key("mark info", "outcome unknown"),
  );
}
