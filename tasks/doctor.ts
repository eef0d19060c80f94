/**
 * `glomers doctor`: what of all that can be of use is there, and what to do about what is not.
 *
 * @module
 */
import { formatFigure, pluralize } from "../lib/checkers/format.ts";
import { detectStyle, makePaint, wrapParagraph } from "../lib/report/text.ts";
import { optionsHelp } from "../lib/workbench/command_line.ts";
import { findMaelstrom } from "./engines/maelstrom.ts";
import { readArguments } from "./shared/command_line.ts";
import { versionProblem } from "./shared/deno_version.ts";
import { isInstalled } from "./shared/installed.ts";
import { callOf } from "./shared/invocation.ts";
import { measureLoad } from "./shared/machine.ts";
import { NEEDED } from "./shared/needed.ts";

/** Something that was looked for. */
interface Finding {
  readonly name: string;
  /** What is there. */
  readonly text: string;
  /** What is missing, and what to do about it. Absent: nothing is. */
  readonly advice?: string;
  /** Nothing runs without it. */
  readonly isVital?: boolean;
}

/** What each permission is for; on the command line of Deno, `--allow-` and the name. */
const PERMISSIONS: readonly (Deno.PermissionDescriptor & { readonly why: string })[] = [
  { name: "read", why: "to read nodes and stored runs" },
  { name: "write", path: "results", why: "to keep the files of runs" },
  { name: "run", why: "to start nodes as processes, and to end them with their children" },
  { name: "env", variable: "PATH", why: "to find Maelstrom and Java" },
  { name: "sys", kind: "loadavg", why: "to tell a slow node from a busy machine" },
];

const BROWSERS = ["chromium", "google-chrome", "firefox"];

const LANGUAGES = [
  ["python3", "--version"],
  ["go", "version"],
  ["node", "--version"],
  ["javac", "-version"],
  ["ruby", "--version"],
] as const;

const COMMAND = { own: {} } as const;

/** Looks, and says what it has found; resolves to 1 if something vital is missing. */
export async function main(argv: readonly string[]): Promise<number> {
  if (readArguments(argv, COMMAND).help) {
    console.log(helpText());
    return 0;
  }
  const findings = [deno(), ...permissions(), machine(), port()];
  const canRun = Deno.permissions.querySync({ name: "run" }).state === "granted";
  if (canRun) {
    findings.push(await maelstrom(), ...await programs(), await browser(), await languages());
  }
  for (const finding of findings) console.log(render(finding));
  return findings.some(({ advice, isVital }) => advice !== undefined && isVital) ? 1 : 0;
}

function render({ name, text, advice, isVital = false }: Finding): string {
  const { width, ...style } = detectStyle();
  const [tone, mark] = advice === undefined
    ? ["good", "✓"] as const
    : isVital
    ? ["bad", "✗"] as const
    : ["unsure", "–"] as const;
  const head = `${makePaint(style)(tone, mark)} ${name.padEnd(12)} `;
  return wrapParagraph(head, [text, advice].filter((part) => part).join("; "), width).join("\n");
}

function deno(): Finding {
  const problem = versionProblem();
  const text = `${Deno.version.deno} on ${Deno.build.os}, ${Deno.build.arch}`;
  return { name: "Deno", text, isVital: true, ...(problem !== undefined && { advice: problem }) };
}

function permissions(): Finding[] {
  return PERMISSIONS.map(({ why, ...wanted }) => {
    const isGranted = Deno.permissions.querySync(wanted).state === "granted";
    const flag = `--allow-${wanted.name}`;
    return {
      name: wanted.name,
      text: isGranted ? `may be used, ${why}` : `not granted, ${why}`,
      ...(!isGranted && { advice: `${flag} grants it` }),
    };
  });
}

function machine(): Finding {
  const { cores, load } = measureLoad();
  const all = pluralize(cores, "core");
  const text = load === undefined ? all : `${all}, a load of ${formatFigure(load)}`;
  const isBusy = load !== undefined && load > cores;
  const advice = "limits of latency may be missed because of that: wait, or use the simulator";
  return { name: "machine", text, ...(isBusy && { advice }) };
}

/** A port of this machine, as pages that show a run need one. */
function port(): Finding {
  const name = "ports";
  const { state } = Deno.permissions.querySync({ name: "net", host: "127.0.0.1" });
  if (state !== "granted") {
    return { name, text: "not tried; nothing but a server of pages needs one" };
  }
  try {
    Deno.listen({ hostname: "127.0.0.1", port: 0 }).close();
    return { name, text: "this machine's own can be listened on" };
  } catch (error) {
    return { name, text: `none can be listened on: ${error}`, advice: "look at its firewall" };
  }
}

async function maelstrom(): Promise<Finding> {
  const name = "Maelstrom";
  if (Deno.permissions.querySync({ name: "env", variable: "PATH" }).state !== "granted") {
    return { name, text: "not looked for, without permission to read PATH" };
  }
  const found = await findMaelstrom((name) =>
    Deno.permissions.querySync({ name: "env", variable: name }).state === "granted"
      ? Deno.env.get(name)
      : undefined
  );
  if ("launcher" in found) return { name, text: found.launcher };
  return {
    name,
    text: `${found.missing}; the embedded workbench stands in for it`,
    advice: "to use it, unpack a release of github.com/jepsen-io/maelstrom, and let the variable " +
      "MAELSTROM name its folder",
  };
}

async function programs(): Promise<Finding[]> {
  return await Promise.all(NEEDED.map(async ({ command, flag, without, apt, brew }) => {
    if (await isInstalled(command, flag)) return { name: command, text: "installed" };
    const advice = `apt-get install ${apt}, or brew install ${brew}`;
    return { name: command, text: `not installed, without which ${without}`, advice };
  }));
}

async function browser(): Promise<Finding> {
  const found = await installed(BROWSERS.map((command) => [command, "--version"]));
  const name = "browser";
  if (found.length > 0) return { name, text: found.join(", ") };
  return {
    name,
    text: "none is installed here; a browser elsewhere can show a run's report.html, too",
  };
}

async function languages(): Promise<Finding> {
  const found = await installed(LANGUAGES);
  const text = found.length === 0
    ? "none but TypeScript"
    : `${found.join(", ")}, for nodes of your own`;
  return { name: "languages", text };
}

async function installed(commands: readonly (readonly string[])[]): Promise<string[]> {
  const checks = commands.map(async ([command = "", flag]) =>
    await isInstalled(command, flag) ? [command] : []
  );
  return (await Promise.all(checks)).flat();
}

function helpText(): string {
  return [
    callOf("doctor"),
    "",
    "Says what of Deno, its permissions, Maelstrom, Java, plots, browsers and languages is there, how",
    "busy the machine is, and what to do about what is not there. Changes nothing.",
    "",
    optionsHelp(COMMAND),
    "",
    "Exit status: 0, or 1 if Deno is too old.",
  ].join("\n");
}
