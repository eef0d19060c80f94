/**
 * The worker of simulations whose programs came from another machine. It runs in a thread of its own,
 * which has no permission at all. Its first message is the program.
 *
 * @module
 */
// The first import, as it takes the first message.
import "./shipped_imports.ts";
// The modules that programs share, loaded before there is one.
import "../mod.ts";
import "../report/sweep_worker.ts";
