// SPDX-License-Identifier: Apache-2.0
#include "cupel/ledger/identity/model_identity.h"

#include <fmt/format.h>

#include <functional>

#include "cupel/base/file.h"
#include "cupel/crypto/hash.h"
#include "cupel/testing/scratch_folder.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::ledger::identity {
namespace {

using cupel::testing::HasError;
using cupel::testing::IsOk;
using cupel::testing::ScratchFolder;
using ::testing::HasSubstr;

namespace fs = std::filesystem;

Digest Sha(std::string_view text) { return crypto::Sha256(AsBytes(text)); }

class IdentifyTest : public ::testing::Test {
 protected:
  void SetUp() override {
    Write("model.onnx", "graph");
    Write("weights/a.bin", "aaaa");
    Write("weights/b.bin", "bbbb");
  }
  void Write(const std::string& name, std::string_view text) const {
    fs::create_directories((folder_ / name).parent_path());
    ASSERT_THAT(WriteFileAtomic(folder_ / name, text), IsOk());
  }
  Result<ModelIdentity> Now() const { return Identify(folder_ / "model.onnx", external_); }

  const ScratchFolder folder_;
  const std::vector<fs::path> external_ = {"weights/b.bin", "weights/a.bin"};
};

TEST_F(IdentifyTest, GivesBothDigestsOfASingleFile) {
  CUPEL_ASSERT_OK(const ModelIdentity identity, Identify(folder_ / "model.onnx"));
  EXPECT_EQ(identity.file_sha256, Sha("graph"));
  EXPECT_EQ(identity.root, crypto::Sha256(Sha("graph").bytes));
  EXPECT_EQ(identity.ToJson().Canonical(),
            fmt::format(
                R"({{"name":"model.onnx","omsRoot":"{}","resources":[{{"name":"model.onnx","sha256":"{}"}}],)"
                R"("sha256":"{}"}})",
                identity.root.Hex(), Sha("graph").Hex(), Sha("graph").Hex()));
}

TEST_F(IdentifyTest, CoversExternalDataInTheRootAlone) {
  CUPEL_ASSERT_OK(const ModelIdentity identity, Now());
  EXPECT_EQ(identity.file_sha256, Sha("graph"));
  ASSERT_EQ(identity.resources.size(), 3u);
  EXPECT_EQ(identity.resources[1], (Resource{"weights/a.bin", FromHex(Sha("aaaa").Hex()).value()}));
  Bytes digests;
  for (const char* text : {"graph", "aaaa", "bbbb"}) {
    const Digest digest = Sha(text);
    digests.insert(digests.end(), digest.bytes.begin(), digest.bytes.end());
  }
  EXPECT_EQ(identity.root, crypto::Sha256(digests));
}

TEST_F(IdentifyTest, DoesNotDependOnTheOrderGivenTheWorkersOrTheFolder) {
  CUPEL_ASSERT_OK(const ModelIdentity identity, Now());
  const std::vector<fs::path> other_order = {"weights/a.bin", "./weights//b.bin", "weights/a.bin"};
  EXPECT_EQ(Identify(folder_ / "model.onnx", other_order, 3).value(), identity);
  const ScratchFolder elsewhere;
  fs::copy(folder_.path(), elsewhere.path(), fs::copy_options::recursive);
  EXPECT_EQ(Identify(elsewhere / "model.onnx", external_).value(), identity);
}

TEST_F(IdentifyTest, FollowsLinks) {
  CUPEL_ASSERT_OK(const ModelIdentity identity, Now());
  fs::create_directories(folder_ / "linked");
  fs::create_symlink(folder_ / "model.onnx", folder_ / "linked/model.onnx");
  fs::create_directory_symlink(folder_ / "weights", folder_ / "linked/weights");
  EXPECT_EQ(Identify(folder_ / "linked/model.onnx", external_).value(), identity);
}

/// Every way in which somebody could change the model, and a root that looks only at the model's file as the
/// broken twin: it must miss what happens in the weights, or this test would prove nothing.
TEST_F(IdentifyTest, NoticesEveryChangeThatAFileDigestMisses) {
  CUPEL_ASSERT_OK(const ModelIdentity original, Now());
  const std::pair<const char*, std::function<void()>> changes[] = {
      {"a byte of the weights", [&] { Write("weights/a.bin", "aaab"); }},
      {"weights exchanged", [&] { Write("weights/a.bin", "bbbb"), Write("weights/b.bin", "aaaa"); }},
      {"weights shorter", [&] { Write("weights/b.bin", "bbb"); }},
      {"weights empty", [&] { Write("weights/b.bin", ""); }},
      {"a byte moved between files", [&] { Write("weights/a.bin", "aaaab"), Write("weights/b.bin", "bbb"); }},
  };
  for (const auto& [what, change] : changes) {
    SetUp();
    change();
    CUPEL_ASSERT_OK(const ModelIdentity changed, Now());
    EXPECT_NE(changed.root, original.root) << what;
    EXPECT_EQ(changed.file_sha256, original.file_sha256) << what << ": the broken twin should not see it";
  }
  SetUp();
  const std::vector<fs::path> fewer = {"weights/a.bin"};
  EXPECT_NE(Identify(folder_ / "model.onnx", fewer)->root, original.root);
  fs::remove(folder_ / "weights/b.bin");
  EXPECT_THAT(Now(), HasError(ErrorCode::kNotFound, HasSubstr("b.bin")));
}

TEST_F(IdentifyTest, NoticesEveryFlippedBitOfTheModel) {
  CUPEL_ASSERT_OK(const ModelIdentity original, Now());
  for (std::size_t bit = 0; bit < 5 * 8; ++bit) {
    std::string text = "graph";
    text[bit / 8] = static_cast<char>(text[bit / 8] ^ (1 << bit % 8));
    Write("model.onnx", text);
    CUPEL_ASSERT_OK(const ModelIdentity changed, Now());
    EXPECT_NE(changed.file_sha256, original.file_sha256);
    EXPECT_NE(changed.root, original.root);
  }
}

TEST_F(IdentifyTest, WantsAFile) {
  EXPECT_THAT(Identify(folder_.path()), HasError(ErrorCode::kInvalidArgument, HasSubstr("folder")));
  EXPECT_THAT(Identify(folder_ / "absent.onnx"), HasError(ErrorCode::kNotFound));
}

}  // namespace
}  // namespace cupel::ledger::identity
