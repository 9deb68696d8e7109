import { clearLeftovers } from "./leftovers.ts";
import type { TenantStore } from "./store.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** How long things are kept, in milliseconds. */
export interface Retention {
  readonly events: number;
  readonly idempotencyKeys: number;
  readonly deliveries: number;
  /** Forecasts, what they were asked with, and actuals. */
  readonly predictions: number;
  /** Snapshots and finished tasks that nobody asked for again. */
  readonly unused: number;
  /** A file without an owner is spared while it is this young: its row may be about to be written. */
  readonly orphanedBlobs: number;
}

export const defaultRetention: Retention = {
  events: 90 * DAY,
  idempotencyKeys: DAY,
  deliveries: 30 * DAY,
  predictions: 400 * DAY,
  unused: 30 * DAY,
  orphanedBlobs: HOUR,
};

/** Removes what a tenant no longer needs: what is older than its time, and folders and files that no row names. */
export async function collectGarbage(
  store: TenantStore,
  now: number,
  retention: Retention = defaultRetention,
): Promise<{ rows: number; blobs: number; leftovers: number }> {
  let rows = await store.events.remove({ time: { lt: now - retention.events } });
  rows += await store.idempotencyKeys.remove({ createdAt: { lt: now - retention.idempotencyKeys } });
  rows += await store.webhookDeliveries.remove({
    state: { in: ["delivered", "dead"] },
    createdAt: { lt: now - retention.deliveries },
  });
  const old = now - retention.predictions;
  rows += await store.predictions.remove({ createdAt: { lt: old } });
  rows += await store.actuals.remove({ receivedAt: { lt: old } });
  rows += await store.covariateValues.remove({ receivedAt: { lt: old } });
  const ages = { fresh: retention.orphanedBlobs, unused: retention.unused };
  const leftovers = await clearLeftovers(store, now, ages);
  let blobs = 0;
  for await (const { digest, writtenAt } of store.blobs.list()) {
    if (writtenAt < now - retention.orphanedBlobs && (await store.artifacts.count({ digest })) === 0) {
      await store.blobs.delete(digest);
      blobs++;
    }
  }
  return { rows, blobs, leftovers };
}
