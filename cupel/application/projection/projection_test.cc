// SPDX-License-Identifier: Apache-2.0
#include "cupel/application/projection/projection.h"

#include <fmt/format.h>

#include "cupel/application/projection/evidence_for_test.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::application::projection {
namespace {

using cupel::testing::HasError;
using cupel::testing::IsOk;
using cupel::testing::IsOkAndHolds;
using ledger::evidence::Statement;
using ::testing::HasSubstr;

constexpr Target kTargets[] = {Target::kTestResult, Target::kSvr, Target::kVsa};
const Options kOptions{1764028800, ""};  // 2025-11-25T00:00:00Z

Json Passing() { return RequirementForTest("robust_accuracy", ">=", 0.4, "pass", 0.41); }
Json Warning() { return RequirementForTest("accuracy", ">=", 0.9, "warn", 0.88); }
Json Failing() { return RequirementForTest("accuracy", ">=", 0.9, "fail", 0.5); }
Json NotRun() { return RequirementForTest("accuracy", ">=", 0.9, "not-run", nullptr); }

Statement Projected(Target target, const Statement& evidence) {
  auto projected = Project(SourceForTest(evidence), target, kOptions);
  EXPECT_THAT(projected, IsOk());
  return projected.value_or(Statement{});
}

/// Without the extension, which is the same in all three.
std::string Core(Statement statement) {
  statement.predicate.AsObject().erase(kEvidencePredicate);
  return statement.predicate.Indented();
}

TEST(Project, WritesATestResult) {
  const Statement statement =
      Projected(Target::kTestResult, EvidenceForTest("fail", {Passing(), Failing(), Warning()}));
  EXPECT_EQ(statement.predicate_type, "https://in-toto.io/attestation/test-result/v0.1");
  EXPECT_EQ(statement.subjects[0].digest.at("sha256"), std::string(64, 'a'));
  EXPECT_EQ(Core(statement), R"json({
  "configuration": [
    {
      "digest": {
        "sha256": "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
      },
      "name": "plan.json",
      "uri": "ni:///sha-256;u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7s"
    },
    {
      "digest": {
        "sha256": "cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc"
      },
      "name": "cupel 0.1.0"
    },
    {
      "digest": {
        "sha256": "dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd"
      },
      "name": "0001-inspect.pgd.sigstore.json"
    }
  ],
  "failedTests": [
    "inspect.pgd on first 500: accuracy >= 0.9 (lower 0.5, n 500)"
  ],
  "passedTests": [
    "inspect.pgd on first 500: robust_accuracy >= 0.4 (lower 0.41, n 500)"
  ],
  "result": "FAILED",
  "warnedTests": [
    "inspect.pgd on first 500: accuracy >= 0.9 (lower 0.88, n 500)"
  ]
}
)json");
}

TEST(Project, WritesAVerificationSummary) {
  EXPECT_EQ(Core(Projected(Target::kVsa, EvidenceForTest("pass", {Passing()}))), R"json({
  "inputAttestations": [
    {
      "digest": {
        "sha256": "dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd"
      },
      "name": "0001-inspect.pgd.sigstore.json"
    }
  ],
  "policy": {
    "digest": {
      "sha256": "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
    },
    "name": "plan.json",
    "uri": "ni:///sha-256;u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7s"
  },
  "resourceUri": "ni:///sha-256;qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqo",
  "timeVerified": "2025-11-25T00:00:00Z",
  "verificationResult": "PASSED",
  "verifiedLevels": [
    "CUPEL_INSPECT_PGD"
  ],
  "verifier": {
    "id": "https://cupel.dev/engine/0.1.0",
    "version": {
      "cupel": "0.1.0"
    }
  }
}
)json");
}

TEST(Project, WritesASimpleVerificationResult) {
  EXPECT_EQ(Core(Projected(Target::kSvr, EvidenceForTest("pass", {Passing()}))), R"json({
  "properties": [
    "CUPEL_INSPECT_PGD",
    "CUPEL_INSPECT_PGD: robust_accuracy >= 0.4"
  ],
  "timeCreated": "2025-11-25T00:00:00Z",
  "verifier": {
    "id": "https://cupel.dev/engine/0.1.0",
    "policies": [
      {
        "digest": {
          "sha256": "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
        },
        "name": "plan.json",
        "uri": "ni:///sha-256;u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7u7s"
      }
    ]
  }
}
)json");
}

TEST(Project, ListsInAnSvrOnlyWhatPassed) {
  const Statement statement = Projected(Target::kSvr, EvidenceForTest("fail", {Passing(), Failing()}));
  EXPECT_EQ(statement.predicate["properties"], (Json::Array{"CUPEL_INSPECT_PGD: robust_accuracy >= 0.4"}));
  EXPECT_THAT(Project(SourceForTest(EvidenceForTest("fail", {Failing()})), Target::kSvr, kOptions),
              HasError(ErrorCode::kUnsupported, HasSubstr("no requirement passed")));
}

TEST(Project, WritesFailureAsFailureInAVsa) {
  for (const auto& [verdict, requirement] :
       {std::pair{"fail", Failing()}, {"warn", Warning()}, {"not-run", NotRun()}}) {
    const Statement statement = Projected(Target::kVsa, EvidenceForTest(verdict, {Passing(), requirement}));
    EXPECT_EQ(statement.predicate["verificationResult"], Json("FAILED")) << verdict;
    EXPECT_EQ(statement.predicate["verifiedLevels"], Json(Json::Array{"FAILED"})) << verdict;
  }
}

TEST(Project, LosesNoMeaning) {
  const Statement evidence = EvidenceForTest("fail", {Passing(), Failing()});
  for (const Target target : kTargets) {
    const Json extension = Projected(target, evidence).predicate[kEvidencePredicate];
    for (const char* member : {"check", "requirements", "sampleSize", "verdict", "assuranceLevel"}) {
      EXPECT_EQ(extension[member], evidence.predicate[member]) << member;
    }
    EXPECT_EQ(extension["source"]["digest"]["sha256"], Json(std::string(64, 'd')));
  }
}

TEST(Project, TakesTheResourcesUriFromTheCaller) {
  const Options options{0, "https://example.com/model.onnx"};
  CUPEL_ASSERT_OK(const Statement statement,
                  Project(SourceForTest(EvidenceForTest("pass", {Passing()})), Target::kVsa, options));
  EXPECT_EQ(statement.predicate["resourceUri"], Json("https://example.com/model.onnx"));
}

/// Whether anybody could read the projection as "everything required passed".
bool ReadsAsPassed(const Statement& statement) {
  const Json& predicate = statement.predicate;
  if (predicate["result"] == Json("PASSED") || predicate["verificationResult"] == Json("PASSED")) return true;
  if (const Json* levels = predicate.Find("verifiedLevels");
      levels != nullptr && !(*levels == Json(Json::Array{"FAILED"}))) {
    return true;
  }
  const Json* properties = predicate.Find("properties");
  return properties != nullptr && properties->AsArray()[0] == Json("CUPEL_INSPECT_PGD");
}

/// Every combination of one to three requirements and of a stated verdict: PASSED comes out exactly when all
/// passed and the verdict says so, whatever else is consistent.
TEST(Project, IsMonotone) {
  const std::pair<const char*, Json> kinds[] = {
      {"pass", Passing()}, {"warn", Warning()}, {"fail", Failing()}, {"not-run", NotRun()}};
  int passed = 0, projected_count = 0;
  for (const char* verdict : {"pass", "warn", "fail", "not-run", "not-applicable"}) {
    for (int code = 0; code < 4 + 16 + 64; ++code) {
      const int length = code < 4 ? 1 : code < 20 ? 2 : 3;
      int rest = code < 4 ? code : code < 20 ? code - 4 : code - 20;
      std::vector<Json> requirements;
      bool all_pass = true;
      for (int i = 0; i < length; ++i, rest /= 4) {
        requirements.push_back(kinds[rest % 4].second);
        all_pass = all_pass && rest % 4 == 0;
      }
      const bool good = all_pass && std::string_view(verdict) == "pass";
      for (const Target target : kTargets) {
        const auto projected =
            Project(SourceForTest(EvidenceForTest(verdict, requirements)), target, kOptions);
        if (!projected) continue;
        ++projected_count;
        EXPECT_EQ(ReadsAsPassed(*projected), good) << verdict << " " << code;
        passed += good ? 1 : 0;
      }
    }
  }
  EXPECT_EQ(passed, 9) << "one, two and three passing requirements, three formats";
  EXPECT_GT(projected_count, 300);
}

/// Changes each member of a failing requirement once, to every value that would look better. Nothing but a
/// change that makes the requirement really pass, in every member at once, may come out as PASSED.
TEST(Project, NeverTurnsAMutatedFailureIntoAPass) {
  const Statement failing = EvidenceForTest("fail", {Failing()});
  const std::vector<std::pair<const char*, std::vector<Json>>> members = {
      {"verdict", {"pass", "warn", "PASS", "passed", "", 1, true, nullptr}},
      {"passed", {true, 1, "true", nullptr}},
      {"compared", {0.95, 1.0, "0.95", nullptr, 1e300}},
      {"threshold", {0.1, -1, "0", nullptr}},
      {"comparator", {"<=", "<", "!=", "", nullptr}},
      {"metric", {"other", "", nullptr}},
  };
  int tried = 0;
  for (const auto& [member, values] : members) {
    for (const Json& value : values) {
      for (const char* verdict : {"fail", "pass"}) {
        for (const Target target : kTargets) {
          Statement mutated = failing;
          mutated.predicate["verdict"] = verdict;
          mutated.predicate["requirements"].AsArray()[0][member] = value;
          const auto projected = Project(SourceForTest(mutated), target, kOptions);
          EXPECT_FALSE(projected && ReadsAsPassed(*projected))
              << member << " " << value.Canonical() << " " << verdict;
          ++tried;
        }
      }
    }
  }
  EXPECT_EQ(tried, 29 * 2 * 3);
  for (const Target target : kTargets) {
    Statement emptied = failing;
    emptied.predicate["requirements"] = Json::Array{};
    emptied.predicate["verdict"] = "pass";
    EXPECT_THAT(Project(SourceForTest(emptied), target, kOptions), HasError(ErrorCode::kUnsupported));
  }
}

TEST(ParseTarget, KnowsThreeFormats) {
  EXPECT_THAT(ParseTarget("test-result"), IsOkAndHolds(Target::kTestResult));
  EXPECT_THAT(ParseTarget("svr"), IsOkAndHolds(Target::kSvr));
  EXPECT_THAT(ParseTarget("vsa"), IsOkAndHolds(Target::kVsa));
  EXPECT_THAT(ParseTarget("vsr"), HasError(ErrorCode::kInvalidArgument, HasSubstr("did you mean")));
}

TEST(NamedInformationUri, IsThePublishedExample) {
  // RFC 6920 section 8.1: the digest of "Hello World!".
  EXPECT_EQ(NamedInformationUri(
                Digest::FromHex("7f83b1657ff1fc53b92dc18148a1d65dfc2d4b1fa3d677284addd200126d9069").value()),
            "ni:///sha-256;f4OxZX_x_FO5LcGBSKHWXfwtSx-j1ncoSt3SABJtkGk");
}

}  // namespace
}  // namespace cupel::application::projection
