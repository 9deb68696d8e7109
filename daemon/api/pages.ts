import type { Express, Request } from "express";
import { idSchema } from "../../protocol/api/route.ts";
import { apiRoot } from "../../protocol/api/routes.ts";
import type { TenantStore } from "../store/store.ts";
import { escapeHtml, htmlPage } from "./docs-page.ts";
import { HttpProblem, notFound } from "./problem.ts";
import { sendRunFile, viewRun } from "./routes/runs.ts";
import type { Services } from "./services.ts";

const livePolicy =
  "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data: blob:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** Runs shown on the first page. */
const SHOWN = 100;

/** Pages for a plain browser: log in by a one-time link, then a list of runs and their reports. */
export function mountPages(app: Express, services: Services, storeOf: (request: Request) => TenantStore): void {
  const { access } = services;
  app.get("/login", (request, response) => {
    const opened = access.openSession(String(request.query.code ?? ""));
    if (!opened) {
      throw new HttpProblem(401, "link-used", "This link was used already, or is older than a minute.", {
        fix: "Get a new one: almanac serve prints it, and the editor's command opens it.",
      });
    }
    response.cookie(access.cookieName, opened.session, {
      ...{ httpOnly: true, sameSite: "strict", path: "/", maxAge: opened.seconds * 1_000 },
      secure: services.url().startsWith("https:"),
    });
    // A page that goes on by itself: a redirect would count as cross-site where the link was clicked elsewhere, and the
    // strict cookie would not be sent along.
    response
      .set("refresh", "0; url=/")
      .type("html")
      .send(htmlPage("Almanac", '<p>Logged in. <a href="/">Go on</a></p>'));
  });
  app.get("/", async (request, response) => {
    const runs = await storeOf(request).runs.find({}, { orderBy: [["id", "desc"]], limit: SHOWN });
    const rows = runs.map(({ id, experiment, state, createdAt }) => {
      const name = escapeHtml(experiment);
      const link = `<a href="/runs/${id}${state === "finished" ? "" : "/live"}">${name}</a>`;
      return `<tr><td>${link}</td><td>${state}</td><td>${new Date(createdAt).toISOString()}</td></tr>`;
    });
    const table = `<table><tr><th>Experiment</th><th>State</th><th>Queued</th></tr>${rows.join("")}</table>`;
    response.type("html").send(htmlPage("Almanac", `<h1>Runs</h1>${runs.length === 0 ? "<p>None yet.</p>" : table}`));
  });
  app.get("/runs/:id/live", async (request, response) => {
    const id = idSchema.parse(request.params.id);
    const run = await storeOf(request).runs.get({ id });
    if (!run) throw notFound("run");
    const { runPageParts } = await import("../runs/report-page.ts");
    const api = `${apiRoot}/runs/${id}`;
    const parts = runPageParts({ page: "live", title: run.experiment, document: { run: viewRun(run) }, api });
    // The page's own policy names the one script that may run; this one says the rest.
    response
      .set("content-security-policy", livePolicy)
      .type("html")
      .send([...parts].join(""));
  });
  app.get("/runs/:id", async (request, response) => {
    const id = idSchema.parse(request.params.id);
    await sendRunFile({ store: storeOf(request), request, response }, id, "report.html");
  });
}
