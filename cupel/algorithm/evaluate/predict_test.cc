// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/evaluate/predict.h"

#include <gtest/gtest.h>

#include "cupel/algorithm/evaluate/linear_model_for_test.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::algorithm::evaluate {
namespace {

using ::cupel::testing::HasError;
using test_support::BrightHalfModel;
using test_support::HalvesData;
using test_support::NaiveLogits;
using ::testing::FloatNear;
using ::testing::HasSubstr;
using ::testing::Pointwise;

TEST(PredictTest, EqualsLogitsComputedByHand) {
  CUPEL_ASSERT_OK(const auto model, BrightHalfModel(2));
  CUPEL_ASSERT_OK(const auto data, HalvesData(300));  // a full piece, and a part of one

  CUPEL_ASSERT_OK(const data::dataset::Predictions predictions, Predict(*model, *data, 1, SilentProgress()));

  EXPECT_EQ(predictions.n, 300);
  EXPECT_EQ(predictions.c, 2);
  EXPECT_THAT(predictions.scores, Pointwise(FloatNear(1e-4F), NaiveLogits(*data)));
  EXPECT_TRUE(std::ranges::equal(predictions.labels, data->labels()));
  EXPECT_EQ(predictions.sample_index[299], 299);
  EXPECT_EQ(predictions.groups.size(), data->group_attributes().size());
}

TEST(PredictTest, WorkersDoNotChangeABit) {
  CUPEL_ASSERT_OK(const auto model, BrightHalfModel(2));
  CUPEL_ASSERT_OK(const auto data, HalvesData(700));

  CUPEL_ASSERT_OK(const auto one, Predict(*model, *data, 1, SilentProgress()));
  CUPEL_ASSERT_OK(const auto two, Predict(*model, *data, 2, SilentProgress()));

  EXPECT_EQ(one.scores, two.scores);
}

TEST(PredictTest, AnswersDoNotDependOnHowManySamplesShareATile) {
  CUPEL_ASSERT_OK(const auto model, BrightHalfModel(2));
  CUPEL_ASSERT_OK(const auto many, HalvesData(64));
  CUPEL_ASSERT_OK(const auto few, HalvesData(3));

  CUPEL_ASSERT_OK(const auto of_many, Predict(*model, *many, 1, SilentProgress()));
  CUPEL_ASSERT_OK(const auto of_few, Predict(*model, *few, 1, SilentProgress()));

  EXPECT_TRUE(std::equal(of_few.scores.begin(), of_few.scores.end(), of_many.scores.begin()));
}

TEST(PredictTest, RefusesDataOfOtherClasses) {
  CUPEL_ASSERT_OK(const auto model, BrightHalfModel(3));
  CUPEL_ASSERT_OK(const auto data, HalvesData(3));

  EXPECT_THAT(Predict(*model, *data, 1, SilentProgress()),
              HasError(ErrorCode::kInvalidArgument, HasSubstr("the model answers 3 classes")));
}

TEST(PredictTest, RefusesAModelThatAnswersNotANumber) {
  CUPEL_ASSERT_OK(const auto model, BrightHalfModel(2, std::numeric_limits<float>::quiet_NaN()));
  CUPEL_ASSERT_OK(const auto data, HalvesData(3));

  EXPECT_THAT(Predict(*model, *data, 1, SilentProgress()),
              HasError(ErrorCode::kInvalidArgument, HasSubstr("samples 0 to 2")));
}

}  // namespace
}  // namespace cupel::algorithm::evaluate
