#!/usr/bin/env -S deno run --quiet --allow-read
/**
 * Serves the program that the file named by its argument exports as its default, so that the
 * workbench can run the broken ones as processes:
 * `deno task workbench test -w echo --bin nodes/faulty/serve.ts -- "$PWD/FILE"`.
 *
 * @module
 */
import { pathToFileURL } from "node:url";
import { serve } from "../../lib/node.ts";
import { loadProgram } from "../../lib/simulator/program.ts";

const [file] = Deno.args;
if (file === undefined) throw new Error("the argument must name a program's file");
await serve(await loadProgram(pathToFileURL(file).href));
