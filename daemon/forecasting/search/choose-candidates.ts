import type { Experiment } from "../../../protocol/experiment/schema.ts";
import type { Forecaster } from "../models/forecaster.ts";
import type { SearchRole } from "../models/search-role.ts";
import type { Candidate, Skipped } from "./candidate.ts";
import type { PanelFacts } from "./panel-facts.ts";

/** What a search will try, in the order it will try it, and what it will not. */
export interface SearchPlan {
  readonly candidates: readonly Candidate[];
  readonly skipped: readonly Skipped[];
}

/** Share of intermittent series from which models of intermittent demand are worth a try. */
const intermittentShare = 0.1;

/**
 * Chooses candidates by the data: cheap ones before dear ones, and among those the likelier winners first, since the time may end. Models that the experiment names are tried
 * whatever the data say, with the hyperparameters it gives.
 */
export function chooseCandidates(
  forecasters: readonly Forecaster[],
  experiment: Experiment,
  facts: PanelFacts,
): SearchPlan {
  const { models, preset, trials } = experiment.search;
  const monotone = directionsOf(experiment);
  if (models !== "auto") return { candidates: named(forecasters, models, monotone).slice(0, trials), skipped: [] };
  const candidates: Candidate[] = [];
  const skipped: Skipped[] = [];
  for (const forecaster of inOrder(forecasters, facts)) {
    const base = describe(forecaster);
    const reason = reasonAgainst(forecaster, preset, facts) ?? freeOf(forecaster, monotone);
    if (reason !== undefined) skipped.push({ ...base, reason });
    else if (trials !== undefined && candidates.length >= trials) {
      skipped.push({ ...base, reason: `The search was limited to ${trials} trials.` });
    } else candidates.push({ ...base, options: constrained(forecaster, {}, monotone) });
  }
  return { candidates, skipped };
}

/**
 * The registry goes from cheap to dear. Where factors are known in advance, models that learn from them come right after the yardsticks and AutoTheta, which costs as little; AutoARIMA,
 * which takes longest on much data or long seasons and seldom is the best there, comes last.
 */
function inOrder(forecasters: readonly Forecaster[], facts: PanelFacts): Forecaster[] {
  const isDear = facts.rows > muchData || (facts.seasons.at(-1) ?? 1) > longSeason;
  const places: Readonly<Record<SearchRole["turn"], number>> = {
    first: 0,
    factors: facts.known > 0 ? 1 : 2,
    usual: 2,
    late: isDear ? 3 : 2,
  };
  const rank = ({ capabilities }: Forecaster): number => places[capabilities.search.turn];
  return forecasters.toSorted((a, b) => rank(a) - rank(b));
}

/** Rows of history, and steps of a season, from which AutoARIMA waits for the others. */
const [muchData, longSeason] = [10_000, 60];

type Directions = Readonly<Record<string, 1 | -1>>;

/** The directions that the experiment holds its forecasts to. */
function directionsOf({ covariates: { monotone } }: Experiment): Directions {
  return Object.fromEntries(Object.entries(monotone).map(([column, word]) => [column, word === "rising" ? 1 : -1]));
}

/** Why a model is left out where directions are declared: it would use the covariate and be free to go against it. */
function freeOf({ capabilities }: Forecaster, directions: Directions): string | undefined {
  const columns = Object.keys(directions);
  if (columns.length === 0 || !capabilities.known || capabilities.monotone === true) return undefined;
  return `It cannot be held to the direction of ${columns.join(", ")} that covariates.monotone declares.`;
}

/** Options of a model with the declared directions, where it can be held to them; its own ones come first. */
function constrained(
  { capabilities }: Forecaster,
  options: Readonly<Record<string, unknown>>,
  directions: Directions,
): Readonly<Record<string, unknown>> {
  if (capabilities.monotone !== true || Object.keys(directions).length === 0) return options;
  return { ...options, monotone: { ...directions, ...(options.monotone as Directions | undefined) } };
}

function describe({ name, title, family }: Forecaster): Omit<Candidate, "options"> {
  return { id: name, model: name, title, family };
}

function named(
  forecasters: readonly Forecaster[],
  models: readonly string[] | Readonly<Record<string, Readonly<Record<string, unknown>> | null>>,
  directions: Directions,
): Candidate[] {
  const wanted: [string, Readonly<Record<string, unknown>>][] = Array.isArray(models)
    ? models.map((name: string) => [name, {}])
    : Object.entries(models).map(([name, options]) => [name, options ?? {}]);
  return wanted.map(([name, options]) => {
    const forecaster = forecasters.find((candidate) => candidate.name === name);
    if (forecaster === undefined) throw new RangeError(`There is no model named ${name}.`);
    return { ...describe(forecaster), options: constrained(forecaster, options, directions) };
  });
}

function intermittentWords(share: number): string {
  if (share === 0) return "No series is intermittent.";
  const percent = Math.round(100 * share);
  return percent === 0 ? "Hardly any series is intermittent." : `${percent} % of the series are intermittent.`;
}

function reasonAgainst(forecaster: Forecaster, preset: string, facts: PanelFacts): string | undefined {
  const { capabilities } = forecaster;
  const { intermittentOnly, preset: quickest } = capabilities.search;
  const shortest = capabilities.minimumLength(facts.seasons[0] ?? 1);
  if (facts.longest < shortest) {
    return `It needs ${shortest} steps of history; the longest series has ${facts.longest}.`;
  }
  if (intermittentOnly && facts.intermittent < intermittentShare) {
    return intermittentWords(facts.intermittent);
  }
  if (preset === "fast" && quickest !== "fast") return "The preset `fast` leaves out neural models.";
  if (preset === "balanced" && quickest === "best") {
    return "The preset `balanced` leaves the dearest networks out; `search.preset: best` tries them.";
  }
  return undefined;
}
