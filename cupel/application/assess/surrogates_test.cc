// SPDX-License-Identifier: Apache-2.0
// Plans that name surrogates, and assessments that use them.
#include <gmock/gmock.h>

#include "cupel/application/assess/inputs.h"
#include "cupel/application/assess/registry.h"
#include "cupel/application/assess/tiny_problem_for_test.h"
#include "cupel/application/assess/verify.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::application::assess {
namespace {

using cupel::testing::HasError;
using ::testing::HasSubstr;

constexpr const char* kStart =
    "[model]\nfile = \"model.onnx\"\n[data]\nmanifest = \"dataset.toml\"\n[[check]]\nid = "
    "\"inspect.transfer\"\n"
    "parameters = { epsilons = [0.12], attacks = [\"mi\"] }\n";
constexpr const char* kSurrogate = "[[surrogate]]\nfile = \"other.onnx\"\n";

Result<Plan> Parse(const std::string& text) { return ParsePlan(text, "folder/plan.toml", FindCheck); }

class SurrogatesTest : public ::testing::Test {
 protected:
  SurrogatesTest() {
    WriteSurrogate(6);
    problem_.Write("plan.toml", AsBytes(std::string(kStart) + kSurrogate));
  }

  void WriteSurrogate(float steepness) {
    problem_.Write("other.onnx", algorithm::onnx::WriteModel(TinyModel(steepness)).value());
  }

  std::string Frozen() {
    const auto plan = problem_.ThePlan();
    EXPECT_TRUE(plan.has_value()) << plan.error().ToString();
    const auto inputs = Inputs::Open(*plan, {});
    EXPECT_TRUE(inputs.has_value()) << inputs.error().ToString();
    return FreezePlan(*plan, (*inputs)->identity()).Canonical();
  }

  TinyProblem problem_;
};

TEST(SurrogatePlan, TakesANameAndWhatAModelTakes) {
  CUPEL_ASSERT_OK(const Plan plan, Parse(std::string(kStart) + kSurrogate +
                                         "[[surrogate]]\nname = \"big\"\nfile = \"b.onnx\"\nscale = 255\n"));
  ASSERT_EQ(plan.surrogates.size(), 2u);
  EXPECT_EQ(plan.surrogates[0].name, "other");
  EXPECT_EQ(plan.surrogates[1].name, "big");
  EXPECT_EQ(plan.surrogates[1].model.scale, 255);
}

TEST(SurrogatePlan, SaysWhatIsWrong) {
  EXPECT_THAT(Parse(std::string(kStart) + kSurrogate + kSurrogate),
              HasError(ErrorCode::kInvalidArgument, HasSubstr("two surrogates are called \"other\"")));
  EXPECT_THAT(Parse(std::string(kStart) + "[[surrogate]]\nfile = \"a.onnx\"\nsteps = 3\n"),
              HasError(ErrorCode::kInvalidArgument, HasSubstr("steps")));
  EXPECT_THAT(Parse(std::string(kStart) + "[[surrogate]]\nname = \"a\"\n"),
              HasError(ErrorCode::kNotFound, HasSubstr("file")));
  EXPECT_THAT(Parse("predictions = \"p.csv\"\n[[surrogate]]\nfile = \"a.onnx\"\n[[check]]\nid = "
                    "\"evaluate.accuracy\"\n"),
              HasError(ErrorCode::kInvalidArgument, HasSubstr("surrogates")));
}

TEST_F(SurrogatesTest, AreBoundToTheFrozenPlanByDigest) {
  const std::string before = Frozen();
  EXPECT_THAT(before, HasSubstr("\"surrogates\":[{"));
  WriteSurrogate(7);
  EXPECT_NE(Frozen(), before);
  WriteSurrogate(6);
  EXPECT_EQ(Frozen(), before);
}

TEST_F(SurrogatesTest, AnAssessmentUsesThemAndCanBeRunAgain) {
  CUPEL_ASSERT_OK(const Assessment assessment, problem_.Finish(problem_.Options("run")));
  const CheckRun& check = assessment.checks[0];
  // Another steepness, the same directions: what is made on it breaks the model as a white box would.
  EXPECT_GT(FindMetric(check.result.metrics, "attack_success")->value, 0.3) << check.not_run_reason;
  EXPECT_EQ(FindMetric(check.result.metrics, "agreement.other")->value, 1);
}

TEST_F(SurrogatesTest, OneThatCannotBeReadIsNamed) {
  problem_.Write("other.onnx", AsBytes("no model"));
  CUPEL_ASSERT_OK(const Plan plan, problem_.ThePlan());
  EXPECT_THAT(Inputs::Open(plan, {}), HasError(ErrorCode::kCorrupt, HasSubstr("other.onnx")));
}

}  // namespace
}  // namespace cupel::application::assess
