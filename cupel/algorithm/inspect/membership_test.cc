// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/inspect/membership.h"

#include <cmath>

#include "cupel/algorithm/inspect/checks.h"
#include "cupel/base/reproducible_stream.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::algorithm::inspect {
namespace {

std::vector<double> Normals(std::size_t n, double mean, std::uint64_t seed) {
  ReproducibleStream stream(seed, "losses");
  std::vector<double> values(n);
  for (double& value : values) value = mean + stream.Normal();
  return values;
}

TEST(Membership, AKnownLeakHasItsKnownArea) {
  // Two normal distributions one standard deviation apart: area Phi(1 / sqrt 2) = 0.7602, and at a
  // false-positive rate of 1 % the true-positive rate Phi(1 - 2.3263) = 0.0924.
  const check::CheckResult result = MembershipFromLosses(Normals(4000, 0, 1), Normals(4000, 1, 2));
  const check::Metric& auc = result.metrics[0];
  EXPECT_EQ(auc.name, "auc");
  EXPECT_LE(auc.interval->low, 0.7602);
  EXPECT_GE(auc.interval->high, 0.7602);
  const check::Metric& tpr = result.metrics[1];
  EXPECT_EQ(tpr.name, "tpr_at_fpr_0.01");
  EXPECT_NEAR(tpr.value, 0.0924, 0.03);
  EXPECT_EQ(tpr.interval->method, "clopper-pearson");
  EXPECT_EQ(tpr.n, 4000);
}

TEST(Membership, NoLeakIsChance) {
  const check::CheckResult result = MembershipFromLosses(Normals(4000, 0, 3), Normals(4000, 0, 4));
  EXPECT_LE(result.metrics[0].interval->low, 0.5);
  EXPECT_GE(result.metrics[0].interval->high, 0.5);
}

TEST(Membership, SmallerLossMeansMember) {
  const check::CheckResult result =
      MembershipFromLosses(std::vector<double>{0.1, 0.2}, std::vector<double>{1, 2, 3});
  EXPECT_EQ(result.metrics[0].value, 1);
  EXPECT_EQ(result.metrics[1].value, 1);
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
    EXPECT_EQ(result.metrics[1].count, golden.found_at_one_percent);
    EXPECT_EQ(result.metrics[2].count, golden.found_at_one_permille);
    EXPECT_DOUBLE_EQ(result.metrics[1].value,
                     static_cast<double>(golden.found_at_one_percent) / golden.members);
  }
}

// By hand, pair by pair: a smaller loss wins, a tie is half. A threshold cannot part what is equal.
TEST(Membership, EqualsHandCountedCases) {
  struct Case {
    std::vector<double> members;
    std::vector<double> others;
    double auc;
    double tpr;
  };
  for (const Case& c : std::vector<Case>{
           {{1}, {2}, 1, 1},                    // one of each
           {{2}, {1}, 0, 0},                    // the wrong way round
           {{1}, {1}, 0.5, 0},                  // nothing but a tie
           {{1, 1, 1}, {1, 1}, 0.5, 0},         //
           {{1, 2}, {2, 3}, 3.5 / 4, 0.5},      // 1 beats both, 2 ties and wins
           {{0, 0, 5}, {0, 5, 5}, 6.0 / 9, 0},  // (0.5 + 1 + 1) twice, and 0 + 0.5 + 0.5
           {{0, 1, 2}, {1.5, 9}, 5.0 / 6, 2.0 / 3},
       }) {
    const check::CheckResult result = MembershipFromLosses(c.members, c.others);
    EXPECT_DOUBLE_EQ(result.metrics[0].value, c.auc);
    EXPECT_DOUBLE_EQ(result.metrics[1].value, c.tpr);
    EXPECT_LE(result.metrics[0].interval->low, c.auc);
    EXPECT_GE(result.metrics[0].interval->high, c.auc);
  }
}

TEST(Membership, SaysWhichRatesTheSamplesCannotSupport) {
  EXPECT_EQ(MembershipFromLosses(Normals(100, 0, 1), Normals(100, 0, 2)).notes.size(), 2U);
  EXPECT_EQ(MembershipFromLosses(Normals(1000, 0, 1), Normals(1000, 0, 2)).notes.size(), 1U);
  EXPECT_EQ(MembershipFromLosses(Normals(100, 0, 1), Normals(10000, 0, 2)).notes.size(), 0U);
}

TEST(Membership, CurveRisesInBothDirectionsFromTheSmallestRate) {
  const check::CheckResult result = MembershipFromLosses(Normals(500, 0, 1), Normals(500, 1, 2));
  const Json& series = result.figures[0]["series"].AsArray()[0];
  const auto& x = series["x"].AsArray();
  const auto& y = series["y"].AsArray();
  ASSERT_EQ(x.size(), y.size());
  for (std::size_t i = 1; i < x.size(); ++i) {
    EXPECT_GT(x[i].AsNumber(), x[i - 1].AsNumber());
    EXPECT_GE(y[i].AsNumber(), y[i - 1].AsNumber());
  }
  EXPECT_EQ(x.back().AsNumber(), 1);
}

TEST(Membership, DoesNotApplyWithoutTrainingData) {
  check::Context context;
  CUPEL_ASSERT_OK(const check::CheckResult result, MembershipCheck().Run(context));
  ASSERT_TRUE(result.not_applicable.has_value());
  EXPECT_FALSE(result.not_applicable->zh.empty());
}

TEST(Checks, DeclareEveryMetricTheyCanReport) {
  for (const check::Check* check : {&FgsmCheck(), &PgdCheck(), &MembershipCheck()}) {
    const check::Description& description = check->description();
    EXPECT_TRUE(check::Parameters::Create(description, Json::Object{}).has_value()) << description.id;
    EXPECT_FALSE(description.metrics.empty());
    EXPECT_FALSE(description.title.zh.empty());
    EXPECT_EQ(description.requirements, std::vector<std::string>{"A2"});
  }
}

}  // namespace
}  // namespace cupel::algorithm::inspect
