// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Real faults of file systems, for tests: a disk of a few kilobytes that fills up or becomes read-only, and
/// a user whom permissions stop. Both need root; `IsThere()` says whether they could be had, and a test skips
/// otherwise.

#include <sys/mount.h>
#include <unistd.h>

#include <filesystem>
#include <string>

#include "cupel/testing/scratch_folder.h"

namespace cupel::testing {

/// A tmpfs of its own. Unmounted at the end.
class SmallDisk {
 public:
  /// options: "size=64k", "nr_inodes=3", ... (tmpfs(5)).
  explicit SmallDisk(const std::string& options)
      : mounted_(::mount("tmpfs", folder_.path().c_str(), "tmpfs", 0, options.c_str()) == 0) {}
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;
  ~SmallDisk() {
    if (mounted_) ::umount2(folder_.path().c_str(), MNT_DETACH);
  }

  bool IsThere() const { return mounted_; }
  void MakeReadOnly() const {
    CUPEL_CHECK(::mount("tmpfs", path().c_str(), "tmpfs", MS_REMOUNT | MS_RDONLY, nullptr) == 0);
  }
  void Resize(const std::string& options) const {
    CUPEL_CHECK(::mount("tmpfs", path().c_str(), "tmpfs", MS_REMOUNT, options.c_str()) == 0);
  }
  const std::filesystem::path& path() const { return folder_.path(); }
  std::filesystem::path operator/(std::string_view name) const { return folder_ / name; }

 private:
  ScratchFolder folder_;
  bool mounted_;
};

/// While it lives, this process is a user without rights: root would not be refused anything.
class Unprivileged {
 public:
  Unprivileged() : was_root_(::geteuid() == 0), changed_(was_root_ && ::seteuid(kNobody) == 0) {}
  Unprivileged(const Unprivileged&) = delete;
  Unprivileged& operator=(const Unprivileged&) = delete;
  ~Unprivileged() {
    if (changed_) CUPEL_CHECK(::seteuid(0) == 0);
  }
  /// True when permissions hold from here on.
  bool IsThere() const { return changed_ || !was_root_; }
  /// True when this is another user than the one whose files the test made.
  bool Changed() const { return changed_; }

 private:
  static constexpr uid_t kNobody = 65534;
  bool was_root_;
  bool changed_;
};

}  // namespace cupel::testing
