import { literal } from "./database.ts";
import type { NumberForm } from "./decide-numbers.ts";

/** Texts that mean "no value" in a number column, in lower case. */
const missingTokens = ["", "na", "n/a", "#n/a", "nan", "null", "none", "-", "--", "?", "."] as const;

/**
 * SQL: whether `text` is one of `texts`. Not `IN (…)`, which DuckDB turns into a join that changes the order of rows (and
 * takes longer).
 */
function oneOf(text: string, texts: readonly string[]): string {
  return `list_contains([${texts.map(literal).join(", ")}], ${text})`;
}

/** SQL: whether a text column holds no value. */
export function missingSql(column: string): string {
  return `(${column} IS NULL OR ${oneOf(`lower(trim(${column}))`, missingTokens)})`;
}

/** SQL for what is left when a conversion gave NULL: NaN where there is no value, +Infinity where there is a wrong one. */
export function sentinel(column: string): string {
  return `CASE WHEN ${missingSql(column)} THEN 'NaN'::DOUBLE ELSE 'Infinity'::DOUBLE END`;
}

/** How a column writes numbers. */
export type NumberStyle = "plain" | "thousands-comma" | "decimal-comma" | "thousands-space" | "boolean";

const patterns: Record<NumberStyle, RegExp> = {
  plain: /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i,
  "thousands-comma": /^[+-]?(\d{1,3}(,\d{3})+|\d{1,2}(,\d{2})+,\d{3}|\d+)(\.\d+)?$/,
  "decimal-comma": /^[+-]?((\d{1,3}(\.\d{3})+|\d+)(,\d*)?|,\d+)(e[+-]?\d+)?$/i,
  "thousands-space": /^[+-]?(\d{1,3}([ '’\u00a0\u202f]\d{3})+|\d+)([.,]\d+)?$/,
  boolean: /^(true|false|yes|no|y|n|t|f)$/i,
};

const truthy = ["true", "yes", "y", "t"];
const falsy = ["false", "no", "n", "f"];

/** Whether a text stands for a missing number. */
export function isMissing(text: string): boolean {
  return (missingTokens as readonly string[]).includes(text.trim().toLowerCase());
}

/** Whether a column holds truth values, from some of its texts. */
export function isTruthColumn(sample: readonly string[]): boolean {
  const texts = sample.map((text) => text.trim()).filter((text) => !isMissing(text));
  return texts.length > 0 && texts.filter((text) => patterns.boolean.test(text)).length >= 0.9 * texts.length;
}

/**
 * SQL that turns a text column into DOUBLE: NaN where a value is missing, +Infinity where it is no number in this style
 * (an infinite value is as unusable, so one sentinel serves both).
 */
export function numberExpression(column: string, form: NumberForm): string {
  return `coalesce(${parsedNumber(column, form)}, ${sentinel(column)})`;
}

/** SQL from a text column to DOUBLE, NULL where the text is no number of this form. */
export function parsedNumber(column: string, { style, unit, bookkeeping }: NumberForm): string {
  if (unit === undefined && bookkeeping !== true) return parsed(column, style);
  const bare = `regexp_replace(trim(replace(replace(trim(${column}), ${literal(unit ?? "")}, ''), '\u2212', '-')), '^([+-])\\s+', '\\1')`;
  const signed = `CASE WHEN ${bare} LIKE '(%)' THEN '-' || trim(substring(${bare}, 2, length(${bare}) - 2)) WHEN ${bare} LIKE '%_-' THEN '-' || trim(substring(${bare}, 1, length(${bare}) - 1)) ELSE ${bare} END`;
  return parsed(`(${signed})`, style);
}

function parsed(column: string, style: NumberStyle): string {
  // RE2 writes code points otherwise than JavaScript.
  const pattern = `(?i)${patterns[style].source.slice(1, -1)}`.replace(/\\u([0-9a-f]{4})/g, "\\x{$1}");
  const guarded = (value: string) =>
    `CASE WHEN regexp_full_match(trim(${column}), ${literal(pattern)}) THEN TRY_CAST(${value} AS DOUBLE) END`;
  switch (style) {
    case "plain":
      return `TRY_CAST(${column} AS DOUBLE)`;
    case "thousands-comma":
      return guarded(`replace(${column}, ',', '')`);
    case "decimal-comma":
      return guarded(`replace(replace(${column}, '.', ''), ',', '.')`);
    case "thousands-space":
      return guarded(`replace(regexp_replace(${column}, '[ ''’\u00a0\u202f]', '', 'g'), ',', '.')`);
    case "boolean":
      return `CASE WHEN ${oneOf(`lower(trim(${column}))`, truthy)} THEN 1.0 WHEN ${oneOf(`lower(trim(${column}))`, falsy)} THEN 0.0 END`;
  }
}
