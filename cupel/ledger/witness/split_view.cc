// SPDX-License-Identifier: Apache-2.0
#include "cupel/ledger/witness/split_view.h"

#include <fmt/format.h>

#include <utility>

#include "cupel/ledger/log/log.h"

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

Result<Comparison> Compare(std::string_view note, std::string_view other, const merkle::NoteVerifier& log,
                           const merkle::Tree& larger_tree) {
  Comparison comparison;
  CUPEL_TRY(comparison.smaller, merkle::OpenCheckpoint(note, log));
  CUPEL_TRY(comparison.larger, merkle::OpenCheckpoint(other, log));
  if (comparison.smaller.size > comparison.larger.size) std::swap(comparison.smaller, comparison.larger);
  const auto& [relation, smaller, larger] = comparison;
  if (smaller.size == larger.size) {
    comparison.relation = smaller.root == larger.root ? Relation::kSame : Relation::kFork;
    return comparison;
  }
  const auto root = larger_tree.RootAt(larger.size);
  if (!root || *root != larger.root) {
    return Fail(ErrorCode::kVerificationFailed,
                fmt::format("the leaves given are not those of the checkpoint of {} leaves", larger.size), "",
                "give the folder of the larger log");
  }
  CUPEL_TRY(const Digest beginning, larger_tree.RootAt(smaller.size));
  comparison.relation = beginning == smaller.root ? Relation::kExtends : Relation::kFork;
  return comparison;
}

Result<Comparison> CompareFolders(const std::filesystem::path& folder, const std::filesystem::path& other,
                                  const merkle::NoteVerifier& log) {
  CUPEL_TRY(const log::VerifiedLog one, log::Verify(folder, log));
  CUPEL_TRY(const log::VerifiedLog two, log::Verify(other, log));
  const bool first_is_larger = one.checkpoint.size > two.checkpoint.size;
  return Compare(one.note, two.note, log, first_is_larger ? one.tree : two.tree);
}

Result<Comparison> CompareWithCheckpoint(const std::filesystem::path& folder, std::string_view note,
                                         const merkle::NoteVerifier& log) {
  CUPEL_TRY(const log::VerifiedLog verified, log::Verify(folder, log));
  CUPEL_TRY(const merkle::Checkpoint other, merkle::OpenCheckpoint(note, log));
  if (other.size > verified.checkpoint.size) {
    return Fail(
        ErrorCode::kInvalidArgument,
        fmt::format("the checkpoint counts {} leaves, the copy has {}", other.size, verified.checkpoint.size),
        folder.string(), "get a newer copy of the log");
  }
  return Compare(verified.note, note, log, verified.tree);
}

}  // namespace cupel::ledger::witness
