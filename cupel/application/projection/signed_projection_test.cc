// SPDX-License-Identifier: Apache-2.0
#include "cupel/application/projection/signed_projection.h"

#include "cupel/application/projection/evidence_for_test.h"
#include "cupel/base/file.h"
#include "cupel/crypto/hash.h"
#include "cupel/testing/scratch_folder.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::application::projection {
namespace {

using crypto::SigningKey;
using cupel::testing::HasError;
using cupel::testing::IsOk;
using ledger::evidence::Bundle;
using ledger::evidence::KeyRole;
using ledger::evidence::kStatementPayloadType;
using ledger::evidence::SignEnvelope;
using ledger::evidence::Statement;
using ledger::evidence::TrustedStatement;
using ledger::evidence::TrustPolicy;
using ::testing::AllOf;
using ::testing::HasSubstr;

class SignedProjectionTest : public ::testing::Test {
 protected:
  SignedProjectionTest() {
    EXPECT_THAT(policy_.Trust(KeyRole::kEvidence, assessor_.Public()), IsOk());
    Statement plan = EvidenceForTest("pass", {});
    plan.predicate_type = kPlanPredicate;
    Save("run/evidence/0000-plan.sigstore.json", plan, assessor_);
    Save("run/evidence/0001-inspect.pgd.sigstore.json", EvidenceForTest("pass", {Requirement("pass")}),
         assessor_);
    Save("run/evidence/0002-inspect.fgsm.sigstore.json", EvidenceForTest("fail", {Requirement("fail")}),
         assessor_);
    Save("run/evidence/0003-evaluate.calibration.sigstore.json", EvidenceForTest("not-applicable", {}),
         assessor_);
  }

  static Json Requirement(const std::string& verdict) {
    return RequirementForTest("accuracy", ">=", 0.4, verdict, verdict == "pass" ? 0.5 : 0.1);
  }

  void Save(const std::string& name, const Statement& statement, const SigningKey& key) const {
    std::filesystem::create_directories((folder_ / name).parent_path());
    const Bundle bundle = Bundle::Of(SignEnvelope(kStatementPayloadType, statement.ToPayload().value(), key));
    ASSERT_THAT(WriteFileAtomic(folder_ / name, bundle.ToText()), IsOk());
  }

  Order To(Target target) const { return {target, {1764028800, ""}, policy_, me_}; }
  Result<FolderProjection> Folder(Target target, const char* name = "run") const {
    return ProjectFolder(folder_ / name, To(target));
  }

  const cupel::testing::ScratchFolder folder_;
  const SigningKey assessor_ = SigningKey::Generate().value();
  const SigningKey me_ = SigningKey::Generate().value();
  TrustPolicy policy_;
};

TEST_F(SignedProjectionTest, TargetsHaveTheNamesThatAreRead) {
  for (const Target target : {Target::kTestResult, Target::kSvr, Target::kVsa})
    EXPECT_EQ(ParseTarget(TargetName(target)).value(), target);
}

TEST_F(SignedProjectionTest, OneFileIsSignedByWhoProjects) {
  const auto file = folder_ / "run/evidence/0001-inspect.pgd.sigstore.json";
  CUPEL_ASSERT_OK(const Bundle bundle, ProjectFile(file, To(Target::kVsa)));
  TrustPolicy mine;
  ASSERT_THAT(mine.Trust(KeyRole::kEvidence, me_.Public()), IsOk());
  CUPEL_ASSERT_OK(const TrustedStatement opened, mine.Open(bundle));
  EXPECT_EQ(opened.statement.predicate_type, kVsaPredicate);
  const Json& input = opened.statement.predicate["inputAttestations"].AsArray()[0];
  CUPEL_ASSERT_OK(const Digest digest, crypto::Sha256OfFile(file));
  EXPECT_EQ(input["digest"]["sha256"], Json(digest.Hex())) << "of the file it comes from";
}

TEST_F(SignedProjectionTest, AFolderIsProjectedFileByFile) {
  CUPEL_ASSERT_OK(const FolderProjection all, Folder(Target::kTestResult));
  ASSERT_EQ(all.made.size(), 2U);
  EXPECT_EQ(all.made[0].name, "0001-inspect.pgd.test-result.sigstore.json");
  EXPECT_EQ(all.made[1].name, "0002-inspect.fgsm.test-result.sigstore.json");
  for (const FileProjection& one : all.made) {
    CUPEL_ASSERT_OK(const Bundle alone, ProjectFile(one.source, To(Target::kTestResult)));
    EXPECT_EQ(one.bundle.envelope.payload, alone.envelope.payload) << "as one file at a time";
  }
}

TEST_F(SignedProjectionTest, WhatIsLeftOutHasAReason) {
  CUPEL_ASSERT_OK(const FolderProjection all, Folder(Target::kSvr));
  ASSERT_EQ(all.made.size(), 1U);
  ASSERT_EQ(all.left_out.size(), 3U) << "every bundle is in one of the lists";
  EXPECT_THAT(all.left_out[0].source.string(), HasSubstr("0000-plan"));
  EXPECT_THAT(all.left_out[1].reason, HasSubstr("no requirement passed"));
  EXPECT_FALSE(all.left_out[2].reason.empty());
}

TEST_F(SignedProjectionTest, TheFolderOfTheEvidenceWillDo) {
  CUPEL_ASSERT_OK(const FolderProjection of_run, Folder(Target::kVsa));
  CUPEL_ASSERT_OK(const FolderProjection of_evidence, Folder(Target::kVsa, "run/evidence"));
  EXPECT_EQ(of_run.made.size(), of_evidence.made.size());
}

TEST_F(SignedProjectionTest, OtherFilesAreNoEvidence) {
  for (const char* name : {"0001-inspect.pgd.tsr", "notes.json", "README.md"})
    ASSERT_THAT(WriteFileAtomic(folder_ / "run/evidence" / name, "x"), IsOk());
  EXPECT_THAT(Folder(Target::kVsa), IsOk());
  std::filesystem::create_directories(folder_ / "empty/evidence");
  EXPECT_THAT(Folder(Target::kVsa, "empty"), HasError(ErrorCode::kNotFound, HasSubstr("empty/evidence")));
  EXPECT_FALSE(Folder(Target::kVsa, "absent").has_value());
}

TEST_F(SignedProjectionTest, OneFalseFileStopsAllOfIt) {
  Save("run/evidence/0004-inspect.pgd.sigstore.json", EvidenceForTest("pass", {Requirement("pass")}), me_);
  EXPECT_THAT(Folder(Target::kVsa), HasError(ErrorCode::kVerificationFailed, HasSubstr("0004-inspect.pgd")));
  Json lie = Requirement("fail");
  lie["verdict"] = "pass";
  lie["passed"] = true;
  Save("run/evidence/0004-inspect.pgd.sigstore.json", EvidenceForTest("pass", {lie}), assessor_);
  EXPECT_THAT(Folder(Target::kVsa), HasError(ErrorCode::kVerificationFailed, HasSubstr("0004-inspect.pgd")));
  ASSERT_THAT(WriteFileAtomic(folder_ / "run/evidence/0004-inspect.pgd.sigstore.json", "{"), IsOk());
  EXPECT_THAT(Folder(Target::kVsa), HasError(ErrorCode::kCorrupt, HasSubstr("0004-inspect.pgd")));
}

TEST_F(SignedProjectionTest, NothingToSayIsAnError) {
  std::filesystem::remove(folder_ / "run/evidence/0001-inspect.pgd.sigstore.json");
  EXPECT_THAT(Folder(Target::kSvr),
              HasError(ErrorCode::kUnsupported, AllOf(HasSubstr("as svr"), HasSubstr("0000-plan"))));
}

}  // namespace
}  // namespace cupel::application::projection
