import { drift } from "./drift.ts";
import type { Forecaster } from "./forecaster.ts";
import { adida } from "./intermittent/adida.ts";
import { croston, crostonSba } from "./intermittent/croston.ts";
import { imapa } from "./intermittent/imapa.ts";
import { tsb } from "./intermittent/tsb.ts";
import { naive } from "./naive.ts";
import { seasonalNaive } from "./seasonal-naive.ts";
import { seasonalWindowAverage } from "./seasonal-window-average.ts";
import { windowAverage } from "./window-average.ts";

/** Every kind of model, from cheap to dear. */
export const forecasters: readonly Forecaster[] = [
  naive,
  seasonalNaive,
  drift,
  windowAverage,
  seasonalWindowAverage,
  croston,
  crostonSba,
  tsb,
  adida,
  imapa,
];
