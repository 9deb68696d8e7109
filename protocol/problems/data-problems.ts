import { doc, type ProblemDoc } from "./problem-doc.ts";

const damaged = "The file is damaged or cut off: write it again.";

/** Problems of the data, by code. */
export const dataProblems = {
  "number-format": doc(
    "The decimal mark of a column was decided from its values.",
    "Set `data.format: {decimal: …}` if the message shows another reading than yours.",
  ),
  unit: doc("The unit of a column's numbers was left out.", "Nothing, if all numbers are in this unit."),
  "ambiguous-number": doc(
    "The numbers of a column can be read in two ways.",
    "Set `data.format: {decimal: …}` as the message shows.",
  ),
  "damaged-csv": doc("A table that a run wrote was changed or cut off.", "Run the experiment again."),
  "date-format": doc(
    "The form of the dates was guessed from the numbers in them.",
    "Set `data.format: {date: …}` to the form.",
  ),
  "days-of-utc": doc("The times are instants, and days are counted in UTC.", "Name the zone in `data.timezone`."),
  "far-time": doc("A time lies far from all others.", "Correct the time, or leave the row out with `query:`."),
  horizon: doc("The horizon is not a whole number of at least 1.", "Pass a whole number of at least 1."),
  "json-layout": doc("The JSON file is not a list of records.", "Write one list of objects, or one object a line."),
  "lines-above-header": doc(
    "Lines above the header were left out.",
    "Set `data.format: {header: …}` to the header's line.",
  ),
  "local-days": doc("Days are those of a local zone, not of UTC.", "Name the zone in `data.timezone`."),
  "mixed-time-formats": doc("Times are written in several forms.", "Write all times the same way."),
  "mixed-units": doc("The numbers of a column have different units.", "Convert them to one unit."),
  "no-series": doc("There are no series.", "Pass at least one."),
  "scenario-without-effect": doc(
    "A scenario would change nothing: its series, dates or values do not occur.",
    "Correct the name or value at the line.",
  ),
  series: doc(
    "A series does not fit the others, or its values do not fit its covariates.",
    "See the message: it names the series and column.",
  ),
  "sub-second-steps": doc("The times are less than one second apart.", "Aggregate them with `frequency: second`."),
  "blank-flag": doc(
    "A covariate has one single value or is blank; blank counts as the other value.",
    "Write the other value in place of the blanks if that is not meant.",
  ),
  "closed-steps": doc(
    "Some series never have a value on certain weekdays or hours; these steps are set to zero.",
    "Write rows for these steps if their values are not zero.",
  ),
  "series-ended": doc(
    "Some series end long before the others.",
    "Set `data.ended`, or let no row mean zero with `missing: {target: zero}`.",
  ),
  "unlike-steps": doc(
    "A series has a longer step than the others, such as weeks among days.",
    "Leave it out, or aggregate all series to its step.",
  ),
  "history-joined": doc(
    "Fresh rows were put behind the history that the model remembers.",
    "Nothing; send the whole history to have it all replaced.",
  ),
  "history-gap": doc(
    "Steps between the remembered history and the fresh rows are in neither; values of one season before stand in.",
    "Send the rows in between as well.",
  ),
  "too-short-history": doc(
    "A model is asked with fewer rows than it needs.",
    "Send as many rows as the message names.",
  ),
  "slow-pattern": doc(
    "The files that match a pattern were not found in time.",
    "Write a simpler pattern, such as `sales/*.csv`.",
  ),
  "too-many-files": doc("A pattern matches too many files.", "Write a pattern that matches fewer."),
  "times-moved": doc(
    "The times follow no known calendar and were moved to the beginning of their step.",
    "Set `data.frequency` and `data.aggregate` if that is meant.",
  ),
  "timezone-without-effect": doc(
    "`data.timezone` has no effect on times without an offset.",
    "Remove it, or write times with an offset.",
  ),
  "unknown-country": doc("The holiday calendar has no such country.", "Use the code that the message suggests."),
  "unknown-region": doc("The country's holiday calendar has no such region.", "Use a code that the message lists."),
  "unknown-series": doc("No series has these key values.", "Use the values that the message suggests."),
  "unlike-files": doc(
    "One of several files lacks a column that the others have.",
    "Leave the file out, or rename its column.",
  ),
  "ambiguous-date": doc(
    "The dates can be read in two ways, such as day first or month first.",
    "Write the dates as 2024-12-31.",
  ),
  "bad-number": doc("A cell is not a number.", "Correct the value, or leave it empty if it is unknown."),
  "bad-time": doc(
    "A cell is not a time, or not one of the form that the other rows have.",
    "Write times such as 2026-11-23 or 2026-11-23T14:00:00.",
  ),
  "binary-file": doc(
    "The file is not text, though its name says so.",
    "Name a CSV, TSV, Parquet, JSON or NDJSON file.",
  ),
  "csv-syntax": doc("The rows of the file are not valid CSV.", "Correct the line that the message names."),
  "damaged-compression": doc("The file cannot be decompressed.", damaged),
  "daylight-saving": doc(
    "Steps stand twice where clocks went back from summer time; their values were averaged.",
    "Write timestamps with their offset, or in UTC.",
  ),
  "duplicate-rows": doc(
    "Several rows of one series have the same time.",
    "Remove the repetition, name the missing key column in `data.series`, or set `data.aggregate`.",
  ),
  "empty-file": doc(
    "The data file is empty or has no header line.",
    "Write the data again; the first line names the columns.",
  ),
  "empty-glob": doc(
    "No file matches the pattern in `data.source`.",
    "Patterns are relative to the folder of the experiment.",
  ),
  "empty-target": doc("The target column holds no value.", "Name the column to forecast in `data.target`."),
  "empty-time": doc("The time column holds no value.", "Name the column with the times in `data.time`."),
  encoding: doc(
    "The file is not UTF-8; it was read in another encoding.",
    "Save the file as UTF-8 if names look wrong.",
  ),
  "gaps-filled": doc(
    "Some steps have no target value; they were filled.",
    "Choose another way with `data.missing.target`.",
  ),
  "infinite-value": doc("A cell holds an infinite number.", "Correct the value, or leave it empty if it is unknown."),
  "irregular-times": doc("The times are not regular.", "Set `data.frequency` and `data.aggregate` to make them so."),
  "known-without-future": doc(
    "A known covariate has no values for part of the forecast window; its last value was carried forward.",
    "Add rows with an empty target, name a file in `data.future`, or move the column to `covariates.observed`.",
  ),
  "line-too-long": doc("A line of the file is too long.", "Check the ends of the lines and the quotes."),
  "malformed-json": doc("The file is not valid JSON.", "The file holds one list of objects, or one object a line."),
  "missing-column": doc("The data have no column of this name.", "Check the name; the message lists the columns."),
  "missing-file": doc("A data file does not exist.", "Check the path; it is relative to the experiment file."),
  "missing-key": doc("A row has no value in a key column.", "Fill the cell in, or remove the row."),
  "missing-time": doc("A row has no time.", "Fill the cell in, or remove the row."),
  "mostly-missing": doc("Most steps have no target value.", "Check `data.frequency`; it may be finer than the data."),
  "no-permission": doc("The file cannot be read.", "Change the permissions of the file."),
  "no-rows": doc("The file or the query gives no rows.", "Write data below the header, or correct `data.query`."),
  "not-a-file": doc("The path names neither a file nor a folder.", "Name a file on disk."),
  "not-parquet": doc("The file is not a Parquet file.", damaged),
  "off-grid": doc(
    "A time does not lie on the steps of the series.",
    "Correct the time, set `data.frequency`, or set `data.aggregate`.",
  ),
  "out-of-memory": doc(
    "Reading the data needs more memory than there is.",
    "Leave out columns or rows with `data.query`, or aggregate before forecasting.",
  ),
  "outside-bounds": doc(
    "Values of the target lie below `forecast.minimum` or above `forecast.maximum`.",
    "Correct the bound, or leave it out.",
  ),
  "partial-step": doc("The first or the last step is not complete.", "Leave its rows out, such as with `data.query`."),
  "query-failed": doc("The query cannot be carried out.", "Correct `data.query`; the message says what DuckDB found."),
  "query-refused": doc("The query is not one SELECT over `source`.", "Write SELECT … FROM source."),
  "query-syntax": doc("The query is not valid SQL.", "Correct `data.query`; it is SQL as DuckDB understands it."),
  "ragged-row": doc(
    "A row has more or fewer cells than the header.",
    "Correct the row, or put cells with separators in quotes.",
  ),
  "reader-crashed": doc("The process that reads data ended early.", "Report this with the file, if you may share it."),
  "remote-source": doc("`data.source` is a web address.", "Download the file and name its path."),
  "repeated-column": doc("Several columns have the same name.", "Rename one of them in the header."),
  "series-without-target": doc(
    "Some series have no target value; they get the typical forecast of the others.",
    "Check the key columns, or remove the rows of these series.",
  ),
  slips: doc(
    "Values lie so far beyond all others of their series that models do not see them.",
    "Correct the values, or leave them empty if they are unknown.",
  ),
  "snapshot-damaged": doc("The prepared data cannot be used.", "Delete the file and run the experiment again."),
  "snapshot-missing": doc("The prepared data are not there.", "Run the experiment again."),
  "snapshot-not-written": doc(
    "The prepared data cannot be written.",
    "Free some space, or check that the folder can be written to.",
  ),
  "source-is-folder": doc("`data.source` is a folder.", "Name a file, or write FOLDER/*.csv."),
  "static-varies": doc(
    "A static covariate has several values within one series.",
    "Move it to `covariates.known` or `covariates.observed`.",
  ),
  timeout: doc("Reading the data took too long.", "Simplify `data.query`, or read fewer rows."),
  "too-few-rows": doc("No series has two different times.", "Add history, or set `data.frequency`."),
  "too-many-steps": doc(
    "The times span more steps than can be held.",
    "Look for a wrong date, or set a coarser `data.frequency`.",
  ),
  "unknown-format": doc("Files of this type are not read.", "Export the table as CSV or Parquet."),
  "unknown-time-format": doc("The times cannot be read.", "Write them as 2024-12-31 or 2024-12-31T14:00:00."),
  "unreadable-source": doc("The file cannot be read.", "The message says why."),
  "unterminated-quote": doc("A quote is opened and not closed.", "Close the quote in the line that the message names."),
} as const satisfies Record<string, ProblemDoc>;
