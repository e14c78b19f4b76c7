// SPDX-License-Identifier: Apache-2.0
#include "cupel/application/assess/file_journal.h"

#include "cupel/base/file.h"
#include "cupel/crypto/hash.h"

namespace cupel::application::assess {

std::filesystem::path FileJournal::PieceFile(const std::string& key) const {
  return folder_ / (crypto::Sha256(AsBytes(key)).Hex().substr(0, 32) + ".json");
}

std::optional<Json> FileJournal::Load(const std::string& key) const {
  const Result<std::string> text = ReadTextFile(PieceFile(key));
  if (!text) return std::nullopt;
  Result<Json> entry = Json::Parse(*text);
  if (!entry || !(*entry)["key"].IsString() || (*entry)["key"].AsString() != key) return std::nullopt;
  return (*entry)["piece"];
}

Status FileJournal::Save(const std::string& key, const Json& piece) {
  CUPEL_TRY_STATUS(MakeFolder(folder_));
  Json entry;
  entry["key"] = key;
  entry["piece"] = piece;
  return WriteFileAtomic(PieceFile(key), entry.Canonical());
}

void FileJournal::Clear() {
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

}  // namespace cupel::application::assess
