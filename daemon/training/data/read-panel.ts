import type { DuckDBConnection } from "@duckdb/node-api";
import { DataError, type Problem } from "../../../protocol/errors.ts";
import type { Panel } from "../../forecasting/panel/panel.ts";
import { assemble, type RawColumn, type RawRows } from "./assemble.ts";
import { planCodes } from "./categories.ts";
import { lockDatabase, openDatabase, translated } from "./database.ts";
import { isUtf8 } from "./encoding.ts";
import { fingerprintOf } from "./fingerprint.ts";
import { RowProblem } from "./grid.ts";
import { runQuery } from "./query.ts";
import {
  badCell,
  type ColumnPlan,
  type Conversion,
  firstInfinite,
  planNumber,
  planTime,
  readColumns,
  requireRows,
  unconverted,
} from "./read-columns.ts";
import { openSource, type Relation, requireColumn, requireEverywhere, withSample } from "./relation.ts";
import type { DataRequest } from "./request.ts";
import { missingKey, missingTime, rowError } from "./row-errors.ts";
import { resolveSources, type SourceFile } from "./sources.ts";

export interface ReadPanel {
  readonly panel: Panel;
  readonly warnings: readonly Problem[];
  /** SHA-256 over the bytes of all files and the request. */
  readonly fingerprint: string;
}

/** Reads the sources of a request into a panel. Runs in the reading process; `temporary` is a folder of its own. */
export async function readPanel(request: DataRequest, temporary: string): Promise<ReadPanel> {
  const files = resolveSources(request.directory, request.sources);
  const windowFiles =
    request.futureSource === undefined ? [] : resolveSources(request.directory, [request.futureSource]);
  const all = [...files, ...windowFiles];
  const hashing = fingerprintOf(all, request);
  // A failure of reading is reported first; the hash is then of no interest.
  hashing.catch(() => undefined);
  const labels = all.map((file) => file.label);
  try {
    const read = await withEncodingRetry(all, (foreign) => attempt(request, files, windowFiles, temporary, foreign));
    return { ...read, fingerprint: await hashing };
  } catch (error) {
    throw translated(error, labels);
  }
}

/** A text whose first foreign byte comes late looks like UTF-8 at first; such files (`foreign`) are read again as Windows-1252. */
export async function withEncodingRetry<T>(
  files: readonly SourceFile[],
  read: (foreign: ReadonlySet<string>) => Promise<T>,
): Promise<T> {
  try {
    return await read(new Set());
  } catch (error) {
    if (error instanceof DataError) throw error;
    const foreign = new Set<string>();
    for (const file of files) if (file.format === "csv" && !(await isUtf8(file))) foreign.add(file.path);
    if (foreign.size === 0) throw error;
    return await read(foreign);
  }
}

async function attempt(
  request: DataRequest,
  files: readonly SourceFile[],
  windowFiles: readonly SourceFile[],
  temporary: string,
  foreign: ReadonlySet<string>,
): Promise<{ panel: Panel; warnings: readonly Problem[] }> {
  const warnings: Problem[] = [];
  const connection = await openDatabase(temporary);
  try {
    await connection.run("SET TimeZone = 'UTC'");
    const opening = { temporary, warnings, foreign, format: request.format ?? {} };
    const raw = await openSource(connection, "raw source", files, opening);
    const window =
      windowFiles.length === 0 ? undefined : await openSource(connection, "raw window", windowFiles, opening);
    await lockDatabase(connection, [...raw.paths, ...(window?.paths ?? [])]);
    const relation = request.query === undefined ? raw : await runQuery(connection, raw, request.query);
    const read = await readRows(connection, relation, window, request);
    try {
      const assembled = assemble(read.main, read.window, request);
      return { panel: assembled.panel, warnings: [...warnings, ...assembled.warnings] };
    } catch (error) {
      if (!(error instanceof RowProblem)) throw error;
      throw await rowError(connection, error, relation, request);
    }
  } finally {
    connection.closeSync();
  }
}

function rolesOf(request: DataRequest): [string, string][] {
  return [
    [request.time, "data.time"],
    ...request.series.map((name): [string, string] => [name, "data.series"]),
    [request.target, "data.target"],
    ...request.known.map((name): [string, string] => [name, "covariates.known"]),
    ...request.observed.map((name): [string, string] => [name, "covariates.observed"]),
    ...request.static.map((name): [string, string] => [name, "covariates.static"]),
  ];
}

async function readRows(
  connection: DuckDBConnection,
  relation: Relation,
  window: Relation | undefined,
  request: DataRequest,
): Promise<{ main: RawRows; window: RawRows | undefined }> {
  const roles = rolesOf(request);
  for (const [column, role] of roles) requireColumn(relation, column, role);
  for (const [column, role] of roles.slice(0, request.series.length + 2)) requireEverywhere(relation, column, role);
  const windowRoles = [request.time, ...request.series];
  if (window !== undefined) for (const column of windowRoles) requireColumn(window, column, "data.future");

  const main = await withSample(connection, relation, [...new Set(roles.map(([column]) => column))]);
  const codes = new Map<string, Conversion>();
  const relations = window === undefined ? [main] : [main, window];
  const codesOf = async (column: string): Promise<Conversion> => {
    const known = codes.get(column) ?? (await planCodes(connection, relations, column, `codes of ${column}`));
    codes.set(column, known);
    return known;
  };
  const mainRows = await readRelation(connection, main, request, codesOf);
  if (window === undefined) return { main: mainRows, window: undefined };
  const present = [...new Set([...windowRoles, ...request.known])].filter((column) => window.columns.has(column));
  const sampled = await withSample(connection, window, present);
  const narrowed = { ...request, observed: [], static: [] };
  return { main: mainRows, window: await readRelation(connection, sampled, narrowed, codesOf, true) };
}

async function readRelation(
  connection: DuckDBConnection,
  relation: Relation,
  request: DataRequest,
  codesOf: (column: string) => Promise<Conversion>,
  isWindow = false,
): Promise<RawRows> {
  const number: Conversion = { kind: "number", style: "plain" };
  const time: ColumnPlan = {
    column: request.time,
    role: "time",
    conversion: await planTime(connection, relation, request.time),
  };
  const target: ColumnPlan = {
    column: isWindow ? "" : request.target,
    role: "number",
    conversion: (isWindow ? undefined : planNumber(relation, request.target)) ?? number,
  };
  const planned = async (column: string, role: "key" | "covariate"): Promise<ColumnPlan> => {
    if (!relation.columns.has(column)) return { column, role, conversion: number };
    const conversion = role === "key" ? undefined : planNumber(relation, column);
    return { column, role, conversion: conversion ?? (await codesOf(column)) };
  };
  const groups: ColumnPlan[][] = [];
  for (const [columns, role] of [
    [request.series, "key"],
    [request.known, "covariate"],
    [request.observed, "covariate"],
    [request.static, "covariate"],
  ] as const) {
    const group: ColumnPlan[] = [];
    for (const column of columns) group.push(await planned(column, role));
    groups.push(group);
  }
  const plans = [time, target, ...groups.flat()];
  const values = await readColumns(connection, relation, plans);
  await checkColumns(connection, relation, plans, values);
  return split(values, groups);
}

function split(values: readonly Float64Array[], groups: readonly ColumnPlan[][]): RawRows {
  let next = 2;
  const [keys, known, observed, statics] = groups.map((group) =>
    group.map((plan): RawColumn => {
      const column = { name: plan.column, values: values[next++]! };
      return plan.conversion.kind === "code" ? { ...column, categories: plan.conversion.categories } : column;
    }),
  );
  return { time: values[0]!, target: values[1]!, keys: keys!, known: known!, observed: observed!, static: statics! };
}

/** Checks that every cell was understood and that every row has a time and a key. */
async function checkColumns(
  connection: DuckDBConnection,
  relation: Relation,
  plans: readonly ColumnPlan[],
  values: Float64Array[],
): Promise<void> {
  await requireRows(connection, relation);
  for (const [index, plan] of plans.entries()) {
    let bad = firstInfinite(values[index]!);
    if (bad >= 0 && plan.conversion.kind === "number") {
      const again = await readAgain(connection, relation, plan);
      if (again !== undefined) values[index] = again;
      bad = firstInfinite(values[index]!);
    }
    if (bad >= 0) throw await badCell(connection, relation, plan, bad);
    const missing = plan.role === "time" || plan.role === "key" ? values[index]!.findIndex(Number.isNaN) : -1;
    if (missing >= 0 && plan.role === "time") throw await missingTime(connection, relation, plan.column, missing);
    if (missing >= 0) throw await missingKey(connection, relation, plan.column, missing);
  }
  if (plans[1]!.column !== "" && values[1]!.every(Number.isNaN)) {
    throw new DataError(`The target column ${plans[1]!.column} of ${relation.label} holds no value at all.`, {
      code: "empty-target",
      file: relation.label,
      column: plans[1]!.column,
      fix: "Name the column to forecast in `data.target`.",
    });
  }
}

/** Reads a number column again in the way that later rows ask for, such as thousands separators. */
async function readAgain(
  connection: DuckDBConnection,
  relation: Relation,
  plan: ColumnPlan,
): Promise<Float64Array | undefined> {
  const texts = await unconverted(connection, relation, plan);
  const conversion = planNumber(relation, plan.column, texts);
  if (conversion?.kind !== "number" || plan.conversion.kind !== "number") return undefined;
  if (conversion.style === plan.conversion.style) return undefined;
  return (await readColumns(connection, relation, [{ ...plan, conversion }]))[0];
}
