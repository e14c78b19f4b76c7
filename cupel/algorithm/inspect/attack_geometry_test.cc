// SPDX-License-Identifier: Apache-2.0
// Where a walk may stand: starts and steps never leave the ball or the box, by the exact rule, in any box and
// at any budget; and a step is the projection it claims to be.
#include <gtest/gtest.h>

#include <array>
#include <cmath>

#include "cupel/algorithm/inspect/start_point.h"
#include "cupel/algorithm/inspect/tile.h"
#include "cupel/base/reproducible_stream.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::algorithm::inspect {
namespace {

using cupel::testing::IsOk;

constexpr std::int64_t kRows = 32;

struct Arena {
  std::string name;
  ThreatModel threat;
};

void PrintTo(const Arena& arena, std::ostream* os) { *os << arena.name; }

/// Budgets as users write them, in the boxes that data have: unit, bytes, standardised.
std::vector<Arena> Arenas() {
  std::vector<Arena> arenas;
  for (const Norm norm : {Norm::kLinf, Norm::kL2}) {
    for (const auto& [low, high] : {std::array{0.0F, 1.0F}, {0.0F, 255.0F}, {-2.117904F, 2.64F}}) {
      for (const double share : {1e-6, 1e-4, 2.0 / 255, 8.0 / 255, 0.5, 3.0}) {
        arenas.push_back(
            {std::string(NormName(norm)) + "_" + std::to_string(arenas.size()),
             {.norm = norm, .epsilon = share * (double{high} - low), .box_low = low, .box_high = high}});
      }
    }
  }
  return arenas;
}

class Walk : public ::testing::TestWithParam<Arena> {
 protected:
  /// A sample of `d` features in the box; some lie on its border.
  std::vector<float> Drawn(std::uint64_t seed, std::size_t d) const {
    ReproducibleStream stream(seed, "geometry");
    std::vector<float> x(d);
    for (float& value : x) {
      value = std::clamp(stream.Uniform(threat_.box_low * 1.1F - 0.05F, threat_.box_high * 1.1F),
                         threat_.box_low, threat_.box_high);
    }
    return x;
  }
  static tensor::Tensor Gradient(std::uint64_t seed, std::size_t d, double scale) {
    ReproducibleStream stream(seed, "gradient");
    std::vector<float> g(kRows * d);
    for (float& value : g) value = static_cast<float>(scale * stream.Normal());
    return tensor::FromFloats(g, {kRows, static_cast<std::int64_t>(d)});
  }
  Tile MakeTile(std::size_t d, double relative_step) const {
    return {threat_, relative_step * threat_.epsilon, {static_cast<std::int64_t>(d)}, kRows, {}};
  }
  const ThreatModel threat_ = GetParam().threat;
};

INSTANTIATE_TEST_SUITE_P(Arenas, Walk, ::testing::ValuesIn(Arenas()),
                         [](const auto& test) { return test.param.name; });

TEST_P(Walk, NeverLeavesTheBallOrTheBoxFromTheStartOn) {
  for (const std::size_t d : {std::size_t{1}, std::size_t{12}, std::size_t{3072}}) {
    for (const double relative_step : {0.25, 1.0, 10.0}) {
      Tile tile = MakeTile(d, relative_step);
      std::vector<std::vector<float>> originals;
      for (std::int64_t row = 0; row < kRows; ++row) {
        const bool on_grid = row % 2 == 0;
        originals.push_back(Drawn(static_cast<std::uint64_t>(row), d));
        const std::vector<float> start = RandomStart(threat_, originals.back(), 3, "geometry", row, 0);
        if (threat_.norm == Norm::kL2) {
          ASSERT_THAT(CheckWithin(threat_, originals.back(), start), IsOk()) << "start, d " << d;
        }
        tile.Enter(row, originals.back(), start, on_grid);
      }
      for (std::uint64_t step = 0; step < 6; ++step) {
        for (std::int64_t row = 0; row < kRows; ++row) {
          ASSERT_THAT(CheckWithin(threat_, originals[static_cast<std::size_t>(row)], tile.Row(row)), IsOk())
              << "step " << step << " of " << relative_step << ", d " << d;
        }
        tile.Step(Gradient(step, d, 1));
      }
    }
  }
}

TEST_P(Walk, ARowsBitsDoNotDependOnTheTilesSize) {
  constexpr std::size_t kFeatures = 75;
  Tile whole = MakeTile(kFeatures, 0.25);
  for (std::int64_t row = 0; row < kRows; ++row) {
    const std::vector<float> x = Drawn(static_cast<std::uint64_t>(row), kFeatures);
    whole.Enter(row, x, x, true);
  }
  for (const std::int64_t rows : {1, 4, 8}) {
    Tile part = whole;
    std::vector<std::int64_t> kept;
    for (std::int64_t row = 0; row < rows; ++row) kept.push_back(kRows - 1 - row);
    part.Keep(kept);
    Tile all = MakeTile(kFeatures, 0.25);
    for (std::int64_t row = 0; row < kRows; ++row) {
      const std::vector<float> x = Drawn(static_cast<std::uint64_t>(row), kFeatures);
      all.Enter(row, x, x, true);
    }
    for (std::uint64_t step = 0; step < 5; ++step) {
      const tensor::Tensor gradient = Gradient(step, kFeatures, 1);
      all.Step(gradient);
      part.Step(gradient.flip(0).narrow(0, 0, rows));
    }
    const std::vector<IterateHash> hashes = all.Hashes();
    for (std::int64_t row = 0; row < rows; ++row) {
      EXPECT_EQ(part.Row(row), all.Row(kRows - 1 - row)) << rows << " rows";
      EXPECT_EQ(part.Hashes()[static_cast<std::size_t>(row)],
                hashes[static_cast<std::size_t>(kRows - 1 - row)]);
    }
  }
}

// A vanishing gradient gives a direction as a large one does, and none where it is zero.
TEST_P(Walk, TheLengthOfTheGradientDoesNotMatterUnlessItIsZero) {
  constexpr std::size_t kFeatures = 8;
  std::vector<Tile> tiles(4, MakeTile(kFeatures, 0.25));
  const std::vector<double> scales = {1, 1e-30, 1e30, 0};
  std::vector<float> x;
  for (std::size_t i = 0; i < tiles.size(); ++i) {
    x = Drawn(1, kFeatures);
    for (std::int64_t row = 0; row < kRows; ++row) tiles[i].Enter(row, x, x, false);
    tiles[i].Step(Gradient(5, kFeatures, scales[i]));
  }
  for (std::size_t j = 0; j < kFeatures; ++j) {
    const double reach = 1e-5 * threat_.epsilon + 2e-7 * std::abs(double{x[j]});
    EXPECT_NEAR(tiles[1].Row(0)[j], tiles[0].Row(0)[j], reach);
    EXPECT_NEAR(tiles[2].Row(0)[j], tiles[0].Row(0)[j], reach);
  }
  EXPECT_EQ(tiles[3].Row(0), x);
}

// What the L2 projection does, by its definition in double: the nearest point of the ball, then of the box.
TEST(L2Step, IsTheProjectionOfTheStep) {
  const ThreatModel threat{.norm = Norm::kL2, .epsilon = 0.5, .box_low = 0, .box_high = 1};
  constexpr std::size_t kFeatures = 20;
  ReproducibleStream stream(8, "projection");
  std::vector<float> original(kFeatures);
  for (float& value : original) value = stream.Uniform();
  Tile tile(threat, 0.2, {kFeatures}, 1, {});
  tile.Enter(0, original, original, false);
  std::vector<double> x(original.begin(), original.end());
  double last = 0;
  for (int step = 0; step < 8; ++step) {
    std::vector<float> gradient(kFeatures);
    double length = 0;
    for (float& value : gradient) {
      value = static_cast<float>(0.5 + stream.Normal());
      length += double{value} * value;
    }
    double moved = 0;
    for (std::size_t i = 0; i < kFeatures; ++i) {
      x[i] += 0.2 * gradient[i] / std::sqrt(length);
      moved += (x[i] - original[i]) * (x[i] - original[i]);
    }
    const double shrink = std::min(1.0, 0.5 / std::sqrt(moved));
    for (std::size_t i = 0; i < kFeatures; ++i)
      x[i] = std::clamp(original[i] + shrink * (x[i] - original[i]), 0.0, 1.0);
    tile.Step(tensor::FromFloats(gradient, {1, kFeatures}));
    for (std::size_t i = 0; i < kFeatures; ++i) EXPECT_NEAR(tile.Row(0)[i], x[i], 2e-6) << "step " << step;
    last = shrink;
  }
  EXPECT_LT(last, 1);  // the ball was reached, so the projection was tried
}

// A walk to a corner of the ball and back stands on the same bits: what makes the cycle stop find cycles.
TEST(LinfStep, TwoOppositeStepsReturnToTheSameBits) {
  const ThreatModel threat{.norm = Norm::kLinf, .epsilon = 8.0 / 255, .box_low = 0, .box_high = 1};
  ReproducibleStream stream(9, "return");
  std::vector<float> x(200);
  for (float& value : x) value = stream.Uniform(0.1F, 0.9F);
  Tile tile(threat, threat.epsilon / 4, {200}, 1, {});
  tile.Enter(0, x, x, true);
  const std::vector<float> begin = tile.Row(0);
  const IterateHash hash = tile.Hashes()[0];
  const tensor::Tensor up = tensor::FromFloats(std::vector<float>(200, 0.3F), {1, 200});
  for (int i = 0; i < 3; ++i) tile.Step(up);
  EXPECT_NE(tile.Hashes()[0], hash);
  for (int i = 0; i < 3; ++i) tile.Step(up.neg());
  EXPECT_EQ(tile.Row(0), begin);
  EXPECT_EQ(tile.Hashes()[0], hash);
}

TEST(RandomStart, FillsTheBallAndDependsOnItsKeyAlone) {
  const std::vector<float> x(50, 0.5F);
  for (const Norm norm : {Norm::kLinf, Norm::kL2}) {
    const ThreatModel threat{.norm = norm, .epsilon = 0.25, .box_low = 0, .box_high = 1};
    double sum = 0;
    double farthest = 0;
    for (std::int64_t sample = 0; sample < 400; ++sample) {
      const std::vector<float> start = RandomStart(threat, x, 7, "s", sample, 1);
      EXPECT_EQ(start, RandomStart(threat, x, 7, "s", sample, 1));
      for (float value : start) sum += double{value} - 0.5;
      farthest = std::max(farthest, Measure(x, start).In(norm));
    }
    // Mean zero: the standard deviation of one coordinate is at most eps / sqrt 3 (Linf).
    EXPECT_LT(std::abs(sum / (400 * 50)), 4 * 0.25 / std::sqrt(3.0 * 400 * 50));
    EXPECT_GT(farthest, 0.249);
    const std::vector<float> start = RandomStart(threat, x, 7, "s", 0, 1);
    EXPECT_NE(start, RandomStart(threat, x, 8, "s", 0, 1));
    EXPECT_NE(start, RandomStart(threat, x, 7, "t", 0, 1));
    EXPECT_NE(start, RandomStart(threat, x, 7, "s", 1, 1));
    EXPECT_NE(start, RandomStart(threat, x, 7, "s", 0, 2));
  }
}

// The radius of a point drawn uniformly from a ball of d dimensions is r^(1/d) distributed: its mean is
// d / (d + 1) of the radius.
TEST(RandomStart, IsUniformInTheL2Ball) {
  const std::vector<float> x(5, 0.5F);
  const ThreatModel threat{.norm = Norm::kL2, .epsilon = 0.25, .box_low = 0, .box_high = 1};
  double sum = 0;
  constexpr int kDraws = 4000;
  for (std::int64_t sample = 0; sample < kDraws; ++sample)
    sum += Measure(x, RandomStart(threat, x, 1, "u", sample, 0)).l2 / 0.25;
  EXPECT_NEAR(sum / kDraws, 5.0 / 6, 4 * std::sqrt(5.0 / (36 * 7) / kDraws));
}

TEST(RoundInward, IsNeverFartherThanTheOffsetNorMoreThanOneFloatShort) {
  ReproducibleStream stream(2, "round");
  for (int i = 0; i < 20000; ++i) {
    const float original = stream.Uniform(-300.0F, 300.0F);
    const double offset = std::ldexp(stream.Normal(), -static_cast<int>(stream.Below(40)));
    const float rounded = RoundInward(original, offset);
    EXPECT_LE(std::abs(double{rounded} - original), std::abs(offset));
    const double beyond = std::nextafter(rounded, offset > 0 ? INFINITY : -INFINITY);
    EXPECT_GT(std::abs(beyond - original), std::abs(offset));
  }
  EXPECT_EQ(RoundInward(0.75F, 0), 0.75F);
  EXPECT_EQ(RoundInward(1.0F, -0x1p-30), 1.0F);
}

}  // namespace
}  // namespace cupel::algorithm::inspect
