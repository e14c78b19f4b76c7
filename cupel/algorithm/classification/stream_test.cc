// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/classification/stream.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "cupel/algorithm/classification/labelled_cases_for_test.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::algorithm::classification {
namespace {

using ::cupel::testing::HasError;

std::string Csv(const Labelled& input) {
  std::string text = "label,score\n";
  for (std::size_t i = 0; i < input.labels.size(); ++i) {
    text += fmt::format("{},{}\n", input.labels[i], input.scores[i]);
  }
  return text;
}

Result<Streamed> Stream(std::string_view text, std::size_t keys_in_memory) {
  return StreamLabelled(data::dataset::Blob(Bytes(text.begin(), text.end())), "file.csv",
                        {.keys_in_memory = keys_in_memory, .bins = 15});
}

TEST(StreamTest, EqualsTheSchemesBitForBitHoweverOftenItSpills) {
  for (const int levels : {0, 50}) {
    const Labelled input = Generated({.n = 3000, .levels = levels}, 9);
    const std::string text = Csv(input);
    for (const std::size_t keys : {1U, 7U, 640U, 100000U}) {
      CUPEL_ASSERT_OK(const Streamed streamed, Stream(text, keys));
      EXPECT_EQ(streamed.n, 3000);
      EXPECT_EQ(streamed.roc_auc, FigureOf(input, "roc_auc"));
      EXPECT_EQ(streamed.average_precision, FigureOf(input, "average_precision"));
      EXPECT_EQ(Accuracy(streamed.table), FigureOf(input, "accuracy"));
      EXPECT_EQ(streamed.table.cells, CountTable(2, input.labels, input.answers, {}).cells);
      EXPECT_NEAR(streamed.log_loss, FigureOf(input, "log_loss"), 1e-12);
      EXPECT_NEAR(streamed.brier_score, FigureOf(input, "brier_score"), 1e-12);
      EXPECT_NEAR(ExpectedError(streamed.bins),
                  FigureOf(input, "expected_calibration_error@edges=right@target=positive"), 1e-12);
    }
  }
}

TEST(StreamTest, OneClassHasNoRanking) {
  CUPEL_ASSERT_OK(const Streamed streamed, Stream("label,score\n1,0.5\n1,0.75\n", 4));
  EXPECT_EQ(streamed.roc_auc, std::nullopt);
  EXPECT_EQ(Accuracy(streamed.table), 0.5);
}

TEST(StreamTest, RefusesOtherForms) {
  EXPECT_THAT(Stream("label,prediction\n1,0\n", 4), HasError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(Stream("label,score,weight\n1,0.5,2\n", 4), HasError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(Stream("label,score\n1,1.5\n", 4), HasError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(Stream("label,score\n1,nan\n", 4), HasError(ErrorCode::kCorrupt));
  EXPECT_THAT(Stream("label,score\n", 4), HasError(ErrorCode::kInvalidArgument));
}

}  // namespace
}  // namespace cupel::algorithm::classification
