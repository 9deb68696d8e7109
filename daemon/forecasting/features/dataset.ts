import { type Panel, pastOf, seriesCount } from "../panel/panel.ts";
import { choosePlan } from "./choose.ts";
import { type FeatureMatrix, featureMatrix } from "./matrix.ts";
import type { FeaturePlan } from "./plan.ts";
import { type RowSet, sampleRows } from "./rows.ts";
import type { ScalingSpec } from "./scaling.ts";
import { screenFeatures } from "./screen.ts";

export interface DatasetRequest {
  readonly horizon: number;
  readonly gap: number;
  readonly seasons: readonly number[];
  readonly scaling: ScalingSpec;
  readonly fourier: boolean;
  /** See PlanRequest. */
  readonly direct?: ReadonlySet<string>;
  /** Most rows. */
  readonly limit: number;
  readonly seed: number;
  readonly signal: AbortSignal;
}

/** A panel as a supervised problem, split in time. */
export interface Dataset {
  readonly plan: FeaturePlan;
  readonly rows: RowSet;
  readonly matrix: FeatureMatrix;
  /** Rows whose targets lie before the validation part. */
  readonly train: Int32Array;
  /** Rows whose origins lie in the validation part: nothing a training row saw is newer than their origin. */
  readonly valid: Int32Array;
}

/** Chooses features for a panel, samples rows and computes them; constant and duplicate features are left out. */
export async function buildDataset(panel: Panel, request: DatasetRequest): Promise<Dataset> {
  const plan = choosePlan(panel, request);
  const rows = sampleRows(panel, {
    ...request,
    firstOrigin: (past, series) => Math.max(firstOrigin(past, request.seasons), firstValue(panel, series)),
    range: (past) => ({ origin: 0, from: 0, to: past }),
  });
  const matrix = await featureMatrix(panel, plan, rows, { training: true, signal: request.signal });
  const screened = screenFeatures(plan, matrix);
  return { ...screened, rows, ...splitInTime(panel, rows, request) };
}

/** Origins start where the main season has been seen once, or after a third of a short series. */
function firstOrigin(past: number, seasons: readonly number[]): number {
  const season = seasons.find((length) => past >= 3 * length) ?? seasons[0] ?? 1;
  return Math.max(2, Math.min(season, Math.floor(past / 3))) - 1;
}

/**
 * Index of the first value of a series other than zero, its length where there is none: before it a series has no scale, and what comes is beyond any
 * measure of what was.
 */
function firstValue(panel: Panel, series: number): number {
  const past = pastOf(panel, panel.target, series);
  const first = past.findIndex((value) => value !== 0 && !Number.isNaN(value));
  return first < 0 ? past.length : first;
}

/** Steps at the end of a series that are held out: enough for several origins, at most a quarter of it. */
export function validationSteps(past: number, horizon: number, gap: number): number {
  const reach = horizon + gap;
  const wanted = Math.max(Math.ceil(1.5 * reach), Math.min(4 * reach, Math.ceil(past * 0.15)));
  return Math.min(wanted, Math.floor(past / 3));
}

function splitInTime(panel: Panel, rows: RowSet, { horizon, gap }: DatasetRequest): Pick<Dataset, "train" | "valid"> {
  const cuts = Int32Array.from({ length: seriesCount(panel) }, (_, series) => {
    const past = panel.history[series]!;
    return past - validationSteps(past, horizon, gap);
  });
  const train: number[] = [];
  const valid: number[] = [];
  for (let row = 0; row < rows.count; row++) {
    const cut = cuts[rows.series[row]!]!;
    if (rows.target[row]! < cut) train.push(row);
    else if (rows.origin[row]! >= cut - 1) valid.push(row);
  }
  return { train: Int32Array.from(train), valid: Int32Array.from(valid) };
}

/** Some rows of a matrix, copied. */
export function pickRows(matrix: FeatureMatrix, rows: Int32Array): FeatureMatrix {
  const pick = (values: Float64Array): Float64Array => Float64Array.from(rows, (row) => values[row]!);
  return {
    rows: rows.length,
    columns: matrix.columns.map((column) => Float32Array.from(rows, (row) => column[row]!)),
    categorical: matrix.categorical,
    centre: pick(matrix.centre),
    scale: pick(matrix.scale),
    target: pick(matrix.target),
  };
}

/** Matrices of the same plan, one below the other. */
export function stackRows(parts: readonly FeatureMatrix[]): FeatureMatrix {
  const join = (values: (part: FeatureMatrix) => Float64Array): Float64Array =>
    Float64Array.from(parts.flatMap((part) => [...values(part)]));
  const rows = parts.reduce((sum, part) => sum + part.rows, 0);
  const columns = parts[0]!.columns.map((_, feature) => {
    const column = new Float32Array(rows);
    let at = 0;
    for (const part of parts) {
      column.set(part.columns[feature]!, at);
      at += part.rows;
    }
    return column;
  });
  const { categorical } = parts[0]!;
  return {
    rows,
    columns,
    categorical,
    centre: join(({ centre }) => centre),
    scale: join(({ scale }) => scale),
    target: join(({ target }) => target),
  };
}
