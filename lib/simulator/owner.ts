/**
 * Owners and their turns.
 *
 * Simulated nodes share one thread and its globals. Whatever runs is one node's turn: the timers it
 * sets, the numbers it draws and the lines it prints belong to that node.
 *
 * @module
 */
import type { Random } from "../workbench/random.ts";

/** The message that a turn is due to. */
export interface Cause {
  /** The packet's id. */
  readonly id: number;
  /** Whether a timer lies between the message and the turn: its own timers have no cause. */
  readonly isLate: boolean;
}

/** A node that can have the turn. */
export interface Owner {
  /** What the owner draws from. */
  readonly random: Random;
  /** How far its wall clock is off, in milliseconds; its monotonic clock never is. */
  readonly skewMs: number;
  /** What the turn that the owner has, or had last, is due to; absent where no message is. */
  readonly cause?: Cause | undefined;
  /** Runs a callback in the owner's turn: at once, later if it is paused, never if it has ended. */
  enter(callback: () => void, cause?: Cause): void;
  /** Called with an error that nothing caught in the owner's turn. */
  failed(error: unknown): void;
  /** Called with each text that the owner writes to the console. */
  say(text: string): void;
  /** Called when the owner ends its process. */
  exit(code: number): void;
}
