// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/onnx/library_check.h"

#include <fmt/format.h>
#include <onnx/checker.h>
#include <onnx/defs/schema.h>

#include <exception>
#include <string>
#include <unordered_map>
#include <utility>

namespace cupel::algorithm::onnx {
namespace {

/// The checker's own words: its first line, without the full stop.
std::string FirstLine(const char* text) {
  std::string line(text);
  line.resize(std::min(line.size(), line.find('\n')));
  while (!line.empty() && (line.back() == '.' || line.back() == ' ')) line.pop_back();
  return line;
}

/// The checker would say that an operator is not registered; this says which node, and how to mend it.
Status CheckOperators(const ::onnx::ModelProto& model) {
  int version = 0;
  for (const auto& import : model.opset_import()) {
    if (import.domain().empty() || import.domain() == "ai.onnx") version = static_cast<int>(import.version());
  }
  for (int i = 0; i < model.graph().node_size(); ++i) {
    const auto& node = model.graph().node(i);
    const bool standard = node.domain().empty() || node.domain() == "ai.onnx";
    if (standard && ::onnx::OpSchemaRegistry::Schema(node.op_type(), version, "") == nullptr) {
      return Fail(
          ErrorCode::kUnsupported,
          fmt::format("node {} ({}): operator set {} has no such operator", i, node.op_type(), version), "",
          "export the model with ONNX's own operators");
    }
  }
  return {};
}

}  // namespace

bool LibraryKnows(const ::onnx::ModelProto& model) {
  if (model.ir_version() > ::onnx::Version::IR_VERSION) return false;
  const auto& ranges = ::onnx::OpSchemaRegistry::DomainToVersionRange::Instance().Map();
  for (const auto& import : model.opset_import()) {
    const auto known = ranges.find(import.domain() == "ai.onnx" ? "" : import.domain());
    if (known != ranges.end() && import.version() > known->second.second) return false;
  }
  return true;
}

Status CheckWithLibrary(const ::onnx::ModelProto& model, const std::filesystem::path& folder) {
  CUPEL_TRY_STATUS(CheckOperators(model));
  try {
    // As checker::check_model does, but with the folder in which external data lies.
    ::onnx::checker::CheckerContext context;
    context.set_ir_version(static_cast<int>(model.ir_version()));
    std::unordered_map<std::string, int> opsets;
    for (const auto& import : model.opset_import()) {
      opsets[import.domain() == "ai.onnx" ? "" : import.domain()] = static_cast<int>(import.version());
    }
    context.set_opset_imports(std::move(opsets));
    context.set_model_dir(folder.empty() ? "." : folder.string());
    ::onnx::checker::check_graph(model.graph(), context, ::onnx::checker::LexicalScopeContext());
  } catch (const std::exception& error) {
    return Fail(ErrorCode::kCorrupt, "libonnx's checker refuses the model: " + FirstLine(error.what()));
  }
  return {};
}

}  // namespace cupel::algorithm::onnx
