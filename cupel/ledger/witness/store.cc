// SPDX-License-Identifier: Apache-2.0
#include "cupel/ledger/witness/store.h"

#include "cupel/base/file.h"
#include "cupel/ledger/witness/add_checkpoint.h"

namespace cupel::ledger::witness {
namespace {

constexpr const char* kOwner = "witness";
constexpr const char* kCheckpoint = "checkpoint";
constexpr const char* kConflict = "conflict";

bool Exists(const std::filesystem::path& path) {
  std::error_code code;
  return std::filesystem::exists(path, code) || code;  // when in doubt, it is there
}

}  // namespace

Status FileStore::Create(const std::filesystem::path& folder, const CosignatureVerifier& witness) {
  CUPEL_TRY_STATUS(MakeFolder(folder));
  CUPEL_TRY(const FolderLock lock, FolderLock::Take(folder));
  if (Exists(folder / kOwner)) {
    return Fail(ErrorCode::kInvalidArgument, "the folder holds the state of a witness already",
                folder.string(), "use it, or choose another folder");
  }
  CUPEL_TRY_STATUS(WriteFileAtomic(folder / kOwner, witness.ToText() + "\n"));
  return lock.Flush();
}

Result<std::unique_ptr<FileStore>> FileStore::Open(const std::filesystem::path& folder,
                                                   const CosignatureVerifier& witness) {
  CUPEL_TRY(FolderLock lock, FolderLock::Take(folder));
  auto owner = ReadTextFile(folder / kOwner, kMaxRequestBytes);
  if (!owner) {
    owner.error().remedy = "make a witness with `cupel ledger witness init`; never start one on an old copy";
    return tl::make_unexpected(std::move(owner).error());
  }
  if (*owner != witness.ToText() + "\n") {
    return Fail(ErrorCode::kInvalidArgument, "the folder is the state of another witness", folder.string(),
                "use the key that it was made with");
  }
  // A crash may have come between making a log's folder and flushing its name.
  CUPEL_TRY_STATUS(lock.Flush());
  return std::unique_ptr<FileStore>(new FileStore(folder, std::move(lock)));
}

Result<std::optional<std::string>> FileStore::Load(const Digest& origin_hash) const {
  const std::filesystem::path path = folder_ / origin_hash.Hex() / kCheckpoint;
  auto note = ReadTextFile(path, kMaxRequestBytes);
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
  if (!Exists(folder)) {
    CUPEL_TRY_STATUS(MakeFolder(folder));
    if (Status flushed = lock_.Flush(); !flushed) {
      std::error_code ignored;
      std::filesystem::remove(folder, ignored);  // so that the next try flushes again
      return flushed;
    }
  }
  CUPEL_TRY_STATUS(WriteFileAtomic(folder / name, std::string_view(note)));
  return FlushFolder(folder);
}

}  // namespace cupel::ledger::witness
