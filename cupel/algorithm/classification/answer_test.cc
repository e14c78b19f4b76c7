// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/classification/answer.h"

#include <gtest/gtest.h>

#include "cupel/algorithm/classification/labelled_cases_for_test.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::algorithm::classification {
namespace {

using ::cupel::testing::HasError;
using ::testing::HasSubstr;

Result<scheme::Evaluation> Evaluate(const Labelled& input, const std::string& text,
                                    const scheme::Options& options = {.replicates = 500}) {
  std::vector<const scheme::Scheme*> known;
  for (const scheme::Scheme& scheme : Family().schemes) known.push_back(&scheme);
  CUPEL_TRY(const scheme::Call call, scheme::ParseCall(text, known));
  return call.scheme->evaluate(input, call.parameters, options);
}

TEST(AnswerTest, EverySchemeOfAnOrdinaryFileHasAValueAnIntervalAndDrawableFigures) {
  const Labelled two = Generated({.n = 150}, 1);
  const Labelled four = Generated({.n = 150, .c = 4, .single = false}, 2);
  for (const scheme::Scheme& scheme : Family().schemes) {
    SCOPED_TRACE(scheme.id);
    const bool multiclass = scheme.id == "multiclass_auc";
    CUPEL_ASSERT_OK(const scheme::Evaluation evaluation,
                    Evaluate(multiclass ? four : two, std::string(scheme.id), {.replicates = 50}));
    ASSERT_FALSE(evaluation.metrics.empty());
    EXPECT_EQ(evaluation.metrics.front().name, "value");
    EXPECT_GT(evaluation.metrics.front().n, 0);
    const bool is_test = scheme.id == "hosmer_lemeshow" || scheme.id == "spiegelhalter_z";
    EXPECT_EQ(evaluation.metrics.front().interval.has_value(), !is_test);
    for (const Json& figure : evaluation.figures) {
      EXPECT_FALSE(figure.Canonical().empty());  // Every number is finite.
      for (const Json& series : figure["series"].IsArray() ? figure["series"].AsArray() : Json::Array{}) {
        EXPECT_LE(series["x"].AsArray().size(), 1000U);
        EXPECT_EQ(series["x"].AsArray().size(), series["y"].AsArray().size());
        EXPECT_TRUE(std::ranges::is_sorted(series["x"].AsArray(), {}, &Json::AsNumber));
      }
    }
  }
}

TEST(AnswerTest, SchemesSayWhatAFileLacks) {
  Labelled bare = Generated({.n = 20, .logits = true}, 3);
  bare.answers.clear();
  EXPECT_THAT(Evaluate(bare, "accuracy"), HasError(ErrorCode::kInvalidArgument, HasSubstr("prediction")));
  EXPECT_THAT(Evaluate(bare, "log_loss"), HasError(ErrorCode::kInvalidArgument, HasSubstr("probabilities")));
  const Labelled one = Generated({.n = 20, .truths = 1}, 3);
  EXPECT_THAT(Evaluate(one, "roc_auc"), HasError(ErrorCode::kInvalidArgument, HasSubstr("both sides")));
  const Labelled four = Generated({.n = 20, .c = 4, .single = false}, 3);
  EXPECT_THAT(Evaluate(four, "roc_auc"), HasError(ErrorCode::kInvalidArgument, HasSubstr("positive")));
  EXPECT_THAT(Evaluate(four, "roc_auc@positive=9"), HasError(ErrorCode::kInvalidArgument, HasSubstr("9")));
  EXPECT_THAT(Evaluate(four, "f_score@average=samples"), HasError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(Evaluate(four, "expected_cost@costs=1+2"),
              HasError(ErrorCode::kInvalidArgument, HasSubstr("16")));
  const Labelled labels = Generated({.n = 20, .c = 3, .multilabel = true}, 3);
  EXPECT_THAT(Evaluate(labels, "accuracy"), HasError(ErrorCode::kInvalidArgument, HasSubstr("hamming_loss")));
  EXPECT_THAT(Evaluate(labels, "recall@average=binary"), HasError(ErrorCode::kInvalidArgument));
  const Labelled weighted = Generated({.n = 20, .weighted = true}, 3);
  EXPECT_THAT(Evaluate(weighted, "aurc"), HasError(ErrorCode::kInvalidArgument, HasSubstr("weight")));
}

TEST(AnswerTest, AFigureThatDoesNotExistIsLeftOutWithANote) {
  Labelled perfect = Generated({.n = 40}, 4);
  perfect.answers = perfect.labels;
  CUPEL_ASSERT_OK(const scheme::Evaluation evaluation, Evaluate(perfect, "positive_likelihood_ratio"));
  EXPECT_TRUE(evaluation.metrics.empty());
  ASSERT_EQ(evaluation.notes.size(), 1U);
  EXPECT_THAT(evaluation.notes.front().en, HasSubstr("divides by zero"));
}

TEST(AnswerTest, UnitsOfManySamplesAreAboutEquallyFull) {
  const std::vector<std::uint32_t> units = UnitsOf(400000);
  std::vector<int> sizes(static_cast<std::size_t>(kMaxUnits));
  for (const std::uint32_t unit : units) ++sizes[unit];
  EXPECT_GT(std::ranges::min(sizes), 130);
  EXPECT_LT(std::ranges::max(sizes), 280);
}

TEST(AnswerTest, DrawingUnitsHasTheSpreadOfDrawingSamples) {
  // The mean of n zeros and ones: standard error sqrt(p (1 - p) / n), in a file sorted by class.
  Labelled input = Generated({.n = 20000}, 5);
  std::ranges::sort(input.labels);
  for (std::size_t i = 0; i < input.scores.size(); ++i) input.scores[i] = input.labels[i] == 1 ? 0.8 : 0.5;
  input.answers = input.labels;
  CUPEL_ASSERT_OK(const scheme::Evaluation brier, Evaluate(input, "brier_score", {.replicates = 2000}));
  const stats::Interval interval = brier.metrics.front().interval.value();
  const double p = static_cast<double>(std::ranges::count(input.labels, 1)) / 20000;
  const double expected = 2 * 1.96 * 0.21 * std::sqrt(p * (1 - p) / 20000);  // 0.25 against 0.04.
  EXPECT_NEAR((interval.high - interval.low) / expected, 1, 0.1);
}

TEST(AnswerTest, ReplicatesDoNotDependOnTheOrderOfRuns) {
  const Labelled input = Generated({.n = 90, .levels = 10}, 6);
  CUPEL_ASSERT_OK(const scheme::Evaluation first, Evaluate(input, "average_precision"));
  CUPEL_ASSERT_OK(const scheme::Evaluation again, Evaluate(input, "average_precision"));
  EXPECT_EQ(first.metrics.front().interval->low, again.metrics.front().interval->low);
  EXPECT_EQ(first.metrics.front().interval->high, again.metrics.front().interval->high);
}

}  // namespace
}  // namespace cupel::algorithm::classification
