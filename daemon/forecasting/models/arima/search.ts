import { type Design, designOf } from "./design.ts";
import { type ArmaFit, fitArma, isSafe, searchPrecision } from "./fit.ts";
import { type ArimaOrder, orderText } from "./order.ts";

/** What a search may choose from; d, D and the season are fixed before. */
export interface SearchSpace {
  readonly d: number;
  readonly D: number;
  readonly season: number;
  /** Highest p and q. */
  readonly maximumOrder: number;
  /** Highest P and Q. */
  readonly maximumSeasonalOrder: number;
  /** See `SearchRules`. */
  readonly seasonalRoot: number;
}

export interface Candidate {
  readonly fit: ArmaFit;
  readonly design: Design;
}

interface Form {
  readonly p: number;
  readonly q: number;
  readonly P: number;
  readonly Q: number;
  readonly constant: boolean;
}

/** R gives up after as many; a walk is far shorter. */
const maximumModels = 94;

/**
 * Stepwise search for the orders with the smallest AICc (Hyndman & Khandakar 2008, Journal of Statistical Software 27(3), as R's
 * `auto.arima` runs it, but with the exact likelihood throughout): four simple models first, then one step away from the best
 * so far until none is better. `pause` is called between models and resolves to whether to go on.
 */
export async function searchOrders(
  response: Float64Array,
  regressors: readonly Float64Array[],
  space: SearchSpace,
  pause: () => Promise<boolean>,
): Promise<Candidate> {
  const walk = new Walk(response, regressors, space);
  let goOn = true;
  for (const form of startingForms(walk)) {
    if (goOn) walk.consider(form);
    goOn = await pause();
  }
  let moved = true;
  while (moved && goOn) {
    moved = false;
    for (const form of neighbours(walk.form, walk)) {
      if (walk.tried >= maximumModels || !goOn) break;
      moved = walk.consider(form);
      goOn = await pause();
      if (moved) break;
    }
  }
  return walk.best;
}

class Walk {
  readonly space: SearchSpace;
  readonly constantAllowed: boolean;
  readonly #designs: readonly [Design, Design];
  readonly #seen = new Set<string>();
  tried = 0;
  form: Form = { p: 0, q: 0, P: 0, Q: 0, constant: false };
  best: Candidate;

  constructor(response: Float64Array, regressors: readonly Float64Array[], space: SearchSpace) {
    this.space = space;
    this.constantAllowed = space.d + space.D <= 1;
    this.#designs = [
      designOf(response, regressors, space, false),
      designOf(response, regressors, space, this.constantAllowed),
    ];
    this.form = { ...this.form, constant: this.constantAllowed };
    this.best = this.#simplest();
  }

  /** The model without ARMA part; least squares where there are too few values for a likelihood. */
  #simplest(): Candidate {
    const order = this.#order(this.form);
    const design = this.#designs[this.constantAllowed ? 1 : 0];
    const fit = fitArma(design, order, searchPrecision);
    if (fit !== undefined) return { fit, design };
    const { count, length, values } = design.columns;
    // Least squares, the regressors being orthonormal.
    const rest = values.slice(0, length);
    const regression = Float64Array.from({ length: count - 1 }, (_, i) => {
      const unit = values.subarray((i + 1) * length, (i + 2) * length);
      const along = unit.reduce((sum, value, t) => sum + value * rest[t]!, 0);
      unit.forEach((value, t) => {
        rest[t] = rest[t]! - along * value;
      });
      return along;
    });
    const sumOfSquares = rest.reduce((sum, value) => sum + (value * design.scale) ** 2, 0);
    const coefficients = { ar: [], ma: [], seasonalAr: [], seasonalMa: [] };
    const unknown = { logLikelihood: Number.NaN, aicc: Number.POSITIVE_INFINITY, parameters: 0 };
    return { design, fit: { order, coefficients, regression, sumOfSquares, ...unknown } };
  }

  #order({ p, q, P, Q }: Form): ArimaOrder {
    return { p, d: this.space.d, q, P, D: this.space.D, Q, season: this.space.season };
  }

  /** Fits a form that was not tried before; returns whether it is the best so far. */
  consider(form: Form): boolean {
    const order = this.#order(form);
    const key = `${orderText(order)} ${form.constant}`;
    if (this.#seen.has(key)) return false;
    this.#seen.add(key);
    this.tried++;
    const design = this.#designs[form.constant ? 1 : 0];
    const fit = fitArma(design, order, searchPrecision, this.best.fit.coefficients);
    if (fit === undefined || !(fit.aicc < this.best.fit.aicc) || !isSafe(fit, this.space.seasonalRoot)) return false;
    this.best = { fit, design };
    this.form = form;
    return true;
  }
}

function startingForms({ space, constantAllowed }: Walk): Form[] {
  const constant = constantAllowed;
  const [one, two] = [Math.min(1, space.maximumOrder), Math.min(2, space.maximumOrder)];
  const seasonal = Math.min(1, space.maximumSeasonalOrder);
  const forms: Form[] = [
    { p: two, q: two, P: seasonal, Q: seasonal, constant },
    { p: 0, q: 0, P: 0, Q: 0, constant },
    { p: one, q: 0, P: seasonal, Q: 0, constant },
    { p: 0, q: one, P: 0, Q: seasonal, constant },
  ];
  return constant ? [...forms, { p: 0, q: 0, P: 0, Q: 0, constant: false }] : forms;
}

const diagonal = [
  [-1, 0],
  [0, -1],
  [1, 0],
  [0, 1],
  [-1, -1],
  [-1, 1],
  [1, -1],
  [1, 1],
] as const;

/** Forms one step away, seasonal orders first. */
function* neighbours({ p, q, P, Q, constant }: Form, { space, constantAllowed }: Walk): Generator<Form> {
  const within = (order: number, maximum: number) => order >= 0 && order <= maximum;
  for (const [ar, ma] of diagonal) {
    const [nextP, nextQ] = [P + ar, Q + ma];
    if (within(nextP, space.maximumSeasonalOrder) && within(nextQ, space.maximumSeasonalOrder)) {
      yield { p, q, P: nextP, Q: nextQ, constant };
    }
  }
  for (const [ar, ma] of diagonal) {
    const [nextP, nextQ] = [p + ar, q + ma];
    if (within(nextP, space.maximumOrder) && within(nextQ, space.maximumOrder))
      yield { p: nextP, q: nextQ, P, Q, constant };
  }
  if (constantAllowed) yield { p, q, P, Q, constant: !constant };
}
