import type { InferenceSession, Tensor as OrtTensor } from "onnxruntime-node";
import { EngineError } from "../../protocol/errors.ts";
import type { Device } from "./backends/backend.ts";
import { backends } from "./backends/registry.ts";
import { importRuntime } from "./backends/runtime-package.ts";
import type { DataType, TensorData } from "./tensor.ts";

export interface SessionOptions {
  readonly device: Device;
  /** CPU threads of one operator. */
  readonly threads: number;
  /** Path prefix of a profile that the runtime writes when the session closes. */
  readonly profile?: string;
}

/** Values of constants that lie outside the model's file, by name; read once. */
export type OutsideConstants = Readonly<Record<string, HostTensor>>;

/** A value in the host's memory; the runtime reads `data` in place, so it must not change during a run. */
export interface HostTensor {
  readonly type: DataType;
  readonly shape: readonly number[];
  readonly data: TensorData;
}

/** A compiled graph. Running blocks the thread: use it in a worker process only. */
export interface Session {
  /** Outputs by name. Throws EngineError with the runtime's words when it fails. */
  run(feeds: Readonly<Record<string, HostTensor>>): Promise<Record<string, HostTensor>>;
  close(): Promise<void>;
}

/** Compiles an ONNX model on a device. Throws EngineError when the device or the model does not work. */
export async function openSession(
  model: Uint8Array,
  options: SessionOptions,
  outside: OutsideConstants = {},
): Promise<Session> {
  await requireCudaFiles(options.device);
  const ort = await importRuntime();
  let session: InferenceSession;
  try {
    session = await ort.InferenceSession.create(model, { ...sessionOptions(options), ...externalData(outside) });
  } catch (cause) {
    throw engineError(`The training graph could not be opened on ${options.device}`, cause);
  }
  return {
    async run(feeds) {
      const tensors = Object.entries(feeds).map(([name, { type, data, shape }]) => [
        name,
        new ort.Tensor(type, data, shape),
      ]);
      try {
        return fromRuntime(await session.run(Object.fromEntries(tensors) as Record<string, OrtTensor>));
      } catch (cause) {
        throw engineError(`A computation failed on ${options.device}`, cause);
      }
    },
    async close() {
      if (options.profile !== undefined) session.endProfiling();
      await session.release();
    },
  };
}

function fromRuntime(results: Readonly<Record<string, OrtTensor>>): Record<string, HostTensor> {
  return Object.fromEntries(
    Object.entries(results).map(([name, { type, data, dims }]) => [
      name,
      { type: type as DataType, data: data as TensorData, shape: dims },
    ]),
  );
}

function sessionOptions({ device, threads, profile }: SessionOptions): InferenceSession.SessionOptions {
  return {
    executionProviders: [...backends[device].providers],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    executionMode: "sequential",
    logSeverityLevel: 3,
    // A moment without gradients decays to denormal numbers, on which many processors are slow, and stays there.
    extra: { session: { set_denormal_as_zero: "1" } },
    ...(profile !== undefined && { enableProfiling: true, profileFilePrefix: profile }),
  };
}

function externalData(outside: OutsideConstants): Pick<InferenceSession.SessionOptions, "externalData"> {
  const files = Object.entries(outside).map(([path, { data }]) => {
    return { path, data: new Uint8Array(data.buffer, data.byteOffset, data.byteLength) };
  });
  return files.length === 0 ? {} : { externalData: files };
}

/** Says what to do where the runtime would only name a missing library. */
async function requireCudaFiles(device: Device): Promise<void> {
  if (device !== "cuda") return;
  // Loaded here: a browser has neither CUDA nor the file system that this looks at.
  const { missingCudaFiles } = await import("./backends/cuda-files.ts");
  const missing = missingCudaFiles();
  if (missing.length === 0) return;
  throw new EngineError(`CUDA's libraries are not installed (missing: ${missing.join(", ")}).`, {
    fix: "Run almanac gpu install, or train on webgpu.",
  });
}

function engineError(what: string, cause: unknown): EngineError {
  const words = cause instanceof Error ? cause.message : String(cause);
  // Failed assertions come with the place in the runtime's source before the sentence that matters.
  return new EngineError(`${what}: ${words.replace(/^.* was false\. /s, "").trim()}`, { cause });
}
