/**
 * Owners and their turns.
 *
 * Simulated nodes share one thread and its globals. Whatever runs is one node's turn: the timers it
 * sets, the numbers it draws and the lines it prints belong to that node.
 *
 * @module
 */
import type { Random } from "../workbench/random.ts";

/** A node that can have the turn. */
export interface Owner {
  /** What the owner draws from. */
  readonly random: Random;
  /** How far its wall clock is off, in milliseconds; its monotonic clock never is. */
  readonly skewMs: number;
  /** Runs a callback in the owner's turn: at once, later if it is paused, never if it has ended. */
  enter(callback: () => void): void;
  /** Called with an error that nothing caught in the owner's turn. */
  failed(error: unknown): void;
  /** Called with each text that the owner writes to the console. */
  say(text: string): void;
  /** Called when the owner ends its process. */
  exit(code: number): void;
}
