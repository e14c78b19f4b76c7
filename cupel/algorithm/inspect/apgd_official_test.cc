// SPDX-License-Identifier: Apache-2.0
// APGD against the points that the official code looks at (github.com/fra31/auto-attack, a392200,
// APGDAttack.attack_single_run with PyTorch 1.13, in double; L1 in float32, which it insists on), on
// the network of smooth_net_for_test.h with 6 features and 5 classes, from the start that RandomStart gives.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "cupel/algorithm/inspect/apgd_attack.h"
#include "cupel/algorithm/inspect/smooth_net_for_test.h"

namespace cupel::algorithm::inspect {
namespace {

struct Point {
  int step;
  std::array<double, 6> x;
};

struct Official {
  const char* name;
  Norm norm;
  double epsilon;
  ApgdLoss loss;
  int which;  // the original is 0.5 + 0.4 sin(3 i + which)
  double best;
  std::vector<Point> points;
};

void PrintTo(const Official& test, std::ostream* os) { *os << test.name; }

class OfficialApgd : public ::testing::TestWithParam<Official> {};

INSTANTIATE_TEST_SUITE_P(
    Walks, OfficialApgd,
    ::testing::Values(Official{"linf_dlr",
                               Norm::kLinf,
                               0.4,
                               ApgdLoss::kDlr,
                               3,
                               1.01716,
                               {{0, {0.493090, 0.423119, 0.311139, 0.408169, 0.579431, 0.524376}},
                                {1, {0.156448, 0.788234, 0.264847, 0.685371, 0.360115, 0.599605}},
                                {2, {0.672288, 0.288337, 0.804639, 0.685371, 0.360115, 0.599605}},
                                {3, {0.414368, 0.538285, 0.534743, 0.685371, 0.360115, 0.599605}},
                                {10, {0.156448, 0.788234, 0.264847, 0.685371, 0.360115, 0.599605}},
                                {22, {0.156448, 0.788234, 0.264847, 0.685371, 0.360115, 0.599605}},
                                {23, {0.389781, 0.553920, 0.503585, 0.685371, 0.360115, 0.599605}},
                                {42, {0.472556, 0.472126, 0.580956, 0.385371, 0.510115, 0.599605}},
                                {58, {0.463733, 0.480949, 0.572132, 0.379448, 0.360115, 0.599605}},
                                {80, {0.351968, 0.592714, 0.460367, 0.510874, 0.397615, 0.599605}},
                                {100, {0.349640, 0.595042, 0.458039, 0.508697, 0.378865, 0.599605}}}},
                      Official{"linf_ce",
                               Norm::kLinf,
                               0.4,
                               ApgdLoss::kCrossEntropy,
                               4,
                               3.88471,
                               {{0, {0.133921, 0.797680, 0.000000, 0.790865, 0.204155, 0.884722}},
                                {1, {0.000000, 1.000000, 0.000000, 0.268067, 0.784839, 0.159951}},
                                {2, {0.000000, 1.000000, 0.511794, 0.268067, 0.784839, 0.159951}},
                                {3, {0.000000, 0.522096, 0.682392, 0.268067, 0.784839, 0.159951}},
                                {10, {0.597279, 0.362795, 0.682392, 0.268067, 0.784839, 0.159951}},
                                {22, {0.597279, 0.362795, 0.682392, 0.268067, 0.784839, 0.159951}},
                                {23, {0.597279, 0.362795, 0.682392, 0.268067, 0.784839, 0.159951}},
                                {42, {0.597279, 0.362795, 0.682392, 0.268067, 0.784839, 0.159951}},
                                {58, {0.597279, 0.362795, 0.682392, 0.268067, 0.784839, 0.159951}},
                                {80, {0.597279, 0.362795, 0.682392, 0.268067, 0.784839, 0.159951}},
                                {100, {0.597279, 0.362795, 0.682392, 0.268067, 0.784839, 0.159951}}}},
                      Official{"l2_ce",
                               Norm::kL2,
                               0.8,
                               ApgdLoss::kCrossEntropy,
                               5,
                               1.295,
                               {{0, {0.000000, 1.000000, 0.005319, 1.000000, 0.597228, 0.839564}},
                                {1, {0.000000, 1.000000, 0.000000, 0.847705, 0.562529, 0.452789}},
                                {2, {0.000000, 1.000000, 0.042610, 0.733744, 0.540612, 0.256080}},
                                {3, {0.000665, 0.999404, 0.095173, 0.680528, 0.519560, 0.228009}},
                                {10, {0.000000, 1.000000, 0.120457, 0.683810, 0.516047, 0.285162}},
                                {22, {0.000000, 1.000000, 0.121155, 0.683429, 0.515659, 0.285567}},
                                {23, {0.000333, 0.999702, 0.101910, 0.679609, 0.518004, 0.238381}},
                                {42, {0.000333, 0.999702, 0.096512, 0.680936, 0.517275, 0.231865}},
                                {58, {0.000333, 0.999702, 0.092163, 0.682335, 0.516101, 0.227570}},
                                {80, {0.000000, 1.000000, 0.115393, 0.672780, 0.529878, 0.244129}},
                                {100, {0.000166, 0.999851, 0.095180, 0.680599, 0.519450, 0.228229}}}},
                      Official{"l2_dlr",
                               Norm::kL2,
                               0.8,
                               ApgdLoss::kDlr,
                               3,
                               2.00139,
                               {{0, {0.369683, 0.776494, 0.570163, 0.512767, 1.000000, 0.173991}},
                                {1, {0.045312, 0.879083, 0.393869, 0.497794, 0.842370, 0.087852}},
                                {2, {0.099513, 0.805973, 0.319643, 0.573079, 0.566182, 0.330569}},
                                {3, {0.082321, 0.713997, 0.467480, 0.327117, 0.822498, 0.143322}},
                                {10, {0.000000, 0.760085, 0.501185, 0.237328, 1.000000, 0.000000}},
                                {22, {0.000000, 0.758661, 0.502301, 0.236783, 1.000000, 0.000000}},
                                {23, {0.141200, 0.847925, 0.334674, 0.627218, 0.623471, 0.307807}},
                                {42, {0.102534, 0.787201, 0.414137, 0.469976, 0.779644, 0.133371}},
                                {58, {0.040310, 0.822914, 0.342444, 0.500830, 0.674454, 0.215286}},
                                {80, {0.033484, 0.815328, 0.362465, 0.467806, 0.718295, 0.156338}},
                                {100, {0.028269, 0.823480, 0.352015, 0.480598, 0.703816, 0.173534}}}},
                      Official{"l1_ce",
                               Norm::kL1,
                               1.5,
                               ApgdLoss::kCrossEntropy,
                               4,
                               3.56497,
                               {{0, {0.000000, 1.000000, 0.163972, 1.000000, 1.000000, 0.559951}},
                                {1, {0.147177, 0.852823, 0.282392, 0.852823, 1.000000, 0.000000}},
                                {2, {0.147177, 0.852823, 0.282392, 0.852823, 1.000000, 0.000000}},
                                {3, {0.147177, 0.852823, 0.282392, 0.852823, 1.000000, 0.000000}},
                                {4, {0.147177, 0.852823, 0.282392, 0.852823, 1.000000, 0.000000}},
                                {5, {0.000000, 0.776492, 0.282392, 0.554155, 1.000000, 0.000000}},
                                {9, {0.197279, 0.762795, 0.282392, 0.343179, 1.000000, 0.000000}}}},
                      Official{"l1_dlr",
                               Norm::kL1,
                               1.5,
                               ApgdLoss::kDlr,
                               0,
                               4.32958,
                               {{0, {0.406731, 1.000000, 0.388234, 0.913396, 1.000000, 0.760115}},
                                {1, {0.000000, 1.000000, 0.388234, 0.710031, 0.796635, 0.760115}},
                                {2, {0.000000, 0.765061, 0.388234, 0.664847, 0.561696, 0.245054}},
                                {3, {0.393220, 0.556448, 0.388234, 0.664847, 0.918476, 0.000000}},
                                {4, {0.821610, 0.128058, 0.388234, 0.664847, 0.596866, 0.321610}},
                                {5, {0.635932, 0.313736, 0.630946, 0.664847, 0.661188, 0.257288}},
                                {9, {0.900000, 0.156448, 0.388234, 0.557729, 0.768306, 0.650169}}}}),
    [](const auto& test) { return std::string(test.param.name); });

// A point that the walk did not leave is not looked at again, so the last look up to a step counts. Points of
// an oscillating walk are compared to what float32 positions leave of them.
TEST_P(OfficialApgd, LooksAtTheSamePoints) {
  const Official& official = GetParam();
  const SmoothNet net(6, 5);
  std::vector<float> original;
  for (int i = 0; i < 6; ++i)
    original.push_back(static_cast<float>(0.5 + 0.4 * std::sin(3.0 * i + official.which)));
  const std::vector<std::int64_t> shape = {6};
  const Sample sample{
      .original = original,
      .shape = shape,
      .original_index = 3,
      .goal = {.label = PredictedClass(net.Logits(original))},
      .class_count = 5,
      .threat = {.norm = official.norm, .epsilon = official.epsilon, .box_low = 0, .box_high = 1},
      .seed = 5,
      .stream = "test"};
  const std::vector<Look> looks = LooksOf(*MakeApgdAttack({.loss = official.loss}), sample, net);
  double best = -1e300;
  for (const Look& look : looks)
    best = std::max(best, ApgdLossValue(official.loss, look.logits, sample.goal, -1));
  EXPECT_NEAR(best, official.best, 1e-3 * std::abs(official.best));
  for (const Point& point : official.points) {
    const auto after = std::ranges::find_if(looks, [&](const Look& look) { return look.step > point.step; });
    ASSERT_NE(after, looks.begin());
    const Look& look = *std::prev(after);
    for (std::size_t i = 0; i < point.x.size(); ++i)
      EXPECT_NEAR(look.x[i], point.x[i], 2e-4) << "iteration " << point.step << " feature " << i;
  }
}

}  // namespace
}  // namespace cupel::algorithm::inspect
