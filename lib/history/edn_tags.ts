/**
 * The two tags that EDN defines: `#inst`, a moment, and `#uuid`.
 *
 * @module
 */

const INSTANT =
  /^(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T(\d\d)(?::(\d\d)(?::(\d\d)(?:\.(\d+))?)?)?)?)?)?(?:Z|([-+])(\d\d):(\d\d))?$/;

/** Returns a moment as Clojure prints it, in UTC to the millisecond; `undefined` if it is none. */
function parseInstant(text: string): string | undefined {
  const match = INSTANT.exec(text);
  if (match === null) return undefined;
  const [, years, months = "01", days = "01", ...rest] = match;
  const [hours = "0", minutes = "0", seconds = "0", fraction = "0", sign, ...zone] = rest;
  const [year, month, day] = [Number(years), Number(months), Number(days)];
  const [hour, minute, second] = [Number(hours), Number(minutes), Number(seconds)];
  const [zoneHour, zoneMinute] = [Number(zone[0] ?? 0), Number(zone[1] ?? 0)];
  const isDate = month >= 1 && month <= 12 && day >= 1 && day <= daysIn(month, year);
  const isTime = hour <= 23 && minute <= 59 && second <= (minute === 59 ? 60 : 59);
  if (!isDate || !isTime || zoneHour > 23 || zoneMinute > 59) return undefined;
  const offset = (sign === "-" ? -1 : 1) * (60 * zoneHour + zoneMinute);
  const moment = new Date(0);
  moment.setUTCFullYear(year, month - 1, day);
  const milliseconds = Number(fraction.padEnd(3, "0").slice(0, 3));
  moment.setUTCHours(hour, minute - offset, second, milliseconds);
  return moment.toISOString().replace("Z", "-00:00");
}

function daysIn(month: number, year: number): number {
  const isLeapYear = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  if (month === 2) return isLeapYear ? 29 : 28;
  return [4, 6, 9, 11].includes(month) ? 30 : 31;
}

const UUID = /^([0-9a-f]{1,8})-([0-9a-f]{1,4})-([0-9a-f]{1,4})-([0-9a-f]{1,4})-([0-9a-f]{1,12})$/i;
const UUID_DIGITS = [8, 4, 4, 4, 12];

/** Returns a UUID in lower case with every digit; `undefined` if the text is none. */
function parseUuid(text: string): string | undefined {
  const parts = UUID.exec(text)?.slice(1);
  return parts?.map((part, i) => part.toLowerCase().padStart(UUID_DIGITS[i] ?? 0, "0")).join("-");
}

/** Readers of the tags that EDN defines: they bring a text into its one form, if it has any. */
export const OWN_TAGS: ReadonlyMap<string, (text: string) => string | undefined> = new Map([
  ["inst", parseInstant],
  ["uuid", parseUuid],
]);
