// SPDX-License-Identifier: Apache-2.0
// The strictness that all statements of this module share.
#include "cupel/ledger/hallmark/fields.h"

#include "cupel/base/clock.h"
#include "cupel/ledger/hallmark/gate_world_for_test.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::ledger::hallmark {
namespace {

using cupel::testing::HasError;
using cupel::testing::IsOkAndHolds;
using ::testing::HasSubstr;

Json Parsed(const std::string& text) { return Json::Parse(text).value(); }

TEST(DigestSets, HaveOneForm) {
  const Digest digest = GateWorld::DigestOf("x");
  EXPECT_THAT(ReadDigestSet(DigestSet(digest)), IsOkAndHolds(digest));
  EXPECT_THAT(DigestSetField(Json::Object{{"d", DigestSet(digest)}}, "d"), IsOkAndHolds(digest));
  const std::string hex = digest.Hex();
  std::string capital = hex;
  const std::size_t letter = capital.find_first_of("abcdef");
  capital[letter] = static_cast<char>(capital[letter] - 'a' + 'A');
  for (const std::string& text :
       {std::string("{}"), std::string("[]"), std::string("null"), "\"" + hex + "\"",
        "{\"sha256\":\"" + capital + "\"}", "{\"sha256\":\"" + hex.substr(2) + "\"}",
        "{\"sha256\":\"" + hex + "00\"}", "{\"sha256\":\"" + hex + "\",\"sha512\":\"00\"}",
        "{\"SHA256\":\"" + hex + "\"}", std::string("{\"sha256\":1}"), std::string("{\"sha256\":\"\"}")}) {
    EXPECT_THAT(ReadDigestSet(Parsed(text)), HasError(ErrorCode::kCorrupt)) << text;
    EXPECT_THAT(DigestSetField(Json::Object{{"d", Parsed(text)}}, "d"), HasError(ErrorCode::kCorrupt))
        << text;
  }
  EXPECT_THAT(DigestSetField(Json::Object{}, "plan"), HasError(ErrorCode::kCorrupt, HasSubstr("plan")));
}

TEST(SubjectDigests, AreOneSha256) {
  const Digest digest = GateWorld::DigestOf("x");
  auto subject = evidence::ResourceDescriptor::OfSha256("n", digest);
  EXPECT_THAT(SubjectSha256(subject), IsOkAndHolds(digest));
  subject.digest["sha512"] = "00";
  EXPECT_THAT(SubjectSha256(subject), HasError(ErrorCode::kCorrupt, HasSubstr("no other digest")));
  subject.digest.erase("sha256");
  EXPECT_THAT(SubjectSha256(subject), HasError(ErrorCode::kCorrupt));
  subject.digest.clear();
  EXPECT_THAT(SubjectSha256(subject), HasError(ErrorCode::kCorrupt));
  subject.digest["sha256"] = std::string(64, 'F');
  EXPECT_THAT(SubjectSha256(subject), HasError(ErrorCode::kCorrupt, HasSubstr("lower-case")));
}

TEST(Times, AreUtcToTheSecondAndNameTheirMember) {
  const auto read = [](const Json& value) { return TimeField(Json::Object{{"expires", value}}, "expires"); };
  EXPECT_THAT(read("2026-11-21T02:38:00Z"), IsOkAndHolds(ParseUtc("2026-11-21T02:38:00Z").value()));
  EXPECT_THAT(read("1970-01-01T00:00:00Z"), IsOkAndHolds(0));
  for (const char* text :
       {"", "2026-11-21", "2026-11-21T02:38:00", "2026-11-21T02:38:00+00:00", "2026-11-21t02:38:00z",
        "2026-11-21T02:38:60Z", "2026-02-29T00:00:00Z", "2026-13-01T00:00:00Z", "2026-11-21T24:00:00Z",
        " 2026-11-21T02:38:00Z", "2026-11-21T02:38:00.0Z", "1969-12-31T23:59:59Z", "10000-01-01T00:00:00Z"}) {
    EXPECT_THAT(read(text), HasError(ErrorCode::kCorrupt, HasSubstr("expires"))) << text;
  }
  EXPECT_THAT(read(7), HasError(ErrorCode::kCorrupt, HasSubstr("expires")));
  EXPECT_THAT(TimeField(Json::Object{}, "notBefore"), HasError(ErrorCode::kCorrupt, HasSubstr("notBefore")));
}

TEST(Tokens, NameTheirMember) {
  EXPECT_THAT(TokenField(Json::Object{{"check", "inspect.pgd"}}, "check"), IsOkAndHolds("inspect.pgd"));
  for (const char* text : {"", "Two Words", "a\n"}) {
    EXPECT_THAT(TokenField(Json::Object{{"check", text}}, "check"),
                HasError(ErrorCode::kCorrupt, HasSubstr("check")));
  }
}

TEST(OneForm, IsCanonicalAndOfItsType) {
  evidence::Statement statement;
  statement.subjects = {evidence::ResourceDescriptor::OfSha256("n", GateWorld::DigestOf("x"))};
  statement.predicate_type = "https://example.com/a";
  statement.predicate["b"] = 1;
  const std::string text(AsText(statement.ToPayload().value()));
  EXPECT_THAT(ParseOneForm(AsBytes(text), "https://example.com/a"), IsOkAndHolds(statement));
  EXPECT_THAT(ParseOneForm(AsBytes(text), "https://example.com/b"),
              HasError(ErrorCode::kUnsupported, HasSubstr("https://example.com/a")));
  for (const std::string& other : {text + " ", " " + text, text + "\n", Parsed(text).Indented()}) {
    EXPECT_THAT(ParseOneForm(AsBytes(other), "https://example.com/a"), HasError(ErrorCode::kCorrupt))
        << other;
  }
  Json more = Parsed(text);
  more["extra"] = "x";
  const std::string extended = more.Canonical();
  EXPECT_THAT(ParseOneForm(AsBytes(extended), "https://example.com/a"), HasError(ErrorCode::kCorrupt));
}

}  // namespace
}  // namespace cupel::ledger::hallmark
