import { bareShape, type Shape, styleWith, type Witness, witnessOf } from "./number-shape.ts";
import type { NumberStyle } from "./numbers.ts";

/** How a number column of one file is written. */
export interface NumberForm {
  readonly style: NumberStyle;
  /** Unit or currency that stands at every number and is left out, such as `$` or `kg`. */
  readonly unit?: string;
  /** Negative numbers may be written `(8)` or `8-`. */
  readonly bookkeeping?: boolean;
}

/** What a mark was taken for that can be two things, and why. */
export interface Guess {
  readonly mark: "." | ",";
  readonly decimal: boolean;
  readonly reason: string;
  /** Nothing in the file speaks for it, only what is usual. */
  readonly byCustom?: boolean;
}

/** What is found of a column: its form, or why there is none. */
export type Verdict =
  | { readonly kind: "form"; readonly form: NumberForm; readonly guess?: Guess }
  | { readonly kind: "ambiguous"; readonly mark: "." | "," }
  | { readonly kind: "units"; readonly units: readonly string[] }
  | { readonly kind: "text" };

/** What the marks of one column's numbers witness. */
interface Witnessed {
  readonly counts: Readonly<Record<Witness, number>>;
  /** Median of the digits by witness, read without marks. */
  readonly digits: Partial<Record<Witness, number>>;
  readonly cores: readonly string[];
  readonly units: ReadonlyMap<string, number>;
  readonly bookkeeping: boolean;
  readonly total: number;
}

/** Share of a column's texts that must be numbers. */
const numberShare = 0.9;

/** How much more often one mark must be proved than the other where both are. */
const clearly = 10;

/**
 * Decides how the number columns of one file are written. A mark that is followed by three digits throughout can separate decimals or
 * thousands: then the other columns of the file decide, then whole numbers below 1000 beside it, then the convention of the delimiter.
 */
export function decideNumbers(
  columns: ReadonlyMap<string, readonly Shape[]>,
  delimiter: string | undefined,
): Map<string, Verdict> {
  const witnessed = new Map(Array.from(columns, ([name, shapes]) => [name, witnessesOf(shapes)]));
  const numeric = [...witnessed.values()].filter(isNumeric);
  const marks = new Set(numeric.map(provenMark).filter((mark) => mark !== undefined));
  const ofFile = marks.size === 1 ? [...marks][0] : undefined;
  return new Map(Array.from(witnessed, ([name, column]) => [name, decide(column, ofFile, marks.size > 1, delimiter)]));
}

function witnessesOf(shapes: readonly Shape[]): Witnessed {
  const counts = { dot: 0, comma: 0, "either dot": 0, "either comma": 0, small: 0, large: 0, none: 0 };
  const digits: Partial<Record<Witness, number>> = {};
  const cores: string[] = [];
  const units = new Map<string, number>();
  let bookkeeping = false;
  let total = 0;
  for (const { shape, count, digits: median } of shapes) {
    // Infinite values have a message of their own.
    if (/^[+-]?inf(inity)?$/i.test(shape.trim())) continue;
    const bare = bareShape(shape);
    const witness = bare === undefined ? "none" : witnessOf(bare.core);
    total += count;
    counts[witness] += count;
    if (bare === undefined || witness === "none") continue;
    cores.push(bare.core);
    bookkeeping ||= bare.bookkeeping;
    if (median > 0) units.set(bare.unit, (units.get(bare.unit) ?? 0) + count);
    digits[witness] = Math.max(digits[witness] ?? 0, median);
  }
  return { counts, digits, cores, units, bookkeeping, total };
}

function isNumeric({ counts, total }: Witnessed): boolean {
  return total - counts.none >= numberShare * total;
}

function provenMark({ counts }: Witnessed): "." | "," | undefined {
  if (counts.dot > clearly * counts.comma) return ".";
  return counts.comma > clearly * counts.dot ? "," : undefined;
}

function decide(
  column: Witnessed,
  ofFile: "." | "," | undefined,
  disputed: boolean,
  delimiter: string | undefined,
): Verdict {
  if (!isNumeric(column)) return { kind: "text" };
  const units = [...column.units.keys()].sort();
  if (units.length > 1) return { kind: "units", units };
  const { counts } = column;
  const form = (decimal: "." | ",", guess?: Guess): Verdict => ({
    kind: "form",
    form: {
      style: styleWith(decimal, column.cores),
      ...(units[0] === undefined || units[0] === "" ? {} : { unit: units[0] }),
      ...(column.bookkeeping ? { bookkeeping: true } : {}),
    },
    ...(guess === undefined ? {} : { guess }),
  });
  const own = provenMark(column);
  if (own !== undefined) return form(own);
  const marks = ([".", ","] as const).filter((mark) => counts[mark === "." ? "either dot" : "either comma"] > 0);
  const [mark] = marks;
  if (mark === undefined) return form(".");
  if (marks.length > 1) return { kind: "ambiguous", mark };
  if (ofFile !== undefined) {
    const reason = "another column of the file writes its decimals so";
    const ordinary = ofFile === "." && mark === "." && delimiter === ",";
    return ordinary ? form(ofFile) : form(ofFile, { mark, decimal: ofFile === mark, reason });
  }
  if (disputed) return { kind: "ambiguous", mark };
  return undecided(column, mark, delimiter, form);
}

/** Where no column proves the decimal mark: whole numbers beside it, then the convention of files split so. */
function undecided(
  { counts, digits }: Witnessed,
  mark: "." | ",",
  delimiter: string | undefined,
  form: (decimal: "." | ",", guess?: Guess) => Verdict,
): Verdict {
  const other = mark === "." ? "," : ".";
  const plainly = delimiter === undefined || delimiter === ",";
  const small = "whole numbers below 1000 have no mark";
  const custom = plainly ? "files split by commas mostly do so" : "files split by semicolons mostly do so";
  const decimals = (reason: string, byCustom = false) => form(mark, { mark, decimal: true, reason, byCustom });
  const thousands = (reason: string, byCustom = false) => form(other, { mark, decimal: false, reason, byCustom });
  if (counts.large > 0) return decimals("whole numbers above 1000 are written without it");
  if (counts.small > 0 && goesOn(digits, mark)) {
    return plainly && mark === "." ? { kind: "ambiguous", mark } : thousands(small);
  }
  if (plainly) return mark === "." ? decimals(custom, true) : thousands(custom, true);
  return mark === "," && delimiter === ";" && counts.small === 0 ? decimals(custom, true) : { kind: "ambiguous", mark };
}

/** Whether the numbers go on from the whole ones beside them when read as thousands; as decimals they are far below them then. */
function goesOn(digits: Witnessed["digits"], mark: "." | ","): boolean {
  const read = digits[mark === "." ? "either dot" : "either comma"] ?? 0;
  const small = digits.small ?? 0;
  return small > 0 && Math.abs(Math.log(read / small)) < Math.abs(Math.log(read / 1000 / small));
}
