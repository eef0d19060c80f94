/** Stands in for `@std/async/pool` where JSR is out of reach (see `tasks/setup.ts`). */

/**
 * The results of `iteratorFn` for each item, in the items' order, with at most `poolLimit` calls
 * under way at once. After a failure no further item is started; those under way end first, then
 * the iteration throws an `AggregateError` of all their errors.
 */
export function pooledMap<T, R>(
  poolLimit: number,
  array: Iterable<T> | AsyncIterable<T>,
  iteratorFn: (data: T) => Promise<R>,
): AsyncIterableIterator<R> {
  if (!Number.isInteger(poolLimit) || poolLimit < 1) {
    throw new RangeError("'poolLimit' must be a positive integer");
  }
  const results = new TransformStream<R, R>();
  feed(results.writable.getWriter(), poolLimit, array, iteratorFn);
  return results.readable[Symbol.asyncIterator]();
}

/** Starts the calls, also those whose results nobody has asked for yet. */
async function feed<T, R>(
  writer: WritableStreamDefaultWriter<R>,
  limit: number,
  items: Iterable<T> | AsyncIterable<T>,
  call: (item: T) => Promise<R>,
): Promise<void> {
  const underWay = new Set<Promise<unknown>>();
  const errors: unknown[] = [];
  let written: Promise<unknown> = Promise.resolve();
  try {
    for await (const item of items) {
      const result = Promise.resolve().then(() => call(item));
      const settled = result
        .catch((error) => errors.push(error))
        .finally(() => underWay.delete(settled));
      underWay.add(settled);
      const before = written;
      // What fails is left out here, and reported at the end.
      written = before.then(() => result).then((value) => writer.write(value)).catch(() => {});
      if (underWay.size >= limit) await Promise.race(underWay);
      if (errors.length > 0) break;
    }
  } catch (error) {
    // The source of the items failed.
    errors.push(error);
  }
  await Promise.all(underWay);
  await written;
  const ended = errors.length === 0 ? writer.close() : writer.abort(
    new AggregateError(
      errors,
      "Cannot complete the mapping as an error was thrown from an item",
    ),
  );
  // Nobody may be listening any more.
  await ended.catch(() => {});
}
