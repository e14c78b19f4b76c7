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
