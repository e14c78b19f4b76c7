// SPDX-License-Identifier: Apache-2.0
#pragma once

/// What `cupel sign` and `cupel verify-model` share: where a model and its signature lie.

#include <filesystem>
#include <string>

#include "cupel/base/error.h"
#include "cupel/ledger/identity/manifest.h"

namespace cupel::cli {

/// The model with the external data that an .onnx file names. Errors: as ExternalDataFiles.
Result<ledger::identity::ModelPaths> ModelPathsOf(const std::string& model, const std::string& signature);

/// "models/resnet/" -> "models/resnet.sig".
std::string DefaultSignature(const std::string& model);

}  // namespace cupel::cli
