// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cmath>

#include "cupel/algorithm/catalogue/checks.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::algorithm::catalogue {
namespace {

using ::cupel::testing::HasError;
using ::testing::HasSubstr;

/// Two classes; logits 0 and z, so that the probability of class 1 is 1 / (1 + exp(-z)).
data::dataset::Predictions Example() {
  data::dataset::Predictions predictions;
  predictions.n = 6;
  predictions.c = 2;
  for (const float z : {-2.0F, -1.0F, 0.5F, 1.0F, 2.0F, -0.5F}) {
    predictions.scores.push_back(0);
    predictions.scores.push_back(z);
    predictions.sample_index.push_back(static_cast<std::int64_t>(predictions.sample_index.size()));
  }
  predictions.labels = {0, 0, 0, 1, 1, 1};
  predictions.class_names = {"no", "yes"};
  return predictions;
}

Result<check::CheckResult> RunCheck(std::string_view json) {
  const data::dataset::Predictions predictions = Example();
  CUPEL_TRY(const Json given, Json::Parse(json));
  check::Context context;
  CUPEL_TRY(context.parameters, check::Parameters::Create(SchemesCheck().description(), given));
  context.predictions = [&]() -> Result<const data::dataset::Predictions*> { return &predictions; };
  return SchemesCheck().Run(context);
}

double ValueOf(const check::CheckResult& result, std::string_view name) {
  const check::Metric* metric = check::FindMetric(result.metrics, name);
  return metric == nullptr ? std::nan("") : metric->value;
}

TEST(SchemesCheckTest, MetricsCarryTheSchemesNames) {
  CUPEL_ASSERT_OK(const check::CheckResult result,
                  RunCheck(R"({"schemes": ["accuracy", "roc_auc", "f_score@beta=1", "f_score@beta=2"]})"));

  EXPECT_DOUBLE_EQ(ValueOf(result, "accuracy"), 4.0 / 6);
  // Of the nine pairs (positive, negative), eight are in order.
  EXPECT_DOUBLE_EQ(ValueOf(result, "roc_auc"), 8.0 / 9);
  EXPECT_FALSE(std::isnan(ValueOf(result, "f_score")));
  EXPECT_FALSE(std::isnan(ValueOf(result, "f_score_2")));
  EXPECT_TRUE(check::FindMetric(result.metrics, "accuracy")->interval.has_value());
}

TEST(SchemesCheckTest, LogLossIsThatOfTheSoftmax) {
  CUPEL_ASSERT_OK(const check::CheckResult result, RunCheck(R"({"schemes": ["log_loss"]})"));
  double expected = 0;
  const double z[] = {-2, -1, 0.5, 1, 2, -0.5};
  for (int i = 0; i < 6; ++i) expected += std::log1p(std::exp(i < 3 ? z[i] : -z[i])) / 6;
  EXPECT_NEAR(ValueOf(result, "log_loss"), expected, 1e-7);
}

TEST(SchemesCheckTest, RefusesASchemeThatMeasuresOnOtherFiles) {
  EXPECT_THAT(RunCheck(R"({"schemes": ["coco_ap"]})"),
              HasError(ErrorCode::kInvalidArgument, HasSubstr("cupel evaluate --scheme coco_ap")));
  EXPECT_THAT(RunCheck(R"({"schemes": ["acuracy"]})"),
              HasError(ErrorCode::kInvalidArgument, HasSubstr("accuracy")));
}

}  // namespace
}  // namespace cupel::algorithm::catalogue
