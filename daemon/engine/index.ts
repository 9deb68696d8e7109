/** The engine's public face: tensors, operators, layers, losses, training, evaluation and export. */

export type { Device } from "./backends/backend.ts";
export { decodeState, encodeState } from "./checkpoint.ts";
export { directionalDerivative } from "./directional.ts";
export { compileEvaluation, type EvaluationGraph, Evaluator } from "./evaluation.ts";
export { type FallbackOptions, FallbackTrainer } from "./fallback.ts";
export { gradients } from "./gradient.ts";
export { exportModel, type InferenceDefinition } from "./inference.ts";
export * from "./layers.ts";
export * from "./losses.ts";
export * from "./ops/activation.ts";
export * from "./ops/elementwise.ts";
export { embedding, gather, type WindowOptions, windows } from "./ops/gather.ts";
export { concat, expand, pad, repeat, reshape, slice, split, stack, transpose, unstack } from "./ops/layout.ts";
export { linear, matmul } from "./ops/matmul.ts";
export { max, mean, softmax, sum, sumSquares } from "./ops/reduce.ts";
export { averagePool, interpolate, maxPool } from "./ops/resample.ts";
export { constant, input, perStep, range, resident, scalar } from "./ops/source.ts";
export type { OptimizerOptions } from "./optimizer.ts";
export { type Initial, Parameters, type Weights } from "./parameters.ts";
export { permutation, type Random, random } from "./random.ts";
export { constantRate, cosine, oneCycle, type Schedule } from "./schedule.ts";
export { type HostTensor, openSession, type Session, type SessionOptions } from "./session.ts";
export type { Dim, Shape } from "./shape.ts";
export type { DataType, Operand, Tensor, TensorData } from "./tensor.ts";
export { Trainer, type TrainerOptions, type TrainingState } from "./trainer.ts";
export { compileTraining, type TrainingDefinition, type TrainingGraph } from "./training.ts";
export { secondsPerStep } from "./trial.ts";
