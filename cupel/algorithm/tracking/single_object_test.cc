// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/tracking/single_object.h"

#include <gmock/gmock.h>

#include <string>

#include "cupel/base/file.h"
#include "cupel/base/json.h"
#include "cupel/data/annotation/mot.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::algorithm::tracking {
namespace {

using ::cupel::testing::HasError;
using data::annotation::Annotations;
using data::annotation::MotRole;
using data::annotation::ParseMot;
using ::testing::HasSubstr;

const std::string kFolder = std::string(CUPEL_SOURCE_DIR) + "/tests/golden/tracking/";

TEST(SingleObjectTest, AgreesWithTheGot10kToolkit) {
  CUPEL_ASSERT_OK(const std::string text, ReadTextFile(kFolder + "golden.json"));
  CUPEL_ASSERT_OK(const Json golden, Json::Parse(text));
  const Json& said = golden["single"];
  CUPEL_ASSERT_OK(const Annotations truth, ReadMot(kFolder + "single/truth", MotRole::kTruth));
  CUPEL_ASSERT_OK(const Annotations answer, ReadMot(kFolder + "single/answer", MotRole::kAnswer));
  CUPEL_ASSERT_OK(const SingleObject ours, CountSingle(truth, answer, 1, kOtbPixels));

  for (std::size_t k = 0; k < kOverlapSteps; ++k) {
    EXPECT_NEAR(ours.success_curve[k], said["success_curve"].AsArray()[k].AsNumber(), 1e-12) << k;
  }
  for (std::size_t k = 0; k < kDistanceSteps; ++k) {
    EXPECT_NEAR(ours.precision_curve[k], said["precision_curve"].AsArray()[k].AsNumber(), 1e-12) << k;
  }
  ASSERT_EQ(ours.units.size(), 2U);
  EXPECT_NEAR((ours.units[0].success + ours.units[1].success) / 2, said["success_score"].AsNumber(), 1e-12);
  EXPECT_NEAR((ours.units[0].precision + ours.units[1].precision) / 2, said["precision_score"].AsNumber(),
              1e-12);
  EXPECT_EQ(ours.frames, 120);
}

TEST(SingleObjectTest, AFrameWithoutAnAnswerIsNoSuccess) {
  CUPEL_ASSERT_OK(const Annotations truth, ParseMot("1,1,0,0,9,9\n2,1,0,0,9,9\n", "t", MotRole::kTruth));
  CUPEL_ASSERT_OK(const Annotations answer, ParseMot("2,1,0,0,9,9\n5,1,0,0,9,9\n", "a", MotRole::kAnswer));
  CUPEL_ASSERT_OK(const SingleObject ours, CountSingle(truth, answer, 1, kOtbPixels));
  EXPECT_NEAR(ours.units[0].success, 0.5 * 20 / 21, 1e-12);
  EXPECT_EQ(ours.units[0].precision, 0.5);
}

TEST(SingleObjectTest, RefusesSeveralObjects) {
  CUPEL_ASSERT_OK(const Annotations truth, ParseMot("1,1,0,0,9,9\n1,2,0,0,9,9\n", "t", MotRole::kTruth));
  EXPECT_THAT(CountSingle(truth, truth, 1, kOtbPixels),
              HasError(ErrorCode::kInvalidArgument, HasSubstr("frame 1")));
}

}  // namespace
}  // namespace cupel::algorithm::tracking
