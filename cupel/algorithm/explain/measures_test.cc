// SPDX-License-Identifier: Apache-2.0
// Edge maps, imputation, localisation, counterfactuals and the planted cue.
#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "cupel/algorithm/explain/counterfactual.h"
#include "cupel/algorithm/explain/edge_map.h"
#include "cupel/algorithm/explain/linear_system.h"
#include "cupel/algorithm/explain/localisation.h"
#include "cupel/algorithm/explain/methods.h"
#include "cupel/algorithm/explain/planted_cue.h"
#include "cupel/algorithm/explain/removal.h"
#include "cupel/algorithm/explain/road.h"
#include "cupel/algorithm/explain/small_network_for_test.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::algorithm::explain {
namespace {

using cupel::testing::HasError;
using cupel::testing::IsOk;

TEST(EdgeMap, SeesAStepAndNothingElse) {
  const std::vector<float> x = {0, 0, 1, 1, 0, 0, 1, 1, 0, 0, 1, 1};
  const std::vector<double> edges = EdgeMap(x, {1, 3, 4});
  for (std::size_t i = 0; i < edges.size(); ++i)
    EXPECT_DOUBLE_EQ(edges[i], i % 4 == 1 || i % 4 == 2 ? 4 : 0) << i;
}

TEST(LinearSystem, SolvesAndRefuses) {
  std::vector<double> matrix = {4, 0, 0, 2, 5, 0, 1, 3, 6};  // Lower triangle.
  std::vector<double> right = {4 + 4 + 3, 2 + 10 + 9, 1 + 6 + 18};
  ASSERT_THAT(SolvePositiveDefinite(matrix, right), IsOk());
  for (std::size_t i = 0; i < 3; ++i) EXPECT_NEAR(right[i], static_cast<double>(i + 1), 1e-12);
  matrix = {1, 0, 1, 1};
  right = {1, 1};
  EXPECT_THAT(SolvePositiveDefinite(matrix, right), HasError(ErrorCode::kInvalidArgument));
}

// Every removed pixel is the weighted mean of its neighbours: the definition, checked on the result.
TEST(ImputeLinearly, SolvesItsEquations) {
  ReproducibleStream stream(4, "impute");
  std::vector<float> x(2 * 9 * 7);
  for (float& value : x) value = stream.Uniform();
  for (const double share : {0.1, 0.5, 0.97}) {
    std::vector<std::uint8_t> removed(63, 0);
    for (std::uint8_t& one : removed) one = stream.UniformDouble() < share ? 1 : 0;
    removed[31] = 0;
    const std::vector<float> filled = ImputeLinearly(x, {2, 9, 7}, removed);
    for (std::size_t i = 0; i < x.size(); ++i) {
      if (removed[i % 63] == 0) {
        EXPECT_EQ(filled[i], x[i]);
        continue;
      }
      const auto row = static_cast<std::int64_t>(i % 63) / 7;
      const auto column = static_cast<std::int64_t>(i % 63) % 7;
      double sum = 0;
      double weights = 0;
      for (std::int64_t r = std::max<std::int64_t>(0, row - 1); r <= std::min<std::int64_t>(8, row + 1);
           ++r) {
        for (std::int64_t c = std::max<std::int64_t>(0, column - 1);
             c <= std::min<std::int64_t>(6, column + 1); ++c) {
          if (r == row && c == column) continue;
          const double weight = r != row && c != column ? 1.0 / 12 : 1.0 / 6;
          weights += weight;
          sum += weight * filled[i / 63 * 63 + static_cast<std::size_t>(r * 7 + c)];
        }
      }
      EXPECT_NEAR(filled[i], sum / weights, 1e-5);
    }
  }
}

// NoisyLinearImputer(noise=0) of github.com/tleemann/road_evaluation, commit e6b9987f.
TEST(ImputeLinearly, EqualsTheReference) {
  std::vector<float> x;
  std::vector<std::uint8_t> removed;
  for (int i = 0; i < 36; ++i) {
    x.push_back(static_cast<float>(i * 37 % 101 / 101.0));
    removed.push_back(i * 7 % 5 < 3 ? 1 : 0);
  }
  const std::vector<float> reference = {
      0.5528892F, 0.5827632F, 0.7326733F, 0.4724586F, 0.4653465F, 0.3880318F, 0.5172817F, 0.5643564F,
      0.4449859F, 0.2970297F, 0.3445836F, 0.3324411F, 0.3960396F, 0.5289196F, 0.1287129F, 0.3101446F,
      0.2735057F, 0.2277228F, 0.6997692F, 0.9603961F, 0.5859879F, 0.4441376F, 0.0594059F, 0.3247454F,
      0.7920792F, 0.7722042F, 0.7315024F, 0.8910891F, 0.5026755F, 0.6237624F, 0.7743881F, 0.7577888F,
      0.7227723F, 0.6715990F, 0.4554456F, 0.5322183F};
  const std::vector<float> filled = ImputeLinearly(x, {1, 6, 6}, removed);
  for (std::size_t i = 0; i < 36; ++i) EXPECT_NEAR(filled[i], reference[i], 2e-6) << i;
}

TEST(ImputeLinearly, LeavesAConstantAsItIs) {
  const std::vector<float> x(36, 0.4F);
  std::vector<std::uint8_t> removed(36, 1);
  removed[20] = 0;
  for (const float value : ImputeLinearly(x, {1, 6, 6}, removed)) EXPECT_NEAR(value, 0.4F, 1e-5);
}

// z_1 = 2 (sum over the four places in the middle) - 4: a bright spot on dark ground is what matters.
class Spot : public executor::Executor {
 public:
  Result<tensor::Tensor> Forward(const tensor::Tensor& input) const override {
    const std::vector<float> x = tensor::ToFloats(input);
    std::vector<float> z;
    for (std::size_t from = 0; from < x.size(); from += 64) {
      float sum = 0;
      for (const std::size_t place : kPlaces) sum += x[from + place];
      z.insert(z.end(), {0.0F, 2 * sum - 4});
    }
    return tensor::FromFloats(z, {input.size(0), 2});
  }
  Result<executor::Pass> ForwardGradient(const tensor::Tensor&,
                                         const executor::OutputGradient&) const override {
    return Fail(ErrorCode::kInternal, "not asked for");
  }
  tensor::Device device() const override { return {}; }
  static constexpr std::size_t kPlaces[] = {27, 28, 35, 36};
};

TEST(RoadScore, RewardsTheRightOrderAndPunishesItsReverse) {
  const Spot network;
  const ExplainedModel model{&network, 2, {1, 8, 8}};
  std::vector<float> x(64, 0.1F);
  std::vector<double> map(64, 0.0);
  for (const std::size_t place : Spot::kPlaces) {
    x[place] = 0.9F;
    map[place] = 1;
  }
  const std::vector<std::int64_t> order = ImportanceOrder(map, model.sample_shape);
  const ReproducibleStream stream(1, "road");
  RoadOptions options;
  options.noise = 0;
  CUPEL_ASSERT_OK(const double right, RoadScore(model, x, order, 1, options, stream));
  const std::vector<std::int64_t> reverse(order.rbegin(), order.rend());
  CUPEL_ASSERT_OK(const double wrong, RoadScore(model, x, reverse, 1, options, stream));
  // The spot is gone at once (p = 0.04 on the ground around it), or stays to the end (p = 0.96).
  const double seen = 1 / (1 + std::exp(-3.2));
  EXPECT_NEAR(right, seen - (1 - seen), 1e-3);
  EXPECT_NEAR(wrong, -right, 1e-12);
  // Another stream gives other noise and nearly the same score.
  CUPEL_ASSERT_OK(const double noisy, RoadScore(model, x, order, 1, {}, stream));
  EXPECT_NE(noisy, right);
  EXPECT_NEAR(noisy, right, 0.02);
}

TEST(Localisation, CountsPositiveRelevanceInside) {
  const std::vector<double> sums = PlaceSums(std::vector<double>{1, 2, -3, 3, 0, 1}, {2, 1, 3});
  EXPECT_EQ(sums, (std::vector<double>{4, 2, -2}));
  const std::vector<std::uint8_t> inside = {0, 1, 1};
  EXPECT_DOUBLE_EQ(RelevanceMass(sums, inside), 2.0 / 6);
  EXPECT_FALSE(PointsInside(sums, inside));
  EXPECT_TRUE(PointsInside(sums, std::vector<std::uint8_t>{1, 0, 0}));
  const std::vector<double> nothing = {0, -1, 0};
  EXPECT_EQ(RelevanceMass(nothing, inside), 0);
  EXPECT_FALSE(PointsInside(nothing, std::vector<std::uint8_t>{1, 1, 1}));
}

TEST(PlantedCue, DecidesTheAnswerWhereItLiesAndNowhereElse) {
  executor::Preprocessing preprocessing;
  preprocessing.scale = 2;
  preprocessing.mean = {0.5F};
  preprocessing.std = {0.25F};
  CUPEL_ASSERT_OK(const auto classifier, SmallClassifier(SmallGraph(), preprocessing));
  CUPEL_ASSERT_OK(const PlantedCue cue, PlantedCue::Create({1, 8, 8}, 4, 0, 1));
  EXPECT_EQ(std::ranges::count(cue.mask(), 1), 16);
  CUPEL_ASSERT_OK(const auto changed, cue.PlantDetector(*classifier, 1, 50));
  const ClassifierExecutor before(*classifier);
  const ClassifierExecutor after(*changed);
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    std::vector<float> x = SmallPicture(seed);
    CUPEL_ASSERT_OK(const std::vector<float> plain, TiledLogits(before.model(), x, 1));
    CUPEL_ASSERT_OK(const std::vector<float> same, TiledLogits(after.model(), x, 1));
    for (std::size_t k = 0; k < 3; ++k) EXPECT_NEAR(plain[k], same[k], 1e-5);
    cue.Plant(x);
    CUPEL_ASSERT_OK(const std::vector<float> with_cue, TiledLogits(before.model(), x, 1));
    CUPEL_ASSERT_OK(const std::vector<float> seen, TiledLogits(after.model(), x, 1));
    EXPECT_NEAR(seen[1], with_cue[1] + 50, 1e-3);
    EXPECT_NEAR(seen[0], with_cue[0], 1e-4);
  }
  EXPECT_THAT(PlantedCue::Create({1, 8, 8}, 5, 0, 1), HasError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(PlantedCue::Create({64}, 3, 0, 1), HasError(ErrorCode::kInvalidArgument));
}

// Two classes, z_1 = w . x - t: the nearest counterfactual in L1 changes the one feature with the largest
// |w_i| scale_i, by the margin over that weight.
Result<std::unique_ptr<executor::Classifier>> Linear(const std::vector<float>& w, float threshold) {
  std::vector<float> weights;
  for (const float value : w) weights.insert(weights.end(), {0.0F, value});
  const auto d = static_cast<std::int64_t>(w.size());
  executor::ClassifierOptions options;
  options.sample_shape = {d};
  return executor::Classifier::Create(
      graph::MakeGraph({"N", std::to_string(d)}, {graph::MakeNode("Gemm", {"x", "w", "b"}, {"y"})},
                       {{"w", graph::TensorValue::FromFloats({d, 2}, weights)},
                        {"b", graph::TensorValue::FromFloats({2}, {0, -threshold})}}),
      options);
}

class CounterfactualTest : public ::testing::Test {
 protected:
  void SetUp() override {
    classifier_ = Linear({3, -1, 0.5F, 0}, 0.4F).value();
    ReproducibleStream stream(6, "rows");
    for (int row = 0; row < 300; ++row) {
      for (int i = 0; i < 3; ++i) rows_.push_back(stream.Uniform(-1, 1));
      rows_.push_back(static_cast<float>(stream.Below(5)));
    }
    executor_ = std::make_unique<ClassifierExecutor>(*classifier_);
  }
  std::unique_ptr<executor::Classifier> classifier_;
  std::unique_ptr<ClassifierExecutor> executor_;
  std::vector<float> rows_;
};

TEST_F(CounterfactualTest, AreValidSparseAndNotNearerThanTheBoundary) {
  const ExplainedModel model = executor_->model();
  CUPEL_ASSERT_OK(const CounterfactualPool pool, CounterfactualPool::Create(model, rows_));
  EXPECT_TRUE(pool.is_whole(3));
  EXPECT_FALSE(pool.is_whole(0));
  const std::vector<double> w = {3, -1, 0.5, 0};
  double ratio = 0;
  for (std::size_t k = 0; k < 50; ++k) {
    const std::span<const float> x = pool.row(k);
    CUPEL_ASSERT_OK(const auto found, FindCounterfactual(model, pool, x, pool.answer(k), {}));
    ASSERT_TRUE(found.has_value());
    CUPEL_ASSERT_OK(const std::vector<std::int32_t> answers, AnswersTo(model, found->x, 1));
    EXPECT_NE(answers[0], pool.answer(k));
    EXPECT_EQ(answers[0], found->answer);
    EXPECT_NEAR(found->distance, pool.Distance(found->x, x), 1e-12);
    EXPECT_EQ(found->x[3], x[3]);  // The feature without weight never changes.
    double margin = -0.4;
    double gain = 0;
    for (std::size_t i = 0; i < 4; ++i) {
      margin += w[i] * x[i];
      gain = std::max(gain, std::abs(w[i]) * pool.scales()[i]);
    }
    EXPECT_GE(found->distance, std::abs(margin) / gain - 1e-6);
    ratio += found->distance / (std::abs(margin) / gain) / 50;
  }
  EXPECT_LT(ratio, 2);  // On average within twice the nearest there is.
}

TEST_F(CounterfactualTest, KeepFixedFeatures) {
  const ExplainedModel model = executor_->model();
  CUPEL_ASSERT_OK(const CounterfactualPool pool, CounterfactualPool::Create(model, rows_));
  CounterfactualOptions options;
  options.fixed = {true, false, false, true};
  options.starts = 200;
  std::int64_t count = 0;
  for (std::size_t k = 0; k < 30; ++k) {
    const std::span<const float> x = pool.row(k);
    CUPEL_ASSERT_OK(const auto found, FindCounterfactual(model, pool, x, pool.answer(k), options));
    if (!found) continue;
    ++count;
    EXPECT_EQ(found->x[0], x[0]);
    EXPECT_EQ(found->x[3], x[3]);
  }
  EXPECT_GT(count, 3);
  EXPECT_LT(count, 30);  // Where feature 0 decides, the others cannot.
}

TEST_F(CounterfactualTest, SayThatThereIsNone) {
  CUPEL_ASSERT_OK(const auto constant, Linear({0, 0, 0, 0}, 1));
  const ClassifierExecutor search(*constant);
  CUPEL_ASSERT_OK(const CounterfactualPool pool, CounterfactualPool::Create(search.model(), rows_));
  CUPEL_ASSERT_OK(const auto found, FindCounterfactual(search.model(), pool, pool.row(0), 0, {}));
  EXPECT_FALSE(found.has_value());
  EXPECT_THAT(CounterfactualPool::Create(search.model(), {}), HasError(ErrorCode::kInvalidArgument));
}

}  // namespace
}  // namespace cupel::algorithm::explain
