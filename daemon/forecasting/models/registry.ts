import { autoArima } from "./arima/auto-arima.ts";
import { boosting } from "./boosting/forecaster.ts";
import { sparedEmptySeries } from "./cold-start.ts";
import { decorated } from "./decorated.ts";
import { drift } from "./drift.ts";
import { autoEts } from "./ets/auto-ets.ts";
import { knowingEvents } from "./events.ts";
import type { Forecaster } from "./forecaster.ts";
import { adida } from "./intermittent/adida.ts";
import { croston, crostonSba } from "./intermittent/croston.ts";
import { imapa } from "./intermittent/imapa.ts";
import { tsb } from "./intermittent/tsb.ts";
import { linear } from "./linear/forecaster.ts";
import { naive } from "./naive.ts";
import { fusion } from "./neural/fusion.ts";
import { mixer } from "./neural/mixer.ts";
import { mlp } from "./neural/mlp.ts";
import { recurrent } from "./neural/recurrent.ts";
import { resting } from "./rest.ts";
import { seasonalNaive } from "./seasonal-naive.ts";
import { seasonalWindowAverage } from "./seasonal-window-average.ts";
import { sparedSlips } from "./slips.ts";
import { mstlForecaster } from "./stl/mstl-forecaster.ts";
import { autoTheta } from "./theta/auto-theta.ts";
import { windowAverage } from "./window-average.ts";

const declared: readonly Forecaster[] = [
  naive,
  seasonalNaive,
  drift,
  windowAverage,
  seasonalWindowAverage,
  autoTheta,
  autoEts,
  mstlForecaster,
  autoArima,
  croston,
  crostonSba,
  tsb,
  adida,
  imapa,
  linear,
  boosting,
  mlp,
  recurrent,
  mixer,
  fusion,
];

/** What every model is given, from the inside out. */
const decorators = [sparedSlips, knowingEvents, resting, sparedEmptySeries];

/** Every kind of model, from cheap to dear. */
export const forecasters: readonly Forecaster[] = declared.map((model) => decorators.reduce(decorated, model));

/** The kind of model of this name. Throws where there is none. */
export function forecasterNamed(name: string): Forecaster {
  const found = forecasters.find((forecaster) => forecaster.name === name);
  if (found === undefined) throw new RangeError(`There is no model named ${name}.`);
  return found;
}
