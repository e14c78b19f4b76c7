// SPDX-License-Identifier: Apache-2.0
#include "cupel/application/pack/pack.h"

#include <algorithm>

#include "cupel/application/pack/reported_run_for_test.h"
#include "cupel/application/pack/zip.h"
#include "cupel/crypto/hash.h"
#include "cupel/crypto/time_stamper_for_test.h"
#include "cupel/ledger/evidence/bundle.h"
#include "cupel/ledger/stamp/stamp.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::application::pack {
namespace {

using cupel::testing::HasError;
using cupel::testing::IsOk;
using ::testing::AnyOf;
using ::testing::Contains;
using ::testing::HasSubstr;

std::vector<std::string> FilesIn(const std::filesystem::path& folder) {
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (!entry.is_directory())
      files.push_back(std::filesystem::relative(entry.path(), folder).generic_string());
  }
  std::sort(files.begin(), files.end());
  return files;
}

class PackTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_THAT(run_.Finish("run"), IsOk());
    PackOptions options;
    options.model = run_.Path("model.onnx");
    ASSERT_THAT(WritePack(run_.Folder("run"), zip_, options), IsOk());
    ASSERT_THAT(MakeFolder(folder_), IsOk());
    ASSERT_THAT(ExtractZip(zip_, folder_), IsOk());
  }

  void Overwrite(const std::string& name, std::string_view text) const {
    ASSERT_THAT(WriteFileAtomic(folder_ / name, text), IsOk());
  }

  void ExpectRefusal(const std::string& name, const std::string& what) const {
    const auto verification = VerifyUnpacked(folder_, {});
    ASSERT_FALSE(verification.has_value()) << name << ": " << what;
    EXPECT_THAT(verification.error().code, AnyOf(ErrorCode::kVerificationFailed, ErrorCode::kCorrupt,
                                                 ErrorCode::kNotFound, ErrorCode::kUnsupported))
        << name << ": " << verification.error().ToString();
    const std::string part = name.starts_with("run/ledger/") ? "ledger"
                             : name.starts_with("run/keys/") ? "keys"
                                                             : name;
    const std::string plain = part.starts_with("run/") ? part.substr(4) : part;
    EXPECT_THAT(verification.error().ToString(), HasSubstr(plain)) << what;
  }

  ReportedRun run_;
  std::filesystem::path zip_ = run_.Path("audit.zip");
  std::filesystem::path folder_ = run_.Path("unpacked");
};

TEST_F(PackTest, HoldsWhatAStrangerNeeds) {
  const std::vector<std::string> files = FilesIn(folder_);
  for (const char* name : {"VERIFY.md", "verify.mjs", "trusted_root.json", "model.json", "run/report.html",
                           "run/keys/evidence.pub.pem", "run/ledger/checkpoint",
                           "receipts/0000-plan.tlog-proof", "sigstore/0005-report.sigstore.json"}) {
    EXPECT_THAT(files, Contains(name));
  }
  CUPEL_ASSERT_OK(const Digest model, crypto::Sha256OfFile(run_.Path("model.onnx")));
  EXPECT_THAT(files, Contains("model/" + model.Hex() + ".onnx"));
  for (const std::string& name : FilesIn(run_.Path("run"))) {
    CUPEL_ASSERT_OK(const Digest original, crypto::Sha256OfFile(run_.Path("run/" + name)));
    CUPEL_ASSERT_OK(const Digest packed, crypto::Sha256OfFile(folder_ / "run" / name));
    EXPECT_EQ(original, packed) << name;
  }
}

TEST_F(PackTest, VerifiesFromTheFileAndUnpacked) {
  CUPEL_ASSERT_OK(const auto packed, VerifyPack(zip_, {}));
  EXPECT_EQ(packed.statements.size(), 6U);
  EXPECT_EQ(packed.files, static_cast<std::int64_t>(FilesIn(folder_).size()));
  EXPECT_THAT(VerifyUnpacked(folder_, {}), IsOk());
  EXPECT_THAT(VerifyPack(zip_, {.trust = run_.Path("run/keys")}), IsOk());
}

TEST_F(PackTest, EqualRunsGiveEqualBytes) {
  PackOptions options;
  options.model = run_.Path("model.onnx");
  ::setenv("TZ", "Asia/Shanghai", 1);
  ASSERT_THAT(WritePack(run_.Folder("run"), run_.Path("again.zip"), options), IsOk());
  ::unsetenv("TZ");
  CUPEL_ASSERT_OK(const Digest one, crypto::Sha256OfFile(zip_));
  CUPEL_ASSERT_OK(const Digest two, crypto::Sha256OfFile(run_.Path("again.zip")));
  EXPECT_EQ(one, two);
}

TEST_F(PackTest, FindsAChangeInEveryFile) {
  for (const std::string& name : FilesIn(folder_)) {
    CUPEL_ASSERT_OK(const std::string text, ReadTextFile(folder_ / name));
    for (const std::size_t at : {std::size_t{0}, text.size() / 2, text.size() - 1}) {
      std::string flipped = text;
      flipped[at] = static_cast<char>(flipped[at] ^ 1);
      Overwrite(name, flipped);
      ExpectRefusal(name, "byte " + std::to_string(at));
      if (HasFatalFailure()) return;
    }
    Overwrite(name, text + "\n");
    ExpectRefusal(name, "a line more");
    Overwrite(name, text);
  }
  EXPECT_THAT(VerifyUnpacked(folder_, {}), IsOk()) << "everything was put back";
}

TEST_F(PackTest, FindsAMissingAndAnAddedFile) {
  for (const std::string& name : FilesIn(folder_)) {
    CUPEL_ASSERT_OK(const std::string text, ReadTextFile(folder_ / name));
    std::filesystem::remove(folder_ / name);
    EXPECT_FALSE(VerifyUnpacked(folder_, {}).has_value()) << name;
    Overwrite(name, text);
  }
  for (const char* name : {"more.txt", "receipts/0009-more.tlog-proof", "model/other.onnx", "run/more"}) {
    Overwrite(name, "more");
    EXPECT_THAT(VerifyUnpacked(folder_, {}), HasError(ErrorCode::kVerificationFailed)) << name;
    std::filesystem::remove(folder_ / name);
  }
  std::filesystem::create_symlink("/etc/passwd", folder_ / "run/link");
  EXPECT_FALSE(VerifyUnpacked(folder_, {}).has_value());
}

TEST_F(PackTest, TakesTheTimeStampsAlong) {
  const crypto::TimeStamperForTest stamper;
  const auto plan = run_.Path("run/evidence/0000-plan.sigstore.json");
  CUPEL_ASSERT_OK(const Bytes request, ledger::stamp::RequestFor(plan));
  const Bytes response = stamper.Answer(request, 1'764'000'000);
  ASSERT_THAT(ledger::stamp::Attach(plan, response, {.request = request}), IsOk());
  ASSERT_THAT(WritePack(run_.Folder("run"), run_.Path("stamped.zip"), {}), IsOk());
  const std::filesystem::path stamped = run_.Path("stamped");
  ASSERT_THAT(MakeFolder(stamped), IsOk());
  ASSERT_THAT(ExtractZip(run_.Path("stamped.zip"), stamped), IsOk());

  CUPEL_ASSERT_OK(const auto verification, VerifyUnpacked(stamped, {}));
  EXPECT_EQ(verification.stamps.size(), 1U);
  const auto bundle_of = [&](const char* name) {
    return ledger::evidence::Bundle::Parse(ReadTextFile(stamped / name).value_or(""));
  };
  CUPEL_ASSERT_OK(const auto bundle, bundle_of("sigstore/0000-plan.sigstore.json"));
  EXPECT_THAT(bundle.timestamps, ::testing::ElementsAre(response));
  CUPEL_ASSERT_OK(const auto without, bundle_of("sigstore/0005-report.sigstore.json"));
  EXPECT_TRUE(without.timestamps.empty());

  // Taken out of one of its two places.
  auto stripped = bundle;
  stripped.timestamps.clear();
  ASSERT_THAT(WriteFileAtomic(stamped / "sigstore/0000-plan.sigstore.json", stripped.ToText()), IsOk());
  EXPECT_THAT(VerifyUnpacked(stamped, {}),
              HasError(ErrorCode::kVerificationFailed, HasSubstr("sigstore/0000-plan")));
}

TEST_F(PackTest, BelievesOnlyTheKeysGiven) {
  ReportedRun other;
  ASSERT_THAT(other.Finish("run"), IsOk());
  EXPECT_THAT(VerifyPack(zip_, {.trust = other.Path("run/keys")}),
              HasError(ErrorCode::kVerificationFailed, HasSubstr("you trust")));
}

TEST_F(PackTest, TakesOnlyTheAssessedModel) {
  run_.problem().WriteModel(13);
  PackOptions options;
  options.model = run_.Path("model.onnx");
  EXPECT_THAT(WritePack(run_.Folder("run"), run_.Path("other.zip"), options),
              HasError(ErrorCode::kVerificationFailed, HasSubstr("not the model")));
  EXPECT_FALSE(std::filesystem::exists(run_.Path("other.zip")));
}

TEST_F(PackTest, IsNotWrittenOverAFileNorOfABrokenRun) {
  EXPECT_THAT(WritePack(run_.Folder("run"), zip_, {}),
              HasError(ErrorCode::kInvalidArgument, HasSubstr("exists")));
  ASSERT_THAT(WriteFileAtomic(run_.Path("run/report.md"), "all is well\n"), IsOk());
  EXPECT_THAT(WritePack(run_.Folder("run"), run_.Path("broken.zip"), {}),
              HasError(ErrorCode::kVerificationFailed));
  EXPECT_FALSE(std::filesystem::exists(run_.Path("broken.zip")));
}

TEST(Pack, AZipOfSomethingElseIsNone) {
  const cupel::testing::ScratchFolder folder;
  ASSERT_THAT(WriteZip(folder / "x.zip", {{"hello.txt", ZipContent(std::string("hello"))}}), IsOk());
  EXPECT_THAT(VerifyPack(folder / "x.zip", {}), HasError(ErrorCode::kNotFound, HasSubstr("no audit pack")));
}

}  // namespace
}  // namespace cupel::application::pack
