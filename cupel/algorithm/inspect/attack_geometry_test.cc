// SPDX-License-Identifier: Apache-2.0
// Where a walk may stand: starts and steps never leave the ball or the box, by the exact rule, in any box and
// at any budget; and a step is the projection it claims to be.
#include <gtest/gtest.h>

#include <array>
#include <cmath>

#include "cupel/algorithm/inspect/projected_point.h"
#include "cupel/algorithm/inspect/start_point.h"
#include "cupel/base/reproducible_stream.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::algorithm::inspect {
namespace {

using cupel::testing::IsOk;

constexpr std::uint64_t kSamples = 8;

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

class Moves : public ::testing::TestWithParam<Arena> {
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
  static std::vector<float> Gradient(std::uint64_t seed, std::size_t d, double scale) {
    ReproducibleStream stream(seed, "gradient");
    std::vector<float> g(d);
    for (float& value : g) value = static_cast<float>(scale * stream.Normal());
    return g;
  }
  const ThreatModel threat_ = GetParam().threat;
};

INSTANTIATE_TEST_SUITE_P(Arenas, Moves, ::testing::ValuesIn(Arenas()),
                         [](const auto& test) { return test.param.name; });

TEST_P(Moves, NeverLeavesTheBallOrTheBoxFromTheStartOn) {
  for (const std::size_t d : {std::size_t{1}, std::size_t{12}, std::size_t{3072}}) {
    for (const double relative_step : {0.25, 1.0, 10.0}) {
      for (std::uint64_t sample = 0; sample < kSamples; ++sample) {
        const std::vector<float> original = Drawn(sample, d);
        const std::vector<float> start =
            RandomStart(threat_, original, 3, "geometry", static_cast<std::int64_t>(sample), 0);
        if (threat_.norm == Norm::kL2) {
          ASSERT_THAT(CheckWithin(threat_, original, start), IsOk()) << "start, d " << d;
        }
        ProjectedPoint point(threat_, original);
        point.Enter(start, sample % 2 == 0);
        for (std::uint64_t step = 0; step < 6; ++step) {
          ASSERT_THAT(CheckWithin(threat_, original, point.x()), IsOk())
              << "step " << step << " of " << relative_step << ", d " << d;
          point.Step(Gradient(100 * sample + step, d, 1), relative_step * threat_.epsilon);
        }
      }
    }
  }
}

TEST_P(Moves, ThePointMovedToIsTheNearestThatIsAllowed) {
  constexpr std::size_t kFeatures = 20;
  const std::vector<float> original = Drawn(4, kFeatures);
  ReproducibleStream stream(5, "wanted");
  std::vector<double> wanted(original.begin(), original.end());
  for (double& value : wanted) value += 3 * threat_.epsilon * stream.Normal();
  ProjectedPoint point(threat_, original);
  point.MoveTo(wanted);
  ASSERT_THAT(CheckWithin(threat_, original, point.x()), IsOk());
  double moved = 0;
  for (std::size_t i = 0; i < kFeatures; ++i) moved += (wanted[i] - original[i]) * (wanted[i] - original[i]);
  const double shrink = std::min(1.0, threat_.epsilon / std::sqrt(moved));
  for (std::size_t i = 0; i < kFeatures; ++i) {
    const double offset = wanted[i] - original[i];
    const double kept =
        threat_.norm == Norm::kL2 ? shrink * offset : std::clamp(offset, -threat_.epsilon, threat_.epsilon);
    EXPECT_NEAR(point.x()[i],
                std::clamp(original[i] + kept, double{threat_.box_low}, double{threat_.box_high}),
                3e-6 * threat_.epsilon + 2e-7 * std::max(1.0, std::abs(double{original[i]})) +
                    GridSpacing(threat_.box_low, threat_.box_high));
  }
}

// A vanishing gradient gives a direction as a large one does, and none where it is zero.
TEST_P(Moves, TheLengthOfTheGradientDoesNotMatterUnlessItIsZero) {
  constexpr std::size_t kFeatures = 8;
  const std::vector<float> x = Drawn(1, kFeatures);
  std::vector<std::vector<float>> ends;
  for (const double scale : {1.0, 1e-30, 1e30, 0.0}) {
    ProjectedPoint point(threat_, x);
    point.Enter(x, false);
    point.Step(Gradient(5, kFeatures, scale), 0.25 * threat_.epsilon);
    ends.emplace_back(point.x().begin(), point.x().end());
  }
  for (std::size_t j = 0; j < kFeatures; ++j) {
    const double reach = 1e-5 * threat_.epsilon + 2e-7 * std::abs(double{x[j]});
    EXPECT_NEAR(ends[1][j], ends[0][j], reach);
    EXPECT_NEAR(ends[2][j], ends[0][j], reach);
  }
  EXPECT_EQ(ends[3], x);
}

// What the L2 projection does, by its definition in double: the nearest point of the ball, then of the box.
TEST(L2Step, IsTheProjectionOfTheStep) {
  const ThreatModel threat{.norm = Norm::kL2, .epsilon = 0.5, .box_low = 0, .box_high = 1};
  constexpr std::size_t kFeatures = 20;
  ReproducibleStream stream(8, "projection");
  std::vector<float> original(kFeatures);
  for (float& value : original) value = stream.Uniform();
  ProjectedPoint point(threat, original);
  point.Enter(original, false);
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
    point.Step(gradient, 0.2);
    for (std::size_t i = 0; i < kFeatures; ++i) EXPECT_NEAR(point.x()[i], x[i], 2e-6) << "step " << step;
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
  const IterateHasher hasher(200);
  ProjectedPoint point(threat, x);
  point.Enter(x, true);
  const std::vector<float> begin(point.x().begin(), point.x().end());
  const IterateHash hash = hasher(point.x());
  for (int i = 0; i < 3; ++i) point.Step(std::vector<float>(200, 0.3F), threat.epsilon / 4);
  EXPECT_NE(hasher(point.x()), hash);
  for (int i = 0; i < 3; ++i) point.Step(std::vector<float>(200, -0.3F), threat.epsilon / 4);
  EXPECT_EQ(std::vector<float>(point.x().begin(), point.x().end()), begin);
  EXPECT_EQ(hasher(point.x()), hash);
}

TEST(IterateHash, TellsApartWhatDiffersInOneBitAndDoesNotDependOnTheHasher) {
  const IterateHasher hasher(50);
  std::vector<float> x(50, 0.25F);
  const IterateHash hash = hasher(x);
  EXPECT_EQ(IterateHasher(50)(x), hash);
  for (std::size_t i = 0; i < x.size(); ++i) {
    std::vector<float> other = x;
    other[i] = std::nextafter(other[i], 1.0F);
    EXPECT_NE(hasher(other), hash) << i;
  }
  x[3] = 0.5F;
  const IterateHash third = hasher(x);
  std::swap(x[3], x[40]);
  EXPECT_NE(hasher(x), third);
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
