/**
 * Loaded before a program, sets its clock a year ahead, as on a machine whose clock is wrong.
 *
 * @module
 */
const AHEAD_MS = 365 * 24 * 3_600_000;
const Right = Date;

globalThis.Date = new Proxy(Right, {
  construct: (target, args, self) =>
    Reflect.construct(target, args.length === 0 ? [Right.now() + AHEAD_MS] : args, self),
  get: (target, name) => name === "now" ? () => Right.now() + AHEAD_MS : Reflect.get(target, name),
});
