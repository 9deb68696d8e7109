import { z } from "zod";
import { EngineError } from "../../protocol/errors.ts";
import type { TrainingState } from "./trainer.ts";

const header = z.object({
  format: z.literal("almanac-training-state-1"),
  step: z.int(),
  seed: z.int(),
  arrays: z.array(z.object({ name: z.string(), length: z.int() })),
});

/** A training state as bytes: length of a JSON header, the header, then every array as little-endian float32. */
export function encodeState({ step, seed, arrays }: TrainingState): Uint8Array {
  const entries = Object.entries(arrays);
  const json = JSON.stringify({
    format: "almanac-training-state-1",
    step,
    seed,
    arrays: entries.map(([name, { length }]) => ({ name, length })),
  } satisfies z.infer<typeof header>);
  // Padded so that the arrays start at a multiple of four bytes.
  const text = new TextEncoder().encode(json.padEnd(Math.ceil(json.length / 4) * 4));
  const size = new Uint8Array(4);
  new DataView(size.buffer).setUint32(0, text.length, true);
  return joined([
    size,
    text,
    ...entries.map(([, data]) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength)),
  ]);
}

/** A training state from `encodeState`. Throws EngineError when the bytes are not one or are cut short. */
export function decodeState(bytes: Uint8Array): TrainingState {
  try {
    const start = 4 + new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
    const text = new TextDecoder().decode(bytes.subarray(4, start));
    const { step, seed, arrays } = header.parse(JSON.parse(text));
    const total = arrays.reduce((sum, { length }) => sum + length, 0);
    if (bytes.byteLength !== start + 4 * total) throw new RangeError(`${4 * total} bytes of arrays expected`);
    // Copied, because the bytes may lie anywhere in a larger buffer.
    const values = new Float32Array(new Uint8Array(bytes.subarray(start)).buffer);
    let offset = 0;
    const named = arrays.map(({ name, length }): [string, Float32Array] => {
      offset += length;
      return [name, values.slice(offset - length, offset)];
    });
    return { step, seed, arrays: Object.fromEntries(named) };
  } catch (cause) {
    throw new EngineError("The checkpoint of the training is damaged or of another version.", {
      fix: "Delete it; the training then starts from its beginning.",
      cause,
    });
  }
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let place = 0;
  for (const part of parts) {
    whole.set(part, place);
    place += part.length;
  }
  return whole;
}
