import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { readExplanations } from "../../daemon/training/trained-model/finished-run.ts";
import { readManifest } from "../../daemon/training/trained-model/model-manifest.ts";
import { TrainedModel } from "../../daemon/training/trained-model/trained-model.ts";
import { leaderboardRowSchema } from "../../protocol/report.ts";
import { panelOf } from "../fixtures/panel.ts";
import { almanac } from "./command.ts";

let folder: string;

/** Shops of two kinds over 120 days: sales of some repeat every week, those of the others grow steadily. */
function historyOf(shop: number): number[] {
  const noise = (day: number): number => ((day * 29 + shop * 17) % 11) - 5;
  return Array.from({ length: 120 }, (_, day) =>
    shop % 2 === 0 ? 100 + 40 * Math.sin((2 * Math.PI * day) / 7) + noise(day) : 20 + 5 * day + noise(day),
  );
}

const shops = Array.from({ length: 6 }, (_, shop) => `shop ${shop}`);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "almanac-test-"));
  const rows = shops.flatMap((name, shop) =>
    historyOf(shop).map(
      (value, day) => `${new Date(Date.UTC(2024, 0, 1 + day)).toISOString().slice(0, 10)},${name},${value}`,
    ),
  );
  await writeFile(join(folder, "sales.csv"), `date,shop,units\n${rows.join("\n")}\n`);
  await writeFile(
    join(folder, "shops.forecast.yaml"),
    `data: {source: sales.csv, time: date, series: [shop], target: units}
forecast: {horizon: 7}
evaluation: {windows: 4}
search: {models: [seasonal-naive, drift, window-average], budget: 10 hours}
`,
  );
});

afterAll(() => rm(folder, { recursive: true, force: true }));

describe("an ensemble over series that differ", () => {
  test("weighs its members by series, says so, and forecasts with the same weights from the saved model", async () => {
    const out = join(folder, "run");
    const { code, stderr } = await almanac(["run", join(folder, "shops.forecast.yaml"), "--out", out]);
    expect(code, stderr).toBe(0);
    const rows = z.array(leaderboardRowSchema).parse(JSON.parse(await readFile(join(out, "leaderboard.json"), "utf8")));
    expect(rows[0]!.model).toBe("ensemble");
    expect(rows[0]!.notes?.join(" ")).toMatch(/differ by series/);
    expect(Object.values(rows[0]!.weights!).reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 9);

    const again = join(folder, "again.csv");
    expect((await almanac(["predict", out, "--out", again])).code).toBe(0);
    expect(await readFile(again, "utf8")).toBe(await readFile(join(out, "forecast.csv"), "utf8"));

    const { forecasts } = await readExplanations(out);
    for (const { baseline, contributions, prediction } of forecasts) {
      const sum = Object.values(contributions).reduce((total, value) => total + value, baseline);
      expect(sum).toBeCloseTo(prediction, 8);
    }
  });

  test("the loaded model knows series by their keys, whatever their order", async () => {
    const { manifest } = await readManifest(join(folder, "run"));
    expect(manifest.tilts?.series.map(([key]) => key[0])).toEqual(shops);
    const model = await TrainedModel.load(join(folder, "run"));
    const fixture = (shop: number) => ({ key: shops[shop]!, past: historyOf(shop) });
    const forward = await model.forecast(panelOf([fixture(0), fixture(1)], 7));
    const turned = await model.forecast(panelOf([fixture(1), fixture(0)], 7));
    const stranger = await model.forecast(panelOf([{ ...fixture(1), key: "elsewhere" }], 7));
    await model.close();
    expect(Array.from(turned.mean.subarray(7))).toEqual(Array.from(forward.mean.subarray(0, 7)));
    // Sales of this shop grow by 5 a day: weights that know it follow that better than those of all shops.
    const off = (mean: number): number => Math.abs(mean - (20 + 5 * 126));
    expect(off(forward.mean[13]!)).toBeLessThan(0.5 * off(stranger.mean[6]!));
  });
});
