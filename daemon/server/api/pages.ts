import { readFile } from "node:fs/promises";
import type { Express, Request, Response } from "express";
import { idSchema } from "../../../protocol/api/route.ts";
import { apiRoot } from "../../../protocol/api/routes.ts";
import { reportDocumentSchema } from "../../../protocol/report.ts";
import type { RunPageSettings } from "../../training/outputs/report-page.ts";
import type { TenantStore } from "../store/store.ts";
import { escapeHtml, htmlPage } from "./docs-page.ts";
import { HttpProblem, notFound } from "./problem.ts";
import { fileOf, sendRunFile, viewRun } from "./routes/runs.ts";
import type { Services } from "./services.ts";

/** Runs shown on the first page. */
const SHOWN = 100;

function apiOf(run: string): string {
  return `${apiRoot}/runs/${run}`;
}

/** Sends a page that talks to the API: it is made here, and every value in it is text to the page's own script. */
async function sendPage(response: Response, settings: RunPageSettings): Promise<void> {
  const { newNonce, pagePolicy, runPageParts } = await import("../../training/outputs/report-page.ts");
  const nonce = newNonce();
  const policy = `${pagePolicy(nonce, settings.api)}; frame-ancestors 'none'`;
  response.set("content-security-policy", policy).type("html");
  for (const part of runPageParts({ ...settings, nonce })) response.write(part);
  response.end();
}

/** Pages for a plain browser: log in by a one-time link, then a list of runs, their reports, and pages that follow and ask a run. */
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
      httpOnly: true,
      sameSite: "strict",
      path: "/",
      maxAge: opened.seconds * 1_000,
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
      const finished = state === "finished";
      const link = `<a href="/runs/${id}${finished ? "" : "/live"}">${name}</a>`;
      const links = finished
        ? ` · <a href="/runs/${id}/explain">explain</a> · <a href="/runs/${id}/what-if">what if</a>`
        : "";
      return `<tr><td>${link}${links}</td><td>${state}</td><td>${new Date(createdAt).toISOString()}</td></tr>`;
    });
    const table = `<table><tr><th>Experiment</th><th>State</th><th>Queued</th></tr>${rows.join("")}</table>`;
    response.type("html").send(htmlPage("Almanac", `<h1>Runs</h1>${runs.length === 0 ? "<p>None yet.</p>" : table}`));
  });
  app.get("/runs/:id", async (request, response) => {
    const id = idSchema.parse(request.params.id);
    await sendRunFile({ store: storeOf(request), request, response }, id, "report.html");
  });
  app.get("/runs/:id/live", async (request, response) => {
    const store = storeOf(request);
    const run = await store.runs.get({ id: idSchema.parse(request.params.id) });
    if (!run) throw notFound("run");
    await sendPage(response, {
      page: "live",
      title: run.experiment,
      document: { run: viewRun(run) },
      api: apiOf(run.id),
    });
  });
  for (const page of ["explain", "what-if"] as const) {
    app.get(`/runs/:id/${page}`, async (request, response) => {
      const id = idSchema.parse(request.params.id);
      const path = await fileOf(storeOf(request), id, "report.json");
      const { details, ...document } = reportDocumentSchema.parse(JSON.parse(await readFile(path, "utf8")));
      const title = `${document.experiment.name} · ${page === "explain" ? "explain" : "what if"}`;
      await sendPage(response, { page, title, document, details, api: apiOf(id) });
    });
  }
}
