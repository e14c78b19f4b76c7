// SPDX-License-Identifier: Apache-2.0
// DeepFool, Carlini-Wagner, FAB and FMN against the distances of public attack libraries on the same ResNet.
//
// Figures: Foolbox 3.3.4 (its commit 2513a9a) and the official AutoAttack code (a392200) on PyTorch 1.13, the
// first N images of the test file, true labels, no normalisation. The libraries' medians are over all N
// images, those that the network errs on counted as nothing moved, and the lower of the two in the middle is
// taken.
#include <algorithm>

#include "cupel/algorithm/inspect/checks.h"
#include "cupel/testing/status_matchers.h"
#include "shared_networks_for_test.h"

namespace cupel::algorithm::inspect {
namespace {

using check::CheckResult;

constexpr double kBeyondTheBox =
    100;  // every adversarial input of the box is within this, in any norm but L1

Json Given(std::string_view norm) {
  Json given;
  given["norm"] = norm;
  given["epsilons"] = Json::Array{kBeyondTheBox};
  return given;
}

/// The libraries' median of n images; infinite when an image was not broken.
double MedianOf(const CheckResult& result, std::string_view norm, std::int64_t n) {
  const auto attacked =
      static_cast<std::int64_t>(std::llround(Value(result, "clean_accuracy") * static_cast<double>(n)));
  std::vector<double> distances(static_cast<std::size_t>(n - attacked), 0.0);
  for (const Json& witness : result.witnesses) distances.push_back(witness[norm].AsNumber());
  distances.resize(static_cast<std::size_t>(n), std::numeric_limits<double>::infinity());
  std::sort(distances.begin(), distances.end());
  return distances[static_cast<std::size_t>((n - 1) / 2)];
}

class NearestAgreement : public OnSharedNetworks {};

TEST_F(NearestAgreement, DeepFoolBreaksEveryImageAndComesAsNearAsFoolbox) {
  CUPEL_ASSERT_OK(const CheckResult l2, RunOn("resnet.onnx", DeepFoolCheck(), Given("l2"), *Images(50)));
  EXPECT_EQ(Value(l2, "found"), 1);
  EXPECT_LE(MedianOf(l2, "l2", 50), 0.3954);
  EXPECT_GE(MedianOf(l2, "l2", 50), 0.38);
}

// Foolbox finds something for 21 of the 23 images that the network answers rightly, and returns an image of
// zeros for the other two, which counts as a success of no distance in particular.
TEST_F(NearestAgreement, CarliniWagnerBreaksAsManyImagesAsFoolboxAndComesAsNear) {
  CUPEL_ASSERT_OK(const CheckResult result,
                  RunOn("resnet.onnx", CarliniWagnerCheck(), Given("l2"), *Images(30)));
  EXPECT_GE(Value(result, "found"), 21.0 / 23 - 1e-9);
  EXPECT_LE(MedianOf(result, "l2", 30), 0.9265);
}

// FABAttack_PT with n_iter 100 and no restarts: FAB-T's is the nearest over its nine target classes.
TEST_F(NearestAgreement, FabComesAsNearAsTheOfficialCode) {
  Json targeted = Given("linf");
  targeted["targeted"] = true;
  CUPEL_ASSERT_OK(const CheckResult linf, RunOn("resnet.onnx", FabCheck(), targeted, *Images(20)));
  EXPECT_EQ(Value(linf, "found"), 1);
  EXPECT_NEAR(MedianOf(linf, "linf", 20), 0.0256799, 0.0003);
  CUPEL_ASSERT_OK(const CheckResult l2, RunOn("resnet.onnx", FabCheck(), Given("l2"), *Images(20)));
  EXPECT_EQ(Value(l2, "found"), 1);
  EXPECT_NEAR(MedianOf(l2, "l2", 20), 0.503908, 0.01);
}

TEST_F(NearestAgreement, FmnComesNearerThanDeepFool) {
  for (const std::string norm : {"linf", "l2"}) {
    CUPEL_ASSERT_OK(const CheckResult fmn, RunOn("resnet.onnx", FmnCheck(), Given(norm), *Images(50)));
    CUPEL_ASSERT_OK(const CheckResult fool, RunOn("resnet.onnx", DeepFoolCheck(), Given(norm), *Images(50)));
    EXPECT_EQ(Value(fmn, "found"), 1);
    EXPECT_LE(Value(fmn, "median_distance"), 0.95 * Value(fool, "median_distance"));
    if (norm == "linf") {
      EXPECT_NEAR(MedianOf(fmn, norm, 50), 0.0253893, 0.0002);  // Foolbox's LInfFMNAttack, 100 steps
    }
  }
}

}  // namespace
}  // namespace cupel::algorithm::inspect
