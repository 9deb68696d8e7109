import * as engine from "../../../engine/index.ts";
import type { Architecture } from "./architecture.ts";
import type { Drop, NetworkInputs } from "./network.ts";
import type { WindowBatch } from "./window-sampler.ts";
import type { WindowSource } from "./window-source.ts";
import type { Windows } from "./windows.ts";

/** What one training step of a network is made of, beside the network itself. */
export interface GraphOptions {
  readonly batch: number;
  readonly dropout: number;
  readonly weightDecay: number;
  /** Quantile levels to learn. */
  readonly levels: readonly number[];
  readonly device: engine.Device;
}

/** A network's training step and its validation loss, compiled. */
export interface TrainingGraphs {
  readonly definition: engine.TrainingDefinition;
  /** Compiled for the device that was asked for. */
  readonly training: engine.TrainingGraph;
  /** Always on the CPU: validations are few, and they have to work when a GPU does not. */
  readonly evaluation: engine.EvaluationGraph;
}

/** Builds and compiles the graphs of a network over windows of a panel. `parameters` collects the weights. */
export function compileGraphs(
  architecture: Architecture,
  parameters: engine.Parameters,
  windows: Windows,
  { batch, dropout, weightDecay, levels, device }: GraphOptions,
): TrainingGraphs {
  const loss = (drop: Drop): engine.Tensor => {
    return windowLoss(architecture, parameters, windows, { batch, levels }, drop);
  };
  const optimizer = { weightDecay, clipNorm: 1, average: 0.98 };
  const trained = loss(dropout > 0 ? (x, site) => engine.dropout(x, dropout, site) : (x) => x);
  const definition = { parameters, loss: trained, optimizer };
  return {
    definition,
    training: engine.compileTraining(definition, device),
    evaluation: engine.compileEvaluation(parameters, { loss: loss((x) => x) }, "cpu"),
  };
}

/** Those resident tensors that a graph reads: the panel, and the mask of the targets that it may see. */
export function residentsOf(
  wanted: readonly { readonly name: string }[],
  { values, mask, known, observed, static: fixed }: WindowSource,
  targetMask: Float32Array,
): Record<string, Float32Array> {
  const all: Record<string, Float32Array> = { values, mask, known, observed, static: fixed, targetMask };
  return Object.fromEntries(wanted.map(({ name }) => [name, all[name]!]));
}

/** Those inputs of a batch that a graph reads. */
export function feedsOf(
  wanted: readonly { readonly name: string }[],
  windows: WindowBatch,
): Record<string, engine.TensorData> {
  const all: Readonly<Record<string, engine.TensorData>> = { ...windows };
  return Object.fromEntries(wanted.flatMap(({ name }) => (all[name] === undefined ? [] : [[name, all[name]]])));
}

/** Quantile loss of all levels and Huber loss of the mean, over the known targets of a batch of windows. */
function windowLoss(
  { shape, build }: Architecture,
  parameters: engine.Parameters,
  { source, plan }: Windows,
  { batch, levels }: Pick<GraphOptions, "batch" | "levels">,
  drop: Drop,
): engine.Tensor {
  const { lookback, horizon, gap } = plan;
  const starts = engine.perStep("starts", [batch], "int32");
  const center = engine.reshape(engine.perStep("center", [batch]), [batch, 1]);
  const scale = engine.reshape(engine.perStep("scale", [batch]), [batch, 1]);
  const weight = engine.reshape(engine.perStep("weight", [batch]), [batch, 1]);
  const column = (name: string, width: number): engine.Tensor => engine.resident(name, [source.rows, width]);
  const values = engine.resident("values", [source.rows]);
  const future = { offset: lookback + gap };
  const normalised = (x: engine.Tensor): engine.Tensor => engine.div(engine.sub(x, center), scale);
  const pastMask = engine.windows(engine.resident("mask", [source.rows]), starts, lookback);
  const raw = normalised(engine.windows(values, starts, lookback));
  const inputs: NetworkInputs = {
    past: shape.gaps ? engine.mul(raw, pastMask) : raw,
    mask: shape.gaps ? pastMask : undefined,
    pastInputs: side([
      shape.known === 0 ? undefined : engine.windows(column("known", shape.known), starts, lookback),
      shape.observed === 0 ? undefined : engine.windows(column("observed", shape.observed), starts, lookback),
    ]),
    futureInputs: shape.known === 0 ? undefined : engine.windows(column("known", shape.known), starts, horizon, future),
    static:
      shape.static === 0
        ? undefined
        : engine.gather(
            engine.resident("static", [source.history.length, shape.static]),
            engine.perStep("series", [batch], "int32"),
          ),
  };
  const prediction = build(parameters, inputs, drop);
  const target = normalised(engine.windows(values, starts, horizon, future));
  const shown = engine.mul(
    engine.windows(engine.resident("targetMask", [source.rows]), starts, horizon, future),
    weight,
  );
  const mean = engine.reshape(engine.slice(prediction, 2, 0, 1), [batch, horizon]);
  const quantiles = engine.slice(prediction, 2, 1, levels.length + 1);
  // Values far outside the window's own range must not dominate: both losses are linear there.
  return engine.add(
    engine.quantileLoss(quantiles, target, levels, shown),
    engine.mul(engine.huber(mean, target, 3, shown), 0.25),
  );
}

function side(parts: readonly (engine.Tensor | undefined)[]): engine.Tensor | undefined {
  const present = parts.filter((part) => part !== undefined);
  return present.length === 0 ? undefined : engine.concat(present, -1);
}
