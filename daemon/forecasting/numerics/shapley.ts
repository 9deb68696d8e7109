import { uniformStream } from "./random.ts";

/** Players up to which all coalitions are evaluated. */
const exactPlayers = 4;
/** Pairs of an order and its reverse beyond that. */
const pairs = 12;

/** Coalitions that the Shapley values of a game over `players` players need, as sets of player indices, the empty one first. */
export function coalitionsOf(players: number, seed: number): number[][] {
  const found = new Map<string, number[]>([["", []]]);
  for (const order of ordersOf(players, seed)) {
    for (let size = 1; size <= players; size++) {
      const coalition = order.slice(0, size).sort((a, b) => a - b);
      found.set(coalition.join(), coalition);
    }
  }
  return [...found.values()];
}

/**
 * Shapley values of a game whose worth is known at the coalitions of `coalitionsOf` with the same seed: exact for up to four
 * players, by antithetic sampled orders beyond (Castro, Gómez and Tejada 2009). They add up exactly either way.
 */
export function shapleyValues(
  players: number,
  seed: number,
  worth: (coalition: readonly number[]) => number,
): Float64Array {
  const values = new Float64Array(players);
  const orders = ordersOf(players, seed);
  for (const order of orders) {
    let before = worth([]);
    order.forEach((player, position) => {
      const after = worth(order.slice(0, position + 1).sort((a, b) => a - b));
      values[player]! += (after - before) / orders.length;
      before = after;
    });
  }
  return values;
}

/** All orders of a few players, else random ones with their reverses. */
function ordersOf(players: number, seed: number): number[][] {
  const identity = Array.from({ length: players }, (_, index) => index);
  if (players <= exactPlayers) return permutationsOf(identity);
  return sampledOrders(players, pairs, uniformStream(seed));
}

/** `count` random orders of `players` players, each followed by its reverse. */
export function sampledOrders(players: number, count: number, next: () => number): number[][] {
  return Array.from({ length: count }, () => {
    const order = Array.from({ length: players }, (_, index) => index);
    for (let last = players - 1; last > 0; last--) {
      const other = Math.floor(next() * (last + 1));
      [order[last], order[other]] = [order[other]!, order[last]!];
    }
    return [order, order.toReversed()];
  }).flat();
}

function permutationsOf(items: readonly number[]): number[][] {
  if (items.length === 0) return [[]];
  return items.flatMap((first) =>
    permutationsOf(items.filter((item) => item !== first)).map((rest) => [first, ...rest]),
  );
}
