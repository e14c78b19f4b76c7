// SPDX-License-Identifier: Apache-2.0
#include "cupel/application/release/held_model.h"

#include "cupel/algorithm/onnx/reader.h"
#include "cupel/application/assess/tiny_problem_for_test.h"
#include "cupel/application/release/assessed_run.h"
#include "cupel/base/file.h"
#include "cupel/testing/scratch_folder.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::application::release {
namespace {

using algorithm::graph::Graph;
using cupel::testing::HasError;
using cupel::testing::IsOk;
using cupel::testing::ScratchFolder;
using ::testing::HasSubstr;

/// Protobuf's wire format, as much as a model with one external constant needs.
std::string Varint(std::uint64_t value) {
  std::string text;
  for (; value >= 0x80; value >>= 7) text += static_cast<char>(value | 0x80);
  return text + static_cast<char>(value);
}
std::string Number(int field, std::uint64_t value) {
  return Varint(static_cast<std::uint64_t>(field) << 3) + Varint(value);
}
std::string Part(int field, const std::string& bytes) {
  return Varint(static_cast<std::uint64_t>(field) << 3 | 2) + Varint(bytes.size()) + bytes;
}

/// y = x + w, and w, 4 floats, is in a file of its own.
std::string ModelWithExternalData(const std::string& location) {
  const auto entry = [](const std::string& key, const std::string& value) {
    return Part(13, Part(1, key) + Part(2, value));
  };
  const std::string w = Number(1, 4) + Number(2, 1) + Part(8, "w") + entry("location", location) +
                        entry("length", "16") + Number(14, 1);
  const auto value = [](const std::string& name) {
    return Part(1, name) + Part(2, Part(1, Number(1, 1) + Part(2, Part(1, Number(1, 4)))));
  };
  const std::string node = Part(1, "x") + Part(1, "w") + Part(2, "y") + Part(4, "Add");
  const std::string graph =
      Part(1, node) + Part(2, "g") + Part(5, w) + Part(11, value("x")) + Part(12, value("y"));
  return Number(1, 8) + Part(7, graph) + Part(8, Part(1, "") + Number(2, 13));
}

std::string Floats(float value) {
  std::string bytes;
  for (int i = 0; i < 4; ++i) bytes.append(reinterpret_cast<const char*>(&value), sizeof(value));
  return bytes;
}

class HeldModelTest : public ::testing::Test {
 protected:
  HeldModelTest() {
    Write("m.onnx", ModelWithExternalData("weights/w.bin"));
    Write("weights/w.bin", Floats(1));
  }

  void Write(const std::string& name, std::string_view text) const {
    CUPEL_CHECK(MakeFolder((folder_ / name).parent_path()).has_value());
    CUPEL_CHECK(WriteFileAtomic(folder_ / name, text).has_value());
  }
  std::filesystem::path Path() const { return folder_ / "m.onnx"; }

  /// The constant's bytes, as the graph has them.
  static std::string Weight(const Graph& graph) {
    return std::string(AsText(*graph.initializers.at("w").bytes));
  }

  const ScratchFolder folder_;
};

TEST_F(HeldModelTest, IsWhatReadingTheFilesGives) {
  CUPEL_ASSERT_OK(const HeldModel model, HeldModel::Hold(Path()));
  CUPEL_ASSERT_OK(const auto digests, HashOnnxModel(Path()));
  EXPECT_EQ(model.Digests(), digests);
  CUPEL_ASSERT_OK(const Graph held, model.Load());
  CUPEL_ASSERT_OK(const Graph read, algorithm::onnx::ReadModel(Path()));
  EXPECT_EQ(Weight(held), Floats(1));
  EXPECT_EQ(Weight(held), Weight(read));
}

/// Everything is exchanged between hashing and loading. The twin that reads by the path gets the other
/// weights.
TEST_F(HeldModelTest, LoadsWhatWasHashedWhateverTheFilesAreByThen) {
  CUPEL_ASSERT_OK(const HeldModel model, HeldModel::Hold(Path()));
  const auto hashed = model.Digests();
  Write("weights/w.bin", Floats(2));
  CUPEL_ASSERT_OK(const Graph held, model.Load());
  CUPEL_ASSERT_OK(const Graph twin, algorithm::onnx::ReadModel(Path()));
  EXPECT_EQ(Weight(held), Floats(1));
  EXPECT_EQ(Weight(twin), Floats(2)) << "the exchange did not happen";
  EXPECT_EQ(model.Digests(), hashed);
  EXPECT_NE(HashOnnxModel(Path())->root, hashed.root);

  Write("m.onnx", ModelWithExternalData("weights/other.bin"));
  CUPEL_ASSERT_OK(const Graph again, model.Load());
  EXPECT_EQ(Weight(again), Floats(1));
}

TEST_F(HeldModelTest, AModelOfOneFileNeedsNoFileAnyMore) {
  const assess::TinyProblem problem;
  CUPEL_ASSERT_OK(const HeldModel model, HeldModel::Hold(problem.Path("model.onnx")));
  problem.WriteModel(99);
  CUPEL_ASSERT_OK(const Graph twin, algorithm::onnx::ReadModel(problem.Path("model.onnx")));
  std::filesystem::remove(problem.Path("model.onnx"));
  CUPEL_ASSERT_OK(const Graph held, model.Load());
  EXPECT_NE(*held.initializers.at("bias").bytes, *twin.initializers.at("bias").bytes);
}

TEST_F(HeldModelTest, ConstantsInTheModelsOwnFileAreHeldToo) {
  const std::string own = ModelWithExternalData("m.onnx");
  Write("m.onnx", own);
  CUPEL_ASSERT_OK(const HeldModel model, HeldModel::Hold(Path()));
  Write("m.onnx", Floats(3) + own);
  CUPEL_ASSERT_OK(const Graph held, model.Load());
  EXPECT_EQ(Weight(held), own.substr(0, 16));
}

TEST_F(HeldModelTest, WhatCannotBeHeldIsAnErrorWithItsPath) {
  std::filesystem::remove(folder_ / "weights/w.bin");
  EXPECT_THAT(HeldModel::Hold(Path()), HasError(ErrorCode::kNotFound, HasSubstr("w.bin")));
  Write("weights/w.bin", "short");
  CUPEL_ASSERT_OK(const HeldModel model, HeldModel::Hold(Path()));
  EXPECT_THAT(model.Load(), HasError(ErrorCode::kCorrupt, HasSubstr("m.onnx")));
  Write("m.onnx", ModelWithExternalData("../w.bin"));
  EXPECT_THAT(HeldModel::Hold(Path()), HasError(ErrorCode::kPermission, HasSubstr("..")));
  Write("m.onnx", "no model");
  EXPECT_THAT(HeldModel::Hold(Path()), HasError(ErrorCode::kCorrupt, HasSubstr("m.onnx")));
  EXPECT_THAT(HeldModel::Hold(folder_ / "none.onnx"), HasError(ErrorCode::kNotFound));
}

TEST_F(HeldModelTest, ExternalDataThatWasNotHeldIsNotReadFromTheDisk) {
  CUPEL_ASSERT_OK(const std::string bytes, ReadTextFile(Path()));
  EXPECT_THAT(algorithm::onnx::ReadHeldModel(AsBytes(bytes), {}, folder_.path()),
              HasError(ErrorCode::kPermission, HasSubstr("was not read with the model")));
  const std::string given = Floats(5);
  CUPEL_ASSERT_OK(
      const Graph graph,
      algorithm::onnx::ReadHeldModel(AsBytes(bytes), {{"weights/w.bin", AsBytes(given)}}, folder_.path()));
  EXPECT_EQ(Weight(graph), given);
}

}  // namespace
}  // namespace cupel::application::release
