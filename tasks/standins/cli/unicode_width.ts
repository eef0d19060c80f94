/** Stands in for `@std/cli/unicode-width` where JSR is out of reach (see `tasks/setup.ts`). */

// The blocks of East Asian wide characters, from Unicode's EastAsianWidth.txt, and emoji. Some 50
// of 155,000 characters, all of rare scripts or newer than Unicode 15, come out otherwise than in
// the real package, which carries the full table.
const ZERO = /^(?![\u00ad\u302e\u302f])[\p{Mn}\p{Me}\p{Cf}\p{Cc}\u1160-\u11ff]$/u;
const WIDE =
  /^(?![\u{1f1e6}-\u{1f1ff}])[\p{Emoji_Presentation}\u1100-\u115f\u2329\u232a\u2e80-\u2ffb\u3000-\u303e\u3041-\u31e3\u31f0-\u4dbf\u4e00-\ua4c6\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe10-\ufe19\ufe30-\ufe6b\uff01-\uff60\uffe0-\uffe6\u{16fe0}-\u{18d08}\u{1aff0}-\u{1b2fb}\u{1f200}-\u{1f265}\u{20000}-\u{3fffd}]$/u;

/** The number of terminal columns that a string takes, its escape sequences apart. */
export function unicodeWidth(str: string): number {
  let width = 0;
  for (const character of str) {
    width += character >= " " && character <= "~" ? 1 : widthOf(character);
  }
  return width;
}

function widthOf(character: string): 0 | 1 | 2 {
  if (ZERO.test(character)) return 0;
  return WIDE.test(character) ? 2 : 1;
}
