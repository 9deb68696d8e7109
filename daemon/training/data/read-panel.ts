import type { DuckDBConnection } from "@duckdb/node-api";
import { DataError, type Problem } from "../../../protocol/errors.ts";
import type { Panel } from "../../forecasting/panel/panel.ts";
import { assemble } from "./assemble.ts";
import { planCodes } from "./categories.ts";
import { lockDatabase, openDatabase, translated } from "./database.ts";
import { isUtf8 } from "./encoding.ts";
import { fingerprintOf } from "./fingerprint.ts";
import { RowProblem } from "./grid.ts";
import { readDays } from "./local-days.ts";
import type { RawColumn, RawRows } from "./panel-layout.ts";
import { NumberPlanner } from "./plan-numbers.ts";
import { planTime } from "./plan-time.ts";
import { runQuery } from "./query.ts";
import { badCell, type ColumnPlan, type Conversion, firstInfinite, readColumns, requireRows } from "./read-columns.ts";
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
    const relation =
      request.query === undefined ? raw : await runQuery(connection, raw, request.query, request, warnings);
    const read = await readRows(connection, relation, window, { request, warnings });
    try {
      const days = readDays(read.main.time, read.main.instants === true, request);
      if (days.local !== undefined)
        for (const part of [read.main, read.window]) part?.time.forEach(inPlace(days.local));
      const assembled = assemble(read.main, read.window, request);
      const panel = days.zone === undefined ? assembled.panel : { ...assembled.panel, zone: days.zone };
      return { panel, warnings: [...warnings, ...days.warnings, ...assembled.warnings] };
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
  { request, warnings }: Pick<Reading, "request" | "warnings">,
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
  const mainRows = await readRelation(connection, main, { request, warnings, isWindow: false }, codesOf);
  if (window === undefined) return { main: mainRows, window: undefined };
  const present = [...new Set([...windowRoles, ...request.known])].filter((column) => window.columns.has(column));
  const sampled = await withSample(connection, window, present);
  const narrowed = { ...request, observed: [], static: [] };
  const reading = { request: narrowed, warnings, isWindow: true };
  return { main: mainRows, window: await readRelation(connection, sampled, reading, codesOf) };
}

/** What is read of a relation, and where guesses are told. */
interface Reading {
  readonly request: DataRequest;
  readonly warnings: Problem[];
  readonly isWindow: boolean;
}

async function readRelation(
  connection: DuckDBConnection,
  relation: Relation,
  { request, warnings, isWindow }: Reading,
  codesOf: (column: string) => Promise<Conversion>,
): Promise<RawRows> {
  const number: Conversion = { kind: "number", forms: [{ style: "plain" }], open: false };
  const numbers = new NumberPlanner(connection, relation, request, warnings);
  const numeric = isWindow
    ? [...request.known]
    : [request.target, ...request.known, ...request.observed, ...request.static];
  await numbers.look(numeric.filter((column) => relation.columns.has(column)));
  const time: ColumnPlan = {
    column: request.time,
    role: "time",
    conversion: await planTime(connection, relation, request, warnings),
  };
  const target: ColumnPlan = {
    column: isWindow ? "" : request.target,
    role: "number",
    conversion: (isWindow ? undefined : numbers.target(request.target)) ?? number,
  };
  const planned = async (column: string, role: "key" | "covariate"): Promise<ColumnPlan> => {
    if (!relation.columns.has(column)) return { column, role, conversion: number };
    const conversion = role === "key" ? undefined : numbers.covariate(column);
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
  await checkColumns(connection, relation, plans, values, numbers);
  return split(time.conversion.kind === "time" && time.conversion.instants, values, groups);
}

function inPlace(change: (value: number) => number) {
  return (value: number, index: number, values: Float64Array): void => {
    values[index] = change(value);
  };
}

function split(instants: boolean, values: readonly Float64Array[], groups: readonly ColumnPlan[][]): RawRows {
  let next = 2;
  const [keys, known, observed, statics] = groups.map((group) =>
    group.map((plan): RawColumn => {
      const column = { name: plan.column, values: values[next++]! };
      return plan.conversion.kind === "code" ? { ...column, categories: plan.conversion.categories } : column;
    }),
  );
  return {
    instants,
    time: values[0]!,
    target: values[1]!,
    keys: keys!,
    known: known!,
    observed: observed!,
    static: statics!,
  };
}

/** Checks that every cell was understood and that every row has a time and a key. */
async function checkColumns(
  connection: DuckDBConnection,
  relation: Relation,
  plans: readonly ColumnPlan[],
  values: Float64Array[],
  numbers: NumberPlanner,
): Promise<void> {
  await requireRows(connection, relation);
  for (const [index, plan] of plans.entries()) {
    let bad = firstInfinite(values[index]!);
    if (plan.conversion.kind === "number" && (bad >= 0 || (plan.conversion.open && hasFraction(values[index]!)))) {
      const conversion = await numbers.lookAgain(plan);
      if (conversion !== undefined) {
        values[index] = (await readColumns(connection, relation, [{ ...plan, conversion }]))[0]!;
      }
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

function hasFraction(values: Float64Array): boolean {
  return values.some((value) => value !== Math.trunc(value) && !Number.isNaN(value));
}
