// SPDX-License-Identifier: Apache-2.0
#pragma once

/// From the folder of an assessment to what a hallmark needs to know about it.
///
/// Promises: the folder was verified in full (`VerifyRun`), every statement in it is listed with the digest
/// of its file and its verdict, and the model at hand is the one that was assessed, its external data
/// included. Does not promise: that the results come out again (`cupel verify --rerun` does).

#include <filesystem>
#include <optional>

#include "cupel/application/assess/run_folder.h"
#include "cupel/base/error.h"
#include "cupel/ledger/hallmark/issue.h"

namespace cupel::application::release {

/// The files of the model, as its ONNX file names them, hashed. Errors: those of reading.
Result<ledger::hallmark::ModelDigests> HashOnnxModel(const std::filesystem::path& model);

/// trust: whose evidence to believe; absent: the keys in the folder.
/// Errors: as VerifyRun; kVerificationFailed when the model is another one; kUnsupported for an assessment of
/// a predictions file, which names no model.
Result<ledger::hallmark::AssessedRun> ReadAssessedRun(const assess::RunFolder& folder,
                                                      const std::optional<std::filesystem::path>& trust,
                                                      const std::filesystem::path& model);

}  // namespace cupel::application::release
