// SPDX-License-Identifier: Apache-2.0
#include "cupel/ledger/witness/witness_folder.h"

#include <fmt/format.h>

#include <algorithm>

#include "cupel/base/file.h"
#include "cupel/crypto/key_file.h"
#include "cupel/ledger/log/durable_write.h"
#include "cupel/ledger/witness/policy.h"

namespace cupel::ledger::witness {
namespace {

constexpr std::size_t kMaxFileBytes = std::size_t{1} << 20;

std::filesystem::path KeyPath(const std::filesystem::path& folder) { return folder / "witness.key.pem"; }
std::filesystem::path VkeyPath(const std::filesystem::path& folder) { return folder / "witness.vkey"; }
std::filesystem::path LogsPath(const std::filesystem::path& folder) { return folder / "logs.policy"; }
std::filesystem::path StatePath(const std::filesystem::path& folder) { return folder / "state"; }

}  // namespace

std::vector<KnownLog> KnownLogs(std::span<const merkle::NoteVerifier> keys) {
  std::vector<KnownLog> logs;
  for (const merkle::NoteVerifier& key : keys) {
    const auto same = std::ranges::find(logs, key.Name(), &KnownLog::origin);
    if (same != logs.end()) {
      same->keys.push_back(key);
    } else {
      logs.push_back({key.Name(), {key}});
    }
  }
  return logs;
}

Result<CosignatureVerifier> CreateWitnessFolder(const std::filesystem::path& folder, const std::string& name,
                                                std::span<const merkle::NoteVerifier> logs) {
  CUPEL_TRY_STATUS(merkle::CheckKeyName(name));
  std::error_code code;
  if (std::filesystem::exists(KeyPath(folder), code) || std::filesystem::exists(StatePath(folder), code)) {
    return Fail(ErrorCode::kInvalidArgument, "the folder holds a witness already", folder.string(),
                "use it, or choose another folder");
  }
  std::string text = "# The logs that this witness follows.\n";
  for (const merkle::NoteVerifier& log : logs) text += fmt::format("log {}\n", log.ToText());
  text += "quorum none\n";
  // One key twice would make a list that cannot be read again.
  CUPEL_TRY_STATUS(Policy::Parse(text));
  CUPEL_TRY(crypto::LogKey key, crypto::LoadOrCreateLogKey(KeyPath(folder)));
  CUPEL_TRY(CosignatureVerifier verifier, CosignatureVerifier::Create(name, key.Public()));
  CUPEL_TRY_STATUS(WriteFileAtomic(LogsPath(folder), std::string_view(text)));
  CUPEL_TRY_STATUS(WriteFileAtomic(VkeyPath(folder), verifier.ToText() + "\n"));
  CUPEL_TRY_STATUS(FileStore::Create(StatePath(folder), verifier));
  CUPEL_TRY_STATUS(log::SyncFolders(log::SystemFiles(), {folder}));
  return verifier;
}

Result<std::unique_ptr<Witness>> OpenWitnessFolder(const std::filesystem::path& folder, const Clock& clock) {
  CUPEL_TRY(std::string vkey, ReadTextFile(VkeyPath(folder), kMaxFileBytes));
  while (vkey.ends_with('\n')) vkey.pop_back();
  CUPEL_TRY(const CosignatureVerifier verifier, CosignatureVerifier::Parse(vkey));
  CUPEL_TRY(crypto::LogKey private_key, crypto::LoadLogKey(KeyPath(folder)));
  CUPEL_TRY(CosignatureKey key, CosignatureKey::Create(verifier.Name(), std::move(private_key)));
  if (key.Verifier() != verifier) {
    return Fail(ErrorCode::kInvalidArgument, "the witness's key is not that of its verifier key",
                KeyPath(folder).string(), "put the right key back, or make a new witness");
  }
  CUPEL_TRY(const std::string text, ReadTextFile(LogsPath(folder), kMaxFileBytes));
  auto policy = Policy::Parse(text);
  if (!policy) return FailAt(LogsPath(folder).string(), std::move(policy).error());
  std::vector<merkle::NoteVerifier> logs;
  for (const Policy::Log& log : policy->Logs()) logs.push_back(log.key);
  CUPEL_TRY(std::unique_ptr<FileStore> store, FileStore::Open(StatePath(folder), verifier));
  return Witness::Create(std::move(key), KnownLogs(logs), std::move(store), clock);
}

}  // namespace cupel::ledger::witness
