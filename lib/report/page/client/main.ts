/// <reference lib="dom" />
/**
 * Brings a page to life: unpacks its data and shows the run.
 *
 * @module
 */
import { decode, unpack } from "./decode.ts";
import { showRun } from "./show_run.ts";

async function start(): Promise<void> {
  const packed = document.getElementById("scene")?.textContent ?? "";
  const { draw } = showRun(document.body, decode(await unpack(packed)));
  linkCopies();
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
  for (const [event, isPrinting] of [["beforeprint", true], ["afterprint", false]] as const) {
    addEventListener(event, () => {
      document.documentElement.classList.toggle("printing", isPrinting);
      draw();
    });
  }
  document.documentElement.dataset["ready"] = "true";
}

function linkCopies(): void {
  for (const button of document.querySelectorAll<HTMLButtonElement>("button[data-copy]")) {
    button.hidden = false;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(button.dataset["copy"] ?? "");
      button.textContent = "copied";
    });
  }
}

start();
