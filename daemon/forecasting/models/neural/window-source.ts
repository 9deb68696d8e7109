import { type Panel, pastOf, rowsOf, seriesCount } from "../../panel/panel.ts";
import { type InputPlan, inputWidths, knownWriter, observedWriter, staticWriter } from "./inputs.ts";

/**
 * A panel laid out for windows: every series preceded by `lookback` empty rows, so that a window may begin before the first
 * value. Rows of all series stand one after the other; nothing is repeated per window.
 */
export interface WindowSource {
  readonly rows: number;
  /**
   * Target; the last known value where it is missing, the mean of the series before its first value, and zero in the future. Networks
   * that are not told which values are unknown read them so: nothing else would be near the series' level.
   */
  readonly values: Float32Array;
  /** 1 where the target is known. */
  readonly mask: Float32Array;
  /** rows × known inputs. */
  readonly known: Float32Array;
  /** rows × observed inputs. */
  readonly observed: Float32Array;
  /** series × static inputs. */
  readonly static: Float32Array;
  /** Row of the first value of each series. */
  readonly first: Int32Array;
  /** Steps of history of each series. */
  readonly history: Int32Array;
  /** Standard deviation of each series' history: what its windows' scales are compared with. */
  readonly deviation: Float64Array;
}

/** Lays a panel out for windows of `lookback` steps. */
export function windowSource(panel: Panel, plan: InputPlan, lookback: number): WindowSource {
  const count = seriesCount(panel);
  const widths = inputWidths(plan);
  const rows = panel.time.length + count * lookback;
  const source = {
    rows,
    values: new Float32Array(rows),
    mask: new Float32Array(rows),
    known: new Float32Array(rows * widths.known),
    observed: new Float32Array(rows * widths.observed),
    static: new Float32Array(count * widths.static),
    first: new Int32Array(count),
    history: panel.history,
    deviation: new Float64Array(count),
  };
  const writeKnown = knownWriter(plan, panel);
  const writeObserved = observedWriter(plan, panel);
  const writeStatic = staticWriter(plan, panel);
  for (let series = 0; series < count; series++) {
    const { start, pastEnd, end } = rowsOf(panel, series);
    const shift = (series + 1) * lookback;
    source.first[series] = start + shift;
    source.deviation[series] = deviationOf(pastOf(panel, panel.target, series));
    let last = meanOf(pastOf(panel, panel.target, series));
    source.values.fill(last, start + shift - lookback, start + shift);
    for (let row = start; row < end; row++) {
      const isPast = row < pastEnd;
      const value = panel.target[row]!;
      const isKnown = isPast && !Number.isNaN(value);
      if (isKnown) last = value;
      if (isKnown) source.mask[row + shift] = 1;
      if (isPast) source.values[row + shift] = last;
      writeKnown(row, source.known, (row + shift) * widths.known);
      if (isPast) writeObserved(row, source.observed, (row + shift) * widths.observed);
    }
    writeStatic(series, source.static, series * widths.static);
  }
  return source;
}

/** Mean of the known values; 0 where there is none. */
function meanOf(values: Float64Array): number {
  let [count, sum] = [0, 0];
  for (const value of values) {
    if (Number.isNaN(value)) continue;
    count++;
    sum += value;
  }
  return count === 0 ? 0 : sum / count;
}

function deviationOf(values: Float64Array): number {
  let [count, mean, squares] = [0, 0, 0];
  for (const value of values) {
    if (Number.isNaN(value)) continue;
    count++;
    const before = value - mean;
    mean += before / count;
    squares += before * (value - mean);
  }
  return count < 2 ? 0 : Math.sqrt(squares / count);
}

/** Level and size of a window, by which its values are normalised (Kim et al. 2022, RevIN, with a robust floor). */
export interface WindowScale {
  readonly center: number;
  readonly scale: number;
}

/**
 * Level of the last `recent` known values before `end` and root mean square distance of the window's values from it, floored by a
 * twentieth of the series' own deviation: a flat stretch must not blow noise up.
 */
export function windowScale(
  { values, mask, deviation }: WindowSource,
  series: number,
  end: number,
  lookback: number,
  recent: number,
): WindowScale {
  let [count, sum] = [0, 0];
  for (let row = end - 1; row >= end - lookback && count < recent; row--) {
    if (mask[row] === 0) continue;
    count++;
    sum += values[row]!;
  }
  const center = count === 0 ? 0 : sum / count;
  let [known, squares] = [0, 0];
  for (let row = end - lookback; row < end; row++) {
    if (mask[row] === 0) continue;
    known++;
    squares += (values[row]! - center) ** 2;
  }
  const spread = known < 2 ? 0 : Math.sqrt(squares / known);
  const scale = Math.max(spread, deviation[series]! / 20, 1e-6 * Math.abs(center));
  return { center, scale: scale > 0 ? scale : 1 };
}
