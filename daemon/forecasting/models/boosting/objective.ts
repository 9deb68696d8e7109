import { quantileOfSorted, weightedQuantile } from "../../numerics/quantile.ts";
/** Loss a booster minimises; `level` is the quantile, `power` Tweedie's variance power (1–2), `delta` Huber's kink. */
export type ObjectiveName =
  | { readonly kind: "squared" | "absolute" | "poisson" }
  | { readonly kind: "quantile"; readonly level: number }
  | { readonly kind: "huber"; readonly delta: number }
  | { readonly kind: "tweedie"; readonly power: number };

/** A loss with its derivatives by the score (the prediction, or its logarithm for counts). */
export interface Objective {
  /** Second derivatives are 1 for every row. */
  readonly constantHessian: boolean;
  /** Quantile of the residuals that replaces a leaf's value, of losses without a useful second derivative. */
  readonly renewLevel?: number;
  /** Largest step that one leaf may take before the learning rate, of losses on a log scale. */
  readonly mostStep?: number;
  /** Score from which boosting starts. */
  start(target: ArrayLike<number>, weight?: ArrayLike<number>): number;
  /** Derivative of row loss by score; `hessian` writes the second one. */
  gradient(score: number, target: number): number;
  hessian(score: number, target: number): number;
  loss(score: number, target: number): number;
  /** From score to prediction. */
  predict(score: number): number;
}

/** The loss of a name. */
export function objectiveOf(name: ObjectiveName): Objective {
  switch (name.kind) {
    case "squared":
      return squared;
    case "absolute":
      return pinball(0.5);
    case "quantile":
      return pinball(name.level);
    case "huber":
      return huber(name.delta);
    case "poisson":
      return poisson;
    case "tweedie":
      return tweedie(name.power);
  }
}

const identity = (score: number): number => score;

const squared: Objective = {
  constantHessian: true,
  start: mean,
  gradient: (score, target) => score - target,
  hessian: () => 1,
  loss: (score, target) => (score - target) ** 2 / 2,
  predict: identity,
};

/** Koenker & Bassett 1978. Twice the usual scale at 0.5, so that its loss is the absolute error. */
function pinball(level: number): Objective {
  return {
    constantHessian: true,
    renewLevel: level,
    start: (target, weight) => quantile(target, level, weight),
    gradient: (score, target) => (score > target ? 2 * (1 - level) : score < target ? -2 * level : 0),
    hessian: () => 1,
    loss: (score, target) => 2 * (score > target ? (1 - level) * (score - target) : level * (target - score)),
    predict: identity,
  };
}

/** Huber 1964, with the curvature of its quadratic majoriser (iterated reweighting): large errors take full steps too. */
function huber(delta: number): Objective {
  return {
    constantHessian: false,
    start: (target, weight) => quantile(target, 0.5, weight),
    gradient: (score, target) => Math.max(-delta, Math.min(delta, score - target)),
    hessian: (score, target) => Math.min(1, delta / Math.max(delta, Math.abs(score - target))),
    loss: (score, target) => {
      const error = Math.abs(score - target);
      return error <= delta ? error ** 2 / 2 : delta * (error - delta / 2);
    },
    predict: identity,
  };
}

/** Widens the Hessian of losses on a log scale, so that one step cannot overshoot (as LightGBM's poisson_max_delta_step). */
const damping = Math.exp(0.7);

const logStart = (target: ArrayLike<number>, weight?: ArrayLike<number>): number =>
  Math.log(Math.max(mean(target, weight), 1e-9));

/**
 * Where a forecast is nearly zero, so is its second derivative, and a Newton step has no bound: XGBoost's max_delta_step
 * for counts.
 */
const mostLogStep = 0.7;

const poisson: Objective = {
  constantHessian: false,
  mostStep: mostLogStep,
  start: logStart,
  gradient: (score, target) => Math.exp(score) - target,
  hessian: (score) => Math.exp(score) * damping,
  loss: (score, target) => Math.exp(score) - target * score,
  predict: Math.exp,
};

/** Deviance of Jørgensen's Tweedie family with log link (Yang, Qian & Zou 2018). */
function tweedie(power: number): Objective {
  const a = 1 - power;
  const b = 2 - power;
  return {
    constantHessian: false,
    mostStep: mostLogStep,
    start: logStart,
    gradient: (score, target) => -target * Math.exp(a * score) + Math.exp(b * score),
    hessian: (score, target) => -target * a * Math.exp(a * score) + b * Math.exp(b * score),
    loss: (score, target) => (-target * Math.exp(a * score)) / a + Math.exp(b * score) / b,
    predict: Math.exp,
  };
}

function mean(values: ArrayLike<number>, weight?: ArrayLike<number>): number {
  let sum = 0;
  let total = 0;
  for (let i = 0; i < values.length; i++) {
    const w = weight?.[i] ?? 1;
    sum += w * values[i]!;
    total += w;
  }
  return total > 0 ? sum / total : 0;
}

/** Quantile of values in any order: interpolated, or the first that has `level` of all weights; 0 for none. */
export function quantile(values: ArrayLike<number>, level: number, weight?: ArrayLike<number>): number {
  if (values.length === 0) return 0;
  if (weight === undefined) return quantileOfSorted(Float64Array.from(values).sort(), level, "hazen");
  let total = 0;
  for (let i = 0; i < values.length; i++) total += weight[i]!;
  const weighted = Array.from(values, (value, i) => ({ value, weight: weight[i]! }));
  return weightedQuantile(
    weighted.sort((a, b) => a.value - b.value),
    level * total,
  );
}
