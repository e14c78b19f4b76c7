// SPDX-License-Identifier: Apache-2.0
#include "cupel/ledger/witness/store.h"

#include <set>

#include "cupel/base/file.h"
#include "cupel/ledger/log/durable_write.h"
#include "cupel/ledger/witness/add_checkpoint.h"

namespace cupel::ledger::witness {
namespace {

constexpr const char* kOwner = "witness";
constexpr const char* kCheckpoint = "checkpoint";
constexpr const char* kConflict = "conflict";
/// A note is part of a request, with the witness's own line under it.
constexpr std::size_t kMaxNoteBytes = 2 * kMaxRequestBytes;

bool Exists(const std::filesystem::path& path) {
  std::error_code code;
  return std::filesystem::exists(path, code) || code;  // when in doubt, it is there
}

}  // namespace

Status FileStore::Create(const std::filesystem::path& folder, const CosignatureVerifier& witness,
                         log::FileOperations& files) {
  std::set<std::filesystem::path> changed;
  CUPEL_TRY_STATUS(log::MakeFolders(files, folder, changed));
  CUPEL_TRY_STATUS(log::SyncFolders(files, changed));
  CUPEL_TRY(const FolderLock lock, FolderLock::Take(folder, {}));
  if (Exists(folder / kOwner)) {
    return Fail(ErrorCode::kInvalidArgument, "the folder holds the state of a witness already",
                folder.string(), "use it, or choose another folder");
  }
  return log::ReplaceSynced(files, folder / kOwner, AsBytes(witness.ToText() + "\n"));
}

Result<std::unique_ptr<FileStore>> FileStore::Open(const std::filesystem::path& folder,
                                                   const CosignatureVerifier& witness,
                                                   log::FileOperations& files) {
  CUPEL_TRY(FolderLock lock, FolderLock::Take(folder, {}));
  auto owner = ReadTextFile(folder / kOwner, kMaxNoteBytes);
  if (!owner) {
    owner.error().remedy = "make a witness with `cupel ledger witness init`; never start one on an old copy";
    return tl::make_unexpected(std::move(owner).error());
  }
  if (*owner != witness.ToText() + "\n") {
    return Fail(ErrorCode::kInvalidArgument, "the folder is the state of another witness", folder.string(),
                "use the key that it was made with");
  }
  // A crash may have come between making a log's folder and flushing its name.
  CUPEL_TRY_STATUS(log::SyncFolders(files, {folder}));
  return std::unique_ptr<FileStore>(new FileStore(folder, std::move(lock), files));
}

Result<std::optional<std::string>> FileStore::Load(const Digest& origin_hash) const {
  const std::filesystem::path path = folder_ / origin_hash.Hex() / kCheckpoint;
  auto note = ReadTextFile(path, kMaxNoteBytes);
  if (note) return std::optional(*std::move(note));
  if (note.error().code == ErrorCode::kNotFound) return std::optional<std::string>();
  return tl::make_unexpected(std::move(note).error());
}

Status FileStore::Save(const Digest& origin_hash, const std::string& note) {
  return SaveAs(origin_hash, kCheckpoint, note);
}

Status FileStore::SaveConflict(const Digest& origin_hash, const std::string& note) {
  if (Exists(folder_ / origin_hash.Hex() / kConflict)) return {};
  return SaveAs(origin_hash, kConflict, note);
}

Status FileStore::SaveAs(const Digest& origin_hash, const char* name, const std::string& note) {
  const std::filesystem::path folder = folder_ / origin_hash.Hex();
  std::set<std::filesystem::path> changed;
  CUPEL_TRY_STATUS(log::MakeFolders(files_, folder, changed));
  if (Status synced = log::SyncFolders(files_, changed); !synced) {
    (void)files_.Remove(folder);  // so that the next try syncs again
    return synced;
  }
  return log::ReplaceSynced(files_, folder / name, AsBytes(note));
}

}  // namespace cupel::ledger::witness
