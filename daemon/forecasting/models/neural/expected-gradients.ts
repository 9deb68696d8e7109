import { type HostTensor, type Random, random, type Session } from "../../../engine/index.ts";
import type { Attribution, AttributionRequest } from "../forecaster.ts";
import { historyFactor } from "../scaled-attribution.ts";
import { derivativeBatch, directionName, exportedInputs } from "./exported.ts";
import { averaged, lastWindows, runNetworks, type WindowArrays, windowsAt } from "./inference.ts";
import { type InputGroup, inputGroups, outputOf } from "./inputs.ts";
import type { NetworkInputs, NetworkShape } from "./network.ts";
import type { Windows } from "./windows.ts";

/** Points of a path, tried one after the other until so little is missed. */
const pathPoints = [4, 16, 64];
const mostMissed = 0.01;

/** Background windows: a share of the asked samples, since each costs a path. */
const fewestBackgrounds = 4;
const mostBackgrounds = 32;
/** Windows from which each is explained against the fewest backgrounds only, so that a run of many series ends. */
const manyWindows = 100;

/** Fewest known steps before a background window's end. */
const shortestPast = 2;

/** Sessions of the trained networks and of their directional derivatives. */
export interface DifferentiableNetworks {
  readonly networks: readonly Session[];
  readonly derivatives: readonly Session[];
}

/** An attribution, and how much of what it explains the paths' quadrature missed: mean |missed| over mean |explained|. */
export interface GradientAttribution extends Attribution {
  readonly missed: number;
}

/**
 * Expected gradients (Erion et al. 2021): integrated gradients along straight paths from background windows, drawn over all
 * series, to the explained window, averaged. The engine differentiates the network; one directional derivative along the inputs
 * of a factor gives its share of every step and quantile at once, over the whole past and future of its inputs. The baseline is
 * the level of the window plus what the networks say of the backgrounds. Points are even along a path and shifted from background
 * to background, since gradients jump at the kinks of activations, and become more until they miss less than a hundredth (with many windows a
 * few hundredths are put up with); that is shared out in proportion, so that the values add up exactly. The standard error is that over backgrounds.
 */
export async function expectedGradients(
  { networks, derivatives }: DifferentiableNetworks,
  windows: Windows,
  shape: NetworkShape,
  request: AttributionRequest,
): Promise<GradientAttribution> {
  const groups = inputGroups(shape.factors);
  const factors = [historyFactor, ...groups.map(({ name }) => name)];
  const { horizon, outputs } = shape;
  const output = outputOf(request);
  const { arrays, scales } = lastWindows(windows, shape, request.series);
  const backgrounds = drawBackgrounds(windows, shape, backgroundCount(request), random(request.seed));
  const count = request.series.length;
  const cells = count * horizon;
  const said = await runNetworks(networks, shape, arrays, count);
  const saidOfBackgrounds = await runNetworks(networks, shape, backgrounds.arrays, backgrounds.count);
  const expected = Float64Array.from({ length: horizon }, (_, step) => {
    let sum = 0;
    for (let index = 0; index < backgrounds.count; index++) {
      sum += saidOfBackgrounds[(index * horizon + step) * outputs + output]!;
    }
    return sum / backgrounds.count;
  });
  const explained = Float64Array.from({ length: cells }, (_, cell) => {
    return said[cell * outputs + output]! - expected[cell % horizon]!;
  });
  const paths = new PathRuns(derivatives, shape, arrays, backgrounds, groups);
  const finest = count < manyWindows ? pathPoints.length : 1;
  let { sums, squares } = await averageShares(paths, count, output, pathPoints[0]!, request.signal);
  for (let finer = 1; finer < finest && missedShare(explained, sums, factors.length) > mostMissed; finer++) {
    ({ sums, squares } = await averageShares(paths, count, output, pathPoints[finer]!, request.signal));
  }
  const baseline = new Float64Array(cells);
  const contributions = new Float64Array(sums.length);
  const standardError = new Float64Array(sums.length);
  for (let cell = 0; cell < cells; cell++) {
    const { center, scale } = scales[Math.floor(cell / horizon)]!;
    const own = sums.subarray(cell * factors.length, (cell + 1) * factors.length);
    const missed = explained[cell]! - own.reduce((sum, value) => sum + value, 0);
    const size = own.reduce((sum, value) => sum + Math.abs(value), 0);
    baseline[cell] = center + scale * expected[cell % horizon]!;
    own.forEach((value, factor) => {
      const at = cell * factors.length + factor;
      const share = size > 0 ? Math.abs(value) / size : 1 / factors.length;
      contributions[at] = scale * (value + missed * share);
      const variance = Math.max(0, squares[at]! - value ** 2);
      standardError[at] = scale * Math.sqrt(variance / Math.max(1, backgrounds.count - 1));
    });
  }
  const missed = missedShare(explained, sums, factors.length);
  return { factors, series: request.series, horizon, baseline, contributions, exact: false, standardError, missed };
}

/** Mean shares of every factor over the backgrounds, and mean squares: windows × horizon × factors. */
async function averageShares(
  paths: PathRuns,
  windows: number,
  output: number,
  points: number,
  signal: AbortSignal,
): Promise<{ sums: Float64Array; squares: Float64Array }> {
  const { horizon, factors, backgrounds } = paths;
  const sums = new Float64Array(windows * horizon * factors);
  const squares = new Float64Array(sums.length);
  for (let window = 0; window < windows; window++) {
    const shares = await paths.shares(window, output, points);
    signal.throwIfAborted();
    shares.forEach((share, at) => {
      const [factor, step] = [Math.floor(at / horizon) % factors, at % horizon];
      const cell = (window * horizon + step) * factors + factor;
      sums[cell]! += share / backgrounds;
      squares[cell]! += share ** 2 / backgrounds;
    });
  }
  return { sums, squares };
}

/** Mean size of what the shares miss over the mean size of what they explain. */
function missedShare(explained: Float64Array, sums: Float64Array, factors: number): number {
  let [missed, size] = [0, 0];
  explained.forEach((value, cell) => {
    const own = sums.subarray(cell * factors, (cell + 1) * factors);
    missed += Math.abs(value - own.reduce((sum, share) => sum + share, 0));
    size += Math.abs(value);
  });
  return size > 0 ? missed / size : 0;
}

function backgroundCount({ samples, series }: AttributionRequest): number {
  const wanted = series.length >= manyWindows ? fewestBackgrounds : Math.round(samples / 16);
  return Math.min(mostBackgrounds, Math.max(fewestBackgrounds, wanted));
}

/** Draws, with equal probability, from the windows whose horizon is in the past. If there are none, takes the last windows. */
function drawBackgrounds(
  windows: Windows,
  shape: NetworkShape,
  count: number,
  next: Random,
): { arrays: WindowArrays; count: number } {
  const { source, plan } = windows;
  const room = Array.from(source.history, (length) => Math.max(0, length - shortestPast - plan.gap - plan.horizon));
  const total = room.reduce((sum, length) => sum + length, 0);
  const places = Array.from({ length: count }, (_, index) => {
    let place = Math.floor(((index + next()) / count) * total);
    let series = 0;
    if (total === 0) series = index % room.length;
    else while (place >= room[series]!) place -= room[series++]!;
    const end = source.first[series]! + (total === 0 ? source.history[series]! : shortestPast + place);
    return { series, end };
  });
  return { arrays: windowsAt(windows, shape, places).arrays, count };
}

/** Runs of the derivatives along paths: all factors and points of one pair of windows, batch by batch. */
class PathRuns {
  readonly #sessions: readonly Session[];
  readonly #shape: NetworkShape;
  readonly #explained: WindowArrays;
  readonly #background: WindowArrays;
  readonly #groups: readonly InputGroup[];
  readonly #inputs: { readonly name: keyof NetworkInputs; readonly size: number; readonly sizes: readonly number[] }[];
  readonly horizon: number;
  readonly backgrounds: number;
  readonly factors: number;

  constructor(
    sessions: readonly Session[],
    shape: NetworkShape,
    explained: WindowArrays,
    background: { readonly arrays: WindowArrays; readonly count: number },
    groups: readonly InputGroup[],
  ) {
    this.#sessions = sessions;
    this.#shape = shape;
    this.#explained = explained;
    this.#background = background.arrays;
    this.horizon = shape.horizon;
    this.backgrounds = background.count;
    this.factors = groups.length + 1;
    this.#groups = groups;
    this.#inputs = exportedInputs(shape).map(({ name, sizes }) => {
      return { name, sizes, size: sizes.reduce((product, size) => product * size, 1) };
    });
  }

  /** What each factor contributes to each step between each background and one explained window: backgrounds × factors × horizon. */
  async shares(window: number, output: number, points: number): Promise<Float64Array> {
    const { horizon, outputs } = this.#shape;
    const rows = this.backgrounds * this.factors * points;
    const shares = new Float64Array(this.backgrounds * this.factors * horizon);
    for (let from = 0; from < rows; from += derivativeBatch) {
      const count = Math.min(derivativeBatch, rows - from);
      const feeds = this.#feeds(window, points, from, count);
      const change = await averaged(this.#sessions, "change", derivativeBatch * horizon * outputs, feeds);
      for (let row = 0; row < count; row++) {
        const pair = Math.floor((from + row) / points);
        for (let step = 0; step < horizon; step++) {
          shares[pair * horizon + step]! += change[(row * horizon + step) * outputs + output]! / points;
        }
      }
    }
    return shares;
  }

  /** Inputs on the paths and directions of one factor, a row each: background after background, factor after factor. */
  #feeds(window: number, points: number, from: number, count: number): Record<string, HostTensor> {
    const feeds: Record<string, HostTensor> = {};
    for (const { name, size, sizes } of this.#inputs) {
      const values = new Float32Array(derivativeBatch * size);
      const directions = new Float32Array(derivativeBatch * size);
      const end = this.#explained[name]!.subarray(window * size, (window + 1) * size);
      for (let row = 0; row < count; row++) {
        const pair = Math.floor((from + row) / points);
        const [background, factor] = [Math.floor(pair / this.factors), pair % this.factors];
        const share = (((from + row) % points) + (background + 0.5) / this.backgrounds) / points;
        const start = this.#background[name]!.subarray(background * size, (background + 1) * size);
        for (let i = 0; i < size; i++) values[row * size + i] = start[i]! + share * (end[i]! - start[i]!);
        for (const i of this.#columns(factor, name, size)) directions[row * size + i] = end[i]! - start[i]!;
      }
      feeds[name] = { type: "float32", shape: [derivativeBatch, ...sizes], data: values };
      feeds[directionName(name)] = { type: "float32", shape: [derivativeBatch, ...sizes], data: directions };
    }
    return feeds;
  }

  /** Places of an input that belong to a factor; the history is factor 0. */
  *#columns(factor: number, name: keyof NetworkInputs, size: number): Generator<number> {
    const { known, observed } = this.#shape;
    if (name === "past" || name === "mask") {
      if (factor === 0) for (let i = 0; i < size; i++) yield i;
      return;
    }
    const group = this.#groups[factor - 1];
    if (group === undefined) return;
    const width = name === "static" ? this.#shape.static : name === "pastInputs" ? known + observed : known;
    const columns =
      name === "static"
        ? group.fixed
        : name === "pastInputs"
          ? [...group.known, ...group.observed.map((column) => column + known)]
          : group.known;
    for (let row = 0; row < size; row += width) for (const column of columns) yield row + column;
  }
}
