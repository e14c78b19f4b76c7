// SPDX-License-Identifier: Apache-2.0
#pragma once

/// What a power cut may leave on disk, worked out from the operations that a writer did. For tests only.
///
/// The pessimistic model of POSIX: a file's bytes are safe from the Sync of that file on, a name from the
/// Sync of its folder on. What was not synced may be there, or not, or in part: each change of a folder by
/// itself, each file's bytes as they were, as they became, cut off, or zero. A rename happens as a whole or
/// not at all.

#include <algorithm>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "cupel/base/file.h"
#include "cupel/ledger/log/log_twins_for_test.h"

namespace cupel::ledger::log {

struct Operation {
  enum class Kind { kMakeFolder, kCreateFile, kWrite, kSyncFile, kSyncFolder, kRename, kRemove, kPromise };
  Kind kind{};
  std::filesystem::path path{};
  std::filesystem::path to{};  ///< Of a rename.
  Bytes bytes{};               ///< Of a write.
  std::uint64_t promised = 0;  ///< Of a promise: from here on so many leaves must never be lost.
};

/// Does everything, does not wait for the disk, and remembers.
class RecordingFiles final : public ForwardingFiles {
 public:
  const std::vector<Operation>& operations() const { return operations_; }
  void Promise(std::uint64_t size) { Add({.kind = Operation::Kind::kPromise, .promised = size}); }

  Result<bool> MakeFolder(const std::filesystem::path& path) override {
    Add({.kind = Operation::Kind::kMakeFolder, .path = path});
    return below_.MakeFolder(path);
  }
  Result<int> CreateFile(const std::filesystem::path& path) override {
    Add({.kind = Operation::Kind::kCreateFile, .path = path});
    return Remember(below_.CreateFile(path), path, Operation::Kind::kSyncFile);
  }
  Result<int> OpenFolder(const std::filesystem::path& path) override {
    return Remember(below_.OpenFolder(path), path, Operation::Kind::kSyncFolder);
  }
  Status Write(int handle, BytesView bytes) override {
    Add({.kind = Operation::Kind::kWrite,
         .path = open_.at(handle).first,
         .bytes = {bytes.begin(), bytes.end()}});
    return below_.Write(handle, bytes);
  }
  Status Sync(int handle) override {
    const std::lock_guard lock(mutex_);
    operations_.push_back({.kind = open_.at(handle).second, .path = open_.at(handle).first});
    return {};
  }
  Status Rename(const std::filesystem::path& from, const std::filesystem::path& to) override {
    Add({.kind = Operation::Kind::kRename, .path = from, .to = to});
    return below_.Rename(from, to);
  }
  Status Remove(const std::filesystem::path& path) override {
    Add({.kind = Operation::Kind::kRemove, .path = path});
    return below_.Remove(path);
  }

 private:
  void Add(Operation operation) {
    const std::lock_guard lock(mutex_);
    operations_.push_back(std::move(operation));
  }
  Result<int> Remember(Result<int> handle, const std::filesystem::path& path, Operation::Kind sync) {
    if (handle) open_[*handle] = {path, sync};
    return handle;
  }

  std::mutex mutex_;  // syncs come from several threads
  std::map<int, std::pair<std::filesystem::path, Operation::Kind>> open_;
  std::vector<Operation> operations_;
};

/// The disk and the memory above it, while operations are played.
class ModelDisk {
 public:
  /// root: the folder that was there before.
  explicit ModelDisk(const std::filesystem::path& root) {
    names_[root] = std::make_shared<Node>(Node{.folder = true});
  }

  /// What is in a folder now, all of it safe.
  static ModelDisk Of(const std::filesystem::path& root) {
    ModelDisk disk(root);
    for (const auto& item : std::filesystem::recursive_directory_iterator(root)) {
      Node node{.folder = item.is_directory()};
      if (!node.folder) node.bytes = node.durable = ReadFile(item.path()).value();
      node.synced = true;
      disk.names_[item.path()] = disk.durable_names_[item.path()] = std::make_shared<Node>(std::move(node));
    }
    return disk;
  }

  void Play(const Operation& operation) {
    using Kind = Operation::Kind;
    switch (operation.kind) {
      case Kind::kMakeFolder:
        if (!names_.contains(operation.path))
          SetName(operation.path, std::make_shared<Node>(Node{.folder = true}));
        break;
      case Kind::kCreateFile:
        if (!names_.contains(operation.path)) SetName(operation.path, std::make_shared<Node>());
        names_[operation.path]->bytes.clear();
        names_[operation.path]->synced = false;
        break;
      case Kind::kWrite: {
        Node& node = *names_.at(operation.path);
        node.bytes.insert(node.bytes.end(), operation.bytes.begin(), operation.bytes.end());
        node.synced = false;
        break;
      }
      case Kind::kSyncFile:
        names_.at(operation.path)->durable = names_.at(operation.path)->bytes;
        names_.at(operation.path)->synced = true;
        break;
      case Kind::kSyncFolder:
        names_.at(operation.path)->pending.clear();
        SyncNames(operation.path);
        break;
      case Kind::kRename: {
        const auto node = names_.at(operation.path);
        names_.erase(operation.path);
        names_[operation.to] = node;
        names_.at(operation.path.parent_path())
            ->pending.push_back({{operation.path, nullptr}, {operation.to, node}});
        break;
      }
      case Kind::kRemove:
        if (names_.erase(operation.path) > 0)
          names_.at(operation.path.parent_path())->pending.push_back({{operation.path, nullptr}});
        break;
      case Kind::kPromise: break;
    }
  }

  /// One of the things that can be left. keep: how likely each change that was not synced has reached the
  /// disk.
  void WriteSurvivors(const std::filesystem::path& root, const std::filesystem::path& to, double keep,
                      std::mt19937& random) const {
    const auto kept = [&] { return std::uniform_real_distribution(0.0, 1.0)(random) < keep; };
    std::map<std::filesystem::path, NodePtr> names = durable_names_;
    for (const auto& [path, node] : names_) {
      if (!node->folder) continue;
      for (const auto& change : node->pending) {
        if (!kept()) continue;
        for (const auto& [name, target] : change) {
          if (target)
            names[name] = target;
          else
            names.erase(name);
        }
      }
    }
    std::filesystem::create_directories(to);
    for (const auto& [path, node] : names) {  // parents come before what is in them
      const std::filesystem::path place = to / path.lexically_relative(root);
      if (!std::filesystem::is_directory(place.parent_path())) continue;
      if (node->folder) {
        std::filesystem::create_directory(place);
      } else {
        WriteFile(place, Survived(*node, kept(), random));
      }
    }
  }

 private:
  struct Node;
  using NodePtr = std::shared_ptr<Node>;
  /// Names that change together: a new node, or none.
  using Change = std::vector<std::pair<std::filesystem::path, NodePtr>>;
  struct Node {
    bool folder = false;
    Bytes bytes{};
    Bytes durable{};
    bool synced = false;
    std::vector<Change> pending{};  ///< Of a folder: changes of its names that are not on disk.
  };

  void SetName(const std::filesystem::path& path, NodePtr node) {
    names_[path] = node;
    names_.at(path.parent_path())->pending.push_back({{path, std::move(node)}});
  }

  void SyncNames(const std::filesystem::path& folder) {
    std::erase_if(durable_names_, [&](const auto& item) { return item.first.parent_path() == folder; });
    for (const auto& [path, node] : names_) {
      if (path.parent_path() == folder) durable_names_[path] = node;
    }
  }

  static Bytes Survived(const Node& node, bool all, std::mt19937& random) {
    if (node.synced) return node.durable;
    if (all) return node.bytes;
    switch (random() % 4) {
      case 0: return node.durable;
      case 1: return {};
      case 2: return Bytes(node.bytes.size(), 0);
      default:
        return Bytes(node.bytes.begin(),
                     node.bytes.begin() + static_cast<std::ptrdiff_t>(node.bytes.size() / 2));
    }
  }

  static void WriteFile(const std::filesystem::path& path, const Bytes& bytes) {
    FileOperations& files = SystemFiles();
    const int handle = files.CreateFile(path).value();
    CUPEL_CHECK(files.Write(handle, bytes).has_value());
    files.Close(handle);
  }

  std::map<std::filesystem::path, NodePtr> names_;
  std::map<std::filesystem::path, NodePtr> durable_names_;
};

}  // namespace cupel::ledger::log
