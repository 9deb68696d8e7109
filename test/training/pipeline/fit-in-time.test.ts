import { expect, test } from "vitest";
import { fallbackWinner } from "../../../daemon/forecasting/ensemble/fallback-winner.ts";
import type { Winner } from "../../../daemon/forecasting/ensemble/winner.ts";
import { contenders, loneWinner } from "../../../daemon/forecasting/ensemble/winner.ts";
import type { FoldForecast } from "../../../daemon/forecasting/evaluation/backtest.ts";
import { forecasterNamed } from "../../../daemon/forecasting/models/registry.ts";
import { TooDearError, type Trial } from "../../../daemon/forecasting/search/search.ts";
import { fitInTime } from "../../../daemon/training/pipeline/fit-in-time.ts";
import type { FinalForecast } from "../../../daemon/training/pipeline/fit-winner.ts";

/** What a model said of four steps that were all 10, `error` above them; its fit took `seconds`. */
function trial(model: string, error: number, seconds: number): Trial {
  const fold = {
    index: 0,
    stepsBack: 4,
    series: Int32Array.of(0),
    actual: new Float64Array(4).fill(10),
    scales: [{ absolute: 1, squared: 1 }],
  };
  const forecast = {
    series: 1,
    horizon: 4,
    levels: [0.5],
    mean: new Float64Array(4).fill(10 + error),
    point: new Float64Array(4).fill(10 + error),
    quantiles: new Float64Array(4).fill(10 + error),
  };
  const parts: FoldForecast[] = [{ fold, forecast }];
  const { title, family } = forecasterNamed(model);
  return {
    candidate: { id: model, model, title, family, options: {} },
    status: "tried",
    parts,
    score: error,
    fits: 1,
    fitSeconds: seconds,
    predictSeconds: 0,
    notes: [],
    device: "cpu",
  };
}

const list = contenders(
  [trial("auto-arima", 1, 50), trial("auto-ets", 2, 4), trial("auto-theta", 3, 1), trial("naive", 4, 0.1)],
  "mase",
  [0.5],
);
const winner = loneWinner(list[0]!, 1);

function forecastOf(made: Winner): FinalForecast {
  const forecast = made.parts[0]?.forecast ?? list[0]!.parts[0]!.forecast;
  const members = made.members.map((member) => ({ ...member, folder: member.candidate.id }));
  return { winner: made, forecast, members, failures: [], warnings: [] };
}

/** Fits with `seconds` left in all, of which every failed attempt takes what it was given. */
async function fitted(seconds: number, works: (winner: Winner) => boolean) {
  let left = seconds;
  const tried: string[] = [];
  const fit = async (next: Winner, given: number): Promise<FinalForecast> => {
    tried.push(next.id);
    left -= given;
    if (!works(next)) throw new TooDearError("The budget ended before it was done.");
    return forecastOf(next);
  };
  const lastResort = fallbackWinner("auto", [0.5], 1000, 0);
  const { signal } = new AbortController();
  const found = await fitInTime(winner, list, { fit, left: () => left, growth: 1, signal, lastResort });
  return { tried, found };
}

test("a winner that can be fitted makes the forecast, without a word", async () => {
  const { tried, found } = await fitted(60, () => true);
  expect(tried).toEqual(["auto-arima"]);
  expect(found.warnings).toEqual([]);
});

test("where it cannot be fitted in time, the best one that there is time for stands in, and the user is told", async () => {
  const { tried, found } = await fitted(1, ({ id }) => id !== "auto-arima");
  expect(tried).toEqual(["auto-arima", "naive"]);
  expect(found.final.winner.id).toBe("naive");
  expect(found.warnings.map(({ message }) => message)).toEqual([
    "AutoARIMA could not be fitted on all data; Naive makes the forecast. The budget ended before it was done.",
  ]);
});

test("where models fail before the time is used up, the next best is tried, and at last the one that takes none", async () => {
  const tried: string[] = [];
  const lastResort = fallbackWinner("auto", [0.5], 1000, 0);
  const { signal } = new AbortController();
  const fit = async (next: Winner): Promise<FinalForecast> => {
    tried.push(next.id);
    if (next.id !== "seasonal-naive") throw new Error("No.");
    return forecastOf(next);
  };
  const found = await fitInTime(winner, list, { fit, left: () => 60, growth: 1, signal, lastResort });
  expect(tried[0]).toBe("auto-arima");
  expect(tried[1]).toBe("auto-ets");
  expect(tried.at(-1)).toBe("seasonal-naive");
  expect(found.final.winner.id).toBe("seasonal-naive");
});
