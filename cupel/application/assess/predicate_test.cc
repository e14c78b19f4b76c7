// SPDX-License-Identifier: Apache-2.0
// What a signed statement about a check says: every field that docs/formats/evidence.md promises, and the
// same claim in the words of other formats.
#include "cupel/application/assess/predicate.h"

#include "cupel/application/assess/tiny_problem_for_test.h"
#include "cupel/application/projection/projection.h"
#include "cupel/ledger/evidence/trust_policy.h"
#include "cupel/ledger/identity/model_identity.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::application::assess {
namespace {

using cupel::testing::HasError;
using cupel::testing::IsOk;
using ledger::evidence::Bundle;
using ledger::evidence::Statement;
using ledger::evidence::TrustPolicy;

class PredicateTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_THAT(problem_.Finish(problem_.Options("run")), IsOk());
    policy_ = TrustPolicy::Load(problem_.Path("run/keys")).value();
  }

  /// Evidence of check `number`, after its signature was verified.
  projection::Source SourceOf(int number, const std::string& check) const {
    const std::string name = RunFolder::EvidenceName(number, check);
    const std::string text = ReadTextFile(problem_.Path("run") / name).value();
    auto opened = policy_.Open(Bundle::Parse(text).value());
    CUPEL_CHECK(opened.has_value());
    return {opened->statement,
            ledger::evidence::ResourceDescriptor::OfSha256(name, crypto::Sha256(AsBytes(text)))};
  }

  TinyProblem problem_;
  TrustPolicy policy_;
};

TEST_F(PredicateTest, BindsEverythingThatTheResultDependsOn) {
  const Json predicate = SourceOf(4, "inspect.pgd").statement.predicate;
  CUPEL_ASSERT_OK(const std::string plan, ReadTextFile(problem_.Path("run/plan.json")));
  EXPECT_EQ(predicate["plan"]["digest"]["sha256"], Json(crypto::Sha256(AsBytes(plan)).Hex()));
  for (const char* member : {"name", "version", "compiler", "tensorLibrary", "instructionSet"}) {
    EXPECT_TRUE(predicate["engine"][member].IsString()) << member;
  }
  EXPECT_EQ(predicate["engine"]["executable"]["sha256"], Json(crypto::Sha256OfFile("/proc/self/exe")->Hex()));
  EXPECT_EQ(predicate["inputs"]["data"]["digest"].AsString().size(), 64u);
  EXPECT_EQ(predicate["inputs"]["data"]["samples"], Json(42));
  EXPECT_EQ(predicate["seed"], Json(7));
  EXPECT_EQ(predicate["check"]["id"], Json("inspect.pgd"));
  EXPECT_EQ(predicate["check"]["parameters"]["steps"], Json(4));
  EXPECT_EQ(predicate["check"]["subset"], Json("first 21"));
  EXPECT_EQ(predicate["assuranceLevel"], Json("self_attested"));
  EXPECT_TRUE(predicate["seconds"].IsNumber());
}

TEST_F(PredicateTest, NamesTheModelByBothDigests) {
  const Json model = SourceOf(1, "evaluate.accuracy").statement.predicate["inputs"]["model"];
  CUPEL_ASSERT_OK(const auto identity, ledger::identity::Identify(problem_.Path("model.onnx")));
  EXPECT_EQ(model["sha256"], Json(identity.file_sha256.Hex()));
  EXPECT_EQ(model["omsRoot"], Json(identity.root.Hex()));
  EXPECT_NE(model["omsRoot"], model["sha256"]);
  EXPECT_EQ(model.Find("resources"), nullptr) << "one file needs no list";
}

TEST_F(PredicateTest, SaysWhatWasMeasuredAndWhatWasRequired) {
  const Json predicate = SourceOf(4, "inspect.pgd").statement.predicate;
  EXPECT_EQ(predicate["sampleSize"], Json(21));
  EXPECT_EQ(predicate["verdict"], Json("fail"));
  EXPECT_EQ(predicate["witnesses"]["merkleRoot"]["sha256"].AsString().size(), 64u);
  const Json& requirement = predicate["requirements"].AsArray().at(0);
  EXPECT_EQ(requirement["metric"], Json("robust_accuracy"));
  EXPECT_EQ(requirement["comparator"], Json(">="));
  EXPECT_EQ(requirement["threshold"], Json(0.99));
  EXPECT_EQ(requirement["passed"], Json(false));
  EXPECT_EQ(requirement["bound"], Json("lower"));
  const Json& metric = predicate["metrics"].AsArray().at(0);
  for (const char* member : {"value", "low", "high", "level", "sampleSize"}) {
    EXPECT_TRUE(metric[member].IsNumber()) << member;
  }
  EXPECT_TRUE(metric["method"].IsString());
}

TEST_F(PredicateTest, ProjectsToWhatItSays) {
  using projection::Target;
  const auto passed = SourceOf(1, "evaluate.accuracy");
  const auto failed = SourceOf(4, "inspect.pgd");
  const projection::Options options{1, ""};
  EXPECT_EQ(Project(passed, Target::kTestResult, options)->predicate["result"], Json("PASSED"));
  EXPECT_EQ(Project(failed, Target::kTestResult, options)->predicate["result"], Json("FAILED"));
  EXPECT_EQ(Project(passed, Target::kVsa, options)->predicate["verificationResult"], Json("PASSED"));
  EXPECT_EQ(Project(failed, Target::kVsa, options)->predicate["verificationResult"], Json("FAILED"));
  EXPECT_EQ(Project(passed, Target::kSvr, options)->predicate["properties"].AsArray().at(0),
            Json("CUPEL_EVALUATE_ACCURACY"));
  EXPECT_THAT(Project(failed, Target::kSvr, options), HasError(ErrorCode::kUnsupported));
  EXPECT_THAT(Project(SourceOf(2, "evaluate.calibration"), Target::kVsa, options),
              HasError(ErrorCode::kUnsupported))
      << "nothing was required";
  EXPECT_THAT(Project(SourceOf(0, "plan"), Target::kVsa, options), HasError(ErrorCode::kUnsupported));
}

}  // namespace
}  // namespace cupel::application::assess
