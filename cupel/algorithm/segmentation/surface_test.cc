// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/segmentation/surface.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "cupel/algorithm/segmentation/golden_for_test.h"
#include "cupel/base/reproducible_stream.h"

namespace cupel::algorithm::segmentation {
namespace {

using test_support::ExpectSaid;
using test_support::Golden;
using test_support::GoldenPairs;
using test_support::kDoubleTolerance;

constexpr double kTolerance = 1.5;  ///< Of the golden surface Dice.

struct Case {
  std::string golden;
  std::string pairs;
  std::vector<std::int32_t> labels;
  Spacing spacing;
  BorderMode mode;
  double tolerance;
};

/// The references say infinity (null in the file) where only one side has the class.
std::optional<double> Finite(double value) {
  return std::isfinite(value) ? std::optional(value) : std::nullopt;
}

void ExpectAgrees(const Case& one) {
  const Json said = Golden(one.golden);
  const std::vector<LabelPair> pairs = GoldenPairs(one.pairs);
  ASSERT_FALSE(pairs.empty());
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    for (std::size_t k = 0; k < one.labels.size(); ++k) {
      SCOPED_TRACE(::testing::Message() << one.golden << ", picture " << i << ", class " << one.labels[k]);
      const auto of = [&](std::string_view figure) { return said[figure].AsArray()[i].AsArray()[k]; };
      const BorderDistances distances =
          MeasureBorders(PixelsOf(pairs[i].truth, one.labels[k]), PixelsOf(pairs[i].answer, one.labels[k]),
                         one.spacing, one.mode);
      if (distances.from_truth.empty() && distances.from_answer.empty()) {
        EXPECT_TRUE(of("dice").IsNull());
        continue;
      }
      ExpectSaid(of("hausdorff"), Finite(Hausdorff(distances, 100, one.mode)), one.tolerance);
      ExpectSaid(of("hausdorff95"), Finite(Hausdorff(distances, 95, one.mode)), one.tolerance);
      ExpectSaid(of("average"), Finite(AverageDistance(distances)), one.tolerance);
      ExpectSaid(of("dice"), SurfaceDice(distances, kTolerance), one.tolerance);
    }
  }
}

TEST(SurfaceTest, AgreesWithMonaiAndSurfaceDistance) {
  const std::vector<std::int32_t> labels = {1, 2, 3};
  const Spacing spaced = {1, 0.7, 1.3};
  ExpectAgrees({"monai-plain", "classes", labels, {}, BorderMode::kPixels, 1e-5});
  ExpectAgrees({"monai-spaced", "classes", labels, spaced, BorderMode::kPixels, 1e-5});
  ExpectAgrees({"monai-volumes", "volumes", {1, 2}, {2.5, 0.8, 0.8}, BorderMode::kPixels, 1e-5});
  ExpectAgrees({"deepmind-plain", "classes", labels, {}, BorderMode::kContour, kDoubleTolerance});
  ExpectAgrees({"deepmind-spaced", "classes", labels, spaced, BorderMode::kContour, kDoubleTolerance});
}

TEST(SurfaceTest, TheTwoModesDiffer) {
  const LabelPair pair = GoldenPairs("classes").front();
  const Grid truth = PixelsOf(pair.truth, 1), answer = PixelsOf(pair.answer, 1);
  const double pixels = AverageDistance(MeasureBorders(truth, answer, Spacing{}, BorderMode::kPixels));
  const double contour = AverageDistance(MeasureBorders(truth, answer, Spacing{}, BorderMode::kContour));
  EXPECT_GT(std::abs(pixels - contour), 1e-3);
}

TEST(SurfaceTest, SquaredDistancesAreThoseOfAllPairs) {
  for (std::uint64_t round = 0; round < 40; ++round) {
    ReproducibleStream stream(round, "surface");
    const auto side = [&] { return static_cast<std::int64_t>(1 + stream.Below(7)); };
    Grid grid{.depth = side(), .height = side(), .width = side(), .set = {}};
    const Spacing spacing = {0.5 + stream.UniformDouble(), 0.5 + stream.UniformDouble(),
                             0.5 + stream.UniformDouble()};
    const auto points = static_cast<std::size_t>(grid.depth * grid.height * grid.width);
    for (std::size_t k = 0; k < points; ++k) grid.set.push_back(stream.Below(8) == 0);
    const std::vector<double> ours = SquaredDistances(grid, spacing);
    const auto at = [&](std::size_t k) {
      const auto p = static_cast<std::int64_t>(k);
      return std::array<double, 3>{static_cast<double>(p / grid.width / grid.height) * spacing.depth,
                                   static_cast<double>(p / grid.width % grid.height) * spacing.height,
                                   static_cast<double>(p % grid.width) * spacing.width};
    };
    for (std::size_t k = 0; k < points; ++k) {
      double nearest = std::numeric_limits<double>::infinity();
      for (std::size_t j = 0; j < points; ++j) {
        if (grid.set[j] == 0) continue;
        double squared = 0;
        for (std::size_t axis = 0; axis < 3; ++axis) squared += std::pow(at(k)[axis] - at(j)[axis], 2);
        nearest = std::min(nearest, squared);
      }
      if (std::isinf(nearest)) {
        EXPECT_EQ(ours[k], nearest);
      } else {
        EXPECT_NEAR(ours[k], nearest, 1e-12);
      }
    }
  }
}

}  // namespace
}  // namespace cupel::algorithm::segmentation
