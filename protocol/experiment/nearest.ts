import { distance } from "fastest-levenshtein";

/**
 * The candidate that was most likely meant by `written`, ignoring case; undefined where none is near.
 * Near is at most a third of the longer word in edits (Levenshtein 1966), two at least.
 */
export function nearest(written: string, candidates: Iterable<string>): string | undefined {
  const wanted = written.toLowerCase();
  let best: { name: string; edits: number } | undefined;
  for (const name of candidates) {
    // Of equally near names, one that continues what was written is the likelier.
    const edits = distance(wanted, name.toLowerCase()) - (name.toLowerCase().startsWith(wanted) ? 0.5 : 0);
    if (edits < (best?.edits ?? Number.POSITIVE_INFINITY)) best = { name, edits };
  }
  if (best === undefined) return undefined;
  const limit = Math.max(2, Math.floor(Math.max(wanted.length, best.name.length) / 3));
  return best.edits <= limit && best.edits < wanted.length ? best.name : undefined;
}
