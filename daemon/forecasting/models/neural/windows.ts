import type { WindowSource } from "./window-source.ts";

/** How windows are cut. */
export interface WindowPlan {
  readonly lookback: number;
  readonly horizon: number;
  readonly gap: number;
  /** Last known values whose mean is a window's level: one season where there is one. */
  readonly recent: number;
}

/** The windows of a panel: its rows, and how windows are cut from them. */
export interface Windows {
  readonly source: WindowSource;
  readonly plan: WindowPlan;
}
