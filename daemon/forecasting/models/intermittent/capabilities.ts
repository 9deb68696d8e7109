import type { Capabilities } from "../forecaster.ts";

/** Shared by all models of intermittent demand: one model a series, the series alone. */
export const intermittentCapabilities: Capabilities = {
  scope: "local",
  known: false,
  observed: false,
  static: false,
  missing: false,
  minimumLength: () => 1,
  devices: ["cpu"],
  anytime: false,
  search: { baseline: false, intermittentOnly: true, effort: 0.1, turn: "usual", preset: "fast" },
};
