import type { DuckDBConnection } from "@duckdb/node-api";
import { aggregations } from "../../../protocol/aggregates.ts";
import { DataError } from "../../../protocol/errors.ts";
import type { ProblemCode } from "../../../protocol/problems/codes.ts";
import { type Frequency, frequencyName } from "../../forecasting/panel/frequency.ts";
import type { RowProblem } from "./grid.ts";
import { cellText } from "./read-columns.ts";
import { locate, type Place, type Relation } from "./relation.ts";
import type { DataRequest } from "./request.ts";

/** Error for a row without a time. */
export async function missingTime(
  connection: DuckDBConnection,
  relation: Relation,
  column: string,
  row: number,
): Promise<DataError> {
  const place = await locate(connection, relation, row);
  return new DataError(`${place.file}, row ${place.row}: the time column ${column} is empty.`, {
    code: "missing-time",
    file: place.file,
    column,
    row: place.row,
    fix: "Every row needs a time; remove the row or fill it in.",
  });
}

/** Error for a row whose key is not complete. */
export async function missingKey(
  connection: DuckDBConnection,
  relation: Relation,
  column: string,
  row: number,
): Promise<DataError> {
  const place = await locate(connection, relation, row);
  return new DataError(`${place.file}, row ${place.row}: the series column ${column} is empty.`, {
    code: "missing-key",
    file: place.file,
    column,
    row: place.row,
    fix: "Every row must name its series; remove the row or fill it in.",
  });
}

const [firstAggregation, ...otherAggregations] = aggregations;

/** What a user writes to make one value of the rows that share a step. */
const sharing = `\`aggregate: ${firstAggregation}\` (or ${otherAggregations.join(", ")})`;

/** Words a problem that the grid found, with file, row, series and value. */
export async function rowError(
  connection: DuckDBConnection,
  problem: RowProblem,
  relation: Relation,
  request: DataRequest,
): Promise<DataError> {
  const places: Place[] = [];
  for (const row of problem.rows) places.push(await locate(connection, relation, row));
  const first = places[0];
  const time = first === undefined ? "" : await cellText(connection, request.time, first);
  const series = first === undefined ? "" : await seriesText(connection, request, first);
  const file = places[0]?.file ?? relation.label;
  const error = (code: ProblemCode, message: string, fix: string, column = request.time, value = time) =>
    new DataError(message, { code, file, column, row: places[0]?.row, value: value === "" ? undefined : value, fix });
  switch (problem.kind) {
    case "off-grid":
      return error(
        "off-grid",
        `${file}, row ${places[0]!.row}: ${request.time} ${time}${series} is not on the grid of one value every ${everyName(problem.frequency!)}.`,
        `${/(Z|[+-]\d{2}:?\d{2})$/.test(time) ? "Name the zone in `data.timezone` where times are its midnights. Else correct" : "Correct"} the time, set \`data.frequency\`, or let rows share a step with ${sharing}.`,
      );
    case "duplicate":
      return error(
        "duplicate-rows",
        `${sharedBy(places)} the same time (${time}${series}); ${problem.detail === "1" ? "one row repeats" : `${problem.detail} rows repeat`} a step.`,
        `Remove the repetition, name the missing key column in \`series\`, or set ${sharing}.`,
      );
    case "static-varies": {
      const values = await Promise.all(places.map((place) => cellText(connection, problem.detail, place)));
      return error(
        "static-varies",
        `${file}: the static covariate ${problem.detail} changes within one series${series}: ${JSON.stringify(values[0])} in row ${places[0]!.row}, ${JSON.stringify(values[1])} in row ${places[1]!.row}.`,
        "A static covariate has one value a series; move it to `known` or `observed`.",
        problem.detail,
        values[1],
      );
    }
    case "irregular":
      return error(
        "irregular-times",
        `The times in column ${request.time} of ${relation.label} are not regular; their commonest distances are ${problem.detail}.`,
        `Set \`data.frequency\` and ${sharing} to make them so.`,
      );
    case "far-time":
      return error(
        "far-time",
        `${file}, row ${places[0]!.row}: ${request.time} ${time}${series} lies ${problem.detail} from all other times.`,
        "Correct the time, or leave the row out, such as with `query: SELECT * FROM source WHERE …`.",
      );
    case "sub-second":
      return error(
        "sub-second-steps",
        `The times in column ${request.time} of ${relation.label} are ${problem.detail} apart; steps below one second are not supported.`,
        "Aggregate them with `frequency: second` and `aggregate: mean` (or sum, last).",
      );
    case "unlike-steps":
      return error(
        "unlike-steps",
        `${relation.label}: ${problem.detail}`,
        "Leave the series out with `query:`, forecast it in an experiment of its own, or aggregate all with `frequency:` and `aggregate:`.",
      );
    case "one-row":
      return error(
        "too-few-rows",
        `${relation.label} has no series with two different times, so its frequency cannot be inferred.`,
        "Add history, or set `data.frequency`.",
      );
    case "too-many-steps":
      return error(
        "too-many-steps",
        `The times of ${relation.label} span ${problem.detail} steps of one ${everyName(problem.frequency!)}, more than a panel can hold.`,
        "Look for a wrong date, or set a coarser `data.frequency`.",
      );
  }
}

/** Rows as `a.csv: rows 2, 3 hold`, or `a.csv, row 100 and b.csv, row 1 hold` where they lie in several files. */
function sharedBy(places: readonly Place[]): string {
  const files = new Set(places.map(({ file }) => file));
  if (files.size <= 1) {
    return `${places[0]!.file}: rows ${[...new Set(places.map(({ row }) => row))].join(", ")} hold`;
  }
  const [first, second] = places;
  return `${first!.file}, row ${first!.row} and ${second!.file}, row ${second!.row} hold`;
}

function everyName(frequency: Frequency): string {
  return frequency.endOfMonth === true ? `${frequencyName(frequency)} (at its end)` : frequencyName(frequency);
}

async function seriesText(connection: DuckDBConnection, request: DataRequest, place: Place): Promise<string> {
  if (request.series.length === 0) return "";
  const values: string[] = [];
  for (const column of request.series) values.push(await cellText(connection, column, place));
  return ` of ${values.join(" / ")}`;
}
