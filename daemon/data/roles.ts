import type { ColumnDescription, SourceDescription } from "./describe.ts";

/** A first guess at which column plays which part, for an analyst to correct. */
export interface SuggestedRoles {
  readonly time?: string;
  readonly target?: string;
  readonly series: readonly string[];
  /** Covariates that have values where the target is empty. */
  readonly known: readonly string[];
  readonly observed: readonly string[];
  readonly static: readonly string[];
}

const timeNames = /^(date|datum|time|timestamp|datetime|ds|day|tag|week|month|monat|period|year|jahr)$/i;
const targetNames =
  /^(y|target|value|units?|sales|demand|quantity|qty|volume|revenue|turnover|load|consumption|count|cnt|passengers|orders|visits|umsatz|absatz|menge|wert)$/i;
const keyNames =
  /^(id|unique_id|series|store|shop|filiale|product|produkt|item|sku|article|artikel|region|country|land|customer|kunde|market|site|station|sensor|branch)(_?(id|nr|no|code|name))?$/i;
const plannedNames = /price|preis|promo|discount|rabatt|holiday|feiertag|campaign|event|weekday|month|is_/i;
const staticNames = /^(category|kategorie|brand|marke|type|typ|region|area|size|group|class|segment|format)/i;

/** Guesses roles from names, kinds and values alone: nothing is read again. */
export function guessRoles(description: SourceDescription): SuggestedRoles {
  const time = pick(description.columns, timeNames, (column) => column.kind === "time");
  const rest = description.columns.filter((column) => column !== time);
  const series = keysOf(description, rest, time);
  const free = rest.filter((column) => !series.includes(column));
  const numbers = free.filter((column) => column.kind === "number" && column.distinct > 2);
  const target = numbers.find((column) => targetNames.test(column.name)) ?? numbers[0];
  const covariates = free.filter((column) => column !== target && column.kind !== "time" && column.distinct > 1);
  const statics = covariates.filter((column) => series.length > 0 && isStatic(column, series));
  const moving = covariates.filter((column) => !statics.includes(column));
  // A target that ends before its covariates leaves more of its cells empty than theirs.
  const known = moving.filter(
    (column) => target !== undefined && target.missing > 0 && column.missing < target.missing / 2,
  );
  const planned = known.length > 0 ? known : moving.filter((column) => plannedNames.test(column.name));
  return {
    ...(time === undefined ? {} : { time: time.name }),
    ...(target === undefined ? {} : { target: target.name }),
    series: series.map(nameOf),
    known: planned.map(nameOf),
    observed: moving.filter((column) => !planned.includes(column)).map(nameOf),
    static: statics.map(nameOf),
  };
}

function nameOf(column: ColumnDescription): string {
  return column.name;
}

function pick(
  columns: readonly ColumnDescription[],
  names: RegExp,
  fits: (column: ColumnDescription) => boolean,
): ColumnDescription | undefined {
  const fitting = columns.filter(fits);
  return fitting.find((column) => names.test(column.name)) ?? fitting.toSorted((a, b) => b.distinct - a.distinct)[0];
}

/** Key columns: only where times repeat can there be several series. */
function keysOf(
  description: SourceDescription,
  columns: readonly ColumnDescription[],
  time: ColumnDescription | undefined,
): ColumnDescription[] {
  // All rows looked at may be one series of many: a key then has one value there, and its name must tell.
  const repeats = time !== undefined && time.distinct < description.rowsLooked * (1 - time.missing);
  const cut = description.rowsLooked < description.rows;
  if (!repeats && !cut) return [];
  const named = columns.filter((column) => keyNames.test(column.name) && !staticNames.test(column.name));
  if (named.length > 0) return named;
  const texts = columns.filter((column) => column.kind === "text" && column.distinct > 1 && column.missing === 0);
  return texts.toSorted((a, b) => b.distinct - a.distinct).slice(0, 1);
}

function isStatic(column: ColumnDescription, series: readonly ColumnDescription[]): boolean {
  const combinations = series.reduce((product, key) => product * Math.max(1, key.distinct), 1);
  return column.kind !== "boolean" && column.distinct <= combinations && staticNames.test(column.name);
}
