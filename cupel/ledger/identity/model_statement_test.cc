// SPDX-License-Identifier: Apache-2.0
#include "cupel/ledger/identity/model_statement.h"

#include <algorithm>

#include "cupel/crypto/hash.h"
#include "cupel/ledger/identity/published_vectors_for_test.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::ledger::identity {
namespace {

using cupel::testing::HasError;
using cupel::testing::IsOk;
using cupel::testing::IsOkAndHolds;
using evidence::Statement;
using ::testing::AllOf;
using ::testing::HasSubstr;

Bytes Sha(std::string_view text) {
  const Digest digest = crypto::Sha256(AsBytes(text));
  return {digest.bytes.begin(), digest.bytes.end()};
}

Manifest Example() {
  Manifest manifest;
  manifest.model_name = "resnet";
  manifest.resources = {{"config.json", Sha("c")}, {"w/a.bin", Sha("a")}};
  manifest.serialization.ignore_paths = {".git", "cache"};
  return manifest;
}

/// The statement of these resources with the root that belongs to them.
Statement With(std::vector<Resource> resources, Serialization serialization = {}) {
  return ToStatement({"m", std::move(resources), std::move(serialization)});
}

TEST(ModelStatement, HasTheCanonicalText) {
  CUPEL_ASSERT_OK(const Bytes payload, ToStatement(Example()).ToPayload());
  EXPECT_EQ(
      AsText(payload),
      R"({"_type":"https://in-toto.io/Statement/v1","predicate":{"resources":[)"
      R"({"algorithm":"sha256",)"
      R"("digest":"2e7d2c03a9507ae265ecf5b5356885a53393a2029d241394997265a1a25aefc6","name":"config.json"},)"
      R"({"algorithm":"sha256",)"
      R"("digest":"ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb","name":"w/a.bin"}],)"
      R"("serialization":{"allow_symlinks":false,"hash_type":"sha256",)"
      R"("ignore_paths":[".git","cache"],"method":"files"}},)"
      R"("predicateType":"https://model_signing/signature/v1.0","subject":[{"digest":{"sha256":")" +
          Example().Root().Hex() + R"("},"name":"resnet"}]})");
}

TEST(ModelStatement, SurvivesTheStatement) {
  EXPECT_THAT(FromStatement(ToStatement(Example())), IsOkAndHolds(Example()));
  Manifest shards = Example();
  shards.resources = {{"a:0:10", Sha("1")}, {"a:10:13", Sha("2")}};
  shards.serialization = {.method = Method::kShards, .shard_size = 10, .allow_symlinks = true};
  EXPECT_THAT(FromStatement(ToStatement(shards)), IsOkAndHolds(shards));
  EXPECT_EQ(ToStatement(shards).predicate["serialization"]["shard_size"], Json(10));
  EXPECT_EQ(ToStatement(Example()).predicate["serialization"].Find("shard_size"), nullptr);
  Manifest other_hash = Example();
  other_hash.serialization.hash = HashType::kBlake2b;
  for (Resource& resource : other_hash.resources) resource.digest.resize(64, 1);
  EXPECT_THAT(FromStatement(ToStatement(other_hash)), IsOkAndHolds(other_hash));
  EXPECT_EQ(ToStatement(other_hash).predicate["serialization"]["hash_type"], Json("blake2b"));
  EXPECT_EQ(ToStatement(other_hash).predicate["resources"].AsArray()[1]["algorithm"], Json("blake2b"));
}

TEST(ModelStatement, ReadsWhatTheReferenceImplementationWritesForShards) {
  // tests/_signing/testdata/signing/TestPayload/sample_model_folder_small_shards: order of offsets, a double,
  // and an algorithm of its own.
  Statement statement;
  statement.subjects = {evidence::ResourceDescriptor::OfSha256(
      "sample_model", Digest::FromHex(kSampleModelShardsRoot).value())};
  statement.predicate_type = kModelPredicate;
  for (const auto& [name, hex] : kSampleModelShards) {
    statement.predicate["resources"].Append(
        Json::Object{{"algorithm", "sha256-sharded-8"}, {"digest", hex}, {"name", name}});
  }
  statement.predicate["serialization"] = Json::Object{
      {"method", "shards"}, {"hash_type", "sha256"}, {"allow_symlinks", true}, {"shard_size", 8.0}};
  CUPEL_ASSERT_OK(const Manifest manifest, FromStatement(statement));
  EXPECT_EQ(manifest.Root().Hex(), kSampleModelShardsRoot);
  EXPECT_EQ(manifest.serialization.shard_size, 8u);
  EXPECT_EQ(manifest.resources[2].name, "d0/f00:16:23");
  statement.predicate["resources"].AsArray()[0]["algorithm"] = "sha256-sharded-9";
  EXPECT_THAT(FromStatement(statement), HasError(ErrorCode::kUnsupported, HasSubstr("resources[0]")));
}

TEST(ModelStatement, AcceptsBothPublishedOrdersAndNoOther) {
  // "a-b" < "a/b" by code points; ("a", "b") < ("a-b") by path components.
  const Resource dash{"a-b", Sha("1")}, slash{"a/b", Sha("2")}, last{"b", Sha("3")};
  EXPECT_THAT(FromStatement(With({dash, slash, last})), IsOk());
  EXPECT_THAT(FromStatement(With({slash, dash, last})), IsOk());
  std::vector<Resource> resources = {dash, slash, last};
  int accepted = 0;
  std::sort(resources.begin(), resources.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  do {
    accepted += FromStatement(With(resources)).has_value() ? 1 : 0;
  } while (std::next_permutation(resources.begin(), resources.end(),
                                 [](const auto& a, const auto& b) { return a.name < b.name; }));
  EXPECT_EQ(accepted, 2);
  EXPECT_THAT(FromStatement(With({dash, dash})), HasError(ErrorCode::kCorrupt, HasSubstr("once")));
}

TEST(ModelStatement, ReadsTheOlderNameOfASingleFile) {
  EXPECT_THAT(FromStatement(With({{".", Sha("1")}})), IsOk());
  EXPECT_THAT(FromStatement(With({{".", Sha("1")}, {"a", Sha("2")}})),
              HasError(ErrorCode::kCorrupt, HasSubstr("\".\"")));
  const Serialization shards{.method = Method::kShards, .shard_size = 1};
  EXPECT_THAT(FromStatement(With({{".:0:1", Sha("1")}, {".:1:2", Sha("2")}}, shards)), IsOk());
}

TEST(ModelStatement, IgnoresUnknownMembersOfAResourceAlone) {
  Statement statement = ToStatement(Example());
  statement.predicate["resources"].AsArray()[0]["uri"] = "https://example.com/x";
  EXPECT_THAT(FromStatement(statement), IsOkAndHolds(Example()));
  statement.predicate["serialization"]["alow_symlinks"] = true;
  EXPECT_THAT(FromStatement(statement), HasError(ErrorCode::kCorrupt, HasSubstr("allow_symlinks")));
  statement = ToStatement(Example());
  statement.predicate["more"] = 1;
  EXPECT_THAT(FromStatement(statement), HasError(ErrorCode::kCorrupt, HasSubstr("more")));
}

TEST(ModelStatement, RefusesASubjectThatIsNotTheRoot) {
  for (std::size_t bit = 0; bit < 256; ++bit) {
    Statement statement = ToStatement(Example());
    Digest root = Example().Root();
    root.bytes[bit / 8] ^= static_cast<std::uint8_t>(1u << bit % 8);
    statement.subjects[0].digest["sha256"] = root.Hex();
    EXPECT_THAT(FromStatement(statement), HasError(ErrorCode::kVerificationFailed, HasSubstr("root")));
  }
  Statement statement = ToStatement(Example());
  statement.subjects[0].digest = {{"sha512", Example().Root().Hex()}};
  EXPECT_THAT(FromStatement(statement), HasError(ErrorCode::kVerificationFailed));
}

TEST(ModelStatement, NamesTheMemberThatIsWrong) {
  using Change = void (*)(Statement&);
  struct Case {
    Change change;
    ErrorCode code;
    const char* named;
  };
  const Case cases[] = {
      {[](Statement& s) { s.predicate_type = "https://model_signing/Digests/v0.1"; }, ErrorCode::kCorrupt,
       "predicateType"},
      {[](Statement& s) { s.subjects.push_back(s.subjects[0]); }, ErrorCode::kCorrupt, "one subject, got 2"},
      {[](Statement& s) { s.subjects[0].name.clear(); }, ErrorCode::kCorrupt, "name"},
      {[](Statement& s) { s.predicate.AsObject().erase("serialization"); }, ErrorCode::kCorrupt,
       "serialization"},
      {[](Statement& s) { s.predicate.AsObject().erase("resources"); }, ErrorCode::kCorrupt, "resources"},
      {[](Statement& s) { s.predicate["resources"] = Json::Array{}; }, ErrorCode::kCorrupt, "not be empty"},
      {[](Statement& s) { s.predicate["serialization"]["method"] = "tensors"; }, ErrorCode::kUnsupported,
       "method"},
      {[](Statement& s) { s.predicate["serialization"]["method"] = "shards"; }, ErrorCode::kCorrupt,
       "shard_size"},
      {[](Statement& s) { s.predicate["serialization"]["shard_size"] = 5; }, ErrorCode::kCorrupt, "absent"},
      {[](Statement& s) { s.predicate["serialization"]["hash_type"] = "blake3"; }, ErrorCode::kUnsupported,
       "blake3"},
      {[](Statement& s) { s.predicate["serialization"]["allow_symlinks"] = "false"; }, ErrorCode::kCorrupt,
       "allow_symlinks"},
      {[](Statement& s) { s.predicate["serialization"].AsObject().erase("allow_symlinks"); },
       ErrorCode::kCorrupt, "allow_symlinks"},
      {[](Statement& s) { s.predicate["serialization"]["ignore_paths"] = Json::Array{7}; },
       ErrorCode::kCorrupt, "ignore_paths"},
      {[](Statement& s) { s.predicate["serialization"]["ignore_paths"] = Json::Array{"."}; },
       ErrorCode::kCorrupt, "ignore_paths"},
      {[](Statement& s) { s.predicate["serialization"]["ignore_paths"] = Json::Array{"*"}; },
       ErrorCode::kCorrupt, "ignore_paths"},
      {[](Statement& s) { s.predicate["serialization"]["ignore_paths"] = Json::Array{"a/../.."}; },
       ErrorCode::kCorrupt, "ignore_paths"},
      {[](Statement& s) { s.predicate["resources"].AsArray()[1]["name"] = "../x"; }, ErrorCode::kCorrupt,
       "resources[1]"},
      {[](Statement& s) { s.predicate["resources"].AsArray()[1]["name"] = "/x"; }, ErrorCode::kCorrupt,
       "relative"},
      {[](Statement& s) { s.predicate["resources"].AsArray()[1]["name"] = "w//a.bin"; }, ErrorCode::kCorrupt,
       "w/a.bin"},
      {[](Statement& s) { s.predicate["resources"].AsArray()[1]["name"] = ""; }, ErrorCode::kCorrupt,
       "resources[1]"},
      {[](Statement& s) { s.predicate["resources"].AsArray()[1]["digest"] = "00"; }, ErrorCode::kCorrupt,
       "resources[1]"},
      {[](Statement& s) { s.predicate["resources"].AsArray()[1]["digest"] = std::string(64, 'A'); },
       ErrorCode::kCorrupt, "lower-case"},
      {[](Statement& s) { s.predicate["resources"].AsArray()[1]["digest"] = Json::Object{{"sha256", "00"}}; },
       ErrorCode::kCorrupt, "digest"},
      {[](Statement& s) { s.predicate["resources"].AsArray()[1]["algorithm"] = "blake2b"; },
       ErrorCode::kUnsupported, "blake2b"},
      {[](Statement& s) { s.predicate["serialization"]["hash_type"] = "blake2b"; }, ErrorCode::kUnsupported,
       "must be \"blake2b\", got \"sha256\""},
      {[](Statement& s) {
         s.predicate["serialization"]["hash_type"] = "blake2b";
         for (Json& resource : s.predicate["resources"].AsArray()) resource["algorithm"] = "blake2b";
       },
       ErrorCode::kCorrupt, "128 hexadecimal digits, got 64"},
      {[](Statement& s) { s.predicate["resources"].AsArray()[1] = 3; }, ErrorCode::kCorrupt, "resources[1]"},
  };
  for (std::size_t i = 0; i < std::size(cases); ++i) {
    Statement statement = ToStatement(Example());
    cases[i].change(statement);
    EXPECT_THAT(FromStatement(statement), HasError(cases[i].code, HasSubstr(cases[i].named))) << "case " << i;
  }
}

TEST(ParseShardName, TakesTheLastTwoNumbers) {
  const std::tuple<const char*, const char*, std::uint64_t, std::uint64_t> cases[] = {
      {"weights.bin:0:1000000000", "weights.bin", 0, 1000000000},
      {"a:1:2:3:4", "a:1:2", 3, 4},
      {"::0:1", ":", 0, 1},
      {"dir/f:0:18446744073709551615", "dir/f", 0, 18446744073709551615u}};
  for (const auto& [name, path, start, end] : cases) {
    CUPEL_ASSERT_OK(const Shard shard, ParseShardName(name));
    EXPECT_EQ(shard.path, path);
    EXPECT_EQ(shard.start, start);
    EXPECT_EQ(shard.end, end);
  }
  for (const char* name : {"", "a", "a:1", "a:1:", "a::1", "a:2:1", "a:1:1", "a:-1:1", "a:+0:1", "a:01:2",
                           "a:0x0:2", "a:0:1 ", "a:0:18446744073709551616", ":1", "::"}) {
    EXPECT_THAT(ParseShardName(name), HasError(ErrorCode::kCorrupt)) << name;
  }
  const Serialization shards{.method = Method::kShards, .shard_size = 1};
  EXPECT_THAT(FromStatement(With({{":0:1", Sha("1")}}, shards)),
              HasError(ErrorCode::kCorrupt, HasSubstr("a name")));
}

}  // namespace
}  // namespace cupel::ledger::identity
