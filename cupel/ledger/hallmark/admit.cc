// SPDX-License-Identifier: Apache-2.0
#include "cupel/ledger/hallmark/admit.h"

#include "cupel/base/file.h"
#include "cupel/ledger/identity/model_identity.h"
#include "cupel/ledger/merkle/checkpoint.h"

namespace cupel {
namespace {

using ledger::hallmark::AdmissionInputs;
using ledger::hallmark::LedgerTail;
using ledger::hallmark::LedgerView;
using ledger::hallmark::ModelDigests;

constexpr std::uint64_t kMaxHallmarkBytes = std::uint64_t{1} << 22;

Result<ModelDigests> HashModel(const std::filesystem::path& model, const AdmissionPolicy& policy) {
  CUPEL_TRY(const auto identity, ledger::identity::Identify(model, policy.external_data));
  return ModelDigests{identity.name, identity.file_sha256, identity.root};
}

/// The size that the note claims; believed only after the gate compared the leaves with the note's root.
Result<LedgerTail> ReadTail(const std::filesystem::path& folder, const std::string& note,
                            std::uint64_t from) {
  CUPEL_TRY(const auto signed_note, ledger::merkle::SignedNote::Parse(note));
  CUPEL_TRY(const auto checkpoint, ledger::merkle::Checkpoint::Parse(signed_note.text));
  return ledger::hallmark::ReadLedgerTail(folder, checkpoint.size, from);
}

LedgerView ReadLedger(const std::filesystem::path& path, std::uint64_t from) {
  std::error_code ignored;
  const bool is_folder = std::filesystem::is_directory(path, ignored);
  LedgerView view;
  view.checkpoint = ReadTextFile(is_folder ? path / "checkpoint" : path, kMaxHallmarkBytes);
  if (is_folder && view.checkpoint) view.tail = ReadTail(path, *view.checkpoint, from);
  return view;
}

/// The receipt to look at, if there is any.
std::optional<std::filesystem::path> ReceiptFile(const std::filesystem::path& hallmark,
                                                 const AdmissionPolicy& policy) {
  if (policy.receipt) return policy.receipt;
  std::filesystem::path beside = hallmark;
  beside.replace_extension(".tlog-proof");
  std::error_code ignored;
  return std::filesystem::exists(beside, ignored) ? std::optional(beside) : std::nullopt;
}

}  // namespace

Admission admit(const std::filesystem::path& model, const std::filesystem::path& hallmark,
                const AdmissionPolicy& policy) {
  AdmissionInputs inputs;
  inputs.trust = ledger::evidence::TrustPolicy::Load(policy.trust);
  inputs.bundle = ReadTextFile(hallmark, kMaxHallmarkBytes);
  if (const auto receipt = ReceiptFile(hallmark, policy))
    inputs.receipt = ReadTextFile(*receipt, kMaxHallmarkBytes);
  inputs.model = [&] { return HashModel(model, policy); };
  inputs.ledger = [&](std::uint64_t from) { return ReadLedger(policy.ledger, from); };
  inputs.context = policy.context;
  inputs.now = policy.clock->UnixSeconds();
  return ledger::hallmark::Admit(inputs);
}

}  // namespace cupel
