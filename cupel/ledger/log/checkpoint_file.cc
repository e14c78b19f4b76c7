// SPDX-License-Identifier: Apache-2.0
#include "cupel/ledger/log/checkpoint_file.h"

#include <memory>

#include "cupel/base/file.h"
#include "cupel/ledger/log/durable_write.h"
#include "cupel/ledger/log/log_reader.h"

namespace cupel::ledger::log {
namespace {

/// That `next` is a log that continues `now`. Errors: as LogReader, VerifyConsistency.
Status CheckContinues(const LogReader& next, const merkle::Checkpoint& now) {
  CUPEL_TRY(const merkle::ConsistencyProof proof, next.ProveConsistency(now.size, next.size()));
  return merkle::VerifyConsistency(proof, now.root, next.checkpoint().root);
}

Status Promote(FileOperations& files, const std::filesystem::path& folder) {
  CUPEL_TRY_STATUS(files.Rename(folder / kNextCheckpointFile, folder / kCheckpointFile));
  // What was promised is on disk already, as checkpoint.next; this only makes it likelier that after a power
  // cut readers see the new checkpoint before the next writer comes.
  (void)SyncFolders(files, {folder});
  return {};
}

}  // namespace

Status PublishCheckpoint(FileOperations& files, const std::filesystem::path& folder, std::string_view note) {
  Status status = WriteSynced(files, folder / kNextCheckpointFile, AsBytes(note));
  if (status) status = SyncFolders(files, {folder});
  if (status) status = Promote(files, folder);
  if (status) return {};
  (void)files.Remove(folder / kNextCheckpointFile);
  (void)SyncFolders(files, {folder});
  return status;
}

Status FinishPublication(FileOperations& files, const std::filesystem::path& folder,
                         const merkle::NoteVerifier& verifier) {
  const std::filesystem::path path = folder / kNextCheckpointFile;
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored)) return {};
  const auto source = std::make_shared<const FolderSource>(folder);
  CUPEL_TRY(const std::string note, ReadTextFile(path));
  const auto next = merkle::OpenCheckpoint(note, verifier);
  if (!next) return files.Remove(path);  // half written
  if (!std::filesystem::exists(folder / kCheckpointFile, ignored)) {
    // A new log's first checkpoint; any other would mean that somebody took the checkpoint away.
    return next->size == 0 ? Promote(files, folder) : Status();
  }
  CUPEL_TRY(const std::string current, ReadNote(*source));
  CUPEL_TRY(const merkle::Checkpoint now, merkle::OpenCheckpoint(current, verifier));
  // The same tree: more lines under it, whose cosigner was told that they are safe.
  if (*next == now) return Promote(files, folder);
  if (next->size <= now.size) return files.Remove(path);
  auto reader = LogReader::OpenAt(source, note, verifier);
  const Status continues = reader ? CheckContinues(*reader, now) : tl::make_unexpected(reader.error());
  if (!continues) {
    Error error = continues.error();
    error.remedy = "the log was damaged; removing checkpoint.next gives up what was appended last";
    return FailAt(path.string(), std::move(error));
  }
  return Promote(files, folder);
}

}  // namespace cupel::ledger::log
