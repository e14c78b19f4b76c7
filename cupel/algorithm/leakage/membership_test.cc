// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/leakage/membership.h"

#include <cmath>
#include <numeric>

#include "cupel/algorithm/graph/example_graphs.h"
#include "cupel/algorithm/leakage/checks.h"
#include "cupel/algorithm/leakage/leakage_for_test.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::algorithm::leakage {
namespace {

using cupel::testing::HasError;
using ::testing::HasSubstr;

/// Answers of which only the loss is known.
check::CheckResult MembershipFromLosses(const std::vector<double>& members,
                                        const std::vector<double>& others) {
  const auto signals = [](const std::vector<double>& losses) {
    std::vector<Signals> made;
    for (const double loss : losses) made.push_back({.loss = loss});
    return made;
  };
  return MembershipFromSignals(signals(members), signals(others), {.seed = 1, .stream = "test"});
}

TEST(Membership, AKnownLeakHasItsKnownArea) {
  // Two normal distributions one standard deviation apart: area Phi(1 / sqrt 2) = 0.7602, and at a
  // false-positive rate of 1 % the true-positive rate Phi(1 - 2.3263) = 0.0924.
  const check::CheckResult result = MembershipFromLosses(Normals(4000, 0, 1), Normals(4000, 1, 2));
  EXPECT_TRUE(Covers(MetricOf(result, "auc"), 0.7602));
  const check::Metric tpr = MetricOf(result, "tpr_at_fpr_0.01");
  EXPECT_NEAR(tpr.value, 0.0924, 0.03);
  EXPECT_EQ(tpr.interval->method, "clopper-pearson");
  EXPECT_EQ(tpr.n, 4000);
}

TEST(Membership, NoLeakIsChance) {
  const check::CheckResult result = MembershipFromLosses(Normals(4000, 0, 3), Normals(4000, 0, 4));
  EXPECT_TRUE(Covers(MetricOf(result, "auc"), 0.5));
  EXPECT_EQ(MetricOf(result, "epsilon_lower_bound").value, 0);
}

TEST(Membership, SmallerLossMoreConfidenceAndLessEntropyMeanMember) {
  const std::vector<Signals> members = {{.loss = 0.1, .largest_prob = 0.9, .modified_entropy = 0.1},
                                        {.loss = 0.2, .largest_prob = 0.8, .modified_entropy = 0.2}};
  const std::vector<Signals> others = {{.loss = 1, .largest_prob = 0.5, .modified_entropy = 1},
                                       {.loss = 2, .largest_prob = 0.6, .modified_entropy = 2}};
  const check::CheckResult result = MembershipFromSignals(members, others, {.seed = 1, .stream = "test"});
  for (const char* name : {"auc", "auc.confidence", "auc.modified_entropy"})
    EXPECT_EQ(MetricOf(result, name).value, 1) << name;
  EXPECT_EQ(result.figures[0]["series"].AsArray().size(), 3U);
}

struct Golden {
  int members;
  int others;
  double auc;
  std::int64_t found_at_one_percent;
  std::int64_t found_at_one_permille;
};

// Losses with many ties, of whole numbers that every language computes alike: member i loses
// (7919 i mod 1009)^2 div 1009, other j loses 6007 j mod 1013. Figures: scikit-learn 1.2.1 (Debian 12) with
// NumPy 1.24.2, roc_auc_score and the largest tpr of roc_curve(drop_intermediate=False) with fpr at most the
// rate; the area again by counting pairs in NumPy.
TEST(Membership, EqualsScikitLearnOnLossesWithTies) {
  for (const Golden& golden :
       {Golden{400, 1000, 0.66658625, 40, 14}, Golden{1000, 300, 0.6633216666666667, 77, 0},
        Golden{1500, 12000, 0.6684731388888889, 151, 49}}) {
    std::vector<double> members;
    std::vector<double> others;
    for (int i = 0; i < golden.members; ++i) {
      const int a = i * 7919 % 1009;
      members.push_back(a * a / 1009 / 500.0);
    }
    for (int j = 0; j < golden.others; ++j) others.push_back(j * 6007 % 1013 / 500.0);
    const check::CheckResult result = MembershipFromLosses(members, others);
    EXPECT_NEAR(result.metrics[0].value, golden.auc, 1e-12);
    const auto expect_found = [&](const char* name, double rate, std::int64_t found) {
      const check::Metric metric = MetricOf(result, name);
      if (golden.others * rate < 10) {  // refused
        EXPECT_TRUE(std::isnan(metric.value) && !metric.count) << name;
        return;
      }
      EXPECT_EQ(metric.count, found);
      EXPECT_DOUBLE_EQ(metric.value, static_cast<double>(found) / golden.members);
    };
    expect_found("tpr_at_fpr_0.01", 0.01, golden.found_at_one_percent);
    expect_found("tpr_at_fpr_0.001", 0.001, golden.found_at_one_permille);
  }
}

// By hand, pair by pair: a smaller loss wins, a tie is half.
TEST(Membership, EqualsHandCountedCases) {
  struct Case {
    std::vector<double> members;
    std::vector<double> others;
    double auc;
  };
  for (const Case& c : std::vector<Case>{
           {{1}, {2}, 1},                    // one of each
           {{2}, {1}, 0},                    // the wrong way round
           {{1}, {1}, 0.5},                  // nothing but a tie
           {{1, 1, 1}, {1, 1}, 0.5},         //
           {{1, 2}, {2, 3}, 3.5 / 4},        // 1 beats both, 2 ties and wins
           {{0, 0, 5}, {0, 5, 5}, 6.0 / 9},  // (0.5 + 1 + 1) twice, and 0 + 0.5 + 0.5
           {{0, 1, 2}, {1.5, 9}, 5.0 / 6},
       }) {
    const check::CheckResult result = MembershipFromLosses(c.members, c.others);
    EXPECT_DOUBLE_EQ(result.metrics[0].value, c.auc);
    EXPECT_LE(result.metrics[0].interval->low, c.auc);
    EXPECT_GE(result.metrics[0].interval->high, c.auc);
  }
}

TEST(Membership, SaysWhichRatesTheSamplesCannotSupport) {
  EXPECT_EQ(MembershipFromLosses(Normals(100, 0, 1), Normals(100, 0, 2)).notes.size(), 2U);
  EXPECT_EQ(MembershipFromLosses(Normals(1000, 0, 1), Normals(1000, 0, 2)).notes.size(), 1U);
  EXPECT_EQ(MembershipFromLosses(Normals(100, 0, 1), Normals(10000, 0, 2)).notes.size(), 0U);
}

TEST(Membership, DoesNotApplyWithoutTrainingData) {
  check::Context context;
  CUPEL_ASSERT_OK(const check::CheckResult result, MembershipCheck().Run(context));
  ASSERT_TRUE(result.not_applicable.has_value());
  EXPECT_FALSE(result.not_applicable->zh.empty());
}

/// A linear model of two classes: members carry its own labels, others labels drawn blindly.
class MembershipOnALinearModel : public ::testing::Test {
 protected:
  static constexpr std::int64_t kFeatures = 6;

  DatasetPointer Labelled(std::int64_t n, std::uint64_t seed, std::vector<std::string> classes = {"0", "1"},
                          std::int32_t shift = 0) const {
    data::dataset::MemoryData data;
    data.info.name = "drawn";
    data.info.sample_shape = {kFeatures};
    data.info.class_names = std::move(classes);
    for (std::int64_t i = 0; i < n; ++i) {
      ReproducibleStream stream(seed, "samples", static_cast<std::uint64_t>(i));
      std::vector<float> x;
      for (std::int64_t j = 0; j < kFeatures; ++j) x.push_back(stream.Uniform());
      data.labels.push_back((Logit(x) > 0) + shift);
      data.features.insert(data.features.end(), x.begin(), x.end());
    }
    return data::dataset::MakeMemoryDataset(std::move(data)).value();
  }
  double Logit(std::span<const float> x) const {
    double sum = 0.2;
    for (std::size_t j = 0; j < x.size(); ++j) sum += (j % 2 == 0 ? 1.5 : -1.5) * x[j];
    return sum;
  }
  std::vector<double> LossesOn(const data::dataset::Dataset& data) const {
    std::vector<double> losses;
    for (std::int64_t i = 0; i < data.size(); ++i) {
      std::vector<float> x(kFeatures);
      EXPECT_TRUE(data.Read({&i, 1}, x).has_value());
      const double logit = Logit(x);
      losses.push_back(
          std::log1p(std::exp(data.labels()[static_cast<std::size_t>(i)] == 1 ? -logit : logit)));
    }
    return losses;
  }
  std::unique_ptr<executor::Classifier> Model() const {
    std::vector<float> weights;
    for (std::int64_t j = 0; j < kFeatures; ++j) {
      weights.push_back(0);
      weights.push_back(j % 2 == 0 ? 1.5F : -1.5F);
    }
    return AsClassifier(graph::MakeGraph({"N", "6"}, {graph::MakeNode("Gemm", {"x", "w", "b"}, {"y"})},
                                         {{"w", graph::TensorValue::FromFloats({kFeatures, 2}, weights)},
                                          {"b", graph::TensorValue::FromFloats({2}, {0, 0.2F})}}),
                        {kFeatures});
  }
};

TEST_F(MembershipOnALinearModel, IsTheAreaOfTheModelsOwnLosses) {
  const auto model = Model();
  const auto members = Labelled(200, 77);
  const auto others = Labelled(300, 9);
  Setting setting{.model = model.get(), .training = members.get(), .data = others.get()};
  CUPEL_ASSERT_OK(const check::CheckResult result, RunCheck(MembershipCheck(), setting));
  // By its definition: the share of pairs in which the member has the smaller cross entropy, over all members
  // and the same number of the data drawn by the seed. All 200 members are used; which 200 of the 300 others
  // is the draw's business, so the bounds are those of the best and the worst draw.
  std::vector<double> wins;
  const std::vector<double> inside = LossesOn(*members);
  for (const double other : LossesOn(*others)) {
    wins.push_back(0);
    for (const double member : inside)
      wins.back() += (member < other ? 1.0 : member == other ? 0.5 : 0) / 200;
  }
  std::ranges::sort(wins);
  const double worst = std::accumulate(wins.begin(), wins.begin() + 200, 0.0) / 200;
  const double best = std::accumulate(wins.end() - 200, wins.end(), 0.0) / 200;
  EXPECT_GT(MetricOf(result, "auc").value, worst);
  EXPECT_LT(MetricOf(result, "auc").value, best);
  EXPECT_EQ(MetricOf(result, "auc").n, 400);
  setting.workers = 2;
  CUPEL_ASSERT_OK(const check::CheckResult two, RunCheck(MembershipCheck(), setting));
  EXPECT_EQ(AsText(two), AsText(result));
}

TEST_F(MembershipOnALinearModel, RefusesDataThatDoNotFit) {
  const auto model = Model();
  const auto data = Labelled(30, 9);
  Setting setting{.model = model.get(), .training = data.get(), .data = data.get()};
  EXPECT_THAT(RunCheck(MembershipCheck(), setting),
              HasError(ErrorCode::kInvalidArgument, HasSubstr("the same set")));
  const auto strange = Labelled(50, 77, {"0", "1", "2", "3"}, 2);
  setting.training = strange.get();
  EXPECT_THAT(RunCheck(MembershipCheck(), setting),
              HasError(ErrorCode::kInvalidArgument, HasSubstr("label must be in [0, 2)")));
  const auto wide = NoisyRows(20, 7, 0, 1);
  setting.training = wide.get();
  EXPECT_THAT(RunCheck(MembershipCheck(), setting),
              HasError(ErrorCode::kInvalidArgument, HasSubstr("differ in shape")));
}

// The leak is real on a network that learnt its noisy rows by heart, and absent on one that never saw them.
TEST(Membership, FindsWhatANetworkLearntByHeart) {
  const auto members = NoisyRows(500, 16, 0.5, 1);
  const auto others = NoisyRows(500, 16, 0.5, 2);
  const auto overfitted = TrainedOn(*members, 60);
  const auto clean = TrainedOn(*NoisyRows(500, 16, 0.5, 3), 60);
  Setting setting{.model = overfitted.get(), .training = members.get(), .data = others.get()};
  CUPEL_ASSERT_OK(const check::CheckResult leak, RunCheck(MembershipCheck(), setting));
  EXPECT_GT(MetricOf(leak, "auc").interval->low, 0.6);
  EXPECT_GT(MetricOf(leak, "balanced_accuracy").interval->low, 0.55);
  EXPECT_GT(MetricOf(leak, "epsilon_lower_bound").value, 0.3);
  setting.model = clean.get();
  CUPEL_ASSERT_OK(const check::CheckResult none, RunCheck(MembershipCheck(), setting));
  EXPECT_TRUE(Covers(MetricOf(none, "auc"), 0.5));
  EXPECT_TRUE(Covers(MetricOf(none, "balanced_accuracy"), 0.5));
  EXPECT_EQ(MetricOf(none, "epsilon_lower_bound").value, 0);
}

TEST(Checks, AreDescribedInBothLanguagesWithUsableDefaults) {
  for (const check::Check* check : {&MembershipCheck(), &LiraCheck(), &RmiaCheck(), &InversionCheck(),
                                    &AttributeInferenceCheck(), &ExtractionCheck()}) {
    const check::Description& description = check->description();
    EXPECT_TRUE(check::Parameters::Create(description, Json::Object{}).has_value()) << description.id;
    EXPECT_FALSE(description.metrics.empty());
    EXPECT_FALSE(description.title.zh.empty());
    for (const check::ParameterSpec& spec : description.parameters) EXPECT_FALSE(spec.meaning.zh.empty());
    for (const check::MetricSpec& spec : description.metrics)
      EXPECT_FALSE(spec.title.zh.empty()) << spec.name;
    EXPECT_EQ(description.requirements, std::vector<std::string>{"A2"});
    EXPECT_EQ(description.principle, check::Principle::kPrivacy);
  }
}

}  // namespace
}  // namespace cupel::algorithm::leakage
