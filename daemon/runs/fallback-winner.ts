import type { Experiment } from "../../protocol/experiment/schema.ts";
import { forecasters } from "../models/registry.ts";
import type { Winner } from "./finalise.ts";

/** Models that make a forecast nobody could judge, the most dependable first. */
const preference = ["auto-ets", "seasonal-naive", "naive"];

/**
 * The winner where no backtest was possible (series too short, or no time): the first model that the experiment names, else
 * the most dependable one.
 */
export function fallbackWinner(models: Experiment["search"]["models"], levels: readonly number[]): Winner {
  const asked: [string, Readonly<Record<string, unknown>>][] =
    models === "auto"
      ? []
      : Array.isArray(models)
        ? models.map((name) => [name, {}])
        : Object.entries(models).map(([name, options]) => [name, options ?? {}]);
  const candidates = [...asked, ...preference.map((name) => [name, {}] as const)].flatMap(([name, options]) =>
    forecasters
      .filter((forecaster) => forecaster.name === name)
      .map(({ title, family }) => ({ id: name, model: name, title, family, options })),
  );
  const candidate = candidates[0]!;
  return {
    id: candidate.id,
    members: [{ candidate, point: "mean", weight: 1, seconds: 0 }],
    parts: [],
    score: Number.NaN,
    calibration: { levels, factors: levels.map(() => 1) },
  };
}
