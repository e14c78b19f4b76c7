// SPDX-License-Identifier: Apache-2.0
// Over ONNX's own backend tests (Debian libonnx-testdata 1.12: 1072 models).
#include <gtest/gtest.h>

#include <filesystem>
#include <vector>

#include "cupel/algorithm/graph/validate.h"
#include "cupel/algorithm/onnx/reader.h"
#include "cupel/algorithm/onnx/writer.h"
#include "cupel/base/file.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::algorithm::onnx {
namespace {

using cupel::testing::IsOk;

const std::filesystem::path kBackendTests = "/usr/share/libonnx-testdata/data";

std::vector<std::filesystem::path> Models() {
  std::vector<std::filesystem::path> models;
  if (!std::filesystem::exists(kBackendTests)) return models;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(kBackendTests)) {
    if (entry.path().filename() == "model.onnx") models.push_back(entry.path());
  }
  std::sort(models.begin(), models.end());
  return models;
}

class BackendTests : public ::testing::Test {
 protected:
  void SetUp() override {
    models_ = Models();
    if (models_.empty()) GTEST_SKIP() << "install libonnx-testdata for ONNX's backend tests";
  }
  std::vector<std::filesystem::path> models_;
};

TEST_F(BackendTests, EveryModelReadsOrSaysWhyNot) {
  std::size_t read = 0;
  for (const auto& path : models_) {
    const auto graph = ReadModel(path);
    if (graph) {
      ++read;
      EXPECT_THAT(graph::Validate(*graph), IsOk()) << path;
    } else {
      EXPECT_EQ(graph.error().code, ErrorCode::kUnsupported) << graph.error().ToString();
      EXPECT_NE(graph.error().message, "");
    }
  }
  // All but test_if_opt, whose Optional has a type as attribute.
  EXPECT_EQ(read + 1, models_.size());
}

TEST_F(BackendTests, RoundTripKeepsEveryGraphAndEveryBit) {
  for (const auto& path : models_) {
    const auto graph = ReadModel(path);
    if (!graph) continue;
    const auto written = WriteModel(*graph);
    ASSERT_THAT(written, IsOk()) << path;
    const auto again = ReadModelFromBytes(*written);
    ASSERT_THAT(again, IsOk()) << path;
    EXPECT_TRUE(graph::Equal(*graph, *again)) << path;
    EXPECT_EQ(*written, *WriteModel(*again)) << path;
  }
}

TEST_F(BackendTests, TensorFilesKeepTheirBits) {
  std::size_t tensors = 0;
  for (const auto& path : models_) {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(path.parent_path())) {
      if (entry.path().extension() != ".pb" || tensors > 2000) continue;
      CUPEL_ASSERT_OK(const Bytes bytes, ReadFile(entry.path()));
      const auto tensor = ReadTensorProto(bytes);
      if (!tensor) continue;
      ++tensors;
      CUPEL_ASSERT_OK(const Bytes written, WriteTensorProto(*tensor));
      CUPEL_ASSERT_OK(const graph::TensorValue again, ReadTensorProto(written));
      EXPECT_EQ(*tensor, again) << entry.path();
    }
  }
  EXPECT_GT(tensors, 1000u);
}

}  // namespace
}  // namespace cupel::algorithm::onnx
