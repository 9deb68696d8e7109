import { expect, test } from "vitest";
import { fallbackWinner } from "../../../daemon/forecasting/ensemble/fallback-winner.ts";

const chosen = (models: "auto" | string[], series: number): string =>
  fallbackWinner(models, [0.1, 0.5, 0.9], series, 10).members[0]!.candidate.model;

test("where nothing could be judged, few series get a dependable model and very many one that takes no time", () => {
  expect(chosen("auto", 3)).toBe("auto-ets");
  expect(chosen("auto", 100_000)).toBe("seasonal-naive");
  expect(chosen(["drift"], 100_000)).toBe("drift");
});
