/** Constants of the model choice that backtests can vary; docs/decisions/auto-arima.md says how they were chosen. */
export interface SearchRules {
  /** Strength above which a season longer than `longestSeason` gets harmonics. */
  readonly harmonicStrength: number;
  /** Longest season that is modelled by seasonal orders; longer ones need too many states and cycles. */
  readonly longestSeason: number;
  /** Modulus that roots of seasonal polynomials need not exceed, however long the season (see `isSafe`). */
  readonly seasonalRoot: number;
}

export const searchRules: SearchRules = {
  harmonicStrength: 0.64,
  longestSeason: 48,
  seasonalRoot: 1.05,
};
