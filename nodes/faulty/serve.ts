#!/usr/bin/env -S deno run --quiet --allow-read
/**
 * Serves the program that the file named by its argument exports as its default, so that the
 * workbench can run the broken ones as processes:
 * `deno task workbench test -w echo --bin nodes/faulty/serve.ts -- "$PWD/FILE"`.
 *
 * @module
 */
import { pathToFileURL } from "node:url";
import { serve } from "../../lib/mod.ts";
import { programAt } from "../../lib/simulator/program.ts";

const [file] = Deno.args;
if (file === undefined) throw new Error("the argument must name a program's file");
await serve(await programAt(pathToFileURL(file).href));
