// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/segmentation/keypoints.h"

#include <gmock/gmock.h>

#include "cupel/algorithm/scheme/call.h"
#include "cupel/algorithm/segmentation/family.h"
#include "cupel/algorithm/segmentation/golden_for_test.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::algorithm::segmentation {
namespace {

using ::cupel::testing::HasError;
using test_support::ExpectSaid;
using test_support::Golden;
using test_support::GoldenFolder;
using test_support::kDoubleTolerance;
using ::testing::HasSubstr;

std::vector<Subject> GoldenSubjects() {
  const Result<std::string> truth = ReadTextFile(GoldenFolder() + "keypoints-truth.json");
  const Result<std::string> answers = ReadTextFile(GoldenFolder() + "keypoints-answer.json");
  return *ParseKeypoints(*truth, "truth", *answers, "answers");
}

Result<scheme::Evaluation> Evaluate(std::string_view call_text) {
  std::vector<const scheme::Scheme*> known;
  for (const scheme::Scheme& scheme : Family().schemes) known.push_back(&scheme);
  CUPEL_TRY(const scheme::Call call, scheme::ParseCall(call_text, known));
  return call.scheme->evaluate(KeypointsInput(GoldenSubjects()), call.parameters, {.replicates = 50});
}

TEST(KeypointsTest, OksAgreesWithCocoeval) {
  const std::vector<Subject> subjects = GoldenSubjects();
  const Json said = Golden("keypoints")["oks"];
  ASSERT_EQ(subjects.size(), said.AsArray().size());
  for (std::size_t k = 0; k < subjects.size(); ++k) {
    SCOPED_TRACE(subjects[k].id);
    ExpectSaid(said.AsArray()[k], Oks(subjects[k], CocoSigmas()), kDoubleTolerance);
  }
}

TEST(KeypointsTest, PckAgreesWithTheMpiiProtocol) {
  const Json said = Golden("keypoints")["pck"];
  CUPEL_ASSERT_OK(const scheme::Evaluation without, Evaluate("pck@skip=6+7"));
  EXPECT_NEAR(without.metrics.front().value * 100, said["mean"].AsNumber(), 1e-10);
  CUPEL_ASSERT_OK(const scheme::Evaluation all, Evaluate("pck"));
  for (std::size_t k = 0; k < 17; ++k) {
    EXPECT_NEAR(all.metrics[1 + k].value * 100, said["points"].AsArray()[k].AsNumber(), 1e-10) << k;
  }
}

TEST(KeypointsTest, ErrorsAgreeWithStar) {
  const std::vector<Subject> subjects = GoldenSubjects();
  const Json said = Golden("keypoints")["faces"];
  std::vector<std::optional<double>> errors;
  for (std::size_t k = 0; k < subjects.size(); ++k) {
    const std::vector<std::int64_t> left = {5}, right = {12}, lefts = {1, 2}, rights = {14, 15, 16};
    CUPEL_ASSERT_OK(const double size, NormaliserOf(subjects[k], Normaliser::kPair, left, right));
    errors.push_back(MeanError(subjects[k], size));
    ExpectSaid(said["errors"].AsArray()[k], errors.back(), kDoubleTolerance);
    CUPEL_ASSERT_OK(const double groups, NormaliserOf(subjects[k], Normaliser::kPair, lefts, rights));
    ExpectSaid(said["groups"].AsArray()[k], MeanError(subjects[k], groups), kDoubleTolerance);
  }
  // Their area is Simpson's rule on a grid of 1e-4 over a curve of steps; ours has no grid.
  EXPECT_NEAR(ErrorCurveArea(errors, 0.3), said["curve_area"].AsNumber(), 5e-4);
  CUPEL_ASSERT_OK(const scheme::Evaluation evaluation,
                  Evaluate("mean_point_error@left=5@right=12@limit=0.3"));
  EXPECT_EQ(evaluation.metrics[2].name, "failure_rate");
  EXPECT_NEAR(evaluation.metrics[2].value, said["failure_rate"].AsNumber(), 5e-5) << "they round to 4 digits";
}

TEST(KeypointsTest, TheAreaUnderTheErrorCurveIsExact) {
  const std::vector<std::optional<double>> errors = {0.02, 0.05, std::nullopt, 0.2};
  // Up to 0.1: one of four from 0.02 on, two from 0.05 on.
  EXPECT_NEAR(ErrorCurveArea(errors, 0.1), (0.25 * 0.03 + 0.5 * 0.05) / 0.1, 1e-15);
}

TEST(KeypointsTest, AnAnnotationWithoutAnAnswerIsAllWrong) {
  constexpr std::string_view kTruth =
      R"({"annotations":[{"id":1,"keypoints":[0,0,2,9,0,2],"head_size":1},
                         {"id":2,"keypoints":[0,0,2,9,0,0],"head_size":1}]})";
  CUPEL_ASSERT_OK(const std::vector<Subject> subjects,
                  ParseKeypoints(kTruth, "t", R"([{"id":1,"keypoints":[0,0,1,9,0.5,1]}])", "a"));
  EXPECT_TRUE(subjects[1].answer.empty());
  EXPECT_EQ(MeanError(subjects[1], 1), std::nullopt);
  EXPECT_EQ(subjects[0].image, "annotation 1");
}

TEST(KeypointsTest, RefusesWhatDoesNotPairAndSaysWhere) {
  constexpr std::string_view kTruth = R"([{"id":1,"keypoints":[0,0,2]}])";
  const auto error = [&](std::string_view answers) { return ParseKeypoints(kTruth, "t", answers, "a"); };
  EXPECT_THAT(error(R"([{"id":2,"keypoints":[0,0,2]}])"),
              HasError(ErrorCode::kInvalidArgument, HasSubstr("annotations[0]")));
  EXPECT_THAT(error(R"([{"id":1,"keypoints":[0,0,2,1,1,1]}])"),
              HasError(ErrorCode::kInvalidArgument, HasSubstr("points")));
  EXPECT_THAT(error(R"([{"id":1,"keypoints":[0,0,2]},{"id":1,"keypoints":[0,0,2]}])"),
              HasError(ErrorCode::kInvalidArgument, HasSubstr("twice")));
  EXPECT_THAT(error(R"([{"id":1,"keypoints":[0,0]}])"), HasError(ErrorCode::kCorrupt, HasSubstr("x, y, v")));
  EXPECT_THAT(error(R"([{"id":1,"keypoints":[0,0,"v"]}])"),
              HasError(ErrorCode::kCorrupt, HasSubstr("numbers")));
  EXPECT_THAT(error("{"), HasError(ErrorCode::kCorrupt));
  EXPECT_THAT(ParseKeypoints("[]", "t", "[]", "a"),
              HasError(ErrorCode::kInvalidArgument, HasSubstr("no annotation")));
  EXPECT_THAT(Evaluate("mean_point_error@right=45"),
              HasError(ErrorCode::kInvalidArgument, HasSubstr("no point")));
}

}  // namespace
}  // namespace cupel::algorithm::segmentation
