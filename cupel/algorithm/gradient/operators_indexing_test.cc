// SPDX-License-Identifier: Apache-2.0
// What ONNX's backend tests leave open. Expected values are worked out by hand.
#include <gmock/gmock.h>

#include "cupel/algorithm/gradient/operator_for_test.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::algorithm::gradient {
namespace {

using cupel::testing::HasError;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(Gather, RefusesAnIndexOutsideTheAxis) {
  const auto x = Floats({3}, {1, 2, 3});
  EXPECT_THAT(TryApply("Gather", {x, Integers({3})}),
              HasError(ErrorCode::kInvalidArgument, HasSubstr("[-3, 3), got 3")));
  EXPECT_THAT(TryApply("Gather", {x, Integers({-4})}), HasError(ErrorCode::kInvalidArgument));
  EXPECT_THAT(Apply("Gather", {x, Integers({-3})})[0].AsDoubles(), ElementsAre(1));
}

TEST(Gather, DropsTheAxisForAScalarIndex) {
  EXPECT_EQ(
      Apply("Gather", {Floats({2, 2}, {1, 2, 3, 4}), Integers({}, {1})}, {{"axis", Number(1)}})[0].shape,
      graph::Shape({2}));
}

TEST(ScatterElements, ReducesDuplicates) {
  const auto x = Floats({3}, {2, 2, 2});
  const auto indices = Integers({0, 0, -1});
  const auto updates = Floats({3}, {3, 5, 1});
  const auto scatter = [&](const char* reduction) {
    return Apply("ScatterElements", {x, indices, updates}, {{"reduction", Text(reduction)}}, 18)[0]
        .AsDoubles();
  };
  EXPECT_THAT(scatter("add"), ElementsAre(10, 2, 3));
  EXPECT_THAT(scatter("mul"), ElementsAre(30, 2, 2));
  EXPECT_THAT(scatter("max"), ElementsAre(5, 2, 2));
  EXPECT_THAT(scatter("min"), ElementsAre(2, 2, 1));
  EXPECT_THAT(TryApply("ScatterElements", {x, indices, updates}, {{"reduction", Text("mean")}}, 18),
              HasError(ErrorCode::kInvalidArgument, HasSubstr("mean")));
}

TEST(ScatterND, WritesRowsAndReducesThem) {
  const auto x = Floats({3, 2}, {1, 1, 2, 2, 3, 3});
  const auto indices = Integers({2, 1}, {-1, 0});
  const auto updates = Floats({2, 2}, {9, 0, 5, 6});
  EXPECT_THAT(Apply("ScatterND", {x, indices, updates})[0].AsDoubles(), ElementsAre(5, 6, 2, 2, 9, 0));
  EXPECT_THAT(Apply("ScatterND", {x, indices, updates}, {{"reduction", Text("max")}}, 18)[0].AsDoubles(),
              ElementsAre(5, 6, 2, 2, 9, 3));
}

TEST(OneHot, MarksNothingForAnIndexOutsideTheDepth) {
  const auto y = Apply("OneHot", {Integers({0, -1, 5}), Integers({}, {2}), Floats({2}, {-1, 1})})[0];
  EXPECT_THAT(y.AsDoubles(), ElementsAre(1, -1, -1, 1, -1, -1));
}

TEST(Unique, KeepsTheOrderOfFirstOccurrenceAlongAnAxis) {
  const auto x = Floats({2, 4}, {3, 1, 3, 2, 0, 1, 0, 2});  // columns (3,0) (1,1) (3,0) (2,2)
  const auto y = Apply("Unique", {x}, {{"sorted", Number(0)}, {"axis", Number(1)}});
  EXPECT_THAT(y[0].AsDoubles(), ElementsAre(3, 1, 2, 0, 1, 2));
  EXPECT_THAT(y[1].AsInt64s(), ElementsAre(0, 1, 3));
  EXPECT_THAT(y[2].AsInt64s(), ElementsAre(0, 1, 0, 2));
  EXPECT_THAT(y[3].AsInt64s(), ElementsAre(2, 1, 1));
}

TEST(ReverseSequence, LeavesTheTailOfShortSequences) {
  const auto x = Floats({3, 2}, {1, 2, 3, 4, 5, 6});
  EXPECT_THAT(Apply("ReverseSequence", {x, Integers({2, 3})})[0].AsDoubles(), ElementsAre(3, 6, 1, 4, 5, 2));
}

TEST(NonMaxSuppression, KeepsBoxesThatOverlapExactlyTheThreshold) {
  const auto boxes = Floats({1, 2, 4}, {0, 0, 1, 1, 0, 0, 1, 2});  // intersection over union is 1/2
  const auto scores = Floats({1, 1, 2}, {0.9F, 0.8F});
  const auto at = [&](float threshold) {
    return Apply("NonMaxSuppression", {boxes, scores, Integers({2}), Floats({1}, {threshold})}, {}, 11)[0]
        .shape[0];
  };
  EXPECT_EQ(at(0.5F), 2);
  EXPECT_EQ(at(0.49F), 1);
  EXPECT_EQ(Apply("NonMaxSuppression", {boxes, scores}, {}, 11)[0].shape, graph::Shape({0, 3}));
}

TEST(TfIdfVectorizer, WeighsCountsAndRefusesStrings) {
  const Attributes pool = {{"mode", Text("TFIDF")},
                           {"min_gram_length", Number(1)},
                           {"max_gram_length", Number(2)},
                           {"max_skip_count", Number(1)},
                           {"ngram_counts", std::vector<std::int64_t>{0, 1}},
                           {"ngram_indexes", std::vector<std::int64_t>{0, 1}},
                           {"pool_int64s", std::vector<std::int64_t>{7, 7, 8}},
                           {"weights", std::vector<float>{2, 0.5F}}};
  // 7 occurs twice; "7 8" adjacent once and with one token between once.
  EXPECT_THAT(Apply("TfIdfVectorizer", {Integers({7, 7, 8})}, pool)[0].AsDoubles(), ElementsAre(4, 1));
  EXPECT_THAT(TryApply("TfIdfVectorizer", {Integers({7})}), HasError(ErrorCode::kUnsupported));
  for (const char* name : {"ngram_counts", "ngram_indexes"}) {
    Attributes hostile = pool;
    hostile[name] = std::vector<std::int64_t>{0, -1};
    EXPECT_THAT(TryApply("TfIdfVectorizer", {Integers({7, 8})}, hostile),
                HasError(ErrorCode::kInvalidArgument, HasSubstr(name)));
  }
}

}  // namespace
}  // namespace cupel::algorithm::gradient
