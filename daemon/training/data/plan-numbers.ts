import type { DuckDBConnection } from "@duckdb/node-api";
import { DataError, type Problem } from "../../../protocol/errors.ts";
import type { ProblemCode } from "../../../protocol/problems/codes.ts";
import { identifier, rows } from "./database.ts";
import { decideNumbers, type NumberForm, type Verdict } from "./decide-numbers.ts";
import { bareShape, type Shape, shapeSql, shapesOf, styleWith, witnessOf } from "./number-shape.ts";
import { isMissing, isTruthColumn, missingSql } from "./numbers.ts";
import { type ColumnPlan, type Conversion, numericType, sampleOf } from "./read-columns.ts";
import type { Relation, RelationPart } from "./relation.ts";
import type { DataRequest } from "./request.ts";

type NumberConversion = Extract<Conversion, { kind: "number" }>;

/** Files that are written alike: the same columns, split the same way. */
interface Origin {
  readonly label: string;
  readonly delimiter: string | undefined;
  /** Indices of its parts. */
  readonly parts: readonly number[];
  readonly sql: string;
  readonly columns: readonly string[];
}

/** Columns of a file that bear witness to its decimal mark at most. */
const mostWitnesses = 200;

/** Rows of each origin that are looked at first. */
const sampleRows = 2000;

/**
 * Decides how the number columns of a relation are written, file by file: from its first rows where they prove the decimal mark, from all rows
 * of all its columns where they do not.
 */
export class NumberPlanner {
  readonly #connection: DuckDBConnection;
  readonly #relation: Relation;
  readonly #request: Pick<DataRequest, "format" | "time" | "series">;
  readonly #warnings: Problem[];
  readonly #origins: readonly Origin[];
  /** Verdicts of each origin by column. */
  readonly #verdicts: Map<string, Verdict>[] = [];
  /** Columns none of whose first rows has a mark. */
  readonly #open = new Set<string>();

  constructor(
    connection: DuckDBConnection,
    relation: Relation,
    request: Pick<DataRequest, "format" | "time" | "series">,
    warnings: Problem[],
  ) {
    this.#connection = connection;
    this.#relation = relation;
    this.#request = request;
    this.#warnings = warnings;
    this.#origins = originsOf(relation);
  }

  /** Looks at the first rows of some columns, and at all rows where those do not decide. */
  async look(columns: readonly string[]): Promise<void> {
    const texts = [...new Set(columns)].filter((column) => this.#relation.columns.get(column) === "VARCHAR");
    if (texts.length === 0) return;
    for (const [index, origin] of this.#origins.entries()) {
      const present = texts.filter((column) => origin.columns.includes(column));
      const shapes = await this.#sampleShapes(origin, present);
      const undecided = present.filter((column) => !isProven(shapes.get(column) ?? []));
      for (const column of present) if (!hasMark(shapes.get(column) ?? [])) this.#open.add(column);
      const doubtful = undecided.filter((column) => hasMark(shapes.get(column) ?? []));
      const decided =
        doubtful.length > 0 && this.#declared() === undefined ? await this.#allShapes(origin, present) : shapes;
      this.#verdicts[index] = this.#decide(decided, origin);
    }
  }

  /** How the target is read. Throws a DataError where two readings are possible or units differ. */
  target(column: string): NumberConversion | undefined {
    return this.#conversion(column, true);
  }

  /** The same for a covariate; undefined where its texts are no numbers. */
  covariate(column: string): NumberConversion | undefined {
    return this.#conversion(column, false);
  }

  /** Decides once more from all rows, for a column whose later rows are not like its first; undefined where that changes nothing. */
  async lookAgain(plan: ColumnPlan): Promise<NumberConversion | undefined> {
    if (this.#relation.columns.get(plan.column) !== "VARCHAR" || plan.conversion.kind !== "number") return undefined;
    const again = await this.lookAgainAt(plan.column);
    return JSON.stringify(again?.forms) === JSON.stringify(plan.conversion.forms) ? undefined : again;
  }

  /** The same for a column that a query reads. */
  async lookAgainAt(column: string): Promise<NumberConversion | undefined> {
    for (const [index, origin] of this.#origins.entries()) {
      const shapes = await this.#allShapes(origin, [column]);
      const verdicts = this.#verdicts[index] ?? new Map<string, Verdict>();
      const found = this.#decide(shapes, origin).get(column);
      if (found !== undefined && found.kind !== "text") verdicts.set(column, found);
      this.#verdicts[index] = verdicts;
    }
    this.#open.delete(column);
    return this.#conversion(column, true);
  }

  #conversion(column: string, strict: boolean): NumberConversion | undefined {
    const type = this.#relation.columns.get(column)!;
    if (numericType.test(type)) return { kind: "number", forms: [], open: false };
    if (type !== "VARCHAR") return undefined;
    const forms: NumberForm[] = [];
    for (const [index, origin] of this.#origins.entries()) {
      const form = this.#formOf(column, origin, this.#verdicts[index]?.get(column), strict);
      if (form === undefined) return undefined;
      for (const part of origin.parts) forms[part] = form;
    }
    return { kind: "number", forms, open: this.#open.has(column) };
  }

  #formOf(column: string, origin: Origin, verdict: Verdict | undefined, strict: boolean): NumberForm | undefined {
    if (isTruthColumn(sampleOf(this.#relation, column))) return { style: "boolean" };
    if (verdict === undefined) return { style: "plain" };
    switch (verdict.kind) {
      case "form":
        this.#tell(column, origin, verdict);
        return verdict.form;
      case "ambiguous":
        throw ambiguous(column, origin, verdict.mark);
      case "units":
        if (strict) throw mixedUnits(column, origin, verdict.units);
        return undefined;
      case "text":
        return undefined;
    }
  }

  #declared(): "." | "," | undefined {
    const { decimal, thousands } = this.#request.format ?? {};
    if (decimal !== undefined) return decimal;
    return thousands === "." ? "," : thousands === "," ? "." : undefined;
  }

  #decide(shapes: ReadonlyMap<string, readonly Shape[]>, origin: Origin): Map<string, Verdict> {
    const verdicts = decideNumbers(shapes, origin.delimiter);
    const decimal = this.#declared();
    if (decimal === undefined) return verdicts;
    for (const [column, verdict] of verdicts) {
      if (verdict.kind !== "form" && verdict.kind !== "ambiguous") continue;
      const bare = (shapes.get(column) ?? []).flatMap(({ shape }) => bareShape(shape) ?? []);
      const unit = bare.find((entry) => entry.unit !== "")?.unit;
      const style = styleWith(
        decimal,
        bare.map(({ core }) => core),
      );
      const bookkeeping = bare.some((entry) => entry.bookkeeping);
      const form = { style, ...(unit === undefined ? {} : { unit }), ...(bookkeeping ? { bookkeeping } : {}) };
      verdicts.set(column, { kind: "form", form });
    }
    return verdicts;
  }

  /** Notes what was guessed of a column, once. */
  #tell(column: string, origin: Origin, { form, guess }: Extract<Verdict, { kind: "form" }>): void {
    const note = (severity: Problem["severity"], code: ProblemCode, message: string, fix: string) => {
      if (this.#warnings.some((known) => known.message === message)) return;
      this.#warnings.push({ severity, code, message, fix });
    };
    if (guess !== undefined) {
      const { mark, decimal, reason, byCustom } = guess;
      const [name, other] = mark === "." ? ["dot", ","] : ["comma", "."];
      const [now, then] = decimal ? [mark, other] : [other, mark];
      note(
        byCustom === true ? "warning" : "information",
        "number-format",
        `${origin.label}: the ${name} in column ${column} is read as ${decimal ? "decimal mark" : "mark between thousands"}, since ${reason}.`,
        `Set \`data.format: {decimal: "${now}"}\` to say so, or \`{decimal: "${then}"}\`.`,
      );
    }
    if (form.unit !== undefined) {
      const message = `${origin.label}: the numbers in column ${column} are written with ${form.unit}, which is left out.`;
      note("information", "unit", message, "Nothing is to do where all numbers have this unit.");
    }
  }

  async #sampleShapes(origin: Origin, columns: readonly string[]): Promise<Map<string, readonly Shape[]>> {
    if (this.#origins.length === 1) {
      const present = (column: string) => sampleOf(this.#relation, column).filter((text) => !isMissing(text));
      return new Map(columns.map((column) => [column, shapesOf(present(column).map((text) => text.trim()))]));
    }
    return await this.#shapes(`(SELECT * FROM (${origin.sql}) LIMIT ${sampleRows})`, columns);
  }

  async #allShapes(origin: Origin, columns: readonly string[]): Promise<Map<string, readonly Shape[]>> {
    const { time, series } = this.#request;
    const others = origin.columns.filter((column) => column !== time && !series.includes(column));
    const texts = others.filter((column) => this.#relation.columns.get(column) === "VARCHAR");
    const looked = texts.length > mostWitnesses ? columns : texts;
    return await this.#shapes(`(${origin.sql})`, [...new Set([...columns, ...looked])]);
  }

  async #shapes(source: string, columns: readonly string[]): Promise<Map<string, readonly Shape[]>> {
    if (columns.length === 0) return new Map();
    const list = columns.map((column, index) => `trim(${identifier(column)}::VARCHAR) AS c${index}`);
    const found = await rows(
      this.#connection,
      `SELECT c, ${shapeSql("v")} AS s, count(*), median(TRY_CAST(regexp_replace(v, '[^0-9]', '', 'g') AS DOUBLE)) FROM (UNPIVOT (SELECT ${list.join(", ")} FROM ${source}) ON COLUMNS(*) INTO NAME c VALUE v) WHERE NOT ${missingSql("v")} GROUP BY ALL ORDER BY count(*) DESC LIMIT 20000`,
    );
    const shapes = new Map<string, Shape[]>(columns.map((column) => [column, []]));
    for (const [name, shape, count, digits] of found) {
      const column = columns[Number(String(name).slice(1))]!;
      shapes.get(column)!.push({ shape: String(shape), count: Number(count), digits: Number(digits ?? 0) });
    }
    return shapes;
  }
}

function originsOf(relation: Relation): Origin[] {
  if (relation.parts.length <= 1) {
    const [part] = relation.parts;
    const sql = `SELECT * FROM ${relation.name}`;
    const columns = [...relation.columns.keys()];
    return [{ label: part?.label ?? relation.label, delimiter: part?.delimiter, parts: [0], sql, columns }];
  }
  const groups = new Map<string, [number, RelationPart][]>();
  relation.parts.forEach((part, index) => {
    const key = JSON.stringify([part.delimiter, part.columns]);
    groups.set(key, [...(groups.get(key) ?? []), [index, part]]);
  });
  return [...groups.values()].map((group) => {
    const { label, delimiter, columns } = group[0]![1];
    const sql = group.map(([, part]) => part.sql).join(" UNION ALL ");
    return { label, delimiter, columns, sql, parts: group.map(([index]) => index) };
  });
}

function witnesses(shapes: readonly Shape[]): string[] {
  return shapes.flatMap(({ shape }) => {
    const bare = bareShape(shape);
    return bare === undefined ? [] : [witnessOf(bare.core)];
  });
}

/** Whether the shapes prove the decimal mark. */
function isProven(shapes: readonly Shape[]): boolean {
  const found = witnesses(shapes);
  return found.includes("dot") !== found.includes("comma");
}

function hasMark(shapes: readonly Shape[]): boolean {
  return witnesses(shapes).some((witness) => witness.includes("dot") || witness.includes("comma"));
}

function ambiguous(column: string, { label }: Origin, mark: "." | ","): DataError {
  const [decimal, thousands] = mark === "." ? ["1.234", "1234"] : ["1.234", "1234"];
  return new DataError(
    `${label}: the numbers in column ${column} can be read in two ways: 1${mark}234 is ${decimal} or ${thousands}.`,
    {
      code: "ambiguous-number",
      file: label,
      column,
      fix: `Set \`data.format: {decimal: "${mark}"}\` for ${decimal}, or \`{decimal: "${mark === "." ? "," : "."}"}\` for ${thousands}.`,
    },
  );
}

function mixedUnits(column: string, { label }: Origin, units: readonly string[]): DataError {
  const listed = units.map((unit) => (unit === "" ? "none" : unit)).join(", ");
  return new DataError(`${label}: the numbers in column ${column} have different units (${listed}).`, {
    code: "mixed-units",
    file: label,
    column,
    fix: "Convert them to one unit, such as with `query:`.",
  });
}
