import type { Device } from "../../../protocol/devices.ts";
import type { Target } from "../emitter.ts";

export type { Device };

/** A device that training runs on, and what graphs for it may contain. */
export interface Backend {
  readonly device: Device;
  readonly title: string;
  /** Execution providers of ONNX Runtime in order of preference. */
  readonly providers: readonly string[];
  readonly target: Target;
}
