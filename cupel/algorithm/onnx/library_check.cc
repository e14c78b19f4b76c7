// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/onnx/library_check.h"

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
