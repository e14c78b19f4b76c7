// SPDX-License-Identifier: Apache-2.0
// Against every choice of features that are used up (exhaustive), the official AutoAttack code's answers, and
// the definition at sizes where neither can be had.
#include "cupel/algorithm/inspect/box_hyperplane.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

#include "cupel/base/reproducible_stream.h"

namespace cupel::algorithm::inspect {
namespace {

using ::testing::DoubleNear;
using ::testing::Pointwise;

constexpr double kInfinity = std::numeric_limits<double>::infinity();

ThreatModel BoxIn(Norm norm, float low = 0, float high = 1) {
  return {.norm = norm, .epsilon = 0, .box_low = low, .box_high = high};
}

double Length(Norm norm, std::span<const double> move) {
  double sum = 0;
  for (const double m : move)
    sum = norm == Norm::kLinf ? std::max(sum, std::abs(m)) : sum + (norm == Norm::kL2 ? m * m : std::abs(m));
  return norm == Norm::kL2 ? std::sqrt(sum) : sum;
}

double Along(std::span<const float> normal, std::span<const double> move) {
  return std::inner_product(normal.begin(), normal.end(), move.begin(), 0.0);
}

struct Problem {
  std::vector<float> x;
  std::vector<float> normal;
  double gap = 0;

  double Room(std::size_t i, const ThreatModel& box) const {
    const bool up = (gap < 0 ? -1 : 1) * normal[i] > 0;
    return normal[i] == 0 ? 0 : up ? double{box.box_high} - x[i] : double{x[i]} - box.box_low;
  }
  double Most(const ThreatModel& box) const {
    double sum = 0;
    for (std::size_t i = 0; i < x.size(); ++i) sum += std::abs(double{normal[i]}) * Room(i, box);
    return sum;
  }
};

Problem Drawn(std::uint64_t index, std::size_t d, double share) {
  ReproducibleStream stream(3, "hyperplane", index);
  Problem problem;
  for (std::size_t i = 0; i < d; ++i) {
    problem.x.push_back(stream.Below(4) == 0 ? static_cast<float>(stream.Below(2)) : stream.Uniform());
    problem.normal.push_back(stream.Below(6) == 0 ? 0.0F : static_cast<float>(stream.Normal()));
  }
  problem.gap = stream.Below(2) == 0 ? 1 : -1;
  problem.gap *= share * problem.Most(BoxIn(Norm::kL2));
  return problem;
}

/// The length of the shortest move by trying, for every set of features, that they are used up: the others
/// then share what is left as their norm has it.
double ShortestByTrying(const Problem& problem, const ThreatModel& box) {
  const std::size_t d = problem.x.size();
  double shortest = kInfinity;
  for (std::uint32_t used = 0; used < (1U << d); ++used) {
    const auto is_used = [used](std::size_t i) { return (used >> i & 1U) != 0; };
    double left = std::abs(problem.gap);
    double slope = 0;
    std::vector<double> move(d);
    for (std::size_t i = 0; i < d; ++i) {
      const double w = std::abs(double{problem.normal[i]});
      if (is_used(i)) move[i] = problem.Room(i, box);
      if (is_used(i)) left -= w * move[i];
      if (!is_used(i)) slope += box.norm == Norm::kL2 ? w * w : w;
    }
    if (left < -1e-12) continue;
    if (box.norm == Norm::kL1) {
      // What is left falls to one feature.
      for (std::size_t last = 0; last < d; ++last) {
        const double w = std::abs(double{problem.normal[last]});
        if (is_used(last) || w == 0 || left / w > problem.Room(last, box) + 1e-12) continue;
        shortest = std::min(shortest, Length(box.norm, move) + left / w);
      }
      continue;
    }
    if (slope == 0) continue;
    bool fits = true;
    for (std::size_t i = 0; i < d; ++i) {
      if (is_used(i)) continue;
      const double w = std::abs(double{problem.normal[i]});
      move[i] = w == 0 ? 0 : left / slope * (box.norm == Norm::kL2 ? w : 1);
      fits = fits && move[i] <= problem.Room(i, box) + 1e-12;
    }
    if (fits) shortest = std::min(shortest, Length(box.norm, move));
  }
  return shortest;
}

class Hyperplane : public ::testing::TestWithParam<Norm> {};

INSTANTIATE_TEST_SUITE_P(Norms, Hyperplane, ::testing::Values(Norm::kLinf, Norm::kL2, Norm::kL1),
                         [](const auto& test) { return std::string(NormName(test.param)); });

TEST_P(Hyperplane, TheMoveIsTheShortestOfAllThatReachIt) {
  const ThreatModel box = BoxIn(GetParam());
  for (std::uint64_t index = 0; index < 120; ++index) {
    const Problem problem = Drawn(index, 8, 0.05 + 0.9 * static_cast<double>(index % 10) / 10);
    if (problem.gap == 0) continue;
    std::vector<double> move(8);
    MoveOntoHyperplane(box, problem.x, problem.normal, problem.gap, move);
    EXPECT_NEAR(Along(problem.normal, move), problem.gap, 1e-12 * (1 + std::abs(problem.gap)));
    EXPECT_NEAR(Length(GetParam(), move), ShortestByTrying(problem, box), 1e-9) << "problem " << index;
  }
}

TEST_P(Hyperplane, TheMoveStaysInTheBoxAndReachesThePlaneAtEverySize) {
  for (const std::size_t d : {std::size_t{1}, std::size_t{784}, std::size_t{3072}}) {
    for (std::uint64_t index = 0; index < 12; ++index) {
      const Problem problem = Drawn(1000 + index, d, 0.02 + 0.08 * static_cast<double>(index));
      std::vector<double> move(d);
      MoveOntoHyperplane(BoxIn(GetParam()), problem.x, problem.normal, problem.gap, move);
      EXPECT_NEAR(Along(problem.normal, move), problem.gap, 1e-11 * (1 + std::abs(problem.gap)));
      for (std::size_t i = 0; i < d; ++i) {
        EXPECT_GE(problem.x[i] + move[i], 0);
        EXPECT_LE(problem.x[i] + move[i], 1);
        if (problem.normal[i] == 0) {
          EXPECT_EQ(move[i], 0);
        }
      }
    }
  }
}

TEST_P(Hyperplane, OutOfReachItLeadsToTheNearestCorner) {
  const Problem problem = Drawn(7, 8, 1.5);
  const ThreatModel box = BoxIn(GetParam());
  std::vector<double> move(8);
  MoveOntoHyperplane(box, problem.x, problem.normal, problem.gap, move);
  EXPECT_NEAR(std::abs(Along(problem.normal, move)), problem.Most(box), 1e-12);
}

TEST_P(Hyperplane, AFlatNormalMovesNothing) {
  const std::vector<float> x = {0.2F, 0.8F};
  std::vector<double> move = {7, 7};
  MoveOntoHyperplane(BoxIn(GetParam()), x, std::vector<float>{0, 0}, 1.0, move);
  EXPECT_THAT(move, ::testing::Each(0.0));
}

TEST_P(Hyperplane, TheWidthOfTheBoxScalesTheMove) {
  const Problem problem = Drawn(11, 8, 0.6);
  std::vector<double> narrow(8);
  std::vector<double> wide(8);
  MoveOntoHyperplane(BoxIn(GetParam()), problem.x, problem.normal, problem.gap, narrow);
  std::vector<float> x = problem.x;
  for (float& value : x) value = 4 * value - 2;
  MoveOntoHyperplane(BoxIn(GetParam(), -2, 2), x, problem.normal, 4 * problem.gap, wide);
  for (std::size_t i = 0; i < 8; ++i) EXPECT_NEAR(wide[i], 4 * narrow[i], 1e-6);
}

// The answers of projection_linf, projection_l2 and projection_l1 of the official AutoAttack code (its commit
// a392200, PyTorch 1.13) for four hyperplanes: free, tight, out of reach, and one with equal weights.
struct Official {
  std::vector<float> normal;
  double gap = 0;
  std::vector<double> linf, l2, l1;
};

TEST(OfficialProjection, IsFollowedFeatureByFeature) {
  const std::vector<float> x = {0.1F, 0.9F, 0.5F, 0.0F, 1.0F, 0.7F};
  const std::vector<double> corner = {-0.1, 0.1, -0.5, 0, 0, 0};
  const std::vector<Official> cases = {
      {{2, -1, 0.5F, 3, -0.25F, 0},
       1.0,
       {0.148148149, -0.148148149, 0.148148149, 0.148148149, -0.148148149, 0},
       {0.139737993, -0.069868997, 0.034934498, 0.209606990, -0.017467249, 0},
       {0, 0, 0, 0.333333343, 0, 0}},
      {{2, -1, 0.5F, 3, -0.25F, 0},
       4.5,
       {0.680000007, -0.680000007, 0.5, 0.680000007, -0.680000007, 0},
       {0.628820956, -0.314410478, 0.157205239, 0.943231463, -0.078602619, 0},
       {0.75, 0, 0, 1, 0, 0}},
      {{-2, 1, -0.5F, -3, 0.25F, 0}, 1.7, corner, corner, corner},
      {{1, 1, 1, 1, 1, 1},
       -1.5,
       {-0.100000001, -0.350000024, -0.350000024, 0, -0.350000024, -0.350000024},
       {-0.100000001, -0.349999994, -0.349999994, 0, -0.349999994, -0.349999994},
       {-0.100000001, -0.899999976, -0.5, 0, 0, 0}}};
  for (const Official& official : cases) {
    std::vector<double> move(6);
    MoveOntoHyperplane(BoxIn(Norm::kLinf), x, official.normal, official.gap, move);
    EXPECT_THAT(move, Pointwise(DoubleNear(2e-7), official.linf));
    MoveOntoHyperplane(BoxIn(Norm::kL2), x, official.normal, official.gap, move);
    EXPECT_THAT(move, Pointwise(DoubleNear(2e-7), official.l2));
    MoveOntoHyperplane(BoxIn(Norm::kL1), x, official.normal, official.gap, move);
    EXPECT_THAT(move, Pointwise(DoubleNear(2e-7), official.l1));
  }
}

}  // namespace
}  // namespace cupel::algorithm::inspect
