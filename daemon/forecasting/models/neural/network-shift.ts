import { meanShift } from "../mean-shift.ts";
import { runNetworks, type SessionPlace, type WindowPlace, windowsAt, withNetworks } from "./inference.ts";
import type { NetworkShape } from "./network.ts";
import type { Windows } from "./windows.ts";

/** Windows that the shift rests on at most. */
const mostWindows = 1024;

/** Fewest steps before the end of a window. */
const shortestPast = 2;

/**
 * What makes means of an exported network's first output, normalised: Huber's loss, which it is trained by, leaves out
 * part of what lies far off, and normalised values are ratios. Going by windows spread evenly over the history.
 */
export async function networkShift(
  file: Uint8Array,
  windows: Windows,
  shape: NetworkShape,
  place: SessionPlace & { readonly signal: AbortSignal },
): Promise<number> {
  const places = evenPlaces(windows);
  if (places.length === 0) return 0;
  const { arrays, scales } = windowsAt(windows, shape, places);
  const values = await withNetworks({ "network-1.onnx": file }, 1, { ...place, device: "cpu" }, (sessions) =>
    runNetworks(sessions, shape, arrays, places.length),
  );
  const { source, plan } = windows;
  const known = places.flatMap(({ end }, row) =>
    Array.from({ length: plan.horizon }, (_, step) => ({ row, step, at: end + plan.gap + step })).filter(
      ({ at }) => source.mask[at] === 1,
    ),
  );
  return meanShift({
    predicted: Float64Array.from(known, ({ row, step }) => values[(row * plan.horizon + step) * shape.outputs]!),
    target: Float64Array.from(known, ({ row, at }) => (source.values[at]! - scales[row]!.center) / scales[row]!.scale),
    centre: Float64Array.from(known, ({ row }) => scales[row]!.center),
    scale: Float64Array.from(known, ({ row }) => scales[row]!.scale),
  });
}

/** Ends of windows whose whole horizon has been, of all series, evenly spread. */
function evenPlaces({ source, plan }: Windows): WindowPlace[] {
  const counts = Array.from(source.history, (length) =>
    Math.max(0, length - plan.gap - plan.horizon - shortestPast + 1),
  );
  const total = counts.reduce((sum, count) => sum + count, 0);
  const stride = Math.max(1, total / mostWindows);
  const places: WindowPlace[] = [];
  let before = 0;
  for (const [series, count] of counts.entries()) {
    for (let at = Math.ceil(before / stride) * stride; at < before + count; at += stride) {
      places.push({ series, end: source.first[series]! + shortestPast + Math.floor(at - before) });
    }
    before += count;
  }
  return places;
}
