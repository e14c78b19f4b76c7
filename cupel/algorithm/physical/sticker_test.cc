// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/physical/sticker.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <functional>

#include "cupel/base/reproducible_stream.h"

namespace cupel::algorithm::physical {
namespace {

using ::testing::Contains;
using ::testing::Each;

Sticker Noisy(std::int64_t channels) {
  Sticker sticker = PlainSticker(channels, 5, 6, Outline::kDisc, 0);
  ReproducibleStream stream(8, "noisy");
  for (float& value : sticker.light) value = stream.Uniform();
  return sticker;
}

using Term = double (*)(const Sticker&, double, std::span<float>);

void ExpectGradient(Term term, const Sticker& sticker) {
  std::vector<float> gradient(sticker.light.size(), 0.0F), ignored(gradient);
  term(sticker, 2.0, gradient);
  for (std::size_t i = 0; i < gradient.size(); ++i) {
    Sticker up = sticker, down = sticker;
    up.light[i] += 1e-4F;
    down.light[i] -= 1e-4F;
    const double slope =
        (term(up, 0, ignored) - term(down, 0, ignored)) / (double{up.light[i]} - down.light[i]);
    EXPECT_NEAR(gradient[i], 2 * slope, 2e-3) << i;
  }
}

TEST(Sticker, TermsHaveTheirNumericGradients) {
  for (const std::int64_t channels : {1, 3}) {
    ExpectGradient(TotalVariation, Noisy(channels));
    ExpectGradient(NonPrintability, Noisy(channels));
  }
}

TEST(Sticker, APlainStickerHasNoVariationAndAStepHasItsHeight) {
  Sticker sticker = PlainSticker(1, 2, 2, Outline::kSquare, 0.25F);
  std::vector<float> ignored(4);
  EXPECT_NEAR(TotalVariation(sticker, 0, ignored), 0, 1e-9);
  sticker.light = {0, 1, 0, 1};
  // Two of four pixels have a right neighbour that differs by 1.
  EXPECT_NEAR(TotalVariation(sticker, 0, ignored), 0.5, 1e-3);
}

TEST(Sticker, PrintableColoursCostNothing) {
  for (const std::int64_t channels : {1, 3}) {
    const auto colours = PrintableColours(channels);
    EXPECT_EQ(colours.size(), channels == 1 ? 9u : 27u);
    for (const auto& colour : colours) {
      Sticker sticker = PlainSticker(channels, 1, 1, Outline::kSquare, 0);
      for (std::size_t c = 0; c < static_cast<std::size_t>(channels); ++c) sticker.light[c] = colour[c];
      std::vector<float> ignored(3);
      EXPECT_NEAR(NonPrintability(sticker, 0, ignored), 0, 1e-6);
    }
  }
  Sticker between = PlainSticker(1, 1, 1, Outline::kSquare, 1.0F - 0.02F);
  std::vector<float> ignored(1);
  EXPECT_NEAR(NonPrintability(between, 0, ignored), 0.02, 1e-5);
}

TEST(Sticker, PaperAndPrimariesAreAmongTheColours) {
  const auto colours = PrintableColours(3);
  EXPECT_THAT(colours, Contains(std::array<float, 3>{1, 1, 1}));
  EXPECT_THAT(colours, Contains(std::array<float, 3>{0, 174.0F / 255, 239.0F / 255}));
  EXPECT_NEAR(PrintRange(0, 3).low, 35.0 / 255, 1e-6);
  EXPECT_NEAR(PrintRange(0, 1).low, (0.299 * 35 + 0.587 * 31 + 0.114 * 32) / 255, 1e-6);
}

TEST(Sticker, ADiscLeavesTheCornersOut) {
  const Sticker disc = PlainSticker(1, 20, 20, Outline::kDisc, 1);
  double area = 0;
  for (const float share : disc.outline) area += share;
  EXPECT_NEAR(area, 314, 12);
  EXPECT_EQ(disc.outline[0], 0);
  EXPECT_EQ(disc.outline[10 * 20], 1);
}

TEST(Sticker, RoundingGivesBytes) {
  Sticker sticker = Noisy(1);
  sticker.light[0] = 1.5F;
  RoundToBytes(sticker);
  for (const float value : sticker.light) EXPECT_FLOAT_EQ(value * 255, std::round(value * 255));
  EXPECT_EQ(sticker.light[0], 1);
}

}  // namespace
}  // namespace cupel::algorithm::physical
