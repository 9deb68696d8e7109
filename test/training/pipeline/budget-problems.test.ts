import { expect, test } from "vitest";
import {
  budgetTooSmall,
  explanationsCut,
  memberFailed,
  permutationCut,
  secondsText,
} from "../../../daemon/training/pipeline/budget-problems.ts";

test("what a budget was too small for: each message has the figures, and what to do", () => {
  expect(budgetTooSmall(5, 3.42, "Seasonal naive")).toMatchObject({
    message:
      "No model finished a backtest within the budget of 5 s; reading the data alone took 3.4 s. Seasonal naive makes the forecast, which nothing judged.",
    fix: "Raise search.budget to 10 s or more.",
  });
  // Reading that takes longer than the whole budget decides how much more there has to be.
  expect(budgetTooSmall(60, 95, "Seasonal naive").fix).toBe("Raise search.budget to 190 s or more.");
  expect(explanationsCut(30, 5, 350).message).toBe("The budget of 30 s ended: 5 of 350 series are explained.");
  expect(permutationCut(30, 10).message).toContain("the first of 10 repeats");
  const reason = `It was not done within the ${secondsText(0.42)} that the budget left for that.`;
  const late = memberFailed("AutoETS", reason, true);
  expect(late.message).toContain("0.4 s");
  for (const problem of [explanationsCut(30, 5, 350), permutationCut(30, 10), late]) {
    expect(problem.fix).toContain("Raise search.budget");
  }
  // More time would not help a model that failed by itself.
  expect(memberFailed("AutoETS", "It broke.", false).fix).toBeUndefined();
});
