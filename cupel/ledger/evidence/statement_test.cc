// SPDX-License-Identifier: Apache-2.0
#include "cupel/ledger/evidence/statement.h"

#include "cupel/testing/status_matchers.h"

namespace cupel::ledger::evidence {
namespace {

using cupel::testing::HasError;
using cupel::testing::IsOkAndHolds;
using ::testing::HasSubstr;

constexpr std::string_view kSha = "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae";

Digest Sha() { return Digest::FromHex(kSha).value(); }

Statement Example() {
  Statement statement;
  statement.subjects = {ResourceDescriptor::OfSha256("model.onnx", Sha())};
  statement.predicate_type = "https://example.com/check/v1";
  statement.predicate["value"] = 0.5;
  statement.predicate["verdict"] = "pass";
  return statement;
}

std::string With(std::string_view from, std::string_view to) {
  std::string text(AsText(Example().ToPayload().value()));
  const auto at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

TEST(Statement, HasTheCanonicalText) {
  CUPEL_ASSERT_OK(const Bytes payload, Example().ToPayload());
  EXPECT_EQ(
      AsText(payload),
      "{\"_type\":\"https://in-toto.io/Statement/v1\",\"predicate\":{\"value\":0.5,\"verdict\":\"pass\"},"
      "\"predicateType\":\"https://example.com/check/v1\",\"subject\":[{\"digest\":{\"sha256\":\"" +
          std::string(kSha) + "\"},\"name\":\"model.onnx\"}]}");
}

TEST(Statement, SurvivesItsPayload) {
  Statement statement = Example();
  ResourceDescriptor full = ResourceDescriptor::OfSha256("data", Sha());
  full.uri = "file:data.npy";
  full.digest["sha512"] = "00ff";
  full.media_type = "application/octet-stream";
  full.download_location = "https://example.com/data.npy";
  full.annotations["rows"] = 3;
  statement.subjects.push_back(full);
  EXPECT_THAT(Statement::Parse(statement.ToPayload().value()), IsOkAndHolds(statement));
}

TEST(Statement, ReadsTheSpecificationsExample) {
  // Layout of the in-toto attestation specification's statement page; unknown members are to be ignored.
  const std::string text = R"({
    "_type": "https://in-toto.io/Statement/v1",
    "subject": [{"name": "x", "digest": {"gitCommit": "2c26b46b"}, "later": true}],
    "predicateType": "https://example.com/p", "later": [1, 2]})";
  CUPEL_ASSERT_OK(const Statement statement, Statement::Parse(AsBytes(text)));
  EXPECT_EQ(statement.subjects[0].digest.at("gitCommit"), "2c26b46b");
  EXPECT_EQ(statement.predicate, Json(Json::Object{}));
}

TEST(Statement, MatchesSubjectsByDigestAlone) {
  EXPECT_TRUE(Example().IsAbout(Sha()));
  EXPECT_FALSE(Example().IsAbout(Digest{}));
  Statement other = Example();
  other.subjects[0].digest = {{"sha512", "00"}};
  EXPECT_FALSE(other.IsAbout(Sha()));
}

TEST(Statement, RefusesToSignWhatNobodyCouldRead) {
  Statement statement = Example();
  statement.subjects.clear();
  EXPECT_THAT(statement.ToPayload(), HasError(ErrorCode::kInvalidArgument, HasSubstr("subject")));
  statement = Example();
  statement.subjects[0].digest.clear();
  EXPECT_THAT(statement.ToPayload(), HasError(ErrorCode::kInvalidArgument, HasSubstr("subject[0]")));
  statement = Example();
  statement.subjects[0].digest["sha256"] = "ABCD";
  EXPECT_THAT(statement.ToPayload(), HasError(ErrorCode::kInvalidArgument));
  statement = Example();
  statement.predicate_type.clear();
  EXPECT_THAT(statement.ToPayload(), HasError(ErrorCode::kInvalidArgument, HasSubstr("predicateType")));
  statement = Example();
  statement.predicate = Json();
  EXPECT_THAT(statement.ToPayload(), HasError(ErrorCode::kInvalidArgument, HasSubstr("predicate")));
}

TEST(Statement, NamesTheMemberThatIsWrong) {
  const std::string sha(kSha);
  const std::pair<std::string, const char*> cases[] = {
      {"", "JSON"},
      {"null", "_type"},
      {With("Statement/v1", "Statement/v2"), "_type"},
      {With("\"subject\":[{", "\"subjects\":[{"), "subject"},
      {With("[{\"digest\":{\"sha256\":\"" + sha + "\"},\"name\":\"model.onnx\"}]", "[]"), "subject"},
      {With("[{\"digest\":{\"sha256\":\"" + sha + "\"},\"name\":\"model.onnx\"}]", "[7]"), "subject[0]"},
      {With("\"digest\":{\"sha256\":\"" + sha + "\"},", ""), "subject[0]"},
      {With("\"sha256\":\"" + sha + "\"", ""), "subject[0]"},
      {With(sha, sha.substr(1)), "subject[0]"},
      {With(sha, sha.substr(2)), "64"},
      {With(sha, "2C" + sha.substr(2)), "lower-case"},
      {With("\"model.onnx\"", "1"), "name"},
      {With("\"predicateType\":\"https://example.com/check/v1\"", "\"predicateType\":\"\""), "predicateType"},
      {With("{\"value\":0.5,\"verdict\":\"pass\"}", "[]"), "predicate"},
  };
  for (const auto& [text, named] : cases) {
    EXPECT_THAT(Statement::Parse(AsBytes(text)), HasError(ErrorCode::kCorrupt, HasSubstr(named))) << text;
  }
}

TEST(ResourceDescriptor, LeavesOutWhatIsEmpty) {
  EXPECT_EQ(ResourceDescriptor{}.ToJson().Canonical(), "{}");
  EXPECT_EQ(ResourceDescriptor::OfSha256("a", Sha()).ToJson().Canonical(),
            "{\"digest\":{\"sha256\":\"" + std::string(kSha) + "\"},\"name\":\"a\"}");
}

}  // namespace
}  // namespace cupel::ledger::evidence
