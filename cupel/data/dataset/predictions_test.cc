// SPDX-License-Identifier: Apache-2.0
#include "cupel/data/dataset/predictions.h"

#include <cmath>

#include "cupel/base/file.h"
#include "cupel/testing/scratch_folder.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::data::dataset {
namespace {

using cupel::testing::HasError;
using cupel::testing::IsOk;
using cupel::testing::ScratchFolder;
using ::testing::ElementsAre;
using ::testing::FloatEq;
using ::testing::HasSubstr;

Result<Predictions> Parse(std::string_view text) {
  const BytesView bytes = AsBytes(text);
  return ParsePredictions(Blob(Bytes(bytes.begin(), bytes.end())), "p.csv");
}

TEST(Predictions, ScoresBecomeLogProbabilities) {
  CUPEL_ASSERT_OK(const Predictions p,
                  Parse("label,score_cat,score_dog,group_sex\ncat,0.75,0.25,f\n1,0,1,\n0,0.5,0.5,m\n"));
  EXPECT_EQ(p.n, 3);
  EXPECT_EQ(p.c, 2);
  EXPECT_THAT(p.class_names, ElementsAre("cat", "dog"));
  EXPECT_THAT(p.labels, ElementsAre(0, 1, 0));
  EXPECT_THAT(p.sample_index, ElementsAre(0, 1, 2));
  EXPECT_THAT(p.Row(0), ElementsAre(std::log(0.75f), std::log(0.25f)));
  EXPECT_THAT(p.Row(1), ElementsAre(std::log(1e-38f), 0.0f));
  EXPECT_EQ(p.Predicted(0), 0);
  EXPECT_EQ(p.Predicted(1), 1);
  EXPECT_EQ(p.Predicted(2), 0);  // The lowest index wins a tie.
  ASSERT_EQ(p.groups.size(), 1u);
  EXPECT_EQ(p.groups[0].name, "sex");
  EXPECT_THAT(p.groups[0].group_names, ElementsAre("f", "m"));
  EXPECT_THAT(p.groups[0].group_of, ElementsAre(0, -1, 1));
}

TEST(Predictions, OneScoreIsTheProbabilityOfClassOne) {
  CUPEL_ASSERT_OK(const Predictions p, Parse("index,label,score\n7,1,0.9\n3,0,0.25\n"));
  EXPECT_THAT(p.sample_index, ElementsAre(7, 3));
  EXPECT_THAT(p.Row(1), ElementsAre(FloatEq(std::log(0.75f)), FloatEq(std::log(0.25f))));
  EXPECT_EQ(p.Predicted(0), 1);
  EXPECT_THAT(Parse("label,score\n2,0.5\n"), HasError(ErrorCode::kCorrupt, HasSubstr("p.csv:2")));
}

TEST(Predictions, AnswersAloneAreNamesOrIndices) {
  CUPEL_ASSERT_OK(const Predictions names, Parse("label,prediction\nyes,no\nno,no\n"));
  EXPECT_THAT(names.class_names, ElementsAre("no", "yes"));
  EXPECT_THAT(names.labels, ElementsAre(1, 0));
  EXPECT_EQ(names.Predicted(0), 0);
  CUPEL_ASSERT_OK(const Predictions indices, Parse("label,prediction\n0,10\n9,9\n"));
  EXPECT_EQ(indices.c, 11);
  EXPECT_EQ(indices.Predicted(0), 10);
  EXPECT_THAT(indices.labels, ElementsAre(0, 9));
}

TEST(Predictions, RefusesWhatIsNoPredictionsFile) {
  EXPECT_THAT(Parse("label,score\n"), HasError(ErrorCode::kInvalidArgument, HasSubstr("no row")));
  EXPECT_THAT(Parse("score\n1\n"), HasError(ErrorCode::kCorrupt, HasSubstr("no column label")));
  EXPECT_THAT(Parse("label\n1\n"), HasError(ErrorCode::kCorrupt, HasSubstr("score_<class>")));
  EXPECT_THAT(Parse("label,scroe\n1,1\n"),
              HasError(ErrorCode::kCorrupt, HasSubstr("did you mean \"score\"")));
  EXPECT_THAT(Parse("label,score,prediction\n1,1,1\n"),
              HasError(ErrorCode::kCorrupt, HasSubstr("only one of")));
  EXPECT_THAT(Parse("label,score_a\na,1\n"), HasError(ErrorCode::kCorrupt, HasSubstr("two classes")));
  EXPECT_THAT(Parse("label,score_a,score_b\na,0.9,0.9\n"),
              HasError(ErrorCode::kCorrupt, HasSubstr("p.csv:2: the scores of a row must sum to 1")));
  EXPECT_THAT(Parse("label,score_a,score_b\na,3.5,-2.5\n"),
              HasError(ErrorCode::kCorrupt, HasSubstr("not logits")));
  EXPECT_THAT(Parse("label,score_a,score_b\na,nan,1\n"), HasError(ErrorCode::kCorrupt, HasSubstr("p.csv:2")));
  EXPECT_THAT(Parse("label,score_a,score_b\nc,0,1\n"),
              HasError(ErrorCode::kCorrupt, HasSubstr("neither a class name")));
  EXPECT_THAT(Parse("index,label,score\n-1,0,1\n"), HasError(ErrorCode::kCorrupt, HasSubstr("index")));
  EXPECT_THAT(ReadPredictionsFile("/nonexistent.csv"), HasError(ErrorCode::kNotFound));
}

TEST(Predictions, WhatIsWrittenIsReadAgain) {
  const ScratchFolder folder;
  Predictions logits;
  logits.n = 2;
  logits.c = 3;
  logits.scores = {1.0f, 2.0f, -1.0f, 30.0f, -200.0f, 0.0f};
  logits.labels = {2, 0};
  logits.sample_index = {5, 9};
  logits.class_names = {"a, \"b\"", "c", "d"};
  logits.groups = {{"age", {"old", "young"}, {1, -1}}};
  ASSERT_THAT(WritePredictionsFile(logits, folder / "p.csv"), IsOk());
  CUPEL_ASSERT_OK(const Predictions back, ReadPredictionsFile(folder / "p.csv"));
  EXPECT_EQ(back.class_names, logits.class_names);
  EXPECT_EQ(back.labels, logits.labels);
  EXPECT_EQ(back.sample_index, logits.sample_index);
  EXPECT_THAT(back.groups[0].group_names, ElementsAre("young"));
  EXPECT_THAT(back.groups[0].group_of, ElementsAre(0, -1));
  const double sum = std::exp(1.0) + std::exp(2.0) + std::exp(-1.0);
  EXPECT_NEAR(back.Row(0)[1], 2.0 - std::log(sum), 1e-6);
  EXPECT_EQ(back.Predicted(0), 1);
  EXPECT_EQ(back.Predicted(1), 0);
  logits.labels.pop_back();
  EXPECT_THAT(WritePredictionsFile(logits, folder / "p.csv"), HasError(ErrorCode::kInvalidArgument));
}

}  // namespace
}  // namespace cupel::data::dataset
