// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/tracking/object_error.h"

#include <gmock/gmock.h>

#include <string>

#include "cupel/base/file.h"
#include "cupel/base/json.h"
#include "cupel/data/annotation/mot.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::algorithm::tracking {
namespace {

using data::annotation::Annotations;
using data::annotation::MotRole;
using data::annotation::ParseMot;
using data::annotation::ReadMot;

constexpr ObjectCosts kGoldenCosts = {.miss = 1, .false_alarm = 2, .id_switch = 3};
const std::string kFolder = std::string(CUPEL_SOURCE_DIR) + "/tests/golden/tracking/";

Sequence GoldenSequence(const std::string& name) {
  const Result<Annotations> truth = ReadMot(kFolder + "truth/" + name + ".txt", MotRole::kTruth);
  const Result<Annotations> answer = ReadMot(kFolder + "answer/" + name + ".txt", MotRole::kAnswer);
  return MakeSequences(*truth, *answer, Protocol::kPlain)->front();
}

std::vector<ObjectPoint> PointsOf(const ObjectSweep& sweep, const ObjectCosts& costs) {
  return ObjectPoints(sweep, std::vector<double>(sweep.truth.size(), 1.0), costs);
}

TEST(ObjectErrorTest, AgreesWithTheActevScorer) {
  CUPEL_ASSERT_OK(const std::string text, ReadTextFile(kFolder + "golden.json"));
  CUPEL_ASSERT_OK(const Json golden, Json::Parse(text));
  const Json& said = golden["actev"];
  const std::vector<Sequence> sequences = {GoldenSequence("crowd"), GoldenSequence("street")};
  const std::vector<ObjectPoint> points = PointsOf(SweepObjects(sequences, 0.5, 1), kGoldenCosts);

  ASSERT_EQ(points.size(), said["mode"].AsArray().size());
  for (std::size_t k = 0; k < points.size(); ++k) {
    SCOPED_TRACE(points[k].threshold);
    EXPECT_EQ(points[k].threshold, said["thresholds"].AsArray()[k].AsNumber());
    EXPECT_NEAR(points[k].mode, said["mode"].AsArray()[k].AsNumber(), 1e-12);
    EXPECT_NEAR(points[k].mote, said["mote"].AsArray()[k].AsNumber(), 1e-12);
  }
  for (std::size_t k = 0; k < said["targets"].AsArray().size(); ++k) {
    EXPECT_NEAR(MissAtFalseAlarms(points, said["targets"].AsArray()[k].AsNumber()),
                said["p_miss"].AsArray()[k].AsNumber(), 1e-12);
  }
}

TEST(ObjectErrorTest, BlocksAddUpToTheVideo) {
  const std::vector<Sequence> sequences = {GoldenSequence("street")};
  const std::vector<ObjectPoint> whole = PointsOf(SweepObjects(sequences, 0.5, 1), kGoldenCosts);
  const std::vector<ObjectPoint> blocks = PointsOf(SweepObjects(sequences, 0.5, 9), kGoldenCosts);
  ASSERT_EQ(whole.size(), blocks.size());
  for (std::size_t k = 0; k < whole.size(); ++k) EXPECT_NEAR(whole[k].mote, blocks[k].mote, 1e-12);
}

/// A match of low score between two of one name is a switch there and back, once the threshold reaches it.
TEST(ObjectErrorTest, SwitchesDependOnTheThreshold) {
  CUPEL_ASSERT_OK(const Annotations truth,
                  ParseMot("1,1,0,0,9,9\n2,1,0,0,9,9\n3,1,0,0,9,9\n", "t", MotRole::kTruth));
  CUPEL_ASSERT_OK(const Annotations answer,
                  ParseMot("1,4,0,0,9,9,0.9\n2,5,0,0,9,9,0.1\n3,4,0,0,9,9,0.9\n", "a", MotRole::kAnswer));
  CUPEL_ASSERT_OK(const std::vector<Sequence> sequences, MakeSequences(truth, answer, Protocol::kPlain));
  const std::vector<ObjectPoint> points = PointsOf(SweepObjects(sequences, 0.5, 1), {});
  ASSERT_EQ(points.size(), 2U);
  EXPECT_DOUBLE_EQ(points[0].mote, 1.0 / 3);
  EXPECT_DOUBLE_EQ(points[1].mode, 0);
  EXPECT_DOUBLE_EQ(points[1].mote, 2.0 / 3);
}

}  // namespace
}  // namespace cupel::algorithm::tracking
