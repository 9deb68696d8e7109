import { expect, test } from "vitest";
import { type Decorator, decorated, viewing } from "../../../daemon/forecasting/models/decorated.ts";
import type { FittedForecaster, Forecaster } from "../../../daemon/forecasting/models/forecaster.ts";
import { naive } from "../../../daemon/forecasting/models/naive.ts";
import type { Panel } from "../../../daemon/forecasting/panel/panel.ts";
import { contextOf, panelOf } from "./panels.ts";

const panel = panelOf([[1, 2, 3, 4, 5]]);
const context = contextOf();

/** A model sees all values doubled; the mark in its file says so when it is loaded. */
const doubled: Decorator = {
  fitted: (given) => ({ seen: twice(given), layer }),
  loaded: ({ files: { mark, ...files }, ...saved }) => ({
    inner: { ...saved, files },
    layer: mark === undefined ? undefined : layer,
  }),
};

const layer = {
  ...viewing(twice),
  save: (saved: ReturnType<FittedForecaster["save"]>) => ({
    ...saved,
    files: { ...saved.files, mark: Uint8Array.of(1) },
  }),
  notes: ["Sees twice as much."],
};

function twice(given: Panel): Panel {
  return { ...given, target: given.target.map((value) => 2 * value) };
}

/** A model that can be opened, and says whether it is open. */
function openable(): { model: Forecaster; closed: () => boolean } {
  let closed = false;
  const model: Forecaster = {
    ...naive,
    fit: async (given, options, own) => {
      const fitted = await naive.fit(given, naive.options.parse(options), own);
      const close = async () => {
        closed = true;
      };
      return { ...fitted, notes: ["Fitted."], device: "webgpu", open: async () => ({ ...fitted, close }) };
    },
  };
  return { model, closed: () => closed };
}

const meansOf = async (fitted: FittedForecaster) => (await fitted.predict(panel, context)).mean[0];

test("a layer stays around a model when it is saved and loaded, and goes with its mark", async () => {
  const model = decorated(naive, doubled);
  const fitted = await model.fit(panel, {}, context);
  const saved = fitted.save();
  expect(await meansOf(fitted)).toBe(10);
  expect(await meansOf(await model.load(saved))).toBe(10);
  expect(await meansOf(await model.load({ ...saved, files: {} }))).toBe(5);
});

test("a layer stays around a model that is opened, which can be closed", async () => {
  const { model, closed } = openable();
  const fitted = await decorated(model, doubled).fit(panel, {}, context);
  const opened = await fitted.open?.({ device: "cpu", threads: 1 });
  expect(opened && (await meansOf(opened))).toBe(10);
  await opened?.close?.();
  expect(closed()).toBe(true);
});

test("what a model found out is told together with what its layers say", async () => {
  const { model } = openable();
  const fitted = await [doubled, doubled].reduce(decorated, model).fit(panel, {}, context);
  expect(fitted.notes).toEqual(["Fitted.", "Sees twice as much.", "Sees twice as much."]);
  expect(fitted.device).toBe("webgpu");
  expect(await meansOf(fitted)).toBe(20);
});
