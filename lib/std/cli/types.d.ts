/** The real one also takes `default`, `negatable` and `stopEarly`, and types what they yield. */
export interface ParseOptions<B extends string, S extends string, C extends string> {
  "--"?: boolean;
  alias?: Readonly<Record<string, string | readonly string[]>>;
  boolean?: B | readonly B[];
  string?: S | readonly S[];
  collect?: C | readonly C[];
  unknown?: (arg: string, key?: string, value?: unknown) => unknown;
}

/** An option that is collected and not a string holds whatever its values look like. */
export type Args<B extends string, S extends string, C extends string> =
  & { _: Array<string | number>; "--"?: string[] }
  & { [Name in Exclude<B, C>]: boolean }
  & { [Name in Exclude<S, C>]?: string }
  & { [Name in C]: Array<Name extends S ? string : Name extends B ? boolean : unknown> };

export function parseArgs<
  B extends string = never,
  S extends string = never,
  C extends string = never,
>(args: string[], options?: ParseOptions<B, S, C>): Args<B, S, C>;
