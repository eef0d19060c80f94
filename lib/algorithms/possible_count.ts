/**
 * What a peer can have counted.
 *
 * Logical clocks, versions and message numbers only ever grow, and whoever hears a higher one takes
 * all that is lower for old. So a single malformed 2^53 − 1 would make everything that is counted
 * from then on look old, for good. Nothing here counts faster than a million a second, and nothing
 * has since 1970: what is higher than that was never counted, and is refused.
 *
 * The bound rises faster than anything is counted, so a number just below it does no lasting harm
 * either. Until the year 2255 it also keeps arithmetic exact.
 *
 * @module
 */

const MAX_PER_MS = 1_000;

/** Whether somebody who counts from 0 can have come that far. */
export function isPossibleCount(count: number): boolean {
  return count >= 0 && count <= MAX_PER_MS * Date.now();
}
