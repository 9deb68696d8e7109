import type { MetricName } from "../../../protocol/experiment/schema.ts";
import { type BacktestScores, type FoldForecast, scoreBacktest, selectionScore } from "../evaluation/backtest.ts";
import { applyCalibration, type Calibration, calibrate } from "../evaluation/conformal.ts";
import type { Forecast } from "../models/forecast.ts";
import { forecasterNamed } from "../models/registry.ts";
import type { Candidate } from "../search/candidate.ts";
import type { Trial } from "../search/search.ts";
import { combine } from "./combine.ts";
import { selectEnsemble } from "./ensemble.ts";
import { ensemblePeers } from "./ensemble-peers.ts";
import { choosePoint, type Point, pointed, withPoint } from "./point-forecast.ts";
import type { Tilt, TiltedWeight } from "./tilt.ts";

/** A trial as it stands on the leaderboard. */
export interface Contender {
  readonly trial: Trial;
  readonly point: Point;
  /** Out-of-fold forecasts with the chosen point forecast. */
  readonly parts: readonly FoldForecast[];
  readonly scores: BacktestScores;
  readonly score: number;
}

/** One model of the final forecast. */
export interface Member {
  readonly candidate: Candidate;
  readonly point: Point;
  readonly weight: number;
  /** How its weight differs by series and step; missing where no member's does. */
  readonly tilt?: Tilt | undefined;
  /** Mean over series and steps of its share in the forecast. */
  readonly share: number;
  /** Seconds its fit on all data is expected to take, going by those of the backtest. */
  readonly seconds: number;
}

/** Who makes the forecast: one candidate, or several combined. */
export interface Winner {
  /** The candidate's id, or `ensemble`. */
  readonly id: string;
  readonly members: readonly Member[];
  /** Share of the members' median in every value; their weighted average is the rest. */
  readonly middle: number;
  readonly parts: readonly FoldForecast[];
  /** Missing where no series was long enough for a backtest. */
  readonly scores?: BacktestScores;
  readonly score: number;
  readonly calibration: Calibration;
}

/** Name of the combination on the leaderboard. */
export const ensembleId = "ensemble";

/**
 * Scores every trial that was tried with its better point forecast, best first. All are judged on the origins that the
 * favourite (the best on the latest origin) was tried on; those with fewer come behind.
 */
export function contenders(trials: readonly Trial[], metric: MetricName, levels: readonly number[]): Contender[] {
  const tried = trials.filter(({ status, parts }) => status === "tried" && parts.length > 0);
  const latest = tried.map((trial) => selectionScore(scoreBacktest(trial.parts.slice(0, 1), levels), metric));
  const favourite = tried[latest.indexOf(Math.min(...latest))];
  const origins = favourite?.parts.length ?? 0;
  return tried
    .map((trial) => {
      const shared = trial.parts.slice(0, origins);
      const point = choosePoint(shared, metric, levels);
      const parts = withPoint(shared, point);
      const scores = scoreBacktest(parts, levels);
      return { trial, point, parts, scores, score: selectionScore(scores, metric) };
    })
    .sort((a, b) => b.parts.length - a.parts.length || a.score - b.score);
}

/** The best contender whose fit on all data there is time for, or a combination of contenders where that is better on the backtest. */
export function chooseWinner(
  list: readonly Contender[],
  settings: {
    metric: MetricName;
    ensemble: boolean;
    seed: number;
    levels: readonly number[];
    /** Seconds of wall clock for the fits on all data, and fits that run at once. */
    seconds: number;
    workers: number;
    /** How many times more series there are than models were judged on. */
    growth: number;
  },
): Winner {
  const { metric, seed, levels, seconds, workers, growth } = settings;
  const inTime = ({ trial }: Contender): boolean => {
    return leastSecondsOf(trial, growth) <= seconds * (isLocal(trial) ? workers : 1);
  };
  const best = list.find(inTime) ?? list[0]!;
  const single = loneWinner(best, growth);
  if (!settings.ensemble) return single;
  const peers = ensemblePeers(
    list.filter(({ parts }) => parts.length === best.parts.length),
    metric,
    levels,
  );
  const found = selectEnsemble(
    peers.map(({ trial, parts }) => ({ id: trial.candidate.id, parts, seconds: leastSecondsOf(trial, growth) })),
    metric,
    seed,
    seconds * workers,
  );
  if (found === undefined) return single;
  const scores = scoreBacktest(found.parts, levels);
  const score = selectionScore(scores, metric);
  if (!(score < best.score)) return single;
  return {
    id: ensembleId,
    members: Array.from(found.weights, ([id, weight]) => {
      const peer = peers.find(({ trial }) => trial.candidate.id === id)!;
      return memberOf(peer, { weight, tilt: found.tilts.get(id) }, found.shares.get(id)!, growth);
    }),
    middle: found.middle,
    parts: found.parts,
    scores,
    score,
    calibration: calibrate(found.parts),
  };
}

function memberOf({ trial, point }: Contender, weight: TiltedWeight, share: number, growth: number): Member {
  return { candidate: trial.candidate, point, ...weight, share, seconds: finalSecondsOf(trial, growth) };
}

/** A contender that makes the forecast by itself. */
export function loneWinner(contender: Contender, growth: number): Winner {
  const { trial, parts, scores, score } = contender;
  return {
    id: trial.candidate.id,
    members: [memberOf(contender, { weight: 1 }, 1, growth)],
    middle: 0,
    parts,
    scores,
    score,
    calibration: calibrate(parts),
  };
}

/**
 * Seconds of work that the fit on all data and its forecast are expected to be, going by those of the backtest. A model of all series together
 * takes no longer to fit where there are more of them: it learns from a sample of their rows.
 */
function finalSecondsOf({ candidate, fitSeconds, fits, predictSeconds, parts }: Trial, growth: number): number {
  const local = isLocal({ candidate });
  return (
    (fitSeconds / Math.max(1, fits)) * (local ? growth : 1) + (predictSeconds / Math.max(1, parts.length)) * growth
  );
}

/** Seconds without which a member is not worth it: trees and networks stop at a deadline with little loss, others do not stop. */
function leastSecondsOf(trial: Trial, growth: number): number {
  const { anytime } = forecasterNamed(trial.candidate.model).capabilities;
  return finalSecondsOf(trial, growth) * (anytime ? trainedShare : 1);
}

/** Share of its training after which a model that learns step by step is nearly as good. */
const trainedShare = 0.5;

/** Whether the model of a member or trial learns from each series alone. */
export function isLocal({ candidate }: Pick<Member, "candidate">): boolean {
  return forecasterNamed(candidate.model).capabilities.scope === "local";
}

/**
 * Combines members' forecasts as the search did, with each one's point forecast, and calibrates the intervals. `series` gives the index of each
 * row's series where rows are not all series in order.
 */
export function combineMembers(
  members: readonly { readonly member: TiltedWeight & Pick<Member, "point">; readonly forecast: Forecast }[],
  { middle, calibration }: Pick<Winner, "middle" | "calibration">,
  series?: Int32Array,
): Forecast {
  const weighted = members.map(({ member, forecast }) => ({
    forecast: pointed(forecast, member.point),
    weight: member.weight,
    tilt: member.tilt,
  }));
  return applyCalibration(combine(weighted, { middle, series }), calibration);
}
