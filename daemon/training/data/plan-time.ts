import type { DuckDBConnection } from "@duckdb/node-api";
import { DataError, type Problem } from "../../../protocol/errors.ts";
import { identifier, literal, rows } from "./database.ts";
import { type Conversion, requireRows, sampleOf } from "./read-columns.ts";
import { locate, type Relation } from "./relation.ts";
import type { DataRequest } from "./request.ts";
import {
  type DateEvidence,
  dayComesFirst,
  declaredFormat,
  detectTimeFormat,
  formatsOf,
  localClock,
  prefersLocalClock,
  quarterNumber,
  type TimeFormat,
  timeFormats,
} from "./time-format.ts";

type TimeConversion = Extract<Conversion, { kind: "time" }>;

/** Where a time column stands and what is told of it. */
interface TimeColumn {
  readonly connection: DuckDBConnection;
  readonly relation: Relation;
  readonly column: string;
  readonly warnings: Problem[];
}

const momentType = /^(DATE|TIMESTAMP.*)$/;
const longSteps = new Set(["day", "business day", "week", "month", "quarter", "year"]);

/** Decides how a time column is read. Throws where no form fits, or two do. */
export async function planTime(
  connection: DuckDBConnection,
  relation: Relation,
  request: Pick<DataRequest, "time" | "format" | "frequency" | "timezone">,
  warnings: Problem[],
): Promise<TimeConversion> {
  const at = { connection, relation, column: request.time, warnings };
  const type = relation.columns.get(request.time)!;
  if (momentType.test(type)) return { kind: "time", instants: type.includes("WITH TIME ZONE") };
  const pattern = request.format?.date;
  if (pattern !== undefined) return { kind: "time", format: declaredFormat(pattern), instants: false };
  const sample = sampleOf(relation, request.time);
  const format = detectTimeFormat(sample) ?? (await noFormat(at, sample));
  if (format.name === "ISO 8601 with offset") return withOffsets(at, sample, format, request);
  if (format.twin !== undefined) {
    return { kind: "time", format: await dayOrMonthFirst(at, format, sample[0]!), instants: false };
  }
  if (format.ambiguous === true) {
    return { kind: "time", format: await monthOrQuarter(at, format, sample[0]!), instants: false };
  }
  return { kind: "time", format, instants: false };
}

/** Times with offsets are instants, or local ones where all show one clock or days are counted. */
function withOffsets(
  { column, warnings }: TimeColumn,
  sample: readonly string[],
  format: TimeFormat,
  { frequency, timezone }: Pick<DataRequest, "frequency" | "timezone">,
): TimeConversion {
  const zulu = sample.every((text) => /(Z|UTC|[+-]00(:?00)?)$/i.test(text.trim()));
  if (zulu || timezone !== undefined) return { kind: "time", format, instants: true };
  if (prefersLocalClock(sample)) return { kind: "time", format: localClock, instants: false };
  if (frequency === undefined || !longSteps.has(frequency.unit)) return { kind: "time", format, instants: true };
  warnings.push({
    severity: "information",
    code: "local-days",
    message: `Days are counted by the local clock that the times in ${column} show, not in UTC.`,
    fix: "Name another zone in `data.timezone`.",
  });
  return { kind: "time", format: localClock, instants: false };
}

async function noFormat(at: TimeColumn, sample: readonly string[]): Promise<never> {
  const { connection, relation, column } = at;
  await requireRows(connection, relation);
  const forms = formatsOf(sample);
  if (forms.length > 1) throw await mixedForms(at, forms);
  const shown = sample.find((text) => text.trim() !== "");
  throw new DataError(
    shown === undefined
      ? `The time column ${column} of ${relation.label} is empty.`
      : `The time column ${column} of ${relation.label} holds ${JSON.stringify(shown.slice(0, 80))}, which is no date or time that is understood.`,
    {
      code: shown === undefined ? "empty-time" : "unknown-time-format",
      file: relation.label,
      column,
      ...(shown === undefined ? {} : { value: shown }),
      fix: "Write dates as 2024-12-31 or 2024-12-31 18:00, or name their form in `data.format: {date: DD.MM.YYYY}`.",
    },
  );
}

/** Names a row of each of the two commonest forms. */
async function mixedForms(
  at: TimeColumn,
  forms: readonly { readonly format: TimeFormat; readonly example: string }[],
): Promise<DataError> {
  const { connection, relation, column } = at;
  const places: string[] = [];
  const name = identifier(column);
  for (const { format, example } of forms.slice(0, 2)) {
    const scans = relation.parts.length > 1 ? relation.parts.map(({ sql }) => `(${sql})`) : [relation.name];
    let before = 0;
    for (const scan of scans) {
      const [[row, count]] = (await rows(
        connection,
        `SELECT min(n) FILTER (v = ${literal(example)}), count(*) FROM (SELECT ${name}::VARCHAR AS v, row_number() OVER () AS n FROM ${scan})`,
      )) as [[string | null, string]];
      if (row !== null) {
        const place = await locate(connection, relation, before + Number(row) - 1);
        places.push(`${place.file}, row ${place.row}: ${JSON.stringify(example)} (${format.name})`);
        break;
      }
      before += Number(count);
    }
  }
  return new DataError(`The time column ${column} is written in several forms: ${places.join(" and ")}.`, {
    code: "mixed-time-formats",
    file: relation.label,
    column,
    value: forms[0]!.example,
    fix: "Write all times the same way, or convert them with `query:` (strptime).",
  });
}

async function dayOrMonthFirst(at: TimeColumn, format: TimeFormat, example: string): Promise<TimeFormat> {
  const { connection, relation, column, warnings } = at;
  const text = `trim(${identifier(column)}::VARCHAR)`;
  const part = (index: number) => `TRY_CAST(regexp_extract(${text}, '^(\\d{1,2})[/-](\\d{1,2})', ${index}) AS INT)`;
  const [found] = await rows(
    connection,
    `SELECT max(a), max(b), count(DISTINCT a), count(DISTINCT b), min(a), min(b), count(DISTINCT c), count(DISTINCT d) FROM (SELECT ${part(1)} AS a, ${part(2)} AS b, regexp_extract(${text}, '[T ](.*)$', 1) AS c, regexp_extract(${text}, '^\\d{1,2}.\\d{1,2}.(\\d+)', 1) AS d FROM ${relation.name})`,
  );
  const [maximumA, maximumB, distinctA, distinctB, leastA, leastB, clocks, years] = found!.map(Number);
  const evidence: DateEvidence = {
    maximum: [maximumA!, maximumB!],
    distinct: [distinctA!, distinctB!],
    minimum: [leastA!, leastB!],
    clocks: clocks!,
  };
  const dayFirst = dayComesFirst(evidence);
  const twin = timeFormats.find((other) => other.name === format.twin)!;
  if (dayFirst === undefined) {
    throw new DataError(
      `The dates in column ${column} of ${relation.label} are ambiguous: ${example} can be ${format.name} or ${twin.name}.`,
      {
        code: "ambiguous-date",
        file: relation.label,
        column,
        value: example,
        fix: `Set \`data.format: {date: ${format.name}}\` or \`{date: ${twin.name}}\`, or write dates as YYYY-MM-DD.`,
      },
    );
  }
  const chosen = dayFirst ? format : twin;
  if (Math.max(maximumA!, maximumB!) <= 12 && years! < 2) {
    warnings.push({
      severity: "warning",
      code: "date-format",
      message: `The dates in column ${column} of ${relation.label} were read as ${chosen.name}, the first days of months, since one number is always 01.`,
      fix: `Set \`data.format: {date: ${chosen.name}}\` to say so, or the other form.`,
    });
  }
  return chosen;
}

/** `1-2012` is a quarter where the numbers are 1 to 4 in several years, and can be one where they are 1 to 4 in one. */
async function monthOrQuarter(at: TimeColumn, format: TimeFormat, example: string): Promise<TimeFormat> {
  const { connection, relation, column, warnings } = at;
  const text = `trim(${identifier(column)}::VARCHAR)`;
  const yearFirst = format.name === "YYYY-MM";
  const number = yearFirst ? `regexp_extract(${text}, '(\\d{1,2})$', 1)` : `regexp_extract(${text}, '^(\\d{1,2})', 1)`;
  const [found] = await rows(
    connection,
    `SELECT max(TRY_CAST(m AS INT)), count(DISTINCT TRY_CAST(m AS INT)), count(DISTINCT y), max(length(m)), bool_and(TRY_CAST(m AS INT) = (y::INT + 1) % 100) FROM (SELECT ${number} AS m, regexp_extract(${text}, '\\d{4}') AS y FROM ${relation.name})`,
  );
  const [largest, different, years, digits] = found!.map(Number);
  if (yearFirst && years! > 1 && found![4] === true) {
    throw new DataError(
      `The dates in column ${column} of ${relation.label} are ambiguous: ${example} can be a month or a fiscal year.`,
      {
        code: "ambiguous-date",
        file: relation.label,
        column,
        value: example,
        fix: "Write a fiscal year as the year in which it begins or ends, or set `data.format: {date: YYYY/MM}` for months.",
      },
    );
  }
  if (largest! > 4 || different! < 4 || (yearFirst && digits! > 1)) return format;
  const separator = /[^\d]/.exec(example.trim())?.[0] ?? "-";
  const forms = yearFirst ? [`YYYY${separator}Q`, `YYYY${separator}M`] : [`Q${separator}YYYY`, `M${separator}YYYY`];
  if (years! < 2 || digits! > 1) {
    throw new DataError(
      `The dates in column ${column} of ${relation.label} are ambiguous: ${example} can be a quarter (${forms[0]}) or a month (${forms[1]}).`,
      {
        code: "ambiguous-date",
        file: relation.label,
        column,
        value: example,
        fix: `Set \`data.format: {date: ${forms[0]}}\` or \`{date: ${forms[1]}}\`.`,
      },
    );
  }
  warnings.push({
    severity: "warning",
    code: "date-format",
    message: `The dates in column ${column} of ${relation.label} were read as quarters (${forms[0]}), since their numbers are 1 to 4 in every year.`,
    fix: `Set \`data.format: {date: ${forms[0]}}\` to say so, or \`{date: ${forms[1]}}\` for months.`,
  });
  return quarterNumber(yearFirst);
}
