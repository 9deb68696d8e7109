/**
 * `node bench/combinations.ts --sets a,b [--held 2] [--origins 3] [--every 1] [--seconds 8]`: ways of combining an ensemble's members. Every candidate is
 * fitted anew at each of the last rolling origins inside the sets' training parts; members and weights are chosen on `origins` of them and judged
 * on the next one, at `held` places. Ratios are to the weighted average; nothing after the training part is read.
 */
import path from "node:path";
import { parseArgs } from "node:util";
import { textTable } from "../daemon/cli/table.ts";
import { chooseTilts } from "../daemon/forecasting/ensemble/choose-tilts.ts";
import { combine } from "../daemon/forecasting/ensemble/combine.ts";
import { selectEnsemble } from "../daemon/forecasting/ensemble/ensemble.ts";
import { choosePoint, withPoint } from "../daemon/forecasting/ensemble/point-forecast.ts";
import { type FoldForecast, scoreBacktest } from "../daemon/forecasting/evaluation/backtest.ts";
import { applyCalibration, calibrate } from "../daemon/forecasting/evaluation/conformal.ts";
import { type Fold, foldAt } from "../daemon/forecasting/evaluation/fold.ts";
import type { Metrics } from "../daemon/forecasting/evaluation/metrics.ts";
import { applyBounds } from "../daemon/forecasting/models/bounds.ts";
import { forecasterNamed, forecasters } from "../daemon/forecasting/models/registry.ts";
import { selectSeries } from "../daemon/forecasting/panel/panel-at.ts";
import type { Candidate } from "../daemon/forecasting/search/candidate.ts";
import { chooseCandidates } from "../daemon/forecasting/search/choose-candidates.ts";
import { panelFacts } from "../daemon/forecasting/search/panel-facts.ts";
import { loadData } from "../daemon/training/experiment/load-data.ts";
import { readExperiment } from "../daemon/training/experiment/read-experiment.ts";
import { type RunSettings, resolveSettings } from "../daemon/training/experiment/settings.ts";
import { sharedData } from "./shared-data.ts";

const { values: options } = parseArgs({
  options: {
    sets: { type: "string", default: "epf" },
    held: { type: "string", default: "2" },
    origins: { type: "string", default: "3" },
    every: { type: "string", default: "1" },
    seconds: { type: "string", default: "8" },
  },
});

const metric = "mase";

/** Ways of combining: whether weights differ by series and step, and the share of the median. */
const ways = [
  { name: "average", tilted: false, middle: 0 },
  { name: "by series and step", tilted: true, middle: 0 },
  { name: "half median", tilted: false, middle: 0.5 },
  { name: "both", tilted: true, middle: 0.5 },
];

async function rowsOf(set: string): Promise<string[][]> {
  const file = await readExperiment(path.join(sharedData, set, "experiment.forecast.yaml"));
  const loaded = (await loadData(file, {})).panel;
  const panel = selectSeries(
    loaded,
    Int32Array.from(loaded.keys.keys()).filter((row) => row % Number(options.every) === 0),
  );
  const settings = resolveSettings(file.experiment, panel, ["cpu"], Number.POSITIVE_INFINITY);
  const { candidates } = chooseCandidates(forecasters, file.experiment, panelFacts(panel));
  const [held, origins] = [Number(options.held), Number(options.origins)];
  const folds = Array.from({ length: held + origins }, (_, index) => foldAt(panel, settings.plan, index));
  const known: { candidate: Candidate; parts: FoldForecast[] }[] = [];
  for (const candidate of candidates) {
    const parts = await backtest(candidate, folds, settings).catch((error: unknown) => {
      console.error(`${set}: ${candidate.id} is left out: ${error instanceof Error ? error.message : String(error)}`);
      return undefined;
    });
    if (parts !== undefined) known.push({ candidate, parts });
  }
  return Array.from({ length: held }, (_, place) => [set, String(place), ...judged(known, place, origins, settings)]);
}

async function backtest(candidate: Candidate, folds: readonly Fold[], { fit }: RunSettings): Promise<FoldForecast[]> {
  const forecaster = forecasterNamed(candidate.model);
  const parts: FoldForecast[] = [];
  for (const fold of folds) {
    const deadline = performance.now() + 1000 * Number(options.seconds);
    const context = { ...fit, signal: new AbortController().signal, deadline, onProgress: () => {} };
    const fitted = await forecaster.fit(fold.panel, forecaster.options.parse(candidate.options), context);
    parts.push({ fold, forecast: applyBounds(await fitted.predict(fold.panel, context), fit.bounds) });
  }
  return parts;
}

/** Ratios of each way at one held-out origin. */
function judged(
  known: readonly { readonly candidate: Candidate; readonly parts: readonly FoldForecast[] }[],
  place: number,
  origins: number,
  { levels }: RunSettings,
): string[] {
  const peers = known.map(({ candidate, parts }) => {
    const before = parts.slice(place + 1, place + 1 + origins);
    const point = choosePoint(before, metric, levels);
    const [held] = withPoint(parts.slice(place, place + 1), point);
    return { id: candidate.id, seconds: 0, parts: withPoint(before, point), held: held! };
  });
  const weights = selectEnsemble(peers, metric, 7, 1)?.weights;
  if (weights === undefined) return ways.map(() => "no ensemble");
  const members = peers.flatMap((peer) => (weights.has(peer.id) ? [{ ...peer, weight: weights.get(peer.id)! }] : []));
  const scores = ways.map(({ tilted, middle }): Metrics => {
    const chosen = tilted ? chooseTilts(members, metric, middle) : undefined;
    const at = (origin: number | undefined): FoldForecast => {
      const own = members.map((one) => (origin === undefined ? one.held : one.parts[origin]!));
      const tilts = origin === undefined ? chosen?.tilts : chosen?.leftOut[origin];
      const { fold } = own[0]!;
      const weighted = own.map(({ forecast }, i) => ({ forecast, weight: members[i]!.weight, tilt: tilts?.[i] }));
      return { fold, forecast: combine(weighted, { middle, series: fold.series }) };
    };
    const { fold, forecast } = at(undefined);
    const calibration = calibrate(Array.from({ length: origins }, (_, origin) => at(origin)));
    return scoreBacktest([{ fold, forecast: applyCalibration(forecast, calibration) }], levels).metrics;
  });
  const plain = scores[0]!;
  return scores.map((own) => `${(own.mase / plain.mase).toFixed(3)} ${(own.sql / plain.sql).toFixed(3)}`);
}

const table: string[][] = [];
for (const set of options.sets.split(",")) table.push(...(await rowsOf(set)));
const headings = ["set", "origin", ...ways.map(({ name }) => `${name}: MASE SQL`)];
console.log(
  textTable(
    headings.map((heading, i) => ({ heading, right: i > 1 })),
    table,
  ),
);
