import { DataError } from "../../../protocol/errors.ts";
import type { DataCode } from "../../../protocol/problems/codes.ts";
import type { Panel } from "../../forecasting/panel/panel.ts";
import { assemble } from "../../training/data/assemble.ts";
import { RowProblem } from "../../training/data/grid.ts";
import type { RawColumn, RawRows } from "../../training/data/panel-layout.ts";
import type { DataRequest } from "../../training/data/request.ts";
import type { Cell } from "./prediction-messages.ts";
import { momentOf } from "./service.ts";

const codes: Readonly<Record<RowProblem["kind"], DataCode>> = {
  "off-grid": "off-grid",
  duplicate: "duplicate-rows",
  "static-varies": "static-varies",
  irregular: "irregular-times",
  "one-row": "too-few-rows",
  "too-many-steps": "too-many-steps",
  "far-time": "far-time",
  "sub-second": "sub-second-steps",
  "unlike-steps": "unlike-steps",
};

const problems: Readonly<Record<RowProblem["kind"], string>> = {
  "off-grid": "A time does not fall on a step of the model's frequency",
  duplicate: "Two rows are for the same series and time",
  "static-varies": "A static column has two values for one series",
  irregular: "The times are not regular",
  "one-row": "A single row is no history",
  "far-time": "A time lies far from all others",
  "sub-second": "Steps below one second are not supported",
  "unlike-steps": "Some series have a longer step than the others",
  "too-many-steps": "The times lie too far apart",
};

type Rows = readonly Readonly<Record<string, Cell>>[];

/**
 * A panel of rows as a caller sent them: history, and rows without a target for the forecast window. Throws a DataError that
 * names the row and the column where they do not fit.
 */
export function panelFromRows(rows: Rows, request: DataRequest): Panel {
  const first = rows[0]!;
  for (const column of [request.time, request.target, ...request.series, ...request.known]) {
    if (!(column in first)) {
      throw new DataError(`The column \`${column}\` is missing.`, {
        code: "missing-column",
        column,
        row: 1,
        fix: "Send every column the experiment names.",
      });
    }
  }
  const raw: RawRows = {
    time: Float64Array.from(rows, (row, index) => timeAt(row, request.time, index)),
    target: Float64Array.from(rows, (row, index) => numberAt(row, request.target, index)),
    keys: request.series.map((name) => textColumn(rows, name)),
    known: request.known.map((name) => covariate(rows, name)),
    observed: request.observed.map((name) => covariate(rows, name)),
    static: request.static.map((name) => covariate(rows, name)),
  };
  try {
    return assemble(raw, undefined, request).panel;
  } catch (error) {
    if (error instanceof RowProblem) {
      const row = error.rows[0] === undefined ? {} : { row: error.rows[0] + 1 };
      const where =
        error.rows.length === 0
          ? ""
          : ` (row ${error.rows
              .slice(0, 2)
              .map((index) => index + 1)
              .join(" and ")})`;
      throw new DataError(`${problems[error.kind]}${where}.`, {
        code: codes[error.kind],
        cause: error,
        ...row,
        fix: "Send one row a series and time step, as the training data had them.",
      });
    }
    throw error;
  }
}

function timeAt(row: Readonly<Record<string, Cell>>, column: string, index: number): number {
  const time = momentOf(row[column] ?? "");
  if (Number.isNaN(time)) {
    throw new DataError(`Row ${index + 1}: \`${column}\` is no time: ${JSON.stringify(row[column])}.`, {
      code: "bad-time",
      column,
      row: index + 1,
      value: String(row[column]),
      fix: "Send times such as 2026-11-23 or 2026-11-23T14:00:00.",
    });
  }
  return time;
}

function numberAt(row: Readonly<Record<string, Cell>>, column: string, index: number): number {
  const value = row[column] ?? null;
  const number = value === null || value === "" ? Number.NaN : Number(value);
  if (value !== null && value !== "" && !Number.isFinite(number)) {
    throw new DataError(`Row ${index + 1}: \`${column}\` is no number: ${JSON.stringify(value)}.`, {
      code: "bad-number",
      column,
      row: index + 1,
      value: String(value),
      fix: "Send a number, or null where there is none.",
    });
  }
  return number;
}

/** Numbers where every value is one, codes of texts otherwise. */
function covariate(rows: Rows, name: string): RawColumn {
  const isText = rows.some(
    (row) => typeof row[name] === "string" && row[name] !== "" && Number.isNaN(Number(row[name])),
  );
  return isText
    ? textColumn(rows, name)
    : { name, values: Float64Array.from(rows, (row, i) => numberAt(row, name, i)) };
}

function textColumn(rows: Rows, name: string): RawColumn {
  const texts = rows.map((row) => (row[name] === null || row[name] === undefined ? undefined : String(row[name])));
  const categories = [...new Set(texts.filter((text) => text !== undefined))].sort();
  const codes = new Map(categories.map((text, code) => [text, code]));
  const values = Float64Array.from(texts, (text) => (text === undefined ? Number.NaN : codes.get(text)!));
  return { name, values, categories };
}
