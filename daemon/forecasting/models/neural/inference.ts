import * as engine from "../../../engine/index.ts";
import { type Forecast, meanOf, pointOf, quantileOf } from "../forecast.ts";
import { exportedInputs } from "./exported.ts";
import type { NetworkShape } from "./network.ts";
import { type WindowScale, type WindowSource, windowScale } from "./window-source.ts";
import type { Windows } from "./windows.ts";

/** Normalised windows of several series, one after the other, by input name. */
export type WindowArrays = Readonly<Record<string, Float32Array>>;

/** Windows as the exported network reads them, and the scales to undo their normalisation. */
export interface CutWindows {
  readonly arrays: WindowArrays;
  readonly scales: readonly WindowScale[];
}

/** Where a window ends: the row after its last known value. */
export interface WindowPlace {
  readonly series: number;
  readonly end: number;
}

/** Cuts the last window of each of `series`. */
export function lastWindows(windows: Windows, shape: NetworkShape, series: readonly number[]): CutWindows {
  const { first, history } = windows.source;
  const places = series.map((index) => ({ series: index, end: first[index]! + history[index]! }));
  return windowsAt(windows, shape, places);
}

/** Cuts windows at any places whose known inputs reach over the horizon. */
export function windowsAt({ source, plan }: Windows, shape: NetworkShape, places: readonly WindowPlace[]): CutWindows {
  const { lookback, horizon, known, observed } = shape;
  const arrays = Object.fromEntries(
    exportedInputs(shape).map(({ name, sizes }) => [
      name,
      new Float32Array(places.length * sizes.reduce((product, size) => product * size, 1)),
    ]),
  );
  const scales = places.map(({ series: index, end }, row) => {
    const scaled = windowScale(source, index, end, lookback, plan.recent);
    const own = [row * lookback, (row + 1) * lookback] as const;
    writePast(source, end, scaled, arrays.past!.subarray(...own), arrays.mask?.subarray(...own));
    const width = known + observed;
    for (let step = 0; step < lookback && width > 0; step++) {
      const from = end - lookback + step;
      const to = (row * lookback + step) * width;
      arrays.pastInputs!.set(source.known.subarray(from * known, (from + 1) * known), to);
      arrays.pastInputs!.set(source.observed.subarray(from * observed, (from + 1) * observed), to + known);
    }
    const future = end + plan.gap;
    arrays.futureInputs?.set(source.known.subarray(future * known, (future + horizon) * known), row * horizon * known);
    arrays.static?.set(source.static.subarray(index * shape.static, (index + 1) * shape.static), row * shape.static);
    return scaled;
  });
  return { arrays, scales };
}

/** Writes the values of the window that ends at row `end`, and which of them are known where the network is told. */
function writePast(
  { values, mask }: WindowSource,
  end: number,
  { center, scale }: WindowScale,
  past: Float32Array,
  knownSteps: Float32Array | undefined,
): void {
  const start = end - past.length;
  for (let step = 0; step < past.length; step++) {
    const known = mask[start + step]!;
    // A network trained without gaps reads what the source holds in their place, as in training.
    past[step] = known === 1 || knownSteps === undefined ? (values[start + step]! - center) / scale : 0;
    if (knownSteps !== undefined) knownSteps[step] = known;
  }
}

/** How a session is opened. */
export interface SessionPlace {
  readonly device: engine.Device;
  readonly threads: number;
}

/** Opens the files of one kind of a saved model for as long as `use` takes; where a GPU fails, once more on the CPU. */
export async function withNetworks<T>(
  files: Readonly<Record<string, Uint8Array>>,
  members: number,
  place: SessionPlace & { readonly signal: AbortSignal },
  use: (sessions: readonly engine.Session[]) => Promise<T>,
  kind = "network",
): Promise<T> {
  try {
    return await withSessions(files, members, place, use, kind);
  } catch (error) {
    if (place.device === "cpu" || place.signal.aborted) throw error;
    return withSessions(files, members, { ...place, device: "cpu" }, use, kind);
  }
}

async function withSessions<T>(
  files: Readonly<Record<string, Uint8Array>>,
  members: number,
  place: SessionPlace,
  use: (sessions: readonly engine.Session[]) => Promise<T>,
  kind: string,
): Promise<T> {
  const sessions = await openNetworks(files, members, place, kind);
  try {
    return await use(sessions);
  } finally {
    await Promise.all(sessions.map((session) => session.close()));
  }
}

/** Opens the files of one kind of a saved model. */
export async function openNetworks(
  files: Readonly<Record<string, Uint8Array>>,
  members: number,
  place: SessionPlace,
  kind = "network",
): Promise<engine.Session[]> {
  const sessions: engine.Session[] = [];
  for (let member = 0; member < members; member++) {
    sessions.push(await engine.openSession(files[`${kind}-${member + 1}.onnx`]!, place));
  }
  return sessions;
}

/** Runs exported networks over windows and averages what they say: [windows, horizon, outputs], normalised. */
export async function runNetworks(
  sessions: readonly engine.Session[],
  shape: NetworkShape,
  arrays: WindowArrays,
  windows: number,
): Promise<Float32Array> {
  return averaged(sessions, "forecast", windows * shape.horizon * shape.outputs, windowFeeds(shape, arrays, windows));
}

/** Windows as an exported network takes them. */
export function windowFeeds(
  shape: NetworkShape,
  arrays: WindowArrays,
  windows: number,
): Record<string, engine.HostTensor> {
  return Object.fromEntries(
    exportedInputs(shape).map(({ name, sizes }) => [
      name,
      { type: "float32" as const, shape: [windows, ...sizes], data: arrays[name]! },
    ]),
  );
}

/** Mean of one output of several exported networks. */
export async function averaged(
  sessions: readonly engine.Session[],
  output: string,
  size: number,
  feeds: Readonly<Record<string, engine.HostTensor>>,
): Promise<Float32Array> {
  const sum = new Float32Array(size);
  for (const session of sessions) {
    // SAFETY: outputs of exported networks are float32.
    const values = (await session.run(feeds))[output]!.data as Float32Array;
    values.forEach((value, index) => {
      sum[index]! += value / sessions.length;
    });
  }
  return sum;
}

/** Undoes the normalisation and writes means and quantiles, the latter in ascending order. */
export function writeForecast(
  forecast: Forecast,
  series: readonly number[],
  scales: readonly WindowScale[],
  values: Float32Array,
  outputs: number,
): void {
  const { horizon, levels } = forecast;
  series.forEach((index, row) => {
    const { center, scale } = scales[row]!;
    for (let step = 0; step < horizon; step++) {
      const at = (row * horizon + step) * outputs;
      const quantiles = values.slice(at + 1, at + outputs).sort();
      meanOf(forecast, index)[step] = center + scale * values[at]!;
      pointOf(forecast, index)[step] = center + scale * values[at]!;
      levels.forEach((_, level) => {
        quantileOf(forecast, index, level)[step] = center + scale * quantiles[level]!;
      });
    }
  });
}
