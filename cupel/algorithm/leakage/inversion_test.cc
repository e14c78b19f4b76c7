// SPDX-License-Identifier: Apache-2.0
// Class prototypes, and inspect.inversion on templates: a model whose classes are known pictures.
#include <cmath>

#include "cupel/algorithm/graph/example_graphs.h"
#include "cupel/algorithm/leakage/checks.h"
#include "cupel/algorithm/leakage/leakage_for_test.h"
#include "cupel/algorithm/leakage/prototype.h"
#include "cupel/algorithm/leakage/similarity.h"
#include "cupel/base/interrupt.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::algorithm::leakage {
namespace {

using check::CheckResult;
using cupel::testing::HasError;
using ::testing::HasSubstr;

constexpr std::int64_t kSide = 8;
constexpr std::int64_t kPixels = kSide * kSide;
constexpr int kClasses = 4;

/// A picture of soft blobs: the template of a class.
std::vector<float> Template(std::uint64_t seed) {
  ReproducibleStream stream(seed, "template");
  std::vector<float> picture(kPixels, 0.2F);
  for (int blob = 0; blob < 3; ++blob) {
    const double cy = kSide * stream.UniformDouble();
    const double cx = kSide * stream.UniformDouble();
    for (std::int64_t i = 0; i < kPixels; ++i) {
      const double dy = static_cast<double>(i / kSide) - cy;
      const double dx = static_cast<double>(i % kSide) - cx;
      picture[static_cast<std::size_t>(i)] += static_cast<float>(0.6 * std::exp(-(dy * dy + dx * dx) / 6));
    }
  }
  for (float& value : picture) value = std::min(value, 1.0F);
  return picture;
}

/// Logit c = -k |x - template c|^2, up to what all classes share: largest at the template's side of things.
std::unique_ptr<executor::Classifier> TemplateModel(std::uint64_t first_seed) {
  std::vector<float> weights(kPixels * kClasses);
  std::vector<float> bias;
  for (int c = 0; c < kClasses; ++c) {
    const std::vector<float> t = Template(first_seed + static_cast<std::uint64_t>(c));
    double squares = 0;
    for (std::size_t i = 0; i < t.size(); ++i) {
      weights[i * kClasses + static_cast<std::size_t>(c)] = 2 * t[i];
      squares += t[i] * t[i];
    }
    bias.push_back(static_cast<float>(-squares));
  }
  return AsClassifier(graph::MakeGraph({"N", "1", "8", "8"},
                                       {graph::MakeNode("Flatten", {"x"}, {"flat"}),
                                        graph::MakeNode("Gemm", {"flat", "w", "b"}, {"y"})},
                                       {{"w", graph::TensorValue::FromFloats({kPixels, kClasses}, weights)},
                                        {"b", graph::TensorValue::FromFloats({kClasses}, bias)}}),
                      {1, kSide, kSide});
}

/// `n` noisy copies of each class's template.
DatasetPointer Copies(int n, std::uint64_t first_seed, double noise, std::uint64_t seed) {
  data::dataset::MemoryData data;
  data.info.name = "copies";
  data.info.sample_shape = {1, kSide, kSide};
  for (int c = 0; c < kClasses; ++c) data.info.class_names.push_back("class " + std::to_string(c));
  for (int i = 0; i < n * kClasses; ++i) {
    ReproducibleStream stream(seed, "copies", static_cast<std::uint64_t>(i));
    for (const float value : Template(first_seed + static_cast<std::uint64_t>(i % kClasses)))
      data.features.push_back(std::clamp(value + static_cast<float>(noise * stream.Normal()), 0.0F, 1.0F));
    data.labels.push_back(i % kClasses);
  }
  return data::dataset::MakeMemoryDataset(std::move(data)).value();
}

TEST(TotalVariation, IsTheSumOfNeighbouringDifferences) {
  std::vector<double> gradient(6);
  // 0 1 / 4 2 / 4 4: rows 1 + 2 + 0, columns 4 + 0 + 1 + 2, of six values.
  EXPECT_NEAR(TotalVariation(std::vector<float>{0, 1, 4, 2, 4, 4}, {1, 3, 2}, 1, gradient), 10.0 / 6, 1e-12);
}

TEST(TotalVariation, GradientEqualsDifferences) {
  for (const std::vector<std::int64_t>& shape :
       {std::vector<std::int64_t>{1, 4, 5}, std::vector<std::int64_t>{2, 3, 3},
        std::vector<std::int64_t>{1, 1, 6}}) {
    ReproducibleStream stream(1, "variation");
    std::vector<float> x(static_cast<std::size_t>(shape[0] * shape[1] * shape[2]));
    for (float& value : x) value = stream.Uniform();
    std::vector<double> gradient(x.size());
    std::vector<double> ignored(x.size());
    TotalVariation(x, shape, 2, gradient);
    for (std::size_t i = 0; i < x.size(); ++i) {
      std::vector<float> up = x;
      std::vector<float> down = x;
      up[i] += 1e-4F;
      down[i] -= 1e-4F;
      const double slope = (TotalVariation(up, shape, 0, ignored) - TotalVariation(down, shape, 0, ignored)) /
                           (double{up[i]} - down[i]);
      EXPECT_NEAR(gradient[i], 2 * slope, 1e-3) << i;
    }
  }
}

// Two classes, linear logits, no priors: the optimum is the corner of the box that the weights' difference
// points to.
TEST(FindPrototypes, ReachTheKnownCornerWithoutPriors) {
  std::vector<float> weights;
  for (int i = 0; i < 4; ++i) {
    weights.push_back(i % 2 == 0 ? 1.0F : -2.0F);
    weights.push_back(0);
  }
  const auto model = AsClassifier(graph::MakeGraph({"N", "1", "2", "2"},
                                                   {graph::MakeNode("Flatten", {"x"}, {"flat"}),
                                                    graph::MakeNode("Gemm", {"flat", "w"}, {"y"})},
                                                   {{"w", graph::TensorValue::FromFloats({4, 2}, weights)}}),
                                  {1, 2, 2});
  CUPEL_ASSERT_OK(
      const auto prototypes,
      FindPrototypes(*model, {0, 1}, {.total_variation = 0, .l2 = 0, .box_low = -1, .box_high = 1}));
  EXPECT_EQ(prototypes[0].values, (std::vector<float>{1, -1, 1, -1}));
  EXPECT_EQ(prototypes[1].values, (std::vector<float>{-1, 1, -1, 1}));
  EXPECT_NEAR(prototypes[0].probability, 1 / (1 + std::exp(-6.0)), 1e-6);
}

TEST(FindPrototypes, PriorsSmoothAndCentre) {
  const auto model = TemplateModel(10);
  const auto spread = [&](double tv, double l2) {
    const auto found = FindPrototypes(*model, {0}, {.total_variation = tv, .l2 = l2}).value();
    std::vector<double> ignored(found[0].values.size());
    double square = 0;
    for (const float value : found[0].values) square += (value - 0.5) * (value - 0.5);
    return std::pair(TotalVariation(found[0].values, {1, kSide, kSide}, 0, ignored), square);
  };
  EXPECT_LT(spread(10, 0).first, spread(0, 0).first);
  EXPECT_LT(spread(0, 20).second, spread(0, 0).second);
}

TEST(FindPrototypes, OfManyClassesDoNotDependOnTheirCompany) {
  const auto model = TemplateModel(10);
  CUPEL_ASSERT_OK(const auto together, FindPrototypes(*model, {0, 1, 2, 3}, {.steps = 50}));
  CUPEL_ASSERT_OK(const auto alone, FindPrototypes(*model, {2}, {.steps = 50}));
  for (std::size_t i = 0; i < alone[0].values.size(); ++i)
    EXPECT_NEAR(together[2].values[i], alone[0].values[i], 1e-4);
}

TEST(Inversion, FindsTheTemplatesThatTheModelHoldsAndNotOthers) {
  const auto model = TemplateModel(10);
  const auto training = Copies(20, 10, 0.02, 1);  // what the model holds
  const auto unseen = Copies(20, 50, 0.02, 2);    // pictures of other templates
  const Setting setting{.model = model.get(), .training = training.get(), .data = unseen.get()};
  CUPEL_ASSERT_OK(const CheckResult leak, RunCheck(InversionCheck(), setting));
  EXPECT_GT(MetricOf(leak, "nearest_difference").value, 0);
  EXPECT_GT(MetricOf(leak, "correlation_class_mean").value,
            MetricOf(leak, "correlation_unseen_mean").value + 0.2);
  EXPECT_GT(MetricOf(leak, "ssim_class_mean").value, MetricOf(leak, "ssim_unseen_mean").value);
  EXPECT_GT(MetricOf(leak, "prototype_confidence").value, 0.9);
  EXPECT_EQ(MetricOf(leak, "nearest_difference").interval->method, "bootstrap-percentile");
  EXPECT_EQ(leak.figures[0]["rows"].AsArray().size(), 4U);
  // The same classes drawn anew: nearness to the class is no nearness to the training images.
  const auto fresh = Copies(20, 10, 0.02, 3);
  CUPEL_ASSERT_OK(
      const CheckResult fair,
      RunCheck(InversionCheck(), {.model = model.get(), .training = training.get(), .data = fresh.get()}));
  EXPECT_NEAR(MetricOf(fair, "nearest_difference").value, 0, 0.005);
  EXPECT_NEAR(MetricOf(fair, "ssim_class_mean").value, MetricOf(fair, "ssim_unseen_mean").value, 0.05);
}

TEST(Inversion, DoesNotApplyToTablesOrWithoutMembers) {
  const auto rows = NoisyRows(100, 3, 0, 1);
  const auto others = NoisyRows(100, 3, 0, 2);
  const auto model = TrainedOn(*rows, 1);
  CUPEL_ASSERT_OK(
      const CheckResult table,
      RunCheck(InversionCheck(), {.model = model.get(), .training = rows.get(), .data = others.get()}));
  EXPECT_TRUE(table.not_applicable.has_value());
  CUPEL_ASSERT_OK(const CheckResult lonely,
                  RunCheck(InversionCheck(), {.model = model.get(), .data = others.get()}));
  EXPECT_TRUE(lonely.not_applicable.has_value());
  const auto pictures = Copies(2, 10, 0.1, 1);
  const auto holder = TemplateModel(10);
  EXPECT_THAT(
      RunCheck(InversionCheck(), {.model = holder.get(), .training = pictures.get(), .data = pictures.get()}),
      HasError(ErrorCode::kInvalidArgument, HasSubstr("the same set")));
}

TEST(Inversion, StopsWhenAsked) {
  const auto model = TemplateModel(10);
  Interrupt::SetRequested(true);
  EXPECT_THAT(FindPrototypes(*model, {0}, {}), HasError(ErrorCode::kInterrupted));
  Interrupt::SetRequested(false);
}

}  // namespace
}  // namespace cupel::algorithm::leakage
