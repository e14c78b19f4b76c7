// SPDX-License-Identifier: Apache-2.0
#include "cupel/ledger/witness/split_view.h"

#include <fmt/format.h>

namespace cupel::ledger::witness {

std::string Comparison::ToText() const {
  switch (relation) {
    case Relation::kSame: return fmt::format("one log of {} leaves", larger.size);
    case Relation::kExtends:
      return fmt::format("the log of {} leaves begins with that of {}", larger.size, smaller.size);
    case Relation::kFork: break;
  }
  if (smaller.size == larger.size) {
    return fmt::format("the log signed two trees of {} leaves: {} and {}", larger.size, smaller.root.Hex(),
                       larger.root.Hex());
  }
  return fmt::format(
      "the log signed a tree of {} leaves that does not begin with the tree of {} that it signed",
      larger.size, smaller.size);
}

Result<Comparison> Compare(const log::LogReader& log, std::string_view note,
                           const merkle::NoteVerifier& key) {
  Comparison comparison;
  comparison.larger = log.checkpoint();
  CUPEL_TRY(comparison.smaller, merkle::OpenCheckpoint(note, key));
  const std::uint64_t size = comparison.smaller.size;
  if (size > log.size()) {
    return Fail(ErrorCode::kInvalidArgument,
                fmt::format("the checkpoint counts {} leaves, the copy has {}", size, log.size()), "",
                "get a newer copy of the log");
  }
  CUPEL_TRY(const Digest beginning, log.RootAt(size));
  comparison.relation = beginning != comparison.smaller.root ? Relation::kFork
                        : size == log.size()                 ? Relation::kSame
                                                             : Relation::kExtends;
  return comparison;
}

Result<Comparison> CompareWithCheckpoint(const std::filesystem::path& folder, std::string_view note,
                                         const merkle::NoteVerifier& key) {
  CUPEL_TRY(const log::LogReader log, log::LogReader::Open(folder, key));
  auto comparison = Compare(log, note, key);
  if (!comparison && comparison.error().place.empty()) comparison.error().place = folder.string();
  return comparison;
}

Result<Comparison> CompareFolders(const std::filesystem::path& folder, const std::filesystem::path& other,
                                  const merkle::NoteVerifier& key) {
  CUPEL_TRY(const log::LogReader one, log::LogReader::Open(folder, key));
  CUPEL_TRY(const log::LogReader two, log::LogReader::Open(other, key));
  return one.size() > two.size() ? Compare(one, two.Note(), key) : Compare(two, one.Note(), key);
}

}  // namespace cupel::ledger::witness
