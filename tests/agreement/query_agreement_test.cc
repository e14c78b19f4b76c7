// SPDX-License-Identifier: Apache-2.0
// Square, HopSkipJump and Boundary against the figures of public attack libraries on the same networks.
//
// Figures: AutoAttack a392200 (its Square: 1000 queries, p_init 0.8, schedule not rescaled), Foolbox 3.3.4
// and ART 1.20.1 (HopSkipJump: 10 iterations, 100 / 1000 probes; Boundary: 1000 steps), PyTorch 1.13, first N
// images of the test file, true labels. Random numbers differ, so a robust accuracy may lie anywhere below
// the upper end of the 95 % interval of the library's; a distance is that of five images from random
// starts and is held to within a quarter.
#include <algorithm>
#include <limits>

#include "cupel/algorithm/inspect/checks.h"
#include "cupel/stats/proportion.h"
#include "cupel/testing/status_matchers.h"
#include "shared_networks_for_test.h"

namespace cupel::algorithm::inspect {
namespace {

using check::CheckResult;

class QueryAgreement : public OnSharedNetworks {
 protected:
  static Json Given(std::int64_t queries, double epsilon) {
    Json given;
    given["queries"] = queries;
    given["epsilons"] = Json::Array{epsilon};
    return given;
  }

  // Not weaker than a library that left `robust` of n images standing.
  static void ExpectNotWeaker(const CheckResult& result, std::int64_t robust, std::int64_t n) {
    EXPECT_LE(Value(result, "robust_accuracy"), stats::ClopperPearson(robust, n, 0.95).high);
  }

  /// The libraries' median L2 of n images, those that the network errs on counted as not moved: the lower of
  /// the two in the middle; infinite when an image was not broken.
  static double MedianOf(const CheckResult& result, std::int64_t n) {
    const auto attacked = std::llround(Value(result, "clean_accuracy") * static_cast<double>(n));
    std::vector<double> distances(static_cast<std::size_t>(n - attacked), 0.0);
    for (const Json& witness : result.witnesses) distances.push_back(witness["l2"].AsNumber());
    distances.resize(static_cast<std::size_t>(n), std::numeric_limits<double>::infinity());
    std::sort(distances.begin(), distances.end());
    return distances[static_cast<std::size_t>((n - 1) / 2)];
  }
};

TEST_F(QueryAgreement, SquareIsNotWeakerThanTheOfficialOneOnTheCnn) {
  CUPEL_ASSERT_OK(const CheckResult result, RunOn("cnn.onnx", SquareCheck(), Given(1000, 0.1), *Images(200)));
  EXPECT_NEAR(Value(result, "clean_accuracy"), 0.895, 1e-9);
  ExpectNotWeaker(result, 36, 200);
  // PGD-100 leaves 9 to 10 %: a search by scores that broke far more would be too good to be true.
  EXPECT_GE(Value(result, "robust_accuracy"), 0.08);
  EXPECT_LT(Value(result, "queries"), 1.15 * 66664);
}

TEST_F(QueryAgreement, SquareIsNotWeakerThanTheOfficialOneOnTheResnet) {
  CUPEL_ASSERT_OK(const CheckResult result,
                  RunOn("resnet.onnx", SquareCheck(), Given(1000, 8.0 / 255), *Images(100)));
  EXPECT_NEAR(Value(result, "clean_accuracy"), 0.86, 1e-9);
  ExpectNotWeaker(result, 55, 100);
  EXPECT_GE(Value(result, "robust_accuracy"), 0.37);
  EXPECT_LT(Value(result, "queries"), 1.15 * 57568);
}

TEST_F(QueryAgreement, HopSkipJumpComesAsNearAsFoolboxAndArt) {
  Json given = Given(100000, 100);
  given["max_iter"] = 10;
  given["max_eval"] = 1000;
  CUPEL_ASSERT_OK(const CheckResult result, RunOn("resnet.onnx", HopSkipJumpCheck(), given, *Images(5)));
  EXPECT_EQ(Value(result, "found"), 1);
  EXPECT_LE(MedianOf(result, 5), 1.25 * 0.889);  // ART: 1.003, one image not broken
}

TEST_F(QueryAgreement, BoundaryComesAsNearAsFoolbox) {
  CUPEL_ASSERT_OK(const CheckResult result,
                  RunOn("resnet.onnx", BoundaryCheck(), Given(1130, 100), *Images(5)));
  EXPECT_EQ(Value(result, "found"), 1);
  EXPECT_LE(MedianOf(result, 5), 1.25 * 1.563);
}

// A model that answers one class for all uniform noise would leave that class "robust" in libraries that draw
// nothing else; every image must get a start.
TEST_F(QueryAgreement, EveryImageGetsAStartOnBothNetworks) {
  Json given = Given(1200, 100);
  given["max_iter"] = 0;
  for (const char* network : {"cnn.onnx", "resnet.onnx"}) {
    CUPEL_ASSERT_OK(const CheckResult result, RunOn(network, HopSkipJumpCheck(), given, *Images(300)));
    EXPECT_EQ(Value(result, "found"), 1);
  }
}

}  // namespace
}  // namespace cupel::algorithm::inspect
