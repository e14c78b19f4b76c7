// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Stand-ins for the file operations of the writer, and processes that append and die. For tests only.

#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "cupel/ledger/log/file_operations.h"
#include "cupel/ledger/log/log.h"
#include "cupel/testing/status_matchers.h"

namespace cupel::ledger::log {

inline constexpr const char* kTestOrigin = "example.com/ledger";

inline crypto::LogKey TestKey() { return crypto::LogKey::FromSeed(Bytes(32, 7)).value(); }
inline merkle::NoteVerifier TestVerifier() {
  return merkle::NoteVerifier::Create(kTestOrigin, TestKey().Public()).value();
}

inline Bytes NumberedLeaf(std::size_t i) {
  const std::string text = "leaf " + std::to_string(i);
  return Bytes(text.begin(), text.end());
}

inline std::vector<Bytes> NumberedLeaves(std::size_t from, std::size_t to) {
  std::vector<Bytes> leaves;
  for (std::size_t i = from; i < to; ++i) leaves.push_back(NumberedLeaf(i));
  return leaves;
}

/// Puts scratch folders into memory where there is such a file system: for thousands of folders on which
/// nothing has to outlive the machine.
inline void UseMemoryForScratchFolders() {
  if (std::filesystem::is_directory("/dev/shm")) ::setenv("TMPDIR", "/dev/shm", 0);
}

/// Passes everything on; the base of the twins below.
class ForwardingFiles : public FileOperations {
 public:
  explicit ForwardingFiles(FileOperations& below = SystemFiles()) : below_(below) {}
  ForwardingFiles(const ForwardingFiles&) = delete;  // else a twin of a twin would be a copy of its base
  ForwardingFiles& operator=(const ForwardingFiles&) = delete;
  Result<bool> MakeFolder(const std::filesystem::path& path) override { return below_.MakeFolder(path); }
  Result<int> CreateFile(const std::filesystem::path& path) override { return below_.CreateFile(path); }
  Result<int> OpenFolder(const std::filesystem::path& path) override { return below_.OpenFolder(path); }
  Status Write(int handle, BytesView bytes) override { return below_.Write(handle, bytes); }
  Status Sync(int handle) override { return below_.Sync(handle); }
  void Close(int handle) override { below_.Close(handle); }
  Status Rename(const std::filesystem::path& from, const std::filesystem::path& to) override {
    return below_.Rename(from, to);
  }
  Status Remove(const std::filesystem::path& path) override { return below_.Remove(path); }

 protected:
  FileOperations& below_;
};

/// Does not wait for the disk: for tests that write thousands of logs and pull no plug.
class UnsyncedFiles final : public ForwardingFiles {
 public:
  Status Sync(int) override { return {}; }
};

/// At its k-th operation (from 0) the disk is full or the process is killed; a write is done by half first.
class FaultyFiles final : public ForwardingFiles {
 public:
  enum class Fault { kDiskFull, kKill };
  FaultyFiles(Fault fault, int at, FileOperations& below = SystemFiles())
      : ForwardingFiles(below), fault_(fault), at_(at) {}

  /// Operations so far.
  int count() const { return count_; }

  Result<bool> MakeFolder(const std::filesystem::path& path) override {
    CUPEL_TRY_STATUS(Step());
    return below_.MakeFolder(path);
  }
  Result<int> CreateFile(const std::filesystem::path& path) override {
    CUPEL_TRY_STATUS(Step());
    return below_.CreateFile(path);
  }
  Result<int> OpenFolder(const std::filesystem::path& path) override {
    CUPEL_TRY_STATUS(Step());
    return below_.OpenFolder(path);
  }
  Status Write(int handle, BytesView bytes) override {
    CUPEL_TRY_STATUS(Step([&] { (void)below_.Write(handle, bytes.first(bytes.size() / 2)); }));
    return below_.Write(handle, bytes);
  }
  Status Sync(int handle) override {
    CUPEL_TRY_STATUS(Step());
    return below_.Sync(handle);
  }
  Status Rename(const std::filesystem::path& from, const std::filesystem::path& to) override {
    CUPEL_TRY_STATUS(Step());
    return below_.Rename(from, to);
  }
  Status Remove(const std::filesystem::path& path) override {
    CUPEL_TRY_STATUS(Step());
    return below_.Remove(path);
  }

 private:
  Status Step(const std::function<void()>& half = {}) {
    if (count_++ != at_) return {};
    if (half) half();
    if (fault_ == Fault::kKill) ::raise(SIGKILL);
    return Fail(ErrorCode::kResourceLimit, "no space left on device");
  }

  const Fault fault_;
  const int at_;
  std::atomic<int> count_ = 0;
};

/// The broken writer that the crash tests must catch: tiles reach the disk after the checkpoint was replaced.
class CheckpointFirstFiles final : public ForwardingFiles {
 public:
  using ForwardingFiles::ForwardingFiles;

  Result<int> CreateFile(const std::filesystem::path& path) override {
    if (path.string().find("/tile/") == std::string::npos) return below_.CreateFile(path);
    late_.push_back({path, {}});
    return -static_cast<int>(late_.size());
  }
  Status Write(int handle, BytesView bytes) override {
    if (handle >= 0) return below_.Write(handle, bytes);
    late_[static_cast<std::size_t>(-handle - 1)].second.assign(bytes.begin(), bytes.end());
    return {};
  }
  Status Sync(int handle) override { return handle < 0 ? Status() : below_.Sync(handle); }
  void Close(int handle) override {
    if (handle >= 0) below_.Close(handle);
  }
  Status Rename(const std::filesystem::path& from, const std::filesystem::path& to) override {
    CUPEL_TRY_STATUS(below_.Rename(from, to));
    for (const auto& [path, bytes] : std::exchange(late_, {})) {
      CUPEL_TRY(const int handle, below_.CreateFile(path));
      CUPEL_TRY_STATUS(below_.Write(handle, bytes));
      CUPEL_TRY_STATUS(below_.Sync(handle));
      below_.Close(handle);
    }
    return {};
  }

 private:
  std::vector<std::pair<std::filesystem::path, Bytes>> late_;
};

/// What an appending process told before it ended: the numbers that it wrote to its pipe.
struct ChildReport {
  std::vector<std::uint64_t> told;
  bool killed = false;
  int exit_code = -1;
};

/// A process of its own that runs `work`, which tells numbers through the function that it is given. With
/// `kill`, that function runs in the parent, with the child's process id, before the parent waits.
inline ChildReport RunChild(const std::function<int(const std::function<void(std::uint64_t)>& tell)>& work,
                            const std::function<void(pid_t)>& meanwhile = {}) {
  int ends[2];
  CUPEL_CHECK(::pipe(ends) == 0);
  const pid_t child = ::fork();
  CUPEL_CHECK(child >= 0);
  if (child == 0) {
    ::close(ends[0]);
    ::_exit(work([&](std::uint64_t number) {
      CUPEL_CHECK(::write(ends[1], &number, sizeof(number)) == static_cast<ssize_t>(sizeof(number)));
    }));
  }
  ::close(ends[1]);
  if (meanwhile) meanwhile(child);
  ChildReport report;
  for (std::uint64_t number = 0;
       ::read(ends[0], &number, sizeof(number)) == static_cast<ssize_t>(sizeof(number));)
    report.told.push_back(number);
  ::close(ends[0]);
  int status = 0;
  CUPEL_CHECK(::waitpid(child, &status, 0) == child);
  report.killed = WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
  report.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return report;
}

/// Why a log after a crash is not what was promised, or "". The leaves are NumberedLeaf(0), 1, 2, ...; at
/// least `promised` of them must be there and no other; another append must work.
inline std::string WhatIsLost(const std::filesystem::path& folder, std::uint64_t promised) {
  UnsyncedFiles files;
  const LogOptions options{.lock_timeout_ms = 1000, .files = &files};
  auto log = Log::Open(folder, TestKey(), kTestOrigin, options);
  if (!log) return "does not open: " + log.error().ToString();
  const auto verified = Verify(folder, TestVerifier());
  if (!verified) return "does not verify: " + verified.error().ToString();
  const std::uint64_t size = verified->checkpoint.size;
  if (size < promised) return std::to_string(promised - size) + " promised entries are lost";
  if (verified->entries != NumberedLeaves(0, size)) return "entries differ from those that were appended";
  if (const auto index = log->Append(NumberedLeaf(size)); !index || *index != size) return "does not append";
  const auto again = VerifyStreaming(folder, TestVerifier());
  return again && again->checkpoint.size == size + 1 ? "" : "does not verify after another append";
}

}  // namespace cupel::ledger::log
