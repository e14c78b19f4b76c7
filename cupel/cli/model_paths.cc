// SPDX-License-Identifier: Apache-2.0
#include "cupel/cli/model_paths.h"

#include <system_error>

#include "cupel/algorithm/onnx/external_data_files.h"

namespace cupel::cli {

Result<ledger::identity::ModelPaths> ModelPathsOf(const std::string& model, const std::string& signature) {
  ledger::identity::ModelPaths paths{model, {}, signature};
  std::error_code code;
  if (paths.path.extension() == ".onnx" && std::filesystem::is_regular_file(paths.path, code)) {
    CUPEL_TRY(paths.external_data, algorithm::onnx::ExternalDataFiles(paths.path));
  }
  return paths;
}

std::string DefaultSignature(const std::string& model) {
  const std::size_t end = model.find_last_not_of('/');
  return model.substr(0, end == std::string::npos ? model.size() : end + 1) + ".sig";
}

}  // namespace cupel::cli
