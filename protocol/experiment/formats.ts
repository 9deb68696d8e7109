/** Notations of `data.format`, `data.timezone` and `data.calendar`. */

/** Months as `data.calendar` names them. */
export const monthNames = [
  "january",
  "february",
  "march",
  "april",
  "may",
  "june",
  "july",
  "august",
  "september",
  "october",
  "november",
  "december",
] as const;

/** Letters of a date pattern, longest first, and what they stand for in strptime; `Q` is the number of a quarter. */
const fields: readonly (readonly [string, string])[] = [
  ["YYYY", "%Y"],
  ["MMMM", "%B"],
  ["MMM", "%b"],
  ["SSS", "%g"],
  ["YY", "%y"],
  ["MM", "%m"],
  ["DD", "%d"],
  ["WW", "%V"],
  ["HH", "%H"],
  ["hh", "%I"],
  ["mm", "%M"],
  ["ss", "%S"],
  ["M", "%m"],
  ["D", "%d"],
  ["W", "%V"],
  ["H", "%H"],
  ["h", "%I"],
  ["m", "%M"],
  ["s", "%S"],
  ["A", "%p"],
  ["a", "%p"],
  ["Q", "Q"],
];

/** One piece of a date pattern: a field in strptime's notation, or text that stands as it is. */
export interface DatePiece {
  readonly field?: string;
  readonly text?: string;
}

/**
 * Splits a pattern such as `DD.MM.YYYY HH:mm` or `YYYY-[W]WW` (text in brackets stands as it is) into pieces; a pattern with `%` is taken
 * for strptime's own. Undefined where letters are left that mean nothing, or no year is named.
 */
export function datePieces(pattern: string): DatePiece[] | undefined {
  if (pattern.includes("%")) return /%[YyGcx]/.test(pattern) ? [{ field: pattern }] : undefined;
  const pieces: DatePiece[] = [];
  let rest = pattern;
  while (rest !== "") {
    const quoted = /^\[([^\]]*)\]/.exec(rest);
    const found = fields.find(([letters]) => rest.startsWith(letters));
    if (quoted !== null) pieces.push({ text: quoted[1]! });
    else if (found !== undefined) pieces.push({ field: found[1] });
    else if (/^[A-Z]/i.test(rest) && !rest.startsWith("T")) return undefined;
    else pieces.push({ text: rest[0]! });
    rest = rest.slice(quoted?.[0].length ?? found?.[0].length ?? 1);
  }
  return pieces.some(({ field }) => field === "%Y" || field === "%y") ? pieces : undefined;
}

/** Whether a text is a date pattern that `datePieces` understands. */
export function isDatePattern(text: string): boolean {
  return datePieces(text) !== undefined;
}

/** Whether a text names a time zone of the IANA database. */
export function isTimeZone(text: string): boolean {
  try {
    return Intl.DateTimeFormat("en", { timeZone: text }).resolvedOptions().timeZone !== "";
  } catch {
    return false;
  }
}

/** Whether a text names an encoding that can be decoded (WHATWG labels). */
export function isEncoding(text: string): boolean {
  try {
    return new TextDecoder(text).encoding !== "";
  } catch {
    return false;
  }
}
