// SPDX-License-Identifier: Apache-2.0
// Every member of every document taken away, doubled, or given every other type: readers must refuse it or
// read the very same thing, and a broken reader would have to survive all of it.
#include <functional>
#include <set>

#include "cupel/base/reproducible_stream.h"
#include "cupel/crypto/hash.h"
#include "cupel/ledger/evidence/bundle.h"
#include "cupel/ledger/evidence/statement.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::ledger::evidence {
namespace {

using crypto::SigningKey;
using cupel::testing::HasError;
using cupel::testing::IsOk;
using cupel::testing::IsOkAndHolds;
using ::testing::HasSubstr;

using Path = std::vector<std::string>;  // member names; "#2" is an array's element

std::string Joined(const Path& path) {
  std::string text;
  for (const std::string& step : path) text += "/" + step;
  return text;
}

Json& At(Json& json, const Path& path) {
  Json* node = &json;
  for (const std::string& step : path) {
    node = step[0] == '#' ? &node->AsArray().at(static_cast<std::size_t>(std::stoi(step.substr(1))))
                          : &(*node)[step];
  }
  return *node;
}

void CollectPaths(const Json& json, const Path& here, std::vector<Path>& paths) {
  paths.push_back(here);
  if (json.IsObject()) {
    for (const auto& [name, child] : json.AsObject()) {
      Path below = here;
      below.push_back(name);
      CollectPaths(child, below, paths);
    }
  } else if (json.IsArray()) {
    for (std::size_t i = 0; i < json.AsArray().size(); ++i) {
      Path below = here;
      below.push_back("#" + std::to_string(i));
      CollectPaths(json.AsArray()[i], below, paths);
    }
  }
}

std::vector<Path> PathsOf(const Json& json) {
  std::vector<Path> paths;
  CollectPaths(json, {}, paths);
  return paths;
}

/// Calls `use` with every document that differs from `good` in one value's type, and in one value's absence.
void ForEveryShape(const Json& good, const std::function<void(const Json&, const std::string& what)>& use) {
  const std::pair<const char*, Json> others[] = {{"null", Json()},
                                                 {"true", Json(true)},
                                                 {"0", Json(0)},
                                                 {"-1.5", Json(-1.5)},
                                                 {"text", Json("\u91d1")},
                                                 {"empty text", Json("")},
                                                 {"list", Json(Json::Array{})},
                                                 {"object", Json(Json::Object{})}};
  for (const Path& path : PathsOf(good)) {
    for (const auto& [name, value] : others) {
      Json changed = good;
      At(changed, path) = value;
      if (changed != good) use(changed, Joined(path) + " = " + name);
    }
    if (path.empty()) continue;
    Json changed = good;
    Json& parent = At(changed, Path(path.begin(), path.end() - 1));
    if (parent.IsObject()) {
      parent.AsObject().erase(path.back());
    } else {
      parent.AsArray().erase(parent.AsArray().begin() + std::stoi(path.back().substr(1)));
    }
    use(changed, Joined(path) + " removed");
  }
}

Bundle Logged(const SigningKey& key) {
  Statement statement;
  statement.subjects = {ResourceDescriptor::OfSha256("m", crypto::Sha256({}))};
  statement.predicate_type = "https://example.com/p";
  statement.predicate = Json::Object{};
  Bundle bundle = Bundle::Of(SignEnvelope(kStatementPayloadType, statement.ToPayload().value(), key));
  for (std::uint8_t i = 0; i < 2; ++i) {
    TlogEntry entry;
    entry.log_index = i + 3u;
    entry.log_id = Bytes(32, i);
    entry.kind = "dsse";
    entry.version = "0.0.2";
    entry.tree_size = 9;
    entry.path = {Digest{{4, i}}, Digest{{5}}};
    entry.checkpoint = "note";
    entry.body = {'{', '}'};
    bundle.tlog_entries.push_back(entry);
  }
  return bundle;
}

TEST(EveryShape, OfABundlesTimestampsIsRefusedOrReadsAsSomethingElse) {
  const SigningKey key = SigningKey::Generate().value();
  const Bundle without = Logged(key);
  Bundle bundle = without;
  bundle.timestamps = {{1, 2, 3}, {4, 5}};
  int refused = 0;
  int fewer = 0;
  const Json good = Json::Parse(bundle.ToText()).value();
  const Json& data = good["verificationMaterial"]["timestampVerificationData"];
  ForEveryShape(data, [&](const Json& changed, const std::string& what) {
    Json json = good;
    json["verificationMaterial"]["timestampVerificationData"] = changed;
    const auto read = Bundle::Parse(json.Canonical());
    if (!read) {
      ++refused;
      EXPECT_THAT(read, HasError(ErrorCode::kCorrupt)) << what;
      return;
    }
    EXPECT_NE(read->timestamps, bundle.timestamps) << what;
    EXPECT_EQ(read->tlog_entries, bundle.tlog_entries) << what;
    if (read->timestamps.size() < bundle.timestamps.size()) ++fewer;
  });
  EXPECT_GT(refused, 40);
  EXPECT_EQ(fewer, 2) << "either of the two stamps taken away";
  Json none = good;
  none["verificationMaterial"].AsObject().erase("timestampVerificationData");
  EXPECT_THAT(Bundle::Parse(none.Canonical()), IsOkAndHolds(without));
}

TEST(EveryShape, OfABundleIsRefusedOrReadsAsSomethingElse) {
  const SigningKey key = SigningKey::Generate().value();
  const Bundle bundle = Logged(key);
  std::set<std::string> accepted;
  int refused = 0;
  ForEveryShape(Json::Parse(bundle.ToText()).value(), [&](const Json& changed, const std::string& what) {
    const auto read = Bundle::Parse(changed.Canonical());
    if (!read) {
      ++refused;
      EXPECT_TRUE(read.error().code == ErrorCode::kCorrupt || read.error().code == ErrorCode::kUnsupported)
          << what;
      EXPECT_FALSE(read.error().message.empty());
      return;
    }
    // integratedTime has the one value 0, so it may be left out.
    EXPECT_TRUE(*read != bundle || what.ends_with("/integratedTime removed")) << what;
    accepted.insert(what.substr(0, what.find(' ')));
  });
  EXPECT_GT(refused, 250);
  // What may have another value and still be a bundle: texts that are compared elsewhere, the list of log
  // entries and of hashes. What may be absent: the hint beside the signature, integratedTime (0 is its only
  // value).
  for (const std::string& path : accepted) {
    EXPECT_THAT(path, ::testing::ContainsRegex(
                          "keyid$|hint$|/tlogEntries(/#[01])?$|hashes(/#[01])?$|envelope$|kind$|version$|"
                          "keyId$|canonicalizedBody$|payload$|payloadType$|sig$|integratedTime$"));
  }
}

TEST(EveryShape, OfAnEnvelopeIsRefusedOrDoesNotVerify) {
  const SigningKey key = SigningKey::Generate().value();
  const std::vector<crypto::PublicKey> trusted = {key.Public()};
  const Envelope envelope = SignEnvelope("application/example", Bytes{1, 2, 3}, key);
  int read_back = 0;
  ForEveryShape(envelope.ToJson(), [&](const Json& changed, const std::string& what) {
    const auto read = Envelope::FromJson(changed);
    if (!read) {
      EXPECT_EQ(read.error().code, ErrorCode::kCorrupt) << what;
    } else if (read->Verify(trusted)) {
      ++read_back;
      EXPECT_THAT(what, HasSubstr("keyid")) << "only the hint is free";
      EXPECT_EQ(read->payload, envelope.payload);
    }
  });
  EXPECT_GT(read_back, 0);
}

TEST(EveryShape, OfAStatementIsRefusedOrReadsAsSomethingElse) {
  Statement statement;
  ResourceDescriptor full = ResourceDescriptor::OfSha256("data", crypto::Sha256({}));
  full.uri = "file:data";
  full.digest["sha512"] = "00ff";
  full.media_type = "application/octet-stream";
  full.download_location = "https://example.com/data";
  full.annotations["rows"] = 3;
  statement.subjects = {full, ResourceDescriptor::OfSha256("m", Digest{})};
  statement.predicate_type = "https://example.com/p";
  statement.predicate["deep"]["er"] = 1;
  int refused = 0;
  ForEveryShape(Json::Parse(AsText(statement.ToPayload().value())).value(),
                [&](const Json& changed, const std::string& what) {
                  const auto read = Statement::Parse(AsBytes(changed.Canonical()));
                  if (!read) {
                    ++refused;
                    EXPECT_EQ(read.error().code, ErrorCode::kCorrupt) << what;
                    return;
                  }
                  // An absent predicate is an empty claim, so it reads; it must not read as this one.
                  EXPECT_NE(*read, statement) << what;
                  EXPECT_THAT(Statement::Parse(read->ToPayload().value()), IsOkAndHolds(*read)) << what;
                });
  EXPECT_GT(refused, 80);
}

// The encoding that is signed has to be one-to-one: two different envelopes may never share it.
TEST(PreAuthenticationEncoding, IsOneToOneOnEveryShortPair) {
  std::vector<std::string> texts = {""};
  for (std::size_t first = 0, length = 0; length < 3; ++length) {
    const std::size_t last = texts.size();
    for (; first < last; ++first) {
      for (const char c : {' ', '0', '1', '3'}) texts.push_back(texts[first] + c);
    }
  }
  std::set<std::string> seen;
  for (const std::string& type : texts) {
    for (const std::string& payload : texts) {
      ASSERT_TRUE(seen.emplace(AsText(PreAuthenticationEncoding(type, AsBytes(payload)))).second)
          << type << "|" << payload;
    }
  }
  EXPECT_EQ(seen.size(), texts.size() * texts.size());
}

// Concatenation without lengths, the usual mistake, is not one-to-one; the test above would see it.
TEST(PreAuthenticationEncoding, ABrokenTwinWithoutLengthsCollides) {
  const auto broken = [](const std::string& type, const std::string& payload) {
    return "DSSEv1 " + type + " " + payload;
  };
  EXPECT_EQ(broken("1", "3 0"), broken("1 3", "0"));
}

ResourceDescriptor RandomResource(ReproducibleStream& stream) {
  const auto text = [&] {
    const char* texts[] = {"", "a", "model.onnx", "\u6a21\u578b", "a\"b\\c\n", "\U0001F600"};
    return std::string(texts[stream.Below(6)]);
  };
  ResourceDescriptor resource;
  resource.name = text();
  resource.uri = text();
  resource.media_type = text();
  resource.download_location = text();
  if (stream.Below(2) == 0) resource.digest["sha256"] = crypto::Sha256(AsBytes(text())).Hex();
  if (resource.digest.empty() || stream.Below(2) == 0) resource.digest["gitCommit"] = "00ff";
  if (stream.Below(2) == 0) resource.annotations["n"] = static_cast<int>(stream.Below(9));
  return resource;
}

TEST(Statement, RandomOnesSurviveTheirPayloadAndItsBytesAreTheirOnly) {
  ReproducibleStream stream(1, "statements");
  for (int i = 0; i < 500; ++i) {
    Statement statement;
    for (std::uint64_t n = 1 + stream.Below(4); n > 0; --n)
      statement.subjects.push_back(RandomResource(stream));
    statement.predicate_type = "p";
    statement.predicate = Json::Object{{"x", stream.UniformDouble()}};
    CUPEL_ASSERT_OK(const Bytes payload, statement.ToPayload());
    CUPEL_ASSERT_OK(const Statement again, Statement::Parse(payload));
    ASSERT_EQ(again, statement);
    ASSERT_EQ(again.ToPayload().value(), payload);
    for (const ResourceDescriptor& subject : statement.subjects) {
      const auto sha256 = subject.digest.find("sha256");
      if (sha256 == subject.digest.end()) continue;
      ASSERT_TRUE(again.IsAbout(Digest::FromHex(sha256->second).value()));
    }
  }
}

TEST(Statement, DoesNotDependOnTheOrderOfMembersInItsText) {
  const std::string one = R"({"_type":"https://in-toto.io/Statement/v1",)"
                          R"("subject":[{"name":"m","digest":{"sha512":"00","sha1":"ff"}}],)"
                          R"("predicateType":"p","predicate":{"b":1,"a":[1.0,2e0]}})";
  const std::string other = R"( {"predicate": {"a": [1, 2.0], "b": 1.0}, "predicateType": "p",
      "subject": [{"digest": {"sha1": "ff", "sha512": "00"}, "name": "m"}],
      "_type": "https://in-toto.io/Statement/v1"} )";
  EXPECT_EQ(Statement::Parse(AsBytes(one))->ToPayload().value(),
            Statement::Parse(AsBytes(other))->ToPayload().value());
}

TEST(Bundle, NamesWhichOfItsLogEntriesIsWrong) {
  const SigningKey key = SigningKey::Generate().value();
  for (const int entry : {0, 1}) {
    Json json = Json::Parse(Logged(key).ToText()).value();
    At(json, {"verificationMaterial", "tlogEntries", "#" + std::to_string(entry)})["logIndex"] = "x";
    EXPECT_THAT(Bundle::Parse(json.Canonical()),
                HasError(ErrorCode::kCorrupt, HasSubstr("tlogEntries[" + std::to_string(entry) + "]")));
  }
  EXPECT_THAT(Bundle::Parse(Logged(key).ToText()), IsOk());
}

}  // namespace
}  // namespace cupel::ledger::evidence
