// SPDX-License-Identifier: Apache-2.0
#include "cupel/ledger/log/monitor.h"

#include <fmt/format.h>

#include <set>

#include "cupel/base/file.h"
#include "cupel/ledger/log/durable_write.h"

namespace cupel::ledger::log {
namespace {

std::string Named(const merkle::Checkpoint& checkpoint) {
  return fmt::format("{} leaves, root {}", checkpoint.size, checkpoint.root.Hex());
}

/// Writes the note so that it stays, also through a power cut.
Status Keep(const std::filesystem::path& file, const std::string& note) {
  std::set<std::filesystem::path> changed;
  CUPEL_TRY_STATUS(MakeFolders(SystemFiles(), file.parent_path(), changed));
  CUPEL_TRY_STATUS(SyncFolders(SystemFiles(), changed));
  return ReplaceSynced(SystemFiles(), file, AsBytes(note));
}

}  // namespace

Result<std::uint64_t> CheckContinues(const LogReader& log, const std::string& earlier,
                                     const merkle::NoteVerifier& verifier) {
  CUPEL_TRY(const merkle::Checkpoint before, merkle::OpenCheckpoint(earlier, verifier));
  const merkle::Checkpoint& now = log.checkpoint();
  const auto contradiction = [&](std::string_view what) {
    return Fail(ErrorCode::kVerificationFailed,
                fmt::format("{}: seen before: {}; now: {}", what, Named(before), Named(now)), now.origin);
  };
  if (now.size < before.size) return contradiction("the log went back");
  if (now.size == before.size && now.root != before.root)
    return contradiction("the log has two trees of one size");
  CUPEL_TRY(const merkle::ConsistencyProof proof, log.ProveConsistency(before.size, now.size));
  if (!merkle::VerifyConsistency(proof, before.root, now.root))
    return contradiction("the log does not continue what it was");
  return before.size;
}

Result<std::optional<std::string>> MonitorState::Load() const {
  auto note = ReadTextFile(file_);
  if (note) return *std::move(note);
  if (note.error().code == ErrorCode::kNotFound) return std::nullopt;
  return tl::make_unexpected(std::move(note).error());
}

Status MonitorState::Save(const std::string& note) const { return Keep(file_, note); }

Result<std::optional<std::uint64_t>> MonitorState::Compare(const LogReader& log,
                                                           const merkle::NoteVerifier& verifier) const {
  CUPEL_TRY(const std::optional<std::string> earlier, Load());
  if (!earlier) return std::nullopt;
  // A note that the log did not sign proves nothing against it: then the state is broken, not the log.
  if (const auto opened = merkle::OpenCheckpoint(*earlier, verifier); !opened)
    return FailAt(file_.string(), opened.error());
  auto continues = CheckContinues(log, *earlier, verifier);
  if (continues) return *continues;
  Error error = std::move(continues).error();
  if (error.code == ErrorCode::kVerificationFailed && error.place == log.checkpoint().origin) {
    CUPEL_TRY_STATUS(Keep(ConflictFile(), log.Note()));
    error.remedy = fmt::format("the log signed both: {} and {} are the proof, keep them", file_.string(),
                               ConflictFile().string());
  }
  return tl::make_unexpected(std::move(error));
}

}  // namespace cupel::ledger::log
