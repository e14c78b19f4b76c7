// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The journal of one running check, on files: finished pieces survive a kill at any moment.
///
/// One file a piece, named by the SHA-256 of its key and written atomically; a piece that cannot be read back
/// whole and with its own key is treated as not done. Safe from several workers.

#include <filesystem>

#include "cupel/algorithm/check/check.h"

namespace cupel::application::assess {

class FileJournal : public algorithm::check::Journal {
 public:
  /// folder: created on the first Save.
  explicit FileJournal(std::filesystem::path folder) : folder_(std::move(folder)) {}

  std::optional<Json> Load(const std::string& key) const override;
  Status Save(const std::string& key, const Json& piece) override;

  /// Removes all pieces; the check is finished.
  void Clear();

 private:
  std::filesystem::path PieceFile(const std::string& key) const;
  std::filesystem::path folder_;
};

}  // namespace cupel::application::assess
