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

TEST(ReductionOperators, TakeAxesFromTheInputInNewerOpsets) {
  const auto y = Apply("ReduceMax", {Floats({2, 3}, {1, 5, 2, 7, 0, 3}), Integers({-1})},
                       {{"keepdims", Number(0)}}, 18)[0];
  EXPECT_EQ(y.shape, graph::Shape({2}));
  EXPECT_THAT(y.AsDoubles(), ElementsAre(5, 7));
}

TEST(ReductionOperators, LeaveTheInputAloneWhenAskedToWithoutAxes) {
  const auto x = Floats({2, 2}, {1, 2, 3, 4});
  EXPECT_TRUE(Apply("ReduceSum", {x}, {{"noop_with_empty_axes", Number(1)}})[0] == x);
  EXPECT_THAT(Apply("ReduceSum", {x}, {{"keepdims", Number(0)}})[0].AsDoubles(), ElementsAre(10));
}

TEST(ReductionOperators, KeepTheElementTypeOfIntegers) {
  const auto x = Integers({2, 2}, {1, 2, 3, 5});
  for (const auto* op_type :
       {"ReduceSum", "ReduceMean", "ReduceProd", "ReduceL2", "ReduceSumSquare", "ReduceMin"}) {
    EXPECT_EQ(Apply(op_type, {x})[0].type, graph::DataType::kInt64) << op_type;
  }
  EXPECT_THAT(Apply("ReduceMean", {x})[0].AsInt64s(), ElementsAre(2));
  EXPECT_THAT(Apply("ReduceProd", {x})[0].AsInt64s(), ElementsAre(30));
}

TEST(ReductionOperators, RefuseAnAxisOutsideTheRank) {
  EXPECT_THAT(TryApply("ReduceSum", {Floats({2}, {1, 2}), Integers({1})}),
              HasError(ErrorCode::kInvalidArgument, HasSubstr("axis")));
}

TEST(TopK, OrdersEqualElementsByIndex) {
  const auto y = Apply("TopK", {Floats({6}, {3, 1, 3, 0, 3, 1}), Integers({4})});
  EXPECT_THAT(y[0].AsDoubles(), ElementsAre(3, 3, 3, 1));
  EXPECT_THAT(y[1].AsInt64s(), ElementsAre(0, 2, 4, 1));
}

TEST(TopK, RefusesMoreThanThereAre) {
  EXPECT_THAT(TryApply("TopK", {Floats({2}, {3, 1}), Integers({3})}),
              HasError(ErrorCode::kInvalidArgument, HasSubstr("[0, 2]")));
}

TEST(ArgMax, PicksTheFirstOrTheLastOfEqualElements) {
  const auto x = Floats({5}, {1, 4, 4, 0, 4});
  EXPECT_THAT(Apply("ArgMax", {x})[0].AsInt64s(), ElementsAre(1));
  EXPECT_THAT(Apply("ArgMax", {x}, {{"select_last_index", Number(1)}})[0].AsInt64s(), ElementsAre(4));
}

TEST(CumSum, ExcludesAndReverses) {
  const auto x = Floats({4}, {1, 2, 3, 4});
  const Attributes both = {{"exclusive", Number(1)}, {"reverse", Number(1)}};
  EXPECT_THAT(Apply("CumSum", {x, Integers({}, {0})}, both)[0].AsDoubles(), ElementsAre(9, 7, 4, 0));
}

TEST(Hardmax, SeesAMatrixInOldOpsets) {
  const auto x = Floats({1, 2, 2}, {1, 2, 9, 4});
  EXPECT_THAT(Apply("Hardmax", {x}, {}, 11)[0].AsDoubles(), ElementsAre(0, 0, 1, 0));
  EXPECT_THAT(Apply("Hardmax", {x}, {}, 13)[0].AsDoubles(), ElementsAre(0, 1, 1, 0));
}

}  // namespace
}  // namespace cupel::algorithm::gradient
