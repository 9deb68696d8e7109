/**
 * Resolves at the next turn of the event loop, so that a long computation can be cancelled and reports progress. Works in
 * Node and in browsers, which have no `setImmediate`.
 */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    if (typeof setImmediate === "function") setImmediate(resolve);
    else setTimeout(resolve, 0);
  });
}
