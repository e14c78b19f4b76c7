// SPDX-License-Identifier: Apache-2.0
// DeepLift and Grad-CAM, which read the network itself.
#include <gmock/gmock.h>

#include <cmath>
#include <numeric>

#include "cupel/algorithm/explain/methods.h"
#include "cupel/algorithm/explain/small_network_for_test.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::algorithm::explain {
namespace {

using cupel::testing::HasError;
using graph::MakeNode;
using ::testing::HasSubstr;

Result<Explanation> Ask(const Method& method, const executor::Classifier& classifier,
                        std::span<const float> x, std::span<const float> baseline, std::int32_t target,
                        const MethodOptions& options = {}) {
  const ClassifierExecutor search(classifier);
  CUPEL_TRY(const auto attribution, method.prepare(search.model(), options));
  return attribution->Explain({x, baseline, target, 0});
}

/// x [N, 2] -> Gemm w (2, 2) -> Relu -> Gemm v (2, 2).
graph::Graph TwoFeatures() {
  return graph::MakeGraph({"N", "2"},
                          {MakeNode("Gemm", {"x", "w"}, {"z"}), MakeNode("Relu", {"z"}, {"h"}),
                           MakeNode("Gemm", {"h", "v"}, {"y"})},
                          {{"w", graph::TensorValue::FromFloats({2, 2}, {1, -1, -2, 1})},
                           {"v", graph::TensorValue::FromFloats({2, 2}, {1, 0, 3, 1})}});
}

Result<std::unique_ptr<executor::Classifier>> Rows(const graph::Graph& graph, std::int64_t d) {
  executor::ClassifierOptions options;
  options.sample_shape = {d};
  return executor::Classifier::Create(graph, options);
}

// z1 = x1 - 2 x2, z2 = x2 - x1; x = (3, 1), b = (0, 1): z = (1, -2) and (-2, 1), h = (1, 0) and (0, 1).
// Multipliers of the ReLUs: 1/3 and -1/-3 = 1/3. y1 = h1 + 3 h2: m1 = 1/3 - 3/3 = -2/3; times 3 is -2.
TEST(DeepLift, EqualsAHandComputedNetwork) {
  CUPEL_ASSERT_OK(const auto classifier, Rows(TwoFeatures(), 2));
  const std::vector<float> x = {3, 1};
  const std::vector<float> baseline = {0, 1};
  CUPEL_ASSERT_OK(const Explanation explanation, Ask(DeepLiftMethod(), *classifier, x, baseline, 0));
  EXPECT_NEAR(explanation.values[0], -2, 1e-6);
  EXPECT_EQ(explanation.values[1], 0);  // It does not differ.
  EXPECT_NEAR(explanation.completeness->difference, -2, 1e-6);
}

// Summation to delta, whatever the network and the reference, pooling included.
TEST(DeepLift, AddsUpOnEveryNetwork) {
  for (const char* activation : {"Relu", "Tanh", "Sigmoid", "Elu", "Softplus", "LeakyRelu"}) {
    CUPEL_ASSERT_OK(const auto classifier, SmallClassifier(SmallGraph(activation)));
    for (std::uint64_t seed = 0; seed < 5; ++seed) {
      const std::vector<float> x = SmallPicture(seed);
      const std::vector<float> baseline = SmallPicture(seed + 100);
      CUPEL_ASSERT_OK(const Explanation explanation, Ask(DeepLiftMethod(), *classifier, x, baseline, 1));
      EXPECT_NEAR(explanation.completeness->attributed, explanation.completeness->difference, 2e-5)
          << activation;
    }
  }
}

TEST(DeepLift, SeesThroughThePreprocessing) {
  executor::Preprocessing preprocessing;
  preprocessing.scale = 2;
  preprocessing.mean = {0.3F};
  preprocessing.std = {0.7F};
  CUPEL_ASSERT_OK(const auto classifier, SmallClassifier(SmallGraph(), preprocessing));
  const std::vector<float> x = SmallPicture(1);
  const std::vector<float> baseline(64, 0.0F);
  CUPEL_ASSERT_OK(const Explanation explanation, Ask(DeepLiftMethod(), *classifier, x, baseline, 1));
  EXPECT_TRUE(explanation.Holds());
  const ClassifierExecutor search(*classifier);
  CUPEL_ASSERT_OK(const double difference, LogitDifference(search.model(), {x, baseline, 1, 0}));
  EXPECT_NEAR(explanation.completeness->difference, difference, 1e-4);
}

// One ReLU node for two layers' worth of values would be one module in PyTorch (Captum issue 1104): here the
// second use is a node of its own.
TEST(DeepLift, IsNotConfusedByTheSameActivationTwice) {
  const graph::Graph graph =
      graph::MakeGraph({"N", "2"},
                       {MakeNode("Gemm", {"x", "w"}, {"z"}), MakeNode("Relu", {"z"}, {"h"}),
                        MakeNode("Gemm", {"h", "w"}, {"z2"}), MakeNode("Relu", {"z2"}, {"h2"}),
                        MakeNode("Gemm", {"h2", "v"}, {"y"})},
                       {{"w", graph::TensorValue::FromFloats({2, 2}, {1, -1, -2, 1})},
                        {"v", graph::TensorValue::FromFloats({2, 2}, {1, 0, 3, 1})}});
  CUPEL_ASSERT_OK(const auto classifier, Rows(graph, 2));
  const std::vector<float> x = {3, 1};
  const std::vector<float> baseline = {0, 1};
  CUPEL_ASSERT_OK(const Explanation explanation, Ask(DeepLiftMethod(), *classifier, x, baseline, 0));
  EXPECT_TRUE(explanation.Holds());
}

TEST(DeepLift, NamesTheOperatorWithoutARule) {
  graph::Graph graph = TwoFeatures();
  graph.nodes[2].outputs = {"l"};
  graph.nodes.push_back(MakeNode("Mul", {"l", "l"}, {"y"}));
  CUPEL_ASSERT_OK(const auto classifier, Rows(graph, 2));
  const std::vector<float> x = {3, 1};
  EXPECT_THAT(Ask(DeepLiftMethod(), *classifier, x, x, 0),
              HasError(ErrorCode::kUnsupported, HasSubstr("Mul")));
}

// One channel, linear head y_k = v_k . mean(A): the weight of the channel is v_k / places, the map relu(w A).
graph::Graph OneChannel() {
  return graph::MakeGraph({"N", "1", "8", "8"},
                          {MakeNode("MaxPool", {"x"}, {"a"},
                                    {{"kernel_shape", std::vector<std::int64_t>{2, 2}},
                                     {"strides", std::vector<std::int64_t>{2, 2}}}),
                           MakeNode("GlobalAveragePool", {"a"}, {"m"}), MakeNode("Flatten", {"m"}, {"f"}),
                           MakeNode("Gemm", {"f", "v"}, {"y"})},
                          {{"v", graph::TensorValue::FromFloats({1, 2}, {3, -2})}});
}

TEST(GradCam, EqualsAHandComputedNetwork) {
  CUPEL_ASSERT_OK(const auto classifier, SmallClassifier(OneChannel()));
  std::vector<float> x(64, 0.0F);
  x[0] = 1;  // The pooled map [4, 4] is 1 in its corner alone.
  CUPEL_ASSERT_OK(const Explanation map, Ask(GradCamMethod(), *classifier, x, x, 0));
  const double weight = 3.0 / 16;
  EXPECT_NEAR(map.values[0], weight, 1e-6);  // Pixel centres -0.25, 0.25, 0.75 in cells, clamped at 0.
  EXPECT_NEAR(map.values[1], weight * 0.75, 1e-6);
  EXPECT_NEAR(map.values[2], weight * 0.25, 1e-6);
  EXPECT_NEAR(map.values[9], weight * 0.75 * 0.75, 1e-6);
  EXPECT_NEAR(map.values[3], 0, 1e-9);
  // A class that it speaks against: ReLU leaves nothing.
  CUPEL_ASSERT_OK(const Explanation against, Ask(GradCamMethod(), *classifier, x, x, 1));
  EXPECT_EQ(std::accumulate(against.values.begin(), against.values.end(), 0.0), 0);
}

TEST(GradCam, TakesTheLayerThatIsNamed) {
  CUPEL_ASSERT_OK(const auto classifier, SmallClassifier(SmallGraph()));
  const std::vector<float> x = SmallPicture(1);
  MethodOptions options;
  CUPEL_ASSERT_OK(const Explanation by_default, Ask(GradCamMethod(), *classifier, x, x, 0, options));
  options.layer = "p";
  CUPEL_ASSERT_OK(const Explanation pooled, Ask(GradCamMethod(), *classifier, x, x, 0, options));
  EXPECT_EQ(by_default.values, pooled.values);
  options.layer = "a";
  CUPEL_ASSERT_OK(const Explanation earlier, Ask(GradCamMethod(), *classifier, x, x, 0, options));
  EXPECT_NE(by_default.values, earlier.values);
  options.layer = "g";
  EXPECT_THAT(Ask(GradCamMethod(), *classifier, x, x, 0, options), HasError(ErrorCode::kUnsupported));
  options.layer = "q";
  EXPECT_THAT(Ask(GradCamMethod(), *classifier, x, x, 0, options), HasError(ErrorCode::kNotFound));
}

TEST(GradCam, NeedsFeatureMaps) {
  CUPEL_ASSERT_OK(const auto classifier, Rows(TwoFeatures(), 2));
  const std::vector<float> x = {3, 1};
  EXPECT_THAT(Ask(GradCamMethod(), *classifier, x, x, 0), HasError(ErrorCode::kUnsupported));
}

}  // namespace
}  // namespace cupel::algorithm::explain
