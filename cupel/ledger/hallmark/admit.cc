// SPDX-License-Identifier: Apache-2.0
#include "cupel/ledger/hallmark/admit.h"

#include "cupel/base/file.h"
#include "cupel/ledger/hallmark/position_file.h"
#include "cupel/ledger/identity/model_identity.h"
#include "cupel/ledger/merkle/checkpoint.h"

namespace cupel {
namespace {

using ledger::hallmark::AdmissionInputs;
using ledger::hallmark::Hallmark;
using ledger::hallmark::LedgerTail;
using ledger::hallmark::LedgerView;
using ledger::hallmark::PositionFile;

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

AdmissionInputs ReadInputs(const std::filesystem::path& hallmark, const AdmissionPolicy& policy) {
  AdmissionInputs inputs;
  inputs.trust = ledger::evidence::TrustPolicy::Load(policy.trust);
  inputs.bundle = ReadTextFile(hallmark, kMaxHallmarkBytes);
  if (const auto receipt = ReceiptFile(hallmark, policy))
    inputs.receipt = ReadTextFile(*receipt, kMaxHallmarkBytes);
  inputs.ledger = [&policy](std::uint64_t from) { return ReadLedger(policy.ledger, from); };
  inputs.context = policy.context;
  inputs.now = policy.clock->UnixSeconds();
  return inputs;
}

/// What the bundle claims to be, before anything of it is believed.
Result<Hallmark> ClaimedHallmark(const Result<std::string>& text) {
  if (!text) return tl::make_unexpected(text.error());
  CUPEL_TRY(const auto bundle, ledger::evidence::Bundle::Parse(*text));
  return Hallmark::Parse(bundle.envelope.payload);
}

/// A runtime that the conditions allow, as far as any can be.
RuntimeContext AllowedContext(const Hallmark& hallmark) {
  const auto first = [&](std::string_view kind) {
    const auto* values = hallmark.conditions.Of(kind);
    return values == nullptr ? std::string() : values->front();
  };
  RuntimeContext context{first("host"), first("purpose"), first("region")};
  for (const GuardLevel level : {GuardLevel::kObserve, GuardLevel::kEnforce, GuardLevel::kFailClosed}) {
    if (hallmark.conditions.Allows("guard", GuardLevelName(level))) context.guard = level;
  }
  return context;
}

}  // namespace

Admission admit(const std::filesystem::path& model, const std::filesystem::path& hallmark,
                const AdmissionPolicy& policy) {
  return admit([&] { return HashModel(model, policy); }, hallmark, policy);
}

Admission admit(const std::function<Result<ModelDigests>()>& digests, const std::filesystem::path& hallmark,
                const AdmissionPolicy& policy) {
  AdmissionInputs inputs = ReadInputs(hallmark, policy);
  inputs.model = digests;
  std::optional<PositionFile> position;
  if (policy.position) inputs.position = &position.emplace(policy.position->file, policy.position->key);
  return ledger::hallmark::Admit(inputs);
}

Admission VerifyHallmark(const std::filesystem::path& hallmark, const AdmissionPolicy& policy) {
  AdmissionInputs inputs = ReadInputs(hallmark, policy);
  const Result<Hallmark> claimed = ClaimedHallmark(inputs.bundle);
  inputs.model = [&]() -> Result<ModelDigests> {
    if (!claimed) return tl::make_unexpected(claimed.error());
    return claimed->model;
  };
  if (claimed) inputs.context = AllowedContext(*claimed);
  return ledger::hallmark::Admit(inputs);
}

}  // namespace cupel
