import fc from "fast-check";
import { expect, test } from "vitest";
import { packAxis, unpackAxis } from "../../protocol/axis.ts";
import { columnLength, packColumn, unpackColumn } from "../../protocol/column.ts";

test("numbers come back with seven significant digits, missing ones as missing", () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.double({ min: -1e9, max: 1e9 }), fc.constant(Number.NaN))), (values) => {
      const back = Array.from(unpackColumn(packColumn(values)));
      expect(back).toHaveLength(values.length);
      back.forEach((value, index) => {
        if (Number.isNaN(values[index]!)) expect(value).toBeNaN();
        else expect(Math.abs(value - values[index]!)).toBeLessThanOrEqual(Math.abs(values[index]!) * 6e-8);
      });
    }),
  );
});

test("whole numbers are exact, however large", () => {
  const values = [16_777_217, 123_456_789, -9_007_199_254_740_991, 0];
  expect(Array.from(unpackColumn(packColumn(values)))).toEqual(values);
});

test("values beyond 32 bits keep their size", () => {
  expect(Array.from(unpackColumn(packColumn([1e300, 1e-200])))).toEqual([1e300, 1e-200]);
});

test("the length is known without decoding", () => {
  for (const length of [0, 1, 2, 3, 4, 5, 100]) {
    expect(columnLength(packColumn(new Array<number>(length).fill(1.5)))).toBe(length);
    expect(columnLength(packColumn(new Array<number>(length).fill(2 ** 40)))).toBe(length);
  }
});

test("a damaged column says what to do", () => {
  expect(() => unpackColumn("f4:AAA=")).toThrow("write the report again");
  expect(() => unpackColumn("nonsense")).toThrow("write the report again");
});

test("even steps become a rule, uneven ones a list, both the same times", () => {
  const days = Array.from({ length: 400 }, (_, day) => Date.UTC(2024, 0, 1) + day * 86_400_000);
  const months = Array.from({ length: 40 }, (_, month) => Date.UTC(2020, month, 1));
  expect(packAxis(days)).toEqual({ start: days[0], step: 86_400_000, length: 400 });
  expect(Array.from(unpackAxis(packAxis(days)))).toEqual(days);
  expect(Array.from(unpackAxis(packAxis(months)))).toEqual(months);
  expect(Array.from(unpackAxis(packAxis([days[3]!])))).toEqual([days[3]]);
});
