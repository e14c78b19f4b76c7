// SPDX-License-Identifier: Apache-2.0
#include "cupel/application/release/assessed_run.h"

#include <fmt/format.h>

#include "cupel/algorithm/onnx/external_data_files.h"
#include "cupel/application/assess/verify.h"
#include "cupel/base/file.h"
#include "cupel/crypto/hash.h"
#include "cupel/ledger/identity/model_identity.h"
#include "cupel/ledger/merkle/checkpoint.h"

namespace cupel::application::release {
namespace {

using assess::RunFolder;
using ledger::hallmark::AssessedRun;
using ledger::hallmark::LedgerState;
using ledger::hallmark::ModelDigests;

/// Verified just before as part of the folder; here only read.
Result<LedgerState> ReadLedgerState(const RunFolder& folder) {
  CUPEL_TRY(const std::string note, ReadTextFile(folder.Ledger() / "checkpoint"));
  CUPEL_TRY(const auto signed_note, ledger::merkle::SignedNote::Parse(note));
  CUPEL_TRY(const auto checkpoint, ledger::merkle::Checkpoint::Parse(signed_note.text));
  return LedgerState{checkpoint.origin, checkpoint.size, checkpoint.root};
}

Status CheckModel(const Json& frozen, const ModelDigests& model, const std::filesystem::path& path) {
  const Json& assessed = frozen["inputs"]["model"];
  if (!assessed.IsObject()) {
    return Fail(ErrorCode::kUnsupported, "the assessment is of a predictions file and names no model",
                path.string(), "assess the model itself: name it under [model] in the plan");
  }
  const bool same_file = assessed["sha256"] == Json(model.file.Hex());
  if (same_file && assessed["omsRoot"] == Json(model.root.Hex())) return {};
  return Fail(ErrorCode::kVerificationFailed,
              same_file ? "the model's external data is not what was assessed"
                        : "the model is not the one that was assessed",
              path.string(), "give the model of this assessment, or assess this one");
}

/// Whether the frozen plan requires something of its checks, in their order.
std::vector<bool> RequiredOf(const Json& frozen) {
  std::vector<bool> required;
  for (const Json& check : frozen["checks"].AsArray()) {
    const Json& texts = check["require"];
    required.push_back(texts.IsArray() && !texts.AsArray().empty());
  }
  return required;
}

}  // namespace

Result<ModelDigests> HashOnnxModel(const std::filesystem::path& model) {
  CUPEL_TRY(const auto external, algorithm::onnx::ExternalDataFiles(model));
  CUPEL_TRY(const auto identity, ledger::identity::Identify(model, external));
  return ModelDigests{identity.name, identity.file_sha256, identity.root};
}

Result<AssessedRun> ReadAssessedRun(const RunFolder& folder,
                                    const std::optional<std::filesystem::path>& trust,
                                    const std::filesystem::path& model) {
  assess::VerifyOptions options;
  options.trust = trust;
  CUPEL_TRY(const assess::Verification verification, VerifyRun(folder, options));
  CUPEL_TRY(const std::string text, ReadTextFile(folder.FrozenPlan()));
  CUPEL_TRY(const Json frozen, Json::Parse(text));
  AssessedRun run;
  CUPEL_TRY(run.model, HashOnnxModel(model));
  CUPEL_TRY_STATUS(CheckModel(frozen, run.model, model));
  run.plan = crypto::Sha256(AsBytes(text));
  CUPEL_TRY(run.ledger, ReadLedgerState(folder));
  const std::vector<bool> required = RequiredOf(frozen);
  std::size_t next_check = 0;
  for (const auto& statement : verification.statements) {
    CUPEL_TRY(const Digest bundle, crypto::Sha256OfFile(folder.root() / statement.file));
    run.inputs.push_back({statement.file, bundle, statement.what, statement.verdict});
    const bool is_check = statement.what != "plan" && statement.what != "report";
    run.required.push_back(is_check && required.at(next_check++));
  }
  return run;
}

}  // namespace cupel::application::release
