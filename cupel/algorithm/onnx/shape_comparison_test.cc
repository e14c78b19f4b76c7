// SPDX-License-Identifier: Apache-2.0
// graph::InferShapes against libonnx's shape inference, over ONNX's backend tests: two implementations, one
// answer.
#include <gtest/gtest.h>

#include <filesystem>
#include <map>

#include "cupel/algorithm/graph/shape_inference.h"
#include "cupel/algorithm/onnx/proto.h"
#include "cupel/algorithm/onnx/reader.h"
#include "cupel/base/file.h"
#include "cupel/testing/status_matchers.h"

#include <onnx/shape_inference/implementation.h>

namespace cupel::algorithm::onnx {
namespace {

const std::filesystem::path kBackendTests = "/usr/share/libonnx-testdata/data";

/// Rank and known dimensions that libonnx infers for the outputs of `model`'s nodes.
std::map<std::string, std::vector<std::optional<std::int64_t>>> LibraryShapes(
    const std::filesystem::path& path) {
  std::map<std::string, std::vector<std::optional<std::int64_t>>> shapes;
  ::onnx::ModelProto model;
  const auto bytes = ReadFile(path);
  if (!bytes || !ParseQuietly(*bytes, model)) return shapes;
  // Declared output shapes are forgotten, so that they must be inferred.
  for (auto& output : *model.mutable_graph()->mutable_output()) {
    if (output.type().has_tensor_type()) output.mutable_type()->mutable_tensor_type()->clear_shape();
  }
  try {
    ::onnx::shape_inference::InferShapes(model);
  } catch (const std::exception&) {
    return shapes;
  }
  const auto add = [&shapes](const ::onnx::ValueInfoProto& info) {
    if (!info.type().has_tensor_type() || !info.type().tensor_type().has_shape()) return;
    auto& shape = shapes[info.name()];
    for (const auto& dimension : info.type().tensor_type().shape().dim()) {
      shape.push_back(dimension.has_dim_value() ? std::optional(dimension.dim_value()) : std::nullopt);
    }
  };
  for (const auto& info : model.graph().value_info()) add(info);
  for (const auto& info : model.graph().output()) add(info);
  return shapes;
}

TEST(ShapeComparison, NeverContradictsLibonnx) {
  if (!std::filesystem::exists(kBackendTests))
    GTEST_SKIP() << "install libonnx-testdata for ONNX's backend tests";
  std::int64_t both = 0;
  std::int64_t only_library = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(kBackendTests)) {
    if (entry.path().filename() != "model.onnx") continue;
    const auto graph = ReadModel(entry.path());
    if (!graph) continue;
    const graph::Inference known = graph::InferShapes(*graph, {}, graph::Declared::kIgnored);
    for (const auto& [name, reference] : LibraryShapes(entry.path())) {
      const auto mine = known.types.find(name);
      if (mine == known.types.end() || !mine->second.shape) {
        ++only_library;
        continue;
      }
      ASSERT_EQ(mine->second.shape->size(), reference.size()) << entry.path() << " " << name;
      for (std::size_t i = 0; i < reference.size(); ++i) {
        const auto& value = (*mine->second.shape)[i].value;
        if (!reference[i]) continue;
        ++(value ? both : only_library);
        EXPECT_EQ(value.value_or(*reference[i]), *reference[i])
            << entry.path() << " " << name << " axis " << i;
      }
    }
  }
  RecordProperty("dimensions_in_both", std::to_string(both));
  RecordProperty("only_libonnx", std::to_string(only_library));
  // 4059 with libonnx-testdata 1.12: the comparison is not empty.
  EXPECT_GT(both, 4000);
}

}  // namespace
}  // namespace cupel::algorithm::onnx
