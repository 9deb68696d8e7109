import type { Experiment } from "../../../protocol/experiment/schema.ts";
import { forecasters } from "../models/registry.ts";
import type { Winner } from "./winner.ts";

/** Models that make a forecast nobody could judge: the most dependable one, and the one that takes no time. */
const [dependable, quick] = ["auto-ets", "seasonal-naive"];

/** Seconds that the dependable one may take for a series. */
const secondsPerSeries = 0.02;

/**
 * The winner where no backtest was possible (series too short, or no time): the first model that the experiment names, else
 * the most dependable one that forecasts so many series within `seconds`.
 */
export function fallbackWinner(
  models: Experiment["search"]["models"],
  levels: readonly number[],
  series: number,
  seconds: number,
): Winner {
  const asked: [string, Readonly<Record<string, unknown>>][] =
    models === "auto"
      ? []
      : Array.isArray(models)
        ? models.map((name) => [name, {}])
        : Object.entries(models).map(([name, options]) => [name, options ?? {}]);
  const candidates = [...asked, [series * secondsPerSeries > seconds ? quick : dependable, {}] as const].flatMap(
    ([name, options]) =>
      forecasters
        .filter((forecaster) => forecaster.name === name)
        .map(({ title, family }) => ({ id: name, model: name, title, family, options })),
  );
  const candidate = candidates[0]!;
  return {
    id: candidate.id,
    members: [{ candidate, point: "mean", weight: 1, share: 1, seconds: 0 }],
    middle: 0,
    parts: [],
    score: Number.NaN,
    calibration: { levels, factors: levels.map(() => 1) },
  };
}
