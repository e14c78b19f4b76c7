// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/classification/labelled.h"

#include <gtest/gtest.h>

#include "cupel/algorithm/classification/columns.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::algorithm::classification {
namespace {

using ::cupel::testing::HasError;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

Result<Labelled> Read(std::string_view text) {
  return ParseLabelled(data::dataset::Blob(Bytes(text.begin(), text.end())), "file.csv");
}

TEST(LabelledTest, ScoresAreReadAsDoublesAndSayTheAnswer) {
  CUPEL_ASSERT_OK(const Labelled input,
                  Read("label,score,weight\n1,0.1000000000000001,2\n0,0.5,0\n1,0.51,1\n"));
  EXPECT_EQ(input.n, 3);
  EXPECT_TRUE(input.are_probs);
  EXPECT_THAT(input.scores, ElementsAre(0.1000000000000001, 0.5, 0.51));
  EXPECT_THAT(input.answers, ElementsAre(0, 0, 1));
  EXPECT_THAT(input.weights, ElementsAre(2, 0, 1));
  EXPECT_EQ(input.TotalWeight(), 3);
}

TEST(LabelledTest, ClassScoresNameTheClassesAndTheLowestIndexWinsATie) {
  CUPEL_ASSERT_OK(const Labelled input,
                  Read("index,label,score_cat,score_dog,group_sex\n7,dog,0.5,0.5,f\n8,0,0.2,0.8,m\n"));
  EXPECT_THAT(input.class_names, ElementsAre("cat", "dog"));
  EXPECT_THAT(input.labels, ElementsAre(1, 0));
  EXPECT_THAT(input.answers, ElementsAre(0, 1));
}

TEST(LabelledTest, PredictionsAloneGiveSortedNamesOrIndices) {
  CUPEL_ASSERT_OK(const Labelled names, Read("label,prediction\ndog,cat\ncat,ant\n"));
  EXPECT_THAT(names.class_names, ElementsAre("ant", "cat", "dog"));
  EXPECT_THAT(names.labels, ElementsAre(2, 1));
  EXPECT_THAT(names.answers, ElementsAre(1, 0));
  CUPEL_ASSERT_OK(const Labelled indices, Read("label,prediction\n3,10\n0,3\n"));
  EXPECT_EQ(indices.c, 11);
  EXPECT_THAT(indices.answers, ElementsAre(10, 3));
}

TEST(LabelledTest, ScoresOutsideTheUnitIntervalNeedAPredictionToSayTheAnswer) {
  CUPEL_ASSERT_OK(const Labelled bare, Read("label,score\n1,-3\n0,7.5\n"));
  EXPECT_FALSE(bare.are_probs);
  EXPECT_THAT(bare.answers, IsEmpty());
  CUPEL_ASSERT_OK(const Labelled told, Read("label,score,prediction\n1,-3,0\n0,7.5,1\n"));
  EXPECT_THAT(told.answers, ElementsAre(0, 1));
}

TEST(LabelledTest, ReadsSeveralLabelsASample) {
  CUPEL_ASSERT_OK(const Labelled input, Read("true_a,predicted_b,true_b,predicted_a\n1,0,0,1\n0,1,1,0\n"));
  EXPECT_TRUE(input.is_multilabel);
  EXPECT_THAT(input.truths, ElementsAre(1, 0, 0, 1));
  EXPECT_THAT(input.predictions, ElementsAre(1, 0, 0, 1));
}

TEST(LabelledTest, RefusesWhatIsNoNumberOrNoClassWithFileAndLine) {
  EXPECT_THAT(Read("label,score\n1,0.5\n1,nan\n"), HasError(ErrorCode::kCorrupt, HasSubstr("file.csv:3")));
  EXPECT_THAT(Read("label,score\n1,inf\n"), HasError(ErrorCode::kCorrupt));
  EXPECT_THAT(Read("label,score\n1,\n"), HasError(ErrorCode::kCorrupt));
  EXPECT_THAT(Read("label,score\n2,0.5\n"), HasError(ErrorCode::kCorrupt, HasSubstr("file.csv:2")));
  EXPECT_THAT(Read("label,score,weight\n1,0.5,-1\n"), HasError(ErrorCode::kCorrupt, HasSubstr("weight")));
  EXPECT_THAT(Read("label,prediction\n1,\n"), HasError(ErrorCode::kCorrupt, HasSubstr("empty")));
  EXPECT_THAT(Read("true_a,predicted_a\n1,2\n"), HasError(ErrorCode::kCorrupt, HasSubstr("0 or 1")));
}

TEST(LabelledTest, RefusesColumnsThatDoNotGoTogether) {
  EXPECT_THAT(Read("label,scoer\n1,0.5\n"), HasError(ErrorCode::kCorrupt, HasSubstr("score")));
  EXPECT_THAT(Read("label\n1\n"), HasError(ErrorCode::kCorrupt, HasSubstr("prediction")));
  EXPECT_THAT(Read("score\n1\n"), HasError(ErrorCode::kCorrupt, HasSubstr("label")));
  EXPECT_THAT(Read("label,score,score_a,score_b\n1,1,1,0\n"), HasError(ErrorCode::kCorrupt));
  EXPECT_THAT(Read("label,score_a\na,1\n"), HasError(ErrorCode::kCorrupt, HasSubstr("two classes")));
  EXPECT_THAT(Read("true_a,predicted_b\n1,1\n"), HasError(ErrorCode::kCorrupt));
  EXPECT_THAT(Read("true_a,predicted_a,label\n1,1,1\n"), HasError(ErrorCode::kCorrupt));
}

TEST(LabelledTest, RefusesAnEmptySetAndOneWithoutWeight) {
  EXPECT_THAT(Read("label,score\n"), HasError(ErrorCode::kInvalidArgument, HasSubstr("no row")));
  EXPECT_THAT(Read("label,score,weight\n1,0.5,0\n"),
              HasError(ErrorCode::kInvalidArgument, HasSubstr("weight")));
  EXPECT_THAT(Read("label,prediction\n5000,1\n"), HasError(ErrorCode::kResourceLimit));
}

}  // namespace
}  // namespace cupel::algorithm::classification
