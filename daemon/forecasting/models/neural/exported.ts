import * as engine from "../../../engine/index.ts";
import type { Architecture } from "./architecture.ts";
import type { NetworkInputs, NetworkShape } from "./network.ts";
import type { TrainedNetwork } from "./training.ts";

/** Input names of an exported network, with their sizes after the batch. */
export function exportedInputs(shape: NetworkShape): { name: keyof NetworkInputs; sizes: number[] }[] {
  const { lookback, horizon, known, observed } = shape;
  return [
    { name: "past" as const, sizes: [lookback] },
    ...(shape.gaps ? [{ name: "mask" as const, sizes: [lookback] }] : []),
    ...(known + observed > 0 ? [{ name: "pastInputs" as const, sizes: [lookback, known + observed] }] : []),
    ...(known > 0 ? [{ name: "futureInputs" as const, sizes: [horizon, known] }] : []),
    ...(shape.static > 0 ? [{ name: "static" as const, sizes: [shape.static] }] : []),
  ];
}

/**
 * A trained network as a plain ONNX file with a dynamic batch. Inputs are normalised windows as `exportedInputs` lists them; the
 * output `forecast` [batch, horizon, 1 + levels] holds the normalised mean and quantiles; further outputs are as the network names them.
 * `shift` is added to the mean.
 */
export function exportNetwork(
  { shape, build }: Architecture<Readonly<Record<string, engine.Tensor>>>,
  { parameters, weights }: TrainedNetwork,
  shift = 0,
): Uint8Array {
  const names = exportedInputs(shape);
  const given = names.map(({ name, sizes }) => engine.input(name, ["batch", ...sizes]));
  const outputs = build(parameters, networkInputs(names, given), (x) => x);
  if (shift === 0) return engine.exportModel({ outputs, weights });
  const shifts = new Float32Array(shape.outputs);
  shifts[0] = shift;
  const { forecast: unshifted, ...others } = outputs;
  const forecast = engine.add(unshifted!, engine.constant(shifts, [shape.outputs]));
  return engine.exportModel({ outputs: { forecast, ...others }, weights });
}

/** Windows that one run of an exported derivative takes. */
export const derivativeBatch = 64;

/** Name of an input's direction in an exported derivative. */
export function directionName(input: keyof NetworkInputs): string {
  return `${input} direction`;
}

/**
 * The directional derivative of a trained network as a plain ONNX file for a fixed batch: inputs as `exportedInputs` lists them
 * and a direction for each; the output `change` [batch, horizon, 1 + levels] is how the outputs change along the directions.
 */
export function exportDerivative(
  { shape, build }: Architecture<Readonly<Record<string, engine.Tensor>>>,
  { parameters, weights }: TrainedNetwork,
): Uint8Array {
  const names = exportedInputs(shape);
  const given = names.map(({ name, sizes }) => engine.input(name, [derivativeBatch, ...sizes]));
  const directions = names.map(({ name, sizes }) => engine.input(directionName(name), [derivativeBatch, ...sizes]));
  const { forecast } = build(parameters, networkInputs(names, given), (x) => x);
  const change = engine.directionalDerivative(forecast!, given, directions);
  return engine.exportModel({ outputs: { change }, weights });
}

function networkInputs(names: ReturnType<typeof exportedInputs>, given: readonly engine.Tensor[]): NetworkInputs {
  const none = { mask: undefined, pastInputs: undefined, futureInputs: undefined, static: undefined };
  // SAFETY: exportedInputs names the keys of NetworkInputs; absent ones are undefined, as the type says.
  return { ...none, ...Object.fromEntries(names.map(({ name }, index) => [name, given[index]!])) } as NetworkInputs;
}
