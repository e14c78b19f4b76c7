// SPDX-License-Identifier: Apache-2.0
#include "cupel/ledger/identity/model_signature.h"

#include <fmt/format.h>

#include <functional>

#include "cupel/base/file.h"
#include "cupel/crypto/hash.h"
#include "cupel/ledger/identity/model_statement.h"
#include "cupel/ledger/identity/published_vectors_for_test.h"
#include "cupel/testing/scratch_folder.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::ledger::identity {
namespace {

using crypto::PublicKey;
using crypto::SigningKey;
using cupel::testing::HasError;
using cupel::testing::IsOk;
using cupel::testing::ScratchFolder;
using evidence::Bundle;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

namespace fs = std::filesystem;

class ModelSignatureTest : public ::testing::Test {
 protected:
  void Write(const std::string& name, std::string_view text) const {
    fs::create_directories((folder_ / name).parent_path());
    ASSERT_THAT(WriteFileAtomic(folder_ / name, text), IsOk());
  }
  void WriteModel() const {
    fs::remove_all(folder_ / "m");
    for (const char* name : {"config.json", "model.onnx", "w/a.bin", "w/b.bin"})
      Write(std::string("m/") + name, name);
  }
  /// The model of the published bundles.
  void WritePublishedModel() const {
    for (const auto& [name, text] : kSignedFiles) Write("published/" + std::string(name), text);
  }

  const ScratchFolder folder_;
  const SigningKey key_ = SigningKey::Generate().value();
  const std::vector<PublicKey> trusted_ = {key_.Public()};
  const std::vector<PublicKey> publisher_ = {PublicKey::FromPemOfAnyCurve(kPublishedKey).value()};
};

Json BundleJson(const PublishedEnvelope& envelope, Json public_key) {
  Json json;
  json["mediaType"] = "application/vnd.dev.sigstore.bundle.v0.3+json";
  json["verificationMaterial"]["publicKey"] = std::move(public_key);
  json["verificationMaterial"]["tlogEntries"] = Json::Array{};
  json["dsseEnvelope"]["payload"] = envelope.payload;
  json["dsseEnvelope"]["payloadType"] = "application/vnd.in-toto+json";
  json["dsseEnvelope"]["signatures"].Append(Json::Object{{"sig", envelope.signature}, {"keyid", ""}});
  return json;
}

/// As bundles have been since v1.1.
Json BundleJson(const PublishedEnvelope& envelope) {
  return BundleJson(envelope, Json::Object{{"hint", kPublishedKeyHint}});
}

/// As bundles were before: the key itself, keyid null.
Json OldBundleJson(const PublishedEnvelope& envelope) {
  Json json = BundleJson(envelope, Json::Object{{"rawBytes", ToBase64(AsBytes(kPublishedKey))},
                                                {"keyDetails", "PKIX_ECDSA_P384_SHA_384"}});
  json["dsseEnvelope"]["signatures"].AsArray()[0]["keyid"] = nullptr;
  return json;
}

Result<SignedModel> Open(const Json& bundle, const std::vector<PublicKey>& trusted) {
  CUPEL_TRY(const ModelBundle parsed, ModelBundle::Parse(bundle.Canonical()));
  return OpenModelSignature(parsed, trusted);
}

TEST_F(ModelSignatureTest, VerifiesThePublishedBundlesAgainstTheirModel) {
  WritePublishedModel();
  EXPECT_EQ(publisher_[0].Id(), kPublishedKeyHint);
  for (const Json& bundle : {BundleJson(kKeyBundle), BundleJson(kBundle110), OldBundleJson(kBundle101)}) {
    CUPEL_ASSERT_OK(const SignedModel opened, Open(bundle, publisher_));
    EXPECT_EQ(opened.manifest.Root().Hex(),
              "92745110b1ab4368471cbe31664e10174e954b113a3df333db860317b2c6dec4");
    EXPECT_THAT(CompareModel({folder_ / "published"}, opened.manifest), IsOk());
  }
}

TEST_F(ModelSignatureTest, VerifiesThePublishedBundleOfASingleFile) {
  WritePublishedModel();
  CUPEL_ASSERT_OK(const SignedModel opened, Open(OldBundleJson(kBundle031), publisher_));
  EXPECT_EQ(opened.manifest.resources[0].name, ".");
  EXPECT_THAT(CompareModel({folder_ / "published/signme-1"}, opened.manifest), IsOk());
  EXPECT_THAT(CompareModel({folder_ / "published/signme-2"}, opened.manifest),
              HasError(ErrorCode::kVerificationFailed, HasSubstr("changed: signme-2")));
}

TEST_F(ModelSignatureTest, RefusesThePublishedInvalidBundles) {
  // test-vectors/v1.0/invalid-payload: the signature is not of this payload.
  EXPECT_THAT(Open(BundleJson(kWrongPredicateBundle), publisher_), HasError(ErrorCode::kVerificationFailed));
  // test-vectors/v1.0/invalid: empty, missing-envelope, missing-verification-material and
  // missing-tlog-entries (a certificate alone) are the valid bundle without these members.
  EXPECT_THAT(ModelBundle::Parse(""), HasError(ErrorCode::kCorrupt));
  for (const char* missing : {"dsseEnvelope", "verificationMaterial", "mediaType"}) {
    Json bundle = BundleJson(kKeyBundle);
    bundle.AsObject().erase(missing);
    EXPECT_THAT(ModelBundle::Parse(bundle.Canonical()), HasError(ErrorCode::kCorrupt, HasSubstr(missing)));
  }
}

TEST_F(ModelSignatureTest, NoticesAnyChangeInAPublishedBundle) {
  for (const Json& bundle : {BundleJson(kKeyBundle), OldBundleJson(kBundle101)}) {
    const std::string text = bundle.Canonical();
    int refused = 0, same = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
      std::string changed = text;
      changed[i] = static_cast<char>(changed[i] ^ 1);
      const auto parsed = ModelBundle::Parse(changed);
      const auto opened =
          parsed ? OpenModelSignature(*parsed, publisher_) : tl::make_unexpected(parsed.error());
      if (!opened) {
        ++refused;
        continue;
      }
      // Only what carries nothing may change: the older key's optional details are compared, so nothing is
      // left.
      ++same;
      ADD_FAILURE() << "byte " << i << " '" << text[i] << "'";
    }
    EXPECT_EQ(refused + same, static_cast<int>(text.size()));
  }
}

TEST_F(ModelSignatureTest, VerifiesWhatItSigned) {
  WriteModel();
  const ModelPaths model{folder_ / "m", {}, folder_ / "m/model.sig"};
  CUPEL_ASSERT_OK(const Manifest manifest, BuildManifest(model));
  Write("m/model.sig", SignModel(manifest, key_).ToText());
  CUPEL_ASSERT_OK(const std::string text, ReadTextFile(folder_ / "m/model.sig"));
  CUPEL_ASSERT_OK(const ModelBundle bundle, ModelBundle::Parse(text));
  CUPEL_ASSERT_OK(const SignedModel opened, OpenModelSignature(bundle, trusted_));
  EXPECT_EQ(opened.manifest, manifest);
  EXPECT_EQ(opened.signer, key_.Public());
  EXPECT_THAT(CompareModel(model, opened.manifest), IsOk());
  fs::rename(folder_ / "m", folder_ / "moved");
  EXPECT_THAT(CompareModel({folder_ / "moved"}, opened.manifest), IsOk())
      << "the signature's name is recorded";
}

TEST_F(ModelSignatureTest, BelievesOnlyTrustedKeysInTheirRole) {
  WriteModel();
  const ModelBundle bundle = SignModel(BuildManifest({folder_ / "m"}).value(), key_);
  const SigningKey stranger = SigningKey::Generate().value();
  EXPECT_THAT(OpenModelSignature(bundle, std::vector{stranger.Public()}),
              HasError(ErrorCode::kVerificationFailed));
  EXPECT_THAT(OpenModelSignature(bundle, std::vector<PublicKey>{}), HasError(ErrorCode::kVerificationFailed));
  evidence::TrustPolicy policy;
  ASSERT_THAT(policy.Trust(evidence::KeyRole::kHallmark, key_.Public()), IsOk());
  EXPECT_THAT(OpenModelSignature(bundle, policy),
              HasError(ErrorCode::kVerificationFailed, HasSubstr("whose role is hallmark")));
  evidence::TrustPolicy other;
  ASSERT_THAT(other.Trust(evidence::KeyRole::kEvidence, key_.Public()), IsOk());
  EXPECT_THAT(OpenModelSignature(bundle, other), IsOk());
  ModelBundle hinted = bundle;
  hinted.bundle.key_hint = stranger.Public().Id();
  EXPECT_THAT(OpenModelSignature(hinted, trusted_),
              HasError(ErrorCode::kVerificationFailed, HasSubstr("names key")));
}

TEST_F(ModelSignatureTest, RefusesSignedStatementsOfAnotherKind) {
  evidence::Statement statement;
  statement.subjects = {evidence::ResourceDescriptor::OfSha256("m", crypto::Sha256({}))};
  statement.predicate_type = "https://example.com/p";
  statement.predicate = Json::Object{};
  const ModelBundle bundle{.bundle = Bundle::Of(evidence::SignEnvelope(evidence::kStatementPayloadType,
                                                                       statement.ToPayload().value(), key_))};
  EXPECT_THAT(OpenModelSignature(bundle, trusted_),
              HasError(ErrorCode::kCorrupt, HasSubstr("predicateType")));
  const ModelBundle text{.bundle = Bundle::Of(evidence::SignEnvelope("text/plain", {'x'}, key_))};
  EXPECT_THAT(OpenModelSignature(text, trusted_), HasError(ErrorCode::kCorrupt, HasSubstr("payloadType")));
}

/// The ways to change a model's folder, and what must be said about each.
struct Tampering {
  const char* what;
  std::function<void(const fs::path&)> change;
  const char* said;
};

std::string TextOf(const fs::path& path) { return ReadTextFile(path).value(); }

std::vector<Tampering> Tamperings() {
  const auto write = [](const fs::path& path, std::string_view text) {
    CUPEL_CHECK(WriteFileAtomic(path, text).has_value());
  };
  return {
      {"a byte added", [=](const fs::path& m) { write(m / "w/a.bin", "w/a.binx"); }, "changed: w/a.bin"},
      {"emptied", [=](const fs::path& m) { write(m / "w/a.bin", ""); }, "changed: w/a.bin"},
      {"removed", [](const fs::path& m) { fs::remove(m / "w/a.bin"); }, "missing: w/a.bin"},
      {"added", [=](const fs::path& m) { write(m / "w/c.bin", "c"); }, "not signed: w/c.bin"},
      {"renamed", [](const fs::path& m) { fs::rename(m / "w/a.bin", m / "w/A.bin"); },
       "missing: w/a.bin; not signed: w/A.bin"},
      {"moved", [](const fs::path& m) { fs::rename(m / "w/a.bin", m / "a.bin"); },
       "missing: w/a.bin; not signed: a.bin"},
      {"exchanged",
       [](const fs::path& m) {
         fs::rename(m / "w/a.bin", m / "t");
         fs::rename(m / "w/b.bin", m / "w/a.bin");
         fs::rename(m / "t", m / "w/b.bin");
       },
       "changed: w/a.bin, w/b.bin"},
      {"replaced by a link",
       [](const fs::path& m) {
         fs::rename(m / "w/a.bin", m / ".git");
         fs::create_symlink("../.git", m / "w/a.bin");
       },
       "symbolic link"},
      {"replaced by a folder",
       [=](const fs::path& m) {
         fs::remove(m / "w/a.bin");
         fs::create_directory(m / "w/a.bin");
         write(m / "w/a.bin/x", "x");
       },
       "missing: w/a.bin; not signed: w/a.bin/x"},
      {"all removed",
       [](const fs::path& m) {
         fs::remove_all(m);
         fs::create_directory(m);
       },
       "no files"},
  };
}

TEST_F(ModelSignatureTest, NamesEveryTampering) {
  for (const Method method : {Method::kFiles, Method::kShards}) {
    for (const Tampering& tampering : Tamperings()) {
      WriteModel();
      CUPEL_ASSERT_OK(const Manifest manifest,
                      BuildManifest({folder_ / "m"}, {.method = method, .shard_size = 4}));
      ASSERT_THAT(CompareModel({folder_ / "m"}, manifest), IsOk());
      tampering.change(folder_ / "m");
      EXPECT_THAT(CompareModel({folder_ / "m"}, manifest),
                  HasError(ErrorCode::kVerificationFailed, HasSubstr(tampering.said)))
          << tampering.what;
    }
  }
}

/// The broken twin compares digests without names, as a verifier that looked at the set of hashes would: it
/// must let renames and exchanges pass that CompareModel refuses, or the test above would not need names.
TEST_F(ModelSignatureTest, ComparesNamesThatABrokenTwinForgets) {
  const auto twin = [&](const Manifest& manifest) {
    std::multiset<std::string> expected, actual;
    for (const Resource& resource : manifest.resources) expected.insert(ToHex(resource.digest));
    const Manifest now = BuildManifest({folder_ / "m"}).value();
    for (const Resource& resource : now.resources) actual.insert(ToHex(resource.digest));
    return expected == actual;
  };
  int missed = 0;
  for (const Tampering& tampering : Tamperings()) {
    if (std::string_view(tampering.said).find("symbolic") != std::string_view::npos) continue;
    if (std::string_view(tampering.said).find("no files") != std::string_view::npos) continue;
    WriteModel();
    const Manifest manifest = BuildManifest({folder_ / "m"}).value();
    ASSERT_TRUE(twin(manifest));
    tampering.change(folder_ / "m");
    if (twin(manifest)) ++missed;
    EXPECT_THAT(CompareModel({folder_ / "m"}, manifest), Not(IsOk())) << tampering.what;
  }
  EXPECT_EQ(missed, 3) << "renamed, moved, exchanged";
}

TEST_F(ModelSignatureTest, NoticesEveryFlippedBitOfEveryFile) {
  WriteModel();
  const Manifest manifest = BuildManifest({folder_ / "m"}).value();
  for (const Resource& resource : manifest.resources) {
    const std::string original = TextOf(folder_ / "m" / resource.name);
    for (std::size_t bit = 0; bit < 8 * original.size(); ++bit) {
      std::string changed = original;
      changed[bit / 8] = static_cast<char>(changed[bit / 8] ^ (1 << bit % 8));
      Write("m/" + resource.name, changed);
      EXPECT_THAT(CompareModel({folder_ / "m"}, manifest),
                  HasError(ErrorCode::kVerificationFailed, HasSubstr("changed: " + resource.name)));
    }
    Write("m/" + resource.name, original);
  }
  EXPECT_THAT(CompareModel({folder_ / "m"}, manifest), IsOk());
}

TEST_F(ModelSignatureTest, LetsUnsignedFilesPassOnlyWhenAsked) {
  WriteModel();
  const CompareOptions lenient{.ignore_unsigned = true};
  for (const Method method : {Method::kFiles, Method::kShards}) {
    for (const Tampering& tampering : Tamperings()) {
      WriteModel();
      const Manifest manifest = BuildManifest({folder_ / "m"}, {.method = method, .shard_size = 4}).value();
      tampering.change(folder_ / "m");
      const Status status = CompareModel({folder_ / "m"}, manifest, lenient);
      EXPECT_EQ(status.has_value(), std::string_view(tampering.what) == "added") << tampering.what;
    }
  }
  // Part of a signed file is never an unsigned file.
  WriteModel();
  Manifest partial = BuildManifest({folder_ / "m"}, {.method = Method::kShards, .shard_size = 4}).value();
  std::erase_if(partial.resources, [](const Resource& resource) { return resource.name == "w/a.bin:4:7"; });
  EXPECT_THAT(CompareModel({folder_ / "m"}, partial, lenient),
              HasError(ErrorCode::kVerificationFailed, HasSubstr("changed: w/a.bin")));
}

TEST_F(ModelSignatureTest, LeavesOutWhatTheVerifierIgnores) {
  WriteModel();
  const Manifest manifest = BuildManifest({folder_ / "m"}).value();
  Write("m/ignore-me/x", "");
  EXPECT_THAT(CompareModel({folder_ / "m"}, manifest), HasError(ErrorCode::kVerificationFailed));
  EXPECT_THAT(CompareModel({folder_ / "m"}, manifest, {.ignore_paths = {"ignore-me"}}), IsOk());
}

TEST_F(ModelSignatureTest, RefusesAFileOfMoreShardsThanWereSignedWithoutHashingIt) {
  WriteModel();
  const Manifest manifest =
      BuildManifest({folder_ / "m"}, {.method = Method::kShards, .shard_size = 1}).value();
  // With one resource for each byte this file would need some 100 GB.
  Write("m/huge.bin", "");
  fs::resize_file(folder_ / "m/huge.bin", std::uintmax_t{1} << 30);
  EXPECT_THAT(CompareModel({folder_ / "m"}, manifest),
              HasError(ErrorCode::kVerificationFailed, HasSubstr("not signed: huge.bin")));
  fs::remove(folder_ / "m/huge.bin");
  fs::resize_file(folder_ / "m/w/a.bin", std::uintmax_t{1} << 30);
  EXPECT_THAT(CompareModel({folder_ / "m"}, manifest),
              HasError(ErrorCode::kVerificationFailed, HasSubstr("changed: w/a.bin")));
}

TEST_F(ModelSignatureTest, CoversAFileWithItsExternalData) {
  WriteModel();
  const ModelPaths model{folder_ / "m/model.onnx", {"w/a.bin", "w/b.bin"}};
  const Manifest manifest = BuildManifest(model).value();
  EXPECT_THAT(CompareModel(model, manifest), IsOk()) << "config.json is no part of this model";
  Write("m/w/b.bin", "other");
  EXPECT_THAT(CompareModel(model, manifest),
              HasError(ErrorCode::kVerificationFailed, HasSubstr("changed: w/b.bin")));
  WriteModel();
  // Signed by a tool that hashed the graph alone: the weights are not covered.
  const Manifest graph_only = BuildManifest({folder_ / "m/model.onnx"}).value();
  EXPECT_THAT(CompareModel(model, graph_only),
              HasError(ErrorCode::kVerificationFailed, HasSubstr("not signed: w/a.bin, w/b.bin")));
  EXPECT_THAT(CompareModel(model, graph_only, {.ignore_unsigned = true}), IsOk());
  // Signed as a folder: everything in it counts, also when only the file is named.
  const Manifest whole = BuildManifest({folder_ / "m"}).value();
  EXPECT_THAT(CompareModel(model, whole), IsOk());
  Write("m/config.json", "other");
  EXPECT_THAT(CompareModel(model, whole),
              HasError(ErrorCode::kVerificationFailed, HasSubstr("changed: config.json")));
}

TEST_F(ModelSignatureTest, NoticesThatASingleFileWasRenamed) {
  WriteModel();
  const Manifest manifest = BuildManifest({folder_ / "m/model.onnx"}).value();
  fs::rename(folder_ / "m/model.onnx", folder_ / "m/other.onnx");
  EXPECT_THAT(CompareModel({folder_ / "m/other.onnx"}, manifest),
              HasError(ErrorCode::kVerificationFailed,
                       AllOf(HasSubstr("missing: model.onnx"), HasSubstr("not signed: other.onnx"))));
  EXPECT_THAT(CompareModel({folder_ / "m/model.onnx"}, manifest), HasError(ErrorCode::kNotFound));
}

TEST_F(ModelSignatureTest, ShortensLongListsOfDifferences) {
  WriteModel();
  const Manifest manifest = BuildManifest({folder_ / "m"}).value();
  for (int i = 0; i < 20; ++i) Write(fmt::format("m/x{:02}", i), "x");
  EXPECT_THAT(
      CompareModel({folder_ / "m"}, manifest),
      HasError(ErrorCode::kVerificationFailed, HasSubstr("not signed: x00, x01, x02, x03, x04, 15 more")));
}

}  // namespace
}  // namespace cupel::ledger::identity
