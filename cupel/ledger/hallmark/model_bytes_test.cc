// SPDX-License-Identifier: Apache-2.0
#include "cupel/ledger/hallmark/model_bytes.h"

#include <sys/stat.h>

#include <random>

#include "cupel/base/file.h"
#include "cupel/ledger/identity/model_identity.h"
#include "cupel/testing/scratch_folder.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::ledger::hallmark {
namespace {

using cupel::testing::HasError;
using cupel::testing::IsOk;
using cupel::testing::ScratchFolder;
using ::testing::HasSubstr;

class ModelBytesTest : public ::testing::Test {
 protected:
  void Write(const std::string& name, BytesView bytes) const {
    ASSERT_THAT(MakeFolder((folder_ / name).parent_path()), IsOk());
    ASSERT_THAT(WriteFileAtomic(folder_ / name, bytes), IsOk());
  }
  void Write(const std::string& name, std::string_view text) const { Write(name, AsBytes(text)); }

  Result<ModelBytes> Read(const std::vector<std::filesystem::path>& external,
                          std::uint64_t limit = 1 << 20) const {
    return ModelBytes::Read(folder_ / "m.onnx", [&](BytesView) { return external; }, limit);
  }

  const ScratchFolder folder_;
};

TEST_F(ModelBytesTest, HasTheDigestsOfTheFilesWhateverTheyAreCalled) {
  std::mt19937_64 random(3);
  const std::vector<std::string> names = {"a.bin", "m.onnx.data", "sub/z", "sub/a", "0", "n", "l/l/l"};
  for (int round = 0; round < 40; ++round) {
    const auto content = [&] { return Bytes(random() % 3000, static_cast<std::uint8_t>(random())); };
    Write("m.onnx", content());
    std::vector<std::filesystem::path> external;
    for (const std::string& name : names) {
      if (random() % 2 == 0) continue;
      Write(name, content());
      external.emplace_back((random() % 2 == 0 ? "./" : "") + name);
    }
    std::shuffle(external.begin(), external.end(), random);
    CUPEL_ASSERT_OK(const ModelBytes bytes, Read(external));
    CUPEL_ASSERT_OK(const auto identity, identity::Identify(folder_ / "m.onnx", external));
    EXPECT_EQ(bytes.Digests(), (ModelDigests{identity.name, identity.file_sha256, identity.root}));
  }
}

TEST_F(ModelBytesTest, IsWhatWasReadWhateverHappensToTheFiles) {
  Write("m.onnx", "the graph");
  Write("w.bin", "the weights");
  CUPEL_ASSERT_OK(const ModelBytes bytes, Read({"w.bin"}));
  const ModelDigests before = bytes.Digests();
  Write("m.onnx", "another graph");
  std::filesystem::remove(folder_ / "w.bin");
  EXPECT_EQ(bytes.Digests(), before);
  EXPECT_EQ(AsText(bytes.file), "the graph");
  EXPECT_EQ(AsText(bytes.external.at("w.bin")), "the weights");
  EXPECT_FALSE(
      identity::Identify(folder_ / "m.onnx", std::vector<std::filesystem::path>{"w.bin"}).has_value());
}

TEST_F(ModelBytesTest, WhichFilesBelongToItIsToldFromTheBytesThatWereRead) {
  Write("m.onnx", "w.bin");
  Write("w.bin", "the weights");
  const auto named_inside = [&](BytesView file) -> Result<std::vector<std::filesystem::path>> {
    Write("m.onnx", "nothing");  // exchanged while it is being looked at
    return std::vector<std::filesystem::path>{std::string(AsText(file))};
  };
  CUPEL_ASSERT_OK(const ModelBytes bytes, ModelBytes::Read(folder_ / "m.onnx", named_inside));
  EXPECT_EQ(AsText(bytes.file), "w.bin");
  EXPECT_EQ(bytes.external.size(), 1u);
}

TEST_F(ModelBytesTest, AModelMayKeepConstantsInItsOwnFileAndNameAFileTwice) {
  Write("m.onnx", "the graph");
  Write("w.bin", "the weights");
  CUPEL_ASSERT_OK(const ModelBytes bytes, Read({"m.onnx", "w.bin", "./w.bin", "./m.onnx"}));
  EXPECT_EQ(bytes.external.size(), 1u);
  CUPEL_ASSERT_OK(const ModelBytes once, Read({"w.bin"}));
  EXPECT_EQ(bytes.Digests(), once.Digests());
}

TEST_F(ModelBytesTest, WhatCannotBeReadIsAnErrorWithItsPath) {
  EXPECT_THAT(Read({}), HasError(ErrorCode::kNotFound, HasSubstr("m.onnx")));
  Write("m.onnx", "the graph");
  EXPECT_THAT(Read({"w.bin"}), HasError(ErrorCode::kNotFound, HasSubstr("w.bin")));
  for (const char* name : {"../w.bin", "/etc/hostname", "", "."}) {
    EXPECT_THAT(Read({name}), HasError(ErrorCode::kInvalidArgument, HasSubstr("m.onnx"))) << name;
  }
  std::filesystem::create_directory(folder_ / "folder");
  EXPECT_THAT(Read({"folder"}), HasError(ErrorCode::kUnsupported, HasSubstr("folder")));
  ASSERT_EQ(::mkfifo((folder_ / "pipe").c_str(), 0600), 0);
  EXPECT_THAT(Read({"pipe"}), HasError(ErrorCode::kUnsupported, HasSubstr("pipe"))) << "and it did not wait";
  std::filesystem::create_symlink("m.onnx", folder_ / "link");
  EXPECT_THAT(Read({"link"}), IsOk());
  EXPECT_THAT(Read({}, 8), HasError(ErrorCode::kResourceLimit));
  const auto fails = [](BytesView) -> Result<std::vector<std::filesystem::path>> {
    return Fail(ErrorCode::kCorrupt, "no model");
  };
  EXPECT_THAT(ModelBytes::Read(folder_ / "m.onnx", fails),
              HasError(ErrorCode::kCorrupt, HasSubstr("m.onnx")));
}

}  // namespace
}  // namespace cupel::ledger::hallmark
