import { nextTurn } from "../numerics/next-turn.ts";
import type { Panel } from "../panel/panel.ts";
import { type Cell, cellOf, SeriesTables } from "./cells.ts";
import { OrderedEncoding, type OrderedMeans, seriesTexts } from "./encoding.ts";
import { HolidayTable } from "./holidays.ts";
import { type FeaturePlan, seriesColumn } from "./plan.ts";
import type { RowSet } from "./rows.ts";
import { scalerOf } from "./scaling.ts";
import { viewOf } from "./series-view.ts";
import type { FeatureSpec } from "./spec.ts";
import { anyText, rowTextMeans } from "./text-encoding.ts";

/** Features of a set of rows, column by column, with the scaling of each row. */
export interface FeatureMatrix {
  readonly rows: number;
  readonly columns: Float32Array[];
  readonly categorical: boolean[];
  /** value = centre + scale × scaled value. */
  readonly centre: Float64Array;
  readonly scale: Float64Array;
  /** Scaled target, NaN in the forecast window. */
  readonly target: Float64Array;
}

/** Longest time the event loop is kept, in milliseconds. */
const sliceMs = 50;

/**
 * Computes a plan's features for rows of a panel. `training` rows see target encodings as of their origin; others see the
 * saved ones. Throws the signal's reason when aborted.
 */
export async function featureMatrix(
  panel: Panel,
  plan: FeaturePlan,
  rows: RowSet,
  options: { readonly training: boolean; readonly signal: AbortSignal },
): Promise<FeatureMatrix> {
  const source = new SeriesSource(panel, plan, options.training);
  const matrix: FeatureMatrix = {
    rows: rows.count,
    columns: plan.features.map(() => new Float32Array(rows.count)),
    categorical: plan.features.map((spec) => isCategorical(spec, plan)),
    centre: new Float64Array(rows.count),
    scale: new Float64Array(rows.count),
    target: new Float64Array(rows.count),
  };
  let since = performance.now();
  for (let from = 0; from < rows.count; ) {
    let to = from + 1;
    while (to < rows.count && rows.series[to] === rows.series[from]) to++;
    source.fill(matrix, rows, from, to);
    from = to;
    if (performance.now() - since > sliceMs) {
      await nextTurn();
      options.signal.throwIfAborted();
      since = performance.now();
    }
  }
  return matrix;
}

/** Whether a feature's numbers are codes of categories. */
export function isCategorical(spec: FeatureSpec, plan: FeaturePlan): boolean {
  if (spec.kind === "series") return true;
  const names = spec.kind === "known" || spec.kind === "static" || spec.kind === "lag";
  return names && spec.column !== undefined && plan.categories[spec.column] !== undefined;
}

class SeriesSource {
  readonly #panel: Panel;
  readonly #plan: FeaturePlan;
  readonly #shared: {
    plan: FeaturePlan;
    frequency: FeaturePlan["frequency"];
    holidays: HolidayTable | undefined;
  };
  readonly #codes = new Map<string, Map<string, number>>();
  readonly #encodings = new Map<string, OrderedEncoding>();
  readonly #rowMeans = new Map<string, OrderedMeans>();
  readonly #texts = new Map<string, readonly string[] | undefined>();

  constructor(panel: Panel, plan: FeaturePlan, training: boolean) {
    this.#panel = panel;
    this.#plan = plan;
    const { country, region } = plan.calendar ?? {};
    const calendar = country === undefined ? undefined : region === undefined ? { country } : { country, region };
    const holidays = calendar && new HolidayTable(calendar);
    this.#shared = { plan, frequency: plan.frequency, holidays };
    for (const [column, texts] of Object.entries(plan.categories)) {
      this.#codes.set(column, new Map(texts.map((text, code) => [text, code])));
    }
    for (const spec of plan.features) {
      if (spec.kind !== "static" && spec.kind !== "encoding") continue;
      if (spec.kind === "encoding" && spec.at !== undefined) {
        const covariate = this.#covariate(spec.column);
        if (training && covariate) this.#rowMeans.set(spec.column, rowTextMeans(panel, covariate, spec.at, plan));
        continue;
      }
      const texts = seriesTexts(panel, spec.column);
      this.#texts.set(spec.column, texts);
      if (training && spec.kind === "encoding" && texts)
        this.#encodings.set(spec.column, new OrderedEncoding(panel, texts));
    }
  }

  /** Fills the rows `from … to - 1`, all of one series. */
  fill(matrix: FeatureMatrix, rows: RowSet, from: number, to: number): void {
    const view = viewOf(this.#panel, rows.series[from]!);
    const scaler = scalerOf(view, this.#plan.scaling, this.#plan.fallbackScale);
    const tables = new SeriesTables(view, scaler, this.#shared);
    for (let row = from; row < to; row++) {
      const origin = rows.origin[row]!;
      const target = rows.target[row]!;
      const centre = scaler.centre(origin, target);
      const scale = scaler.scale(origin);
      matrix.centre[row] = centre;
      matrix.scale[row] = scale;
      matrix.target[row] = (view.target[target]! - centre) / scale;
    }
    this.#plan.features.forEach((spec, feature) => {
      const cell = this.#cell(spec, tables);
      const column = matrix.columns[feature]!;
      for (let row = from; row < to; row++) column[row] = cell(rows.origin[row]!, rows.target[row]!);
    });
  }

  #cell(spec: FeatureSpec, tables: SeriesTables): Cell {
    const { index } = tables.view;
    switch (spec.kind) {
      case "series": {
        const code = this.#codes.get(seriesColumn)?.get(JSON.stringify(this.#panel.keys[index])) ?? Number.NaN;
        return () => code;
      }
      case "static": {
        const value = this.#staticValue(spec.column, index);
        return () => value;
      }
      case "encoding":
        return spec.at === undefined
          ? this.#encodingCell(spec.column, tables)
          : this.#rowEncodingCell(spec.column, spec.at, tables);
      case "known":
      case "lag":
        return spec.column === undefined || this.#plan.categories[spec.column] === undefined
          ? cellOf(spec, tables)
          : this.#recoded(spec.column, cellOf(spec, tables));
      default:
        return cellOf(spec, tables);
    }
  }

  #staticValue(column: string, series: number): number {
    const codes = this.#codes.get(column);
    if (codes !== undefined) return codes.get(this.#texts.get(column)?.[series] ?? "") ?? Number.NaN;
    return this.#panel.static.find(({ name }) => name === column)?.values[series] ?? Number.NaN;
  }

  #encodingCell(column: string, tables: SeriesTables): Cell {
    const { index, time } = tables.view;
    const ordered = this.#encodings.get(column);
    const saved = this.#plan.encodings[column]?.[this.#texts.get(column)?.[index] ?? ""] ?? Number.NaN;
    const value: Cell = ordered === undefined ? () => saved : (origin) => ordered.at(index, time[origin]!);
    return tables.scaled(undefined, value);
  }

  /** Mean target of a row's own text, as of the row's origin in training. */
  #rowEncodingCell(column: string, at: "target" | "origin", tables: SeriesTables): Cell {
    const { time } = tables.view;
    const texts = this.#covariate(column)?.categories ?? [];
    const codes = at === "target" ? tables.known(column) : tables.past(column);
    const ordered = this.#rowMeans.get(column);
    const saved = this.#plan.encodings[column] ?? {};
    return (origin, target) => {
      const text = texts[codes[at === "target" ? target : origin]!];
      if (text === undefined) return Number.NaN;
      if (ordered !== undefined) return ordered.at(text, time[origin]!);
      return (Object.hasOwn(saved, text) ? saved[text] : saved[anyText]) ?? Number.NaN;
    };
  }

  #covariate(column: string): Panel["known"][number] | undefined {
    return [...this.#panel.known, ...this.#panel.observed].find(({ name }) => name === column);
  }

  /** Codes of the plan for a text column whose panel may number its texts otherwise. */
  #recoded(column: string, cell: Cell): Cell {
    const codes = this.#codes.get(column)!;
    const texts = this.#covariate(column)?.categories ?? [];
    const recode = texts.map((text) => codes.get(text) ?? Number.NaN);
    return (origin, target) => recode[cell(origin, target)] ?? Number.NaN;
  }
}
