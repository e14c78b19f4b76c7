// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <map>
#include <memory>
#include <numeric>

#include "cupel/algorithm/check/result_json.h"
#include "cupel/algorithm/explain/additive_model_for_test.h"
#include "cupel/algorithm/explain/checks.h"
#include "cupel/algorithm/explain/faithfulness.h"
#include "cupel/algorithm/explain/integrated_gradients.h"
#include "cupel/algorithm/explain/rank_correlation.h"
#include "cupel/base/reproducible_stream.h"
#include "cupel/data/dataset/memory_dataset.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::algorithm::explain {
namespace {

using check::CheckResult;
using check::Metric;
using cupel::testing::HasError;

TEST(IntegratedGradients, AreExactForALinearModel) {
  const Additive model(3, false);
  const std::vector<float> x = Picture(1);
  const std::vector<float> baseline(kFeatures, 0.25F);
  for (std::int64_t steps : {1, 7, 64}) {
    CUPEL_ASSERT_OK(const std::vector<double> map, IntegratedGradients(Of(model), x, baseline, 2, steps));
    for (std::size_t i = 0; i < kFeatures; ++i)
      EXPECT_NEAR(map[i], double{model.weight(2, i)} * (x[i] - 0.25), 1e-6);
  }
}

TEST(IntegratedGradients, TheMidpointRuleIsExactForASquare) {
  // The gradient of w x^2 is linear along the path, and the midpoint rule integrates linear functions
  // exactly: phi_i = w_i (x_i^2 - b_i^2).
  const Additive model(4, true);
  const std::vector<float> x = Picture(2);
  const std::vector<float> baseline(kFeatures, 0.5F);
  CUPEL_ASSERT_OK(const std::vector<double> map, IntegratedGradients(Of(model), x, baseline, 0, 40));
  for (std::size_t i = 0; i < kFeatures; ++i)
    EXPECT_NEAR(map[i], model.weight(0, i) * (double{x[i]} * x[i] - 0.25), 1e-5);
}

// More points than a tile holds, and a part of one: every chunk is summed once.
TEST(IntegratedGradients, DoNotDependOnHowThePointsAreTiled) {
  const Additive model(4, true);
  const std::vector<float> x = Picture(3);
  const std::vector<float> baseline(kFeatures, 0.1F);
  for (const std::int64_t steps :
       {executor::kTileSize - 1, executor::kTileSize, executor::kTileSize + 1, 3 * executor::kTileSize + 5}) {
    CUPEL_ASSERT_OK(const std::vector<double> map, IntegratedGradients(Of(model), x, baseline, 1, steps));
    for (std::size_t i = 0; i < kFeatures; ++i)
      EXPECT_NEAR(map[i], model.weight(1, i) * (double{x[i]} * x[i] - 0.01), 1e-5) << steps << " steps";
  }
}

// Completeness, sensitivity and the dummy axiom, on models where they are exact.
TEST(IntegratedGradients, KeepTheAxioms) {
  for (const bool square : {false, true}) {
    const Additive model(11, square);
    for (std::uint64_t seed = 0; seed < 10; ++seed) {
      std::vector<float> x = Picture(seed);
      std::vector<float> baseline = Picture(seed + 100);
      baseline[7] = x[7];  // what does not differ contributes nothing
      CUPEL_ASSERT_OK(const std::vector<double> map, IntegratedGradients(Of(model), x, baseline, 0, 8));
      std::vector<float> ends = x;
      ends.insert(ends.end(), baseline.begin(), baseline.end());
      CUPEL_ASSERT_OK(const std::vector<float> logits, TiledLogits(Of(model), ends, 2));
      const double sum = std::accumulate(map.begin(), map.end(), 0.0);
      EXPECT_NEAR(sum, double{logits[0]} - logits[kClasses], 2e-5);
      EXPECT_EQ(map[7], 0);
    }
  }
}

TEST(Baselines, KeepWhatTheyPromise) {
  const std::vector<float> x = Picture(5);
  CUPEL_ASSERT_OK(const std::vector<float> zero,
                  MakeBaseline(Baseline::kZero, x, {1, kSide, kSide}, 0.1F, 1));
  EXPECT_EQ(zero, std::vector<float>(kFeatures, 0.1F));
  CUPEL_ASSERT_OK(
      const std::vector<float> flat,
      MakeBaseline(Baseline::kBlur, std::vector<float>(kFeatures, 0.3F), {1, kSide, kSide}, 0, 1));
  for (float value : flat) EXPECT_NEAR(value, 0.3F, 1e-6);
  CUPEL_ASSERT_OK(const std::vector<float> blurred,
                  MakeBaseline(Baseline::kBlur, x, {1, kSide, kSide}, 0, 1));
  EXPECT_LT(*std::max_element(blurred.begin(), blurred.end()), *std::max_element(x.begin(), x.end()));
  EXPECT_GT(*std::min_element(blurred.begin(), blurred.end()), *std::min_element(x.begin(), x.end()));
  CUPEL_ASSERT_OK(const std::vector<float> mean,
                  MakeBaseline(Baseline::kMean, std::vector<float>{0, 1, 2, 6}, {2, 1, 2}, 0, 9));
  EXPECT_EQ(mean, (std::vector<float>{0.5F, 0.5F, 4, 4}));
  EXPECT_THAT(MakeBaseline(Baseline::kBlur, x, {kFeatures}, 0, 1), HasError(ErrorCode::kInvalidArgument));
}

TEST(Removal, StartsAndEndsAtTheInputAndTheBaseline) {
  const Additive model(6, false);
  const std::vector<float> x = Picture(7);
  const std::vector<float> baseline(kFeatures, 0.0F);
  const std::vector<std::int64_t> order =
      ImportanceOrder(std::vector<double>(kFeatures, 0.0), {1, kSide, kSide});
  CUPEL_ASSERT_OK(const RemovalCurves curves, FollowOrder(Of(model), x, baseline, order, 1, 9));
  ASSERT_EQ(curves.deletion.size(), 10U);
  EXPECT_NEAR(curves.deletion.back(), 1.0 / 3, 1e-6);  // all logits are 0 at the baseline
  EXPECT_NEAR(curves.insertion.front(), 1.0 / 3, 1e-6);
  EXPECT_EQ(curves.deletion.front(), curves.insertion.back());
}

/// p_1 of two logits 0 and s.
double Sigmoid(double s) { return 1 / (1 + std::exp(-s)); }

// z_0 = 0 and z_1 = the sum of w_i x_i over four features: deletion in a known order gives known
// probabilities.
class FourWeights : public executor::Executor {
 public:
  Result<tensor::Tensor> Forward(const tensor::Tensor& input) const override {
    const std::vector<float> x = tensor::ToFloats(input);
    std::vector<float> z(x.size() / 2, 0.0F);
    for (std::size_t j = 0; j < x.size(); ++j) z[j / 4 * 2 + 1] += kWeights[j % 4] * x[j];
    return tensor::FromFloats(z, {input.size(0), 2});
  }
  Result<executor::Pass> ForwardGradient(const tensor::Tensor&,
                                         const executor::OutputGradient&) const override {
    return Fail(ErrorCode::kInternal, "not asked for");
  }
  tensor::Device device() const override { return {}; }
  static constexpr float kWeights[4] = {1, 4, 2, 3};
};

TEST(Removal, CurvesAndAreasEqualHandComputedOnes) {
  const FourWeights model;
  const ExplainedModel explained{&model, 2, {4}};
  const std::vector<float> x(4, 1.0F);
  const std::vector<float> baseline(4, 0.0F);
  const std::vector<std::int64_t> best = ImportanceOrder(std::vector<double>{1, 4, 2, 3}, {4});
  EXPECT_EQ(best, (std::vector<std::int64_t>{1, 3, 2, 0}));
  CUPEL_ASSERT_OK(const RemovalCurves curves, FollowOrder(explained, x, baseline, best, 1, 4));
  const std::vector<double> left = {10, 6, 3, 1, 0};
  const std::vector<double> added = {0, 4, 7, 9, 10};
  double deletion = (Sigmoid(10) + Sigmoid(0)) / 2;
  for (std::size_t i = 0; i < 5; ++i) {
    EXPECT_NEAR(curves.deletion[i], Sigmoid(left[i]), 1e-6);
    EXPECT_NEAR(curves.insertion[i], Sigmoid(added[i]), 1e-6);
    if (i > 0 && i < 4) deletion += Sigmoid(left[i]);
  }
  EXPECT_NEAR(Area(curves.deletion), deletion / 4, 1e-6);
  // No order of the four has a smaller deletion or a larger insertion area than the order of the weights.
  std::vector<std::int64_t> order = {0, 1, 2, 3};
  do {
    CUPEL_ASSERT_OK(const RemovalCurves other, FollowOrder(explained, x, baseline, order, 1, 4));
    EXPECT_GE(Area(other.deletion), Area(curves.deletion) - 1e-12);
    EXPECT_LE(Area(other.insertion), Area(curves.insertion) + 1e-12);
  } while (std::next_permutation(order.begin(), order.end()));
}

// Fewer stages than places, as many, more: the ends stay, and every place is changed exactly once.
TEST(Removal, AnyNumberOfStagesEndsAtTheBaseline) {
  const FourWeights model;
  const std::vector<std::int64_t> order = {2, 0, 3, 1};
  for (const std::int64_t stages : {1, 2, 3, 4, 7, 40}) {
    CUPEL_ASSERT_OK(const RemovalCurves curves, FollowOrder({&model, 2, {4}}, std::vector<float>(4, 1.0F),
                                                            std::vector<float>(4, 0.0F), order, 1, stages));
    ASSERT_EQ(curves.deletion.size(), static_cast<std::size_t>(stages) + 1);
    EXPECT_NEAR(curves.deletion.front(), Sigmoid(10), 1e-6);
    EXPECT_NEAR(curves.deletion.back(), 0.5, 1e-6);
    EXPECT_NEAR(curves.insertion.back(), Sigmoid(10), 1e-6);
    EXPECT_TRUE(std::is_sorted(curves.insertion.begin(), curves.insertion.end()));
    EXPECT_TRUE(std::is_sorted(curves.deletion.rbegin(), curves.deletion.rend()));
  }
}

TEST(Removal, OrdersPicturesByTheSumOverChannels) {
  EXPECT_EQ(ImportanceOrder(std::vector<double>{1, 5, 0, 3, 0, 2}, {2, 1, 3}),
            (std::vector<std::int64_t>{1, 0, 2}));
  EXPECT_EQ(ImportanceOrder(std::vector<double>{1, 5, 0}, {3}), (std::vector<std::int64_t>{1, 0, 2}));
}

TEST(Removal, AreaOfAStraightLineIsItsMiddle) {
  EXPECT_DOUBLE_EQ(Area(std::vector<double>{1, 0.75, 0.5, 0.25, 0}), 0.5);
}

TEST(RankCorrelation, GivesTiesTheirMidrank) {
  // Ranks 1 2 3 4 5 against 1 2 3.5 5 3.5: 8 / sqrt(10 * 9.5), by hand and in SciPy's manual page of
  // spearmanr.
  EXPECT_NEAR(RankCorrelation(std::vector<double>{1, 2, 3, 4, 5}, std::vector<double>{5, 6, 7, 8, 7}),
              8 / std::sqrt(95.0), 1e-12);
  EXPECT_DOUBLE_EQ(RankCorrelation(std::vector<double>{1, 2, 3}, std::vector<double>{9, 5, 1}), -1);
  EXPECT_EQ(RankCorrelation(std::vector<double>{1, 2, 3}, std::vector<double>{4, 4, 4}), 0);
}

class FaithfulnessTest : public ::testing::Test {
 protected:
  Result<CheckResult> Measure(const Additive& control, int workers = 1,
                              check::Journal* journal = &check::NoJournal()) {
    check::Context context;
    context.data = data_.get();
    context.seed = 5;
    context.workers = workers;
    context.journal = journal;
    FaithfulnessOptions options;
    options.stages = 12;
    options.samples = 0;
    return MeasureFaithfulness(Of(model_), Of(control), options, context);
  }
  static const Metric& Find(const CheckResult& result, std::string_view name) {
    const auto found = std::find_if(result.metrics.begin(), result.metrics.end(),
                                    [&](const Metric& m) { return m.name == name; });
    CUPEL_CHECK(found != result.metrics.end());
    return *found;
  }
  Additive model_{8, false};
  Additive other_{9, false};
  std::unique_ptr<data::dataset::Dataset> data_ = Pictures(40);
};

TEST_F(FaithfulnessTest, AnAdditiveModelIsExplainedCompletelyAndBetterThanAtRandom) {
  CUPEL_ASSERT_OK(const CheckResult result, Measure(other_));
  EXPECT_LT(Find(result, "completeness_error").value, 1e-5);
  EXPECT_GT(Find(result, "deletion_gap").interval->low, 0.05);
  EXPECT_GT(Find(result, "insertion_gap").interval->low, 0.05);
  EXPECT_EQ(Find(result, "deletion_gap").n, 40);
}

TEST_F(FaithfulnessTest, OtherWeightsGiveOtherMapsAndTheSameWeightsAreFoundOut) {
  CUPEL_ASSERT_OK(const CheckResult different, Measure(other_));
  EXPECT_LT(std::abs(Find(different, "randomisation_correlation").value), 0.35);
  CUPEL_ASSERT_OK(const CheckResult same, Measure(model_));  // the broken twin: nothing was randomised
  EXPECT_NEAR(Find(same, "randomisation_correlation").value, 1, 1e-12);
}

TEST_F(FaithfulnessTest, OneAndTwoWorkersGiveTheSameBytes) {
  CUPEL_ASSERT_OK(const CheckResult one, Measure(other_, 1));
  CUPEL_ASSERT_OK(const CheckResult two, Measure(other_, 2));
  EXPECT_EQ(ToJson(one, check::ArtifactBytes::kInline), ToJson(two, check::ArtifactBytes::kInline));
}

class MapJournal : public check::Journal {
 public:
  std::optional<Json> Load(const std::string& key) const override {
    const auto found = pieces.find(key);
    return found == pieces.end() ? std::nullopt : std::optional(found->second);
  }
  Status Save(const std::string& key, const Json& piece) override {
    pieces[key] = piece;
    return {};
  }
  std::map<std::string, Json> pieces;
};

TEST_F(FaithfulnessTest, AJournalContinuesWithTheSameBytes) {
  MapJournal journal;
  CUPEL_ASSERT_OK(const CheckResult first, Measure(other_, 1, &journal));
  EXPECT_EQ(journal.pieces.size(), 40U);
  journal.pieces.erase(journal.pieces.begin());
  journal.pieces.begin()->second = Json("damaged");
  CUPEL_ASSERT_OK(const CheckResult again, Measure(other_, 1, &journal));
  EXPECT_EQ(ToJson(first, check::ArtifactBytes::kInline), ToJson(again, check::ArtifactBytes::kInline));
}

// A record of another number of stages is damaged: its curves cannot be averaged with the others'.
TEST_F(FaithfulnessTest, ARecordOfOtherStagesIsMeasuredAnew) {
  MapJournal journal;
  CUPEL_ASSERT_OK(const CheckResult first, Measure(other_, 1, &journal));
  const std::map<std::string, Json> whole = journal.pieces;
  for (const char* member : {"deletion", "insertion", "randomDeletion", "randomInsertion"}) {
    journal.pieces.rbegin()->second[member].AsArray().pop_back();
    CUPEL_ASSERT_OK(const CheckResult again, Measure(other_, 1, &journal));
    EXPECT_EQ(ToJson(first, check::ArtifactBytes::kInline), ToJson(again, check::ArtifactBytes::kInline))
        << member;
    EXPECT_EQ(journal.pieces, whole) << member;
  }
}

TEST(SampleFaithfulness, ComesBackFromJsonAndDamageIsNoticed) {
  SampleFaithfulness before;
  before.original = 17;
  before.target_class = 2;
  before.attributed = 0.1 + 0.2;
  before.difference = -1.0 / 3;
  before.correlation = 0.25;
  before.correlation_absolute = 0.75;
  before.map = {{1, 0.5, 0.25}, {0, 0.5, 1}};
  before.random = {{1, 0.75, 0.25}, {0, 0.25, 1}};
  CUPEL_ASSERT_OK(const Json json, Json::Parse(before.ToJson().Canonical()));
  CUPEL_ASSERT_OK(const SampleFaithfulness after, SampleFaithfulness::FromJson(json));
  EXPECT_EQ(after.ToJson(), before.ToJson());
  EXPECT_EQ(after.attributed, before.attributed);
  for (const auto& [member, value] : json.AsObject()) {
    Json damaged = json;
    damaged.AsObject().erase(member);
    EXPECT_FALSE(SampleFaithfulness::FromJson(damaged).has_value()) << member;
    std::vector<Json> wrong = {"x"};
    if (value.IsArray()) wrong.insert(wrong.end(), {Json::Array{1, "x"}, Json::Array{1}});
    for (const Json& bad : wrong) {
      damaged[member] = bad;
      EXPECT_FALSE(SampleFaithfulness::FromJson(damaged).has_value()) << member;
    }
  }
}

// The broken twin that Adebayo et al. warn of: a map that looks at the picture and not at the model, such as
// an edge detector, is the same whatever the weights are. Its "gradient" is an edge of the input.
class EdgeDetector : public Additive {
 public:
  explicit EdgeDetector(std::uint64_t seed) : Additive(seed, false) {}
  Result<executor::Pass> ForwardGradient(const tensor::Tensor& input,
                                         const executor::OutputGradient&) const override {
    CUPEL_TRY(const tensor::Tensor output, Forward(input));
    const std::vector<float> x = tensor::ToFloats(input);
    std::vector<float> edges(x.size());
    for (std::size_t j = 0; j < x.size(); ++j)
      edges[j] = j % kSide + 1 < kSide ? std::abs(x[j + 1] - x[j]) : 0.0F;
    return executor::Pass{output, tensor::FromFloats(edges, input.sizes().vec())};
  }
};

TEST_F(FaithfulnessTest, AnEdgeDetectorIsFoundOutByRandomWeightsAndByRemoval) {
  const EdgeDetector model(8);
  const EdgeDetector randomised(9);
  check::Context context;
  context.data = data_.get();
  context.seed = 5;
  FaithfulnessOptions options;
  options.stages = 12;
  options.samples = 0;
  CUPEL_ASSERT_OK(const CheckResult edges, MeasureFaithfulness(Of(model), Of(randomised), options, context));
  CUPEL_ASSERT_OK(const CheckResult gradients, Measure(other_));
  EXPECT_NEAR(Find(edges, "randomisation_correlation").value, 1, 1e-9);  // nothing changed with the weights
  EXPECT_LT(Find(gradients, "randomisation_correlation").interval->high, 0.5);
  EXPECT_GT(Find(edges, "completeness_error").value, 0.25);  // nor do they add up
  EXPECT_LT(Find(edges, "deletion_gap").interval->high, Find(gradients, "deletion_gap").interval->low);
  EXPECT_LT(Find(edges, "insertion_gap").interval->high, Find(gradients, "insertion_gap").interval->low);
}

// A map drawn at random is no better than the random orders it is compared with.
TEST_F(FaithfulnessTest, ARandomMapHasNoGapToRandomOrders) {
  constexpr int kPairs = 400;
  std::vector<double> gaps;
  const std::vector<float> baseline(kFeatures, 0.0F);
  for (std::uint64_t pair = 0; pair < kPairs; ++pair) {
    ReproducibleStream stream(3, "map", pair);
    const auto area = [&] {
      const std::vector<std::int64_t> order = stream.Permutation(kFeatures);
      return Area(FollowOrder(Of(model_), Picture(pair % 40), baseline, order, 1, 12).value().deletion);
    };
    const double first = area();
    gaps.push_back(first - area());
  }
  double mean = 0;
  double square = 0;
  for (const double gap : gaps) {
    mean += gap / kPairs;
    square += gap * gap / kPairs;
  }
  EXPECT_LT(std::abs(mean), 4 * std::sqrt(square / kPairs));
  EXPECT_LT(std::abs(mean), 0.03);  // the map of a faithful explanation is at least 0.05 away
}

TEST_F(FaithfulnessTest, FiguresDoNotGrowWithTheData) {
  CUPEL_ASSERT_OK(const CheckResult result, Measure(other_));
  ASSERT_EQ(result.figures.size(), 2U);
  EXPECT_EQ(result.figures[0]["series"].AsArray().size(), 4U);
  EXPECT_EQ(result.figures[1]["rows"].AsArray().size(), 6U);
}

TEST(FaithfulnessCheck, DescribesItself) {
  const check::Description& description = FaithfulnessCheck().description();
  EXPECT_TRUE(check::Parameters::Create(description, Json::Object{}).has_value());
  EXPECT_EQ(description.requirements, std::vector<std::string>{"A6"});
}

}  // namespace
}  // namespace cupel::algorithm::explain
