import { datePieces } from "../../../protocol/experiment/formats.ts";
import { literal } from "./database.ts";
import { isMissing, sentinel } from "./numbers.ts";

/** One way to write moments. */
export interface TimeFormat {
  readonly name: string;
  readonly pattern: RegExp;
  /** SQL from the trimmed text to a TIMESTAMP or TIMESTAMPTZ, NULL where the text has another form. */
  readonly sql: (text: string) => string;
  /** The same digits read with day and month exchanged. */
  readonly twin?: string;
  /** The same digits can mean months or quarters. */
  readonly ambiguous?: true;
}

const clock = String.raw`(?:[T ]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?`;
const clock12 = String.raw`(?:[T ]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?: ?[AaPp][Mm])?)?`;
const offset = String.raw`(?:Z|z|UTC| ?[+-]\d{2}(?::?\d{2})?)`;

const clockFormats = ["", " %H:%M", " %H:%M:%S", " %H:%M:%S.%g", " %I:%M %p", " %I:%M:%S %p"];

function strptime(...dates: string[]): (text: string) => string {
  const formats = dates.flatMap((date) => clockFormats.map((time) => literal(date + time)));
  return (text) => `try_strptime(replace(${text}, 'T', ' '), [${formats.join(", ")}])`;
}

function dateOnly(...dates: string[]): (text: string) => string {
  return (text) => `try_strptime(${text}, [${dates.map(literal).join(", ")}])`;
}

function epoch(name: string, digits: string, unitsPerSecond: number): TimeFormat {
  return {
    name,
    pattern: new RegExp(`^${digits}$`),
    sql: (text) => `make_timestamp((TRY_CAST(${text} AS DOUBLE) * ${1e6 / unitsPerSecond})::BIGINT)`,
  };
}

/** SQL without the `.0` that tables with gaps give to whole numbers. */
function withoutFraction(text: string): string {
  return `regexp_replace(${text}, '\\.0+$', '')`;
}

function dayMonth(separator: string, escaped: string, year: "Y" | "y"): TimeFormat[] {
  const digits = year === "Y" ? 4 : 2;
  const pattern = new RegExp(String.raw`^\d{1,2}${escaped}\d{1,2}${escaped}\d{${digits}}${clock12}$`);
  const name = (first: string, second: string) => [first, second, year === "Y" ? "YYYY" : "YY"].join(separator);
  const dayFirst = name("DD", "MM");
  const monthFirst = name("MM", "DD");
  const format = (...parts: string[]) => strptime([...parts, `%${year}`].join(separator));
  return [
    { name: dayFirst, pattern, sql: format("%d", "%m"), ...(separator === "." ? {} : { twin: monthFirst }) },
    { name: monthFirst, pattern, sql: format("%m", "%d") },
  ];
}

const quarterPattern = /^(?:\d{4}[-\s]?Q[1-4]|Q[1-4][-\s/]?\d{4})$/i;
const weekPattern = /^\d{4}-?W\d{2}(?:-[1-7])?$/i;

/** Every form a time column may have, the more specific first. */
export const timeFormats: readonly TimeFormat[] = [
  {
    name: "ISO 8601",
    pattern: new RegExp(String.raw`^\d{4}-\d{1,2}-\d{1,2}${clock}$`),
    sql: (text) => `TRY_CAST(${text} AS TIMESTAMP)`,
  },
  {
    name: "ISO 8601 with offset",
    pattern: new RegExp(String.raw`^\d{4}-\d{1,2}-\d{1,2}${clock}${offset}$`),
    // The cast wants seconds.
    sql: (text) =>
      `TRY_CAST(regexp_replace(replace(${text}, 'UTC', 'Z'), '([T ]\\d{1,2}:\\d{2})([Zz+ -])', '\\1:00\\2') AS TIMESTAMPTZ)`,
  },
  {
    name: "YYYY/MM/DD",
    pattern: new RegExp(String.raw`^\d{4}[/.]\d{1,2}[/.]\d{1,2}${clock12}$`),
    sql: strptime("%Y/%m/%d", "%Y.%m.%d"),
  },
  ...dayMonth(".", String.raw`\.`, "Y"),
  ...dayMonth("/", "/", "Y"),
  ...dayMonth("-", "-", "Y"),
  ...dayMonth(".", String.raw`\.`, "y"),
  ...dayMonth("/", "/", "y"),
  {
    name: "YYYYQn",
    pattern: quarterPattern,
    sql: (text) =>
      `CASE WHEN regexp_full_match(${text}, '(?i)(\\d{4}[-\\s]?Q[1-4]|Q[1-4][-\\s/]?\\d{4})') THEN make_date(regexp_extract(${text}, '\\d{4}')::INT, regexp_extract(${text}, '[Qq]([1-4])', 1)::INT * 3 - 2, 1)::TIMESTAMP END`,
  },
  {
    name: "ISO week",
    pattern: weekPattern,
    sql: (text) => {
      const week = `regexp_replace(upper(${text}), '^(\\d{4})-?W', '\\1-W')`;
      return `coalesce(try_strptime(${week}, '%G-W%V-%u'), try_strptime(${week} || '-1', '%G-W%V-%u'))`;
    },
  },
  {
    name: "YYYY-MM",
    ambiguous: true,
    pattern: /^\d{4}[-/.](?:0[1-9]|[1-9]|1[0-2])$/,
    sql: dateOnly("%Y-%m", "%Y/%m", "%Y.%m"),
  },
  { name: "YYYYMmm", pattern: /^\d{4}M\d{1,2}$/, sql: dateOnly("%YM%m") },
  { name: "MM/YYYY", ambiguous: true, pattern: /^\d{1,2}[-/.]\d{4}$/, sql: dateOnly("%m/%Y", "%m-%Y", "%m.%Y") },
  {
    name: "D Mon YYYY",
    pattern: new RegExp(String.raw`^\d{1,2}[- ][A-Za-z]{3,9}[- ]\d{4}${clock12}$`),
    sql: strptime("%d-%b-%Y", "%d %b %Y", "%d %B %Y", "%d-%B-%Y"),
  },
  { name: "D-Mon-YY", pattern: /^\d{1,2}[- ][A-Za-z]{3,9}[- ]\d{2}$/, sql: dateOnly("%d-%b-%y", "%d %b %y") },
  {
    name: "Mon D, YYYY",
    pattern: new RegExp(String.raw`^[A-Za-z]{3,9} \d{1,2},? \d{4}${clock12}$`),
    sql: strptime("%b %d, %Y", "%B %d, %Y", "%b %d %Y", "%B %d %Y"),
  },
  {
    name: "Mon YYYY",
    pattern: /^[A-Za-z]{3,9}[- ]\d{4}$/,
    sql: dateOnly("%b %Y", "%B %Y", "%b-%Y", "%B-%Y"),
  },
  { name: "YYYY Mon", pattern: /^\d{4}[- ][A-Za-z]{3,9}$/, sql: dateOnly("%Y %b", "%Y %B", "%Y-%b", "%Y-%B") },
  { name: "Mon-YY", pattern: /^[A-Za-z]{3}-\d{2}$/, sql: dateOnly("%b-%y") },
  {
    name: "year",
    pattern: /^[12]\d{3}(?:\.0+)?$/,
    sql: (text) =>
      `CASE WHEN regexp_full_match(${text}, '[12]\\d{3}(\\.0+)?') THEN make_date(left(${text}, 4)::INT, 1, 1)::TIMESTAMP END`,
  },
  {
    name: "YYYYMM",
    pattern: /^(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:\.0+)?$/,
    sql: (text) => dateOnly("%Y%m")(withoutFraction(text)),
  },
  {
    name: "YYYYMMDD",
    pattern: /^(?:1[6-9]|2\d)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?:\.0+)?$/,
    sql: (text) => dateOnly("%Y%m%d")(withoutFraction(text)),
  },
  {
    name: "YYYYMMDDHHMM",
    pattern: /^(?:19|20)\d{6}[T ]?\d{4}(?:\d{2})?$/,
    sql: (text) => `try_strptime(regexp_replace(${text}, '[T ]', ''), ['%Y%m%d%H%M', '%Y%m%d%H%M%S'])`,
  },
  epoch("seconds since 1970", String.raw`\d{9,10}(?:\.\d+)?`, 1),
  epoch("milliseconds since 1970", String.raw`\d{12,13}`, 1e3),
  epoch("microseconds since 1970", String.raw`\d{15,16}`, 1e6),
  epoch("nanoseconds since 1970", String.raw`\d{18,19}`, 1e9),
];

/** The format most of the texts have (at least 9 in 10, so that single slips are reported as such), if any. */
export function detectTimeFormat(sample: readonly string[]): TimeFormat | undefined {
  const texts = sample.map((text) => text.trim()).filter((text) => !isMissing(text));
  if (texts.length === 0) return undefined;
  let best: { format: TimeFormat; count: number } | undefined;
  for (const format of timeFormats) {
    const count = texts.filter((text) => format.pattern.test(text)).length;
    if (best === undefined || count > best.count) best = { format, count };
  }
  return best !== undefined && best.count >= 0.9 * texts.length && best.count > 0 ? best.format : undefined;
}

/**
 * Whether timestamps with offsets are to be read by their local clock: they all show the same time of day, so the data
 * are daily or coarser and their days are local ones. Finer data are taken as UTC.
 */
export function prefersLocalClock(sample: readonly string[]): boolean {
  const clocks = new Set(sample.map((text) => /[T ](\d{1,2}:\d{2}(?::\d{2})?)/.exec(text.trim())?.[1] ?? ""));
  return clocks.size === 1;
}

/** The local reading of a timestamp with an offset. */
export const localClock: TimeFormat = {
  name: "ISO 8601, local days",
  pattern: /./,
  sql: (text) => `TRY_CAST(regexp_replace(${text}, ${literal(`${offset}$`)}, '') AS TIMESTAMP)`,
};

/** SQL to milliseconds since 1970 as DOUBLE: NaN where missing, Infinity where the text has another form. */
export function timeExpression(column: string, format: TimeFormat): string {
  const text = `trim(${column})`;
  return `coalesce(epoch_ms(${format.sql(text)})::DOUBLE, ${sentinel(column)})`;
}

/** The forms that texts have, the commonest first, each with the first text that has it. */
export function formatsOf(sample: readonly string[]): { readonly format: TimeFormat; readonly example: string }[] {
  const found = new Map<TimeFormat, { example: string; count: number }>();
  for (const text of sample) {
    const format = timeFormats.find(({ pattern }) => pattern.test(text.trim()));
    if (format === undefined) continue;
    const known = found.get(format);
    found.set(format, { example: known?.example ?? text, count: (known?.count ?? 0) + 1 });
  }
  return [...found].sort((a, b) => b[1].count - a[1].count).map(([format, { example }]) => ({ format, example }));
}

/** Quarters as `1-2012` or `2012-1`. */
export function quarterNumber(yearFirst: boolean): TimeFormat {
  return quarterFormat(yearFirst ? "YYYY-Q" : "Q-YYYY", yearFirst ? "\\d{4}[-/.]([1-4])" : "([1-4])[-/.]\\d{4}");
}

function quarterFormat(name: string, pattern: string): TimeFormat {
  return {
    name,
    pattern: new RegExp(`^${pattern}$`),
    sql: (text) =>
      `CASE WHEN regexp_full_match(${text}, ${literal(pattern)}) THEN make_date(regexp_extract(${text}, '\\d{4}')::INT, regexp_extract(${text}, ${literal(pattern)}, 1)::INT * 3 - 2, 1)::TIMESTAMP END`,
  };
}

/** The form that `data.format.date` names. */
export function declaredFormat(pattern: string): TimeFormat {
  const pieces = datePieces(pattern) ?? [];
  if (pieces.some(({ field }) => field === "Q")) {
    const parts = pieces.map(({ field, text }) =>
      field === "Q" ? "([1-4])" : field === "%Y" ? "\\d{4}" : (text ?? "").replace(/[.*+?^${}()|[\]\\/]/g, "\\$&"),
    );
    return quarterFormat(pattern, parts.join(""));
  }
  const weeks = pieces.some(({ field }) => field === "%V");
  const format = pieces
    .map(({ field, text }) => (weeks && field === "%Y" ? "%G" : (field ?? text?.replaceAll("%", "%%") ?? "")))
    .join("");
  return {
    name: pattern,
    pattern: /./,
    sql: (text) =>
      weeks ? `try_strptime(${text} || '-1', ${literal(`${format}-%u`)})` : `try_strptime(${text}, ${literal(format)})`,
  };
}

/** How often first and second number of a date such as 03/04/2020 exceed 12, and how many different ones there are. */
export interface DateEvidence {
  readonly maximum: readonly [number, number];
  readonly distinct: readonly [number, number];
  readonly minimum: readonly [number, number];
  /** Different times of day. */
  readonly clocks: number;
}

/**
 * Decides between day/month and month/day: a number above 12 is a day; failing that, the one that is always 01 is the day
 * (monthly data on the first, one time of day). Undefined where both readings stay possible.
 */
export function dayComesFirst({ maximum, distinct, minimum, clocks }: DateEvidence): boolean | undefined {
  if (maximum[0] > 12 && maximum[1] <= 12) return true;
  if (maximum[1] > 12 && maximum[0] <= 12) return false;
  if (clocks > 1) return undefined;
  if (distinct[0] === 1 && minimum[0] === 1 && distinct[1] > 1) return true;
  if (distinct[1] === 1 && minimum[1] === 1 && distinct[0] > 1) return false;
  return undefined;
}
