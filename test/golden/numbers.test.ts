import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { artefactOf } from "./artefact.ts";
import { networks, others } from "./models.ts";
import { goldenPanels } from "./panels.ts";
import { exactly, nearly, Records, type Tolerance } from "./records.ts";
import { type Artefacts, artefactsOfModel } from "./single-model.ts";
import { artefactsOfRun } from "./whole-run.ts";
import { type Bench, Workshop } from "./workshop.ts";

/** What to do where numbers differ. */
const advice =
  "UPDATE_GOLDEN=1 records the new numbers; GOLDEN_DUMP=FOLDER writes all of them, for a comparison of commits";

const records = new Records();
const workshop = new Workshop();

afterAll(() => {
  workshop.close();
});

function expectRecorded(name: string, artefacts: Artefacts, tolerance: Tolerance): void {
  const known = [...artefacts].filter(([, value]) => value !== undefined);
  const differences = known.flatMap(
    ([kind, value]) => records.difference(`${name}/${kind}`, artefactOf(value), tolerance) ?? [],
  );
  expect(differences, advice).toEqual([]);
}

describe.each(goldenPanels)("on $name", (golden) => {
  let bench: Bench;

  beforeAll(async () => {
    bench = await workshop.bench(golden);
  });

  test.each(others)("$name gives the numbers it gave before", async (model) => {
    expectRecorded(`${golden.name}/${model.name}`, await artefactsOfModel(model, bench), exactly);
  });

  test.each(networks)("$name gives nearly the numbers it gave before", async (model) => {
    expectRecorded(`${golden.name}/${model.name}`, await artefactsOfModel(model, bench), nearly);
  });

  test("a run with all models but networks gives the numbers it gave before", async () => {
    expectRecorded(`${golden.name}/run`, await artefactsOfRun(workshop, golden, others), exactly);
  });

  test("a run with networks gives nearly the numbers it gave before", async () => {
    expectRecorded(`${golden.name}/run-of-networks`, await artefactsOfRun(workshop, golden, networks), nearly);
  });
});

test("asks for every artefact that was recorded", () => {
  expect(records.finish()).toEqual([]);
});
