import type { systemRoutes } from "../../../../protocol/api/system.ts";
import type { Handlers } from "../mount.ts";
import { HttpProblem, notFound, ownerOnly } from "../problem.ts";
import type { Services } from "../services.ts";

export function systemHandlers(services: Services): Handlers<keyof typeof systemRoutes> {
  const { access, leases, queue, store } = services;
  return {
    getHealth: async () => ({ status: "ok" }),
    getReadiness: async () => {
      await store.tenants().catch(() => {
        throw new HttpProblem(503, "not-ready", "The database does not answer.");
      });
      if (queue.draining) throw new HttpProblem(503, "draining", "The daemon takes no more runs and is about to stop.");
      return { status: "ready" };
    },
    getInfo: async (_, caller) => ({
      version: services.version,
      pid: process.pid,
      tenant: caller.store.tenant,
      region: services.region,
      queued: await caller.store.runs.count({ state: "queued" }),
      running: await caller.store.runs.count({ state: "running" }),
      leases: leases.countOf(caller.store.tenant),
    }),
    createLease: async (_, caller) => leases.create(caller.store.tenant),
    renewLease: async ({ params }, caller) => {
      const lease = leases.renew(caller.store.tenant, params.id);
      if (!lease) throw notFound("lease");
      return lease;
    },
    endLease: async ({ params }, caller) => {
      leases.end(caller.store.tenant, params.id);
      return null;
    },
    createLoginLink: async (_, caller) => {
      const { code, seconds } = access.createLink(caller.store.tenant);
      return { url: `${services.url()}/login?code=${code}`, seconds };
    },
    drain: async (_, caller) => {
      ownerOnly(caller.store, "Stopping the daemon");
      const { running } = queue;
      void queue.drain().then(() => services.stop());
      return { running };
    },
    stop: async (_, caller) => {
      ownerOnly(caller.store, "Stopping the daemon");
      services.stop();
      return null;
    },
  };
}
