import { z } from "zod";
import { devices } from "../../../../protocol/devices.ts";
import { DataError } from "../../../../protocol/errors.ts";
import type * as engine from "../../../engine/index.ts";
import { quantileOfSorted } from "../../numerics/quantile.ts";
import { type Panel, pastOf, seriesCount } from "../../panel/panel.ts";
import { emptyForecast } from "../forecast.ts";
import type { FitContext, FittedForecaster, Forecaster } from "../forecaster.ts";
import type { SearchRole } from "../search-role.ts";
import { architectureOf } from "./architecture.ts";
import { expectedGradients } from "./expected-gradients.ts";
import { exportDerivative, exportNetwork } from "./exported.ts";
import { FitJournal } from "./fit-journal.ts";
import { lastWindows, openNetworks, runNetworks, type SessionPlace, withNetworks, writeForecast } from "./inference.ts";
import { inputFactors, inputPlanSchema, inputWidths, planInputs } from "./inputs.ts";
import type { Network } from "./network.ts";
import { networkShift } from "./network-shift.ts";
import { permutationAttribution } from "./permutation-attribution.ts";
import { type Selection, selectionNote } from "./selection.ts";
import { trainNetwork } from "./training.ts";
import { trainingTrial } from "./training-trial.ts";
import { WindowSampler } from "./window-sampler.ts";
import { windowSource } from "./window-source.ts";
import type { WindowPlan } from "./windows.ts";

/** Hyperparameters that all networks share. */
export const commonOptions = {
  lookback: z.int().min(0).default(0).describe("Steps of history a window holds; chosen by season and horizon when 0."),
  members: z.int().min(1).max(10).default(2).describe("Networks trained from different seeds and averaged."),
  batch: z.int().min(0).max(4096).default(0).describe("Windows of one training step; chosen by the horizon when 0."),
  dropout: z.number().min(0).max(0.9).default(0.1).describe("Share of hidden values dropped in training."),
  learningRate: z.number().min(0).default(0).describe("Peak learning rate; chosen by short trials when 0."),
  weightDecay: z.number().min(0).default(1e-3).describe("Decoupled weight decay (AdamW)."),
  steps: z.int().min(0).default(0).describe("Training steps at most; chosen by the amount of data when 0."),
};

const commonSchema = z.object(commonOptions);

type CommonOptions = z.output<typeof commonSchema>;

const stateSchema = z.object({
  options: z.unknown(),
  inputs: inputPlanSchema,
  shape: z.object({
    lookback: z.int(),
    horizon: z.int(),
    gap: z.int(),
    period: z.int(),
    known: z.int(),
    observed: z.int(),
    static: z.int(),
    outputs: z.int(),
    gaps: z.boolean(),
  }),
  plan: z.object({ lookback: z.int(), horizon: z.int(), gap: z.int(), recent: z.int() }),
  members: z.int(),
  notes: z.array(z.string()),
});

type State = z.infer<typeof stateSchema>;

/** Windows a saved network forecasts at once. */
const batch = 512;

/** Seconds that must be left for a choice among devices. */
const leastForChoice = 20;

/** Longest window chosen by itself. */
const longestLookback = 672;

/** What tells one network from another. */
export interface NeuralDefinition<Options extends CommonOptions>
  extends Pick<Forecaster<Options>, "name" | "title" | "summary" | "paper" | "options" | "tuning"> {
  readonly network: Network<Options>;
  readonly preset: SearchRole["preset"];
  /** For networks that weigh their variables: the same network with the weights, which the exported model then gives too. */
  readonly selection?: Selection<Options>;
}

/** Makes a forecaster of a network: one model for all series, on windows gathered from the resident panel. */
export function neuralForecaster<Options extends CommonOptions>(
  definition: NeuralDefinition<Options>,
): Forecaster<Options> {
  const { network, selection, preset, ...declared } = definition;
  const exported: Network<Options, Readonly<Record<string, engine.Tensor>>> = selection?.network ??
  ((...given) => ({ forecast: network(...given) }));
  return {
    ...declared,
    family: "neural",
    capabilities: {
      scope: "global",
      known: true,
      observed: true,
      static: true,
      missing: true,
      minimumLength: () => 8,
      devices,
      anytime: true,
      search: { baseline: false, intermittentOnly: false, effort: 3, turn: "usual", preset },
    },
    async fit(panel, options, context) {
      const inputs = planInputs(panel);
      const plan = windowPlan(panel, options, context);
      const windows = { source: windowSource(panel, inputs, plan.lookback), plan };
      const sampler = new WindowSampler(windows);
      if (sampler.count < 1) {
        throw new DataError(`No series is long enough to train ${definition.title}.`, {
          code: "series-too-short",
          fix: "Give longer histories, or leave this model out.",
        });
      }
      const widths = inputWidths(inputs);
      const gaps = hasGaps(panel, plan);
      const shape = {
        ...widths,
        factors: inputFactors(inputs),
        lookback: plan.lookback,
        horizon: plan.horizon,
        gap: plan.gap,
        period: periodOf(context.seasons, plan.lookback),
        outputs: 1 + context.levels.length,
        gaps,
      };
      const training = { ...options, batch: options.batch > 0 ? options.batch : batchFor(plan.horizon) };
      const architecture = architectureOf(network, options, shape);
      const served = architectureOf(exported, options, shape);
      const device = await deviceFor(context, [definition.name, options, shape], (tried) =>
        trainingTrial(architecture, sampler, training, { ...context, device: tried }),
      );
      const journal = await FitJournal.open(context.checkpoint);
      const started = performance.now();
      const first = journal.networks.length;
      for (let member = first; member < options.members && hasTimeFor(member - first, context, started); member++) {
        const own = { ...memberContext(context, member, options.members), device, journal };
        const trained = await trainNetwork(architecture, sampler, training, own);
        const note = `Network ${member + 1}: ${trained.parameters.count().toLocaleString("en")} weights, best after ${trained.steps} steps at rate ${trained.learningRate}.`;
        const shift = await networkShift(exportNetwork(served, trained), windows, shape, context);
        await journal.finish({
          file: exportNetwork(served, trained, shift),
          derivative: exportDerivative(served, trained),
          notes: [note],
          warnings: [...trained.warnings],
          device: trained.device,
        });
      }
      const members = journal.networks.length;
      const files = Object.fromEntries(
        journal.networks.flatMap(({ file, derivative }, index) => [
          [`network-${index + 1}.onnx`, file],
          [`derivative-${index + 1}.onnx`, derivative],
        ]),
      );
      const notes = journal.networks.flatMap((finished) => finished.notes);
      const warnings = [...new Set(journal.networks.flatMap((finished) => finished.warnings))];
      if (selection !== undefined) {
        const groups = selection.groups(shape);
        notes.push(
          await withNetworks(files, members, context, (sessions) => selectionNote(groups, sessions, windows, shape)),
        );
      }
      const state: State = { options, inputs, shape, plan, members, notes };
      return { ...fitted(definition.name, state, files), warnings, device: journal.networks.at(-1)!.device };
    },
    load: (saved) => Promise.resolve(fitted(definition.name, stateSchema.parse(saved.state), saved.files)),
  };
}

/**
 * The device to train on: where there is a choice, the fastest for this network by trial; without one when hardly any time is left,
 * since a GPU takes seconds to begin.
 */
async function deviceFor(
  { device, deadline, chooseDevice }: FitContext,
  named: unknown,
  trial: (device: engine.Device) => Promise<number>,
): Promise<engine.Device> {
  if (chooseDevice === undefined || performance.now() + leastForChoice * 1000 > deadline) return device;
  return chooseDevice(JSON.stringify(named), trial);
}

/** Windows of a step: about 4,096 forecast values, so that a step of a long horizon costs no more than one of a short. */
function batchFor(horizon: number): number {
  return Math.max(16, Math.min(64, 2 ** Math.round(Math.log2(4096 / horizon))));
}

/** Share of the time that a network before it took which a further one needs. */
const leastShare = 0.8;

/** Whether the time that is left trains another network about as well as the `trained` ones: a worse one would spoil the average. */
function hasTimeFor(trained: number, { deadline }: FitContext, started: number): boolean {
  const now = performance.now();
  return trained === 0 || deadline - now >= (leastShare * (now - started)) / trained;
}

/** The context of one network: all the time that is left, since two half-trained ones are worse than one. */
function memberContext(context: FitContext, member: number, members: number): FitContext {
  return {
    ...context,
    seed: context.seed + 7919 * member,
    onProgress: (fraction, loss) => context.onProgress((member + fraction) / members, loss),
  };
}

function windowPlan(panel: Panel, { lookback }: CommonOptions, { horizon, gap, seasons }: FitContext): WindowPlan {
  const lengths = Int32Array.from(panel.history).sort();
  const typical = lengths.length > 0 ? quantileOfSorted(lengths, 0.75, "lower") : 1;
  const fitting = seasons.filter((season) => 3 * season <= typical);
  const longest = fitting.filter((season) => 2 * season <= longestLookback).at(-1) ?? 1;
  const wanted = Math.min(longestLookback, Math.max(2 * longest, Math.ceil(1.5 * horizon), 8));
  const chosen = lookback > 0 ? lookback : Math.max(4, Math.min(wanted, typical - horizon - gap));
  return { lookback: chosen, horizon, gap, recent: Math.min(chosen, fitting[0] ?? Math.min(4, chosen)) };
}

/** The shortest season that a window holds at least twice. */
function periodOf(seasons: readonly number[], lookback: number): number {
  return seasons.find((season) => season > 1 && 2 * season <= lookback) ?? 1;
}

/** Whether windows will hold unknown values: missing ones, or those before the start of a short series. */
function hasGaps(panel: Panel, { lookback, horizon, gap }: WindowPlan): boolean {
  const short = panel.history.some((length) => length < 2 * (lookback + gap + horizon));
  return short || panel.keys.some((_, series) => pastOf(panel, panel.target, series).some(Number.isNaN));
}

type Files = Readonly<Record<string, Uint8Array>>;

/** Lends opened networks, or their derivatives, to a computation. */
type Lend = <T>(kind: "network" | "derivative", use: (sessions: readonly engine.Session[]) => Promise<T>) => Promise<T>;

/** A fitted model that opens its networks at every call. */
function fitted(model: string, state: State, files: Files): FittedForecaster {
  return {
    ...lending(model, state, files, (place) => (kind, use) => withNetworks(files, state.members, place, use, kind)),
    async open(place) {
      const opened = new Map<string, Promise<engine.Session[]>>();
      const lend: Lend = async (kind, use) => {
        const openOn = (device: engine.Device) => {
          const sessions = openNetworks(files, state.members, { ...place, device }, kind);
          opened.set(kind, sessions);
          return sessions;
        };
        try {
          return await use(await (opened.get(kind) ?? openOn(place.device)));
        } catch (error) {
          if (place.device === "cpu") throw error;
          // A GPU that fails is not asked again.
          return await use(await openOn("cpu"));
        }
      };
      return {
        ...lending(model, state, files, () => lend),
        async close() {
          const sessions = (await Promise.all(opened.values())).flat();
          await Promise.all(sessions.map((session) => session.close()));
        },
      };
    },
  };
}

function lending(
  model: string,
  state: State,
  files: Files,
  lender: (place: SessionPlace & { readonly signal: AbortSignal }) => Lend,
): FittedForecaster {
  const { inputs, plan, notes } = state;
  const shape = { ...state.shape, factors: inputFactors(inputs) };
  return {
    notes,
    save: () => ({ model, state, files }),
    predict: (panel, context) =>
      lender(context)("network", async (sessions) => {
        const windows = { source: windowSource(panel, inputs, plan.lookback), plan };
        const forecast = emptyForecast(seriesCount(panel), context.horizon, context.levels);
        for (let from = 0; from < forecast.series; from += batch) {
          const length = Math.min(batch, forecast.series - from);
          const series = Array.from({ length }, (_, index) => from + index);
          const { arrays, scales } = lastWindows(windows, shape, series);
          writeForecast(forecast, series, scales, await runNetworks(sessions, shape, arrays, length), shape.outputs);
          context.signal.throwIfAborted();
        }
        return forecast;
      }),
    attribute(panel, request) {
      const windows = { source: windowSource(panel, inputs, plan.lookback), plan };
      const lend = lender(request);
      return lend("network", (networks) =>
        // Models of an earlier version were saved without derivatives.
        files["derivative-1.onnx"] === undefined
          ? permutationAttribution(networks, windows, shape, request)
          : lend("derivative", (derivatives) => expectedGradients({ networks, derivatives }, windows, shape, request)),
      );
    },
  };
}
