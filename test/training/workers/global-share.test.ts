import { expect, test } from "vitest";
import { globalShare } from "../../../daemon/training/workers/global-share.ts";

test("models of all series divide what those of single series need not", () => {
  const members = [
    { seconds: 4, local: false },
    { seconds: 8, local: false },
    { seconds: 2, local: true },
    { seconds: 1, local: true },
  ];
  const shareOf = globalShare(members, 1, 14);
  const [small, large] = [shareOf(4), shareOf(8)];
  expect(large).toBeCloseTo(2 * small);
  // Before, the last of the single series' models was late: the others had planned with its time.
  expect(small + large + 3).toBeLessThan(14);
  expect(small + large).toBeGreaterThan(0.7 * 14);
});

test("slow models of single series leave the others some of the time", () => {
  const shareOf = globalShare(
    [
      { seconds: 3, local: false },
      { seconds: 100, local: true },
    ],
    1,
    10,
  );
  expect(shareOf(3)).toBeCloseTo(4);
});

test("nobody waits where there are workers enough", () => {
  expect(
    globalShare(
      [
        { seconds: 3, local: false },
        { seconds: 1, local: true },
      ],
      2,
      10,
    )(3),
  ).toBe(10);
});
