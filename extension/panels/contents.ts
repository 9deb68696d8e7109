import { z } from "zod";
import type { Client } from "../../protocol/client.ts";
import type { PageName } from "./page.ts";

/** What a page shows: its title, the documents it reads at its start, and series in chunks. */
export interface PageContents {
  readonly title: string;
  readonly documents: Readonly<Record<string, unknown>>;
  readonly chunks: readonly { readonly from: number; readonly items: readonly unknown[] }[];
}

const chunkItems = 200;

/** Only what the host itself needs: the page validates the whole document. */
const reportSchema = z.looseObject({ experiment: z.looseObject({ name: z.string() }), details: z.array(z.unknown()) });

/** Loads what a page shows from the daemon. Rejects where the run or its report is gone. */
export async function loadContents(client: Client, page: PageName, runs: readonly string[]): Promise<PageContents> {
  if (page === "live") return liveContents(client, runs[0]!);
  const reports = await Promise.all(runs.map((id) => loadReport(client, id)));
  if (page === "compare") {
    const entries = await Promise.all(
      reports.map(async ({ details: _, ...summary }, index) => ({
        run: await client.getRun({ params: { id: runs[index]! } }),
        summary,
      })),
    );
    return {
      title: [...new Set(entries.map(({ run }) => run.experiment))].join(", "),
      documents: { document: entries },
      chunks: [],
    };
  }
  const { details, ...summary } = reports[0]!;
  const chunks = Array.from({ length: Math.ceil(details.length / chunkItems) }, (_, index) => ({
    from: index * chunkItems,
    items: details.slice(index * chunkItems, (index + 1) * chunkItems),
  }));
  return { title: summary.experiment.name, documents: { document: summary }, chunks };
}

async function loadReport(client: Client, id: string): Promise<z.output<typeof reportSchema>> {
  const bytes = await client.getRunFile({ params: { id, file: "report.json" } });
  return reportSchema.parse(JSON.parse(new TextDecoder().decode(bytes)));
}

async function liveContents(client: Client, id: string): Promise<PageContents> {
  const run = await client.getRun({ params: { id } });
  return { title: run.experiment, documents: { document: { run } }, chunks: [] };
}
