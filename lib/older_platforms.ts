/**
 * What Node.js 20 lacks of the language's own library and this project uses. The package for npm
 * begins with this module, which adds each function only where there is none.
 *
 * @module
 */
function add(holder: object, functions: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(functions)) {
    if (name in holder) continue;
    Object.defineProperty(holder, name, { value, writable: true, configurable: true });
  }
}

add(Promise, {
  withResolvers<T>() {
    const settle: Partial<Pick<PromiseWithResolvers<T>, "resolve" | "reject">> = {};
    const promise = new Promise<T>((resolve, reject) => Object.assign(settle, { resolve, reject }));
    return { promise, ...settle };
  },
  try: <A extends unknown[], T>(work: (...args: A) => T, ...args: A) =>
    new Promise((resolve) => resolve(work(...args))),
});

add(URL, {
  parse(url: string, base?: string | URL) {
    try {
      return new URL(url, base);
    } catch {
      return null;
    }
  },
});

add(Map, {
  groupBy<K, T>(items: Iterable<T>, keyOf: (item: T, index: number) => K) {
    const groups = new Map<K, T[]>();
    let index = 0;
    for (const item of items) {
      const key = keyOf(item, index++);
      const group = groups.get(key);
      if (group === undefined) groups.set(key, [item]);
      else group.push(item);
    }
    return groups;
  },
});

// Without the escapes that matter only where a text stands behind a backslash or a digit.
add(RegExp, { escape: (text: string) => text.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, "\\$&") });
