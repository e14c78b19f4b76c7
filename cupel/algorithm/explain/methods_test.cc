// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/explain/methods.h"

#include <gmock/gmock.h>

#include <cmath>
#include <set>

#include "cupel/algorithm/explain/additive_model_for_test.h"
#include "cupel/algorithm/explain/integrated_gradients.h"
#include "cupel/algorithm/explain/sensitivity.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::algorithm::explain {
namespace {

using cupel::testing::HasError;
using ::testing::HasSubstr;

TEST(Methods, AreListedOnceEachWithASource) {
  std::set<std::string> ids;
  for (const Method* method : AllMethods()) {
    EXPECT_TRUE(ids.insert(method->id).second) << method->id;
    EXPECT_FALSE(method->source.empty() || method->title.empty()) << method->id;
    EXPECT_EQ(FindMethod(method->id).value(), method);
  }
  EXPECT_EQ(ids.size(), 9U);
  EXPECT_THAT(FindMethod("grad-can"), HasError(ErrorCode::kInvalidArgument, HasSubstr("grad-can")));
}

// Every method that promises completeness keeps it on a linear model, and gives w_i (x_i - b_i) there.
TEST(Methods, AreExactForALinearModel) {
  const Additive model(3, false);
  const std::vector<float> x = Picture(1);
  const std::vector<float> baseline(kFeatures, 0.25F);
  MethodOptions options;
  options.patch = options.window = options.stride = 1;
  for (const char* id : {"integrated-gradients", "occlusion", "kernel-shap", "permutation-shap"}) {
    CUPEL_ASSERT_OK(const Method* method, FindMethod(id));
    CUPEL_ASSERT_OK(const auto attribution, method->prepare(Of(model), options));
    CUPEL_ASSERT_OK(const Explanation explanation, attribution->Explain({x, baseline, 2, 0}));
    for (std::size_t i = 0; i < kFeatures; ++i)
      EXPECT_NEAR(explanation.values[i], double{model.weight(2, i)} * (x[i] - 0.25), 2e-5) << id;
    EXPECT_TRUE(explanation.Holds());
  }
}

TEST(Methods, GradientsAreTheWeights) {
  const Additive model(3, false);
  const std::vector<float> x = Picture(1);
  const std::vector<float> baseline(kFeatures, 0.0F);
  const auto ask = [&](const Method& method) {
    const auto attribution = method.prepare(Of(model), {});
    CUPEL_CHECK(attribution.has_value());
    return (*attribution)->Explain({x, baseline, 1, 0}).value();
  };
  const Explanation saliency = ask(SaliencyMethod());
  const Explanation product = ask(InputXGradientMethod());
  const Explanation smooth = ask(SmoothGradMethod());
  for (std::size_t i = 0; i < kFeatures; ++i) {
    EXPECT_FLOAT_EQ(saliency.values[i], std::abs(model.weight(1, i)));
    EXPECT_NEAR(product.values[i], double{x[i]} * model.weight(1, i), 1e-6);
    EXPECT_NEAR(smooth.values[i], model.weight(1, i), 1e-6);
  }
  EXPECT_EQ(saliency.evaluations, 1);
  EXPECT_EQ(smooth.evaluations, 25);
}

// For w x^2 the gradient at x + noise is 2 w (x + noise): the mean over the documented draws.
TEST(Methods, SmoothGradIsTheMeanOverItsDraws) {
  const Additive model(3, true);
  const std::vector<float> x = Picture(1);
  MethodOptions options;
  options.seed = 11;
  options.noise_samples = 40;
  options.noise = 0.2;
  options.box_low = -1;
  CUPEL_ASSERT_OK(const auto attribution, SmoothGradMethod().prepare(Of(model), options));
  CUPEL_ASSERT_OK(const Explanation explanation, attribution->Explain({x, x, 0, 5}));
  std::vector<double> mean(kFeatures, 0.0);
  for (std::uint32_t row = 0; row < 40; ++row) {
    ReproducibleStream stream(11, "explain.smoothgrad", 5, row);
    for (std::size_t i = 0; i < kFeatures; ++i) mean[i] += (x[i] + 0.4 * stream.Normal()) / 40;
  }
  for (std::size_t i = 0; i < kFeatures; ++i)
    EXPECT_NEAR(explanation.values[i], 2 * model.weight(0, i) * mean[i], 1e-4);
}

TEST(Occlusion, LeavesNothingUncovered) {
  const Additive model(3, false);
  const std::vector<float> x(kFeatures, 1.0F);
  const std::vector<float> baseline(kFeatures, 0.0F);
  MethodOptions options;
  options.window = 4;  // 6 pixels a side: windows at 0 and, moved in, at 2.
  options.stride = 4;
  CUPEL_ASSERT_OK(const auto attribution, OcclusionMethod().prepare(Of(model), options));
  CUPEL_ASSERT_OK(const Explanation explanation, attribution->Explain({x, baseline, 0, 0}));
  EXPECT_EQ(explanation.evaluations, 5);
  double corner = 0;
  for (std::size_t row = 0; row < 4; ++row) {
    for (std::size_t column = 0; column < 4; ++column) corner += model.weight(0, row * kSide + column);
  }
  EXPECT_NEAR(explanation.values[0], corner, 1e-5);
  for (const double value : explanation.values) EXPECT_NE(value, 0);
}

TEST(Quadrature, GaussLegendreIsExactForPolynomials) {
  for (const std::int64_t points : {1, 2, 3, 8, 40}) {
    const QuadratureRule rule = GaussLegendreRule(points);
    ASSERT_EQ(rule.nodes.size(), static_cast<std::size_t>(points));
    EXPECT_TRUE(std::is_sorted(rule.nodes.begin(), rule.nodes.end()));
    for (std::int64_t power = 0; power < 2 * points; ++power) {
      double sum = 0;
      for (std::size_t k = 0; k < rule.nodes.size(); ++k)
        sum += rule.weights[k] * std::pow(rule.nodes[k], static_cast<double>(power));
      EXPECT_NEAR(sum, 1.0 / static_cast<double>(power + 1), 1e-13) << points << " points";
    }
  }
  // Abramowitz and Stegun, table 25.4: three points.
  EXPECT_NEAR(GaussLegendreRule(3).nodes[2], (1 + 0.774596669241483) / 2, 1e-14);
  EXPECT_NEAR(GaussLegendreRule(3).weights[1], 0.888888888888889 / 2, 1e-14);
}

// f = w relu(sum x - c) along a ray: one kink, which the method has to find.
class Kink : public executor::Executor {
 public:
  Result<tensor::Tensor> Forward(const tensor::Tensor& input) const override {
    std::vector<float> z;
    const std::vector<float> x = tensor::ToFloats(input);
    for (std::size_t row = 0; row < x.size(); row += 2) {
      z.push_back(std::max(0.0F, x[row] + x[row + 1] - 1.37F));
      z.push_back(0);
    }
    return tensor::FromFloats(z, {input.size(0), 2});
  }
  Result<executor::Pass> ForwardGradient(const tensor::Tensor& input,
                                         const executor::OutputGradient& output_gradient) const override {
    CUPEL_TRY(const tensor::Tensor output, Forward(input));
    const std::vector<float> seed = tensor::ToFloats(output_gradient(output));
    const std::vector<float> z = tensor::ToFloats(output);
    std::vector<float> gradient;
    for (std::size_t row = 0; row < z.size(); row += 2)
      gradient.insert(gradient.end(), 2, z[row] > 0 ? seed[row] : 0.0F);
    return executor::Pass{output, tensor::FromFloats(gradient, input.sizes().vec())};
  }
  tensor::Device device() const override { return {}; }
};

TEST(AdaptiveIntegratedGradients, FindAKinkInFewEvaluations) {
  const Kink network;
  const ExplainedModel model{&network, 2, {2}};
  const std::vector<float> x = {1, 1};
  const std::vector<float> baseline = {0, 0};
  CUPEL_ASSERT_OK(const auto attribution, IntegratedGradientsMethod().prepare(model, {}));
  CUPEL_ASSERT_OK(const Explanation explanation, attribution->Explain({x, baseline, 0, 0}));
  EXPECT_TRUE(explanation.Holds());
  EXPECT_NEAR(explanation.values[0], 0.315, 0.01 * 0.315);
  EXPECT_LE(explanation.evaluations, 16);
  // The rule for smooth functions of as many points misses it.
  MethodOptions smooth;
  smooth.points = 14;
  CUPEL_ASSERT_OK(const auto by_rule, IntegratedGradientsMethod().prepare(model, smooth));
  CUPEL_ASSERT_OK(const Explanation missed, by_rule->Explain({x, baseline, 0, 0}));
  EXPECT_FALSE(missed.Holds());
}

TEST(AdaptiveIntegratedGradients, SayWhenTheyDoNotHold) {
  const Kink network;
  const ExplainedModel model{&network, 2, {2}};
  const std::vector<float> x = {1, 1};
  const std::vector<float> baseline = {0, 0};
  MethodOptions options;
  options.max_points = 8;
  CUPEL_ASSERT_OK(const auto attribution, IntegratedGradientsMethod().prepare(model, options));
  CUPEL_ASSERT_OK(const Explanation explanation, attribution->Explain({x, baseline, 0, 0}));
  EXPECT_EQ(explanation.evaluations, 8);
  EXPECT_FALSE(explanation.Holds());
  // Class 1 never changes: nothing to divide, nothing broken.
  CUPEL_ASSERT_OK(const Explanation constant, attribution->Explain({x, baseline, 1, 0}));
  EXPECT_TRUE(constant.Holds());
}

TEST(Completeness, ErrorIsRelativeAndKnowsZero) {
  EXPECT_EQ((Completeness{1, 1}).Error(), 0);
  EXPECT_DOUBLE_EQ((Completeness{0.9, -1}).Error(), 1.9);
  EXPECT_TRUE(std::isinf((Completeness{1, 0}).Error()));
  EXPECT_EQ((Completeness{0, 0}).Error(), 0);
}

// For f = sum w x^2 and phi = gradient, phi(x + delta) - phi(x) = 2 w delta: the norm over the draws is
// known.
TEST(SensitivityMax, IsTheLargestChangeOverItsDraws) {
  const Additive model(3, true);
  std::vector<float> x(kFeatures, 0.5F);
  MethodOptions plain;
  plain.noise = 0;
  plain.noise_samples = 1;
  CUPEL_ASSERT_OK(const auto gradient, SmoothGradMethod().prepare(Of(model), plain));
  const SensitivityOptions options{.radius = 0.1, .draws = 6, .low = 0, .high = 1, .seed = 2};
  CUPEL_ASSERT_OK(const double found, SensitivityMax(*gradient, {x, x, 0, 9}, options));
  double largest = 0;
  double norm = 0;
  for (std::size_t i = 0; i < kFeatures; ++i) norm += std::pow(model.weight(0, i) * 0.5, 2);
  for (std::uint32_t draw = 0; draw < 6; ++draw) {
    ReproducibleStream stream(2, "explain.sensitivity", 9, draw);
    double change = 0;
    for (std::size_t i = 0; i < kFeatures; ++i)
      change += std::pow(model.weight(0, i) * 0.1 * (2 * stream.UniformDouble() - 1), 2);
    largest = std::max(largest, std::sqrt(change / norm));
  }
  EXPECT_NEAR(found, largest, 1e-4);
}

TEST(SensitivityMax, IsZeroForALinearModelsGradient) {
  const Additive model(3, false);
  const std::vector<float> x = Picture(1);
  CUPEL_ASSERT_OK(const auto attribution, SaliencyMethod().prepare(Of(model), {}));
  EXPECT_NEAR(SensitivityMax(*attribution, {x, x, 0, 9}, {}).value(), 0, 1e-6);
}

}  // namespace
}  // namespace cupel::algorithm::explain
