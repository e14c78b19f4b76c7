// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The bytes of a data file while it is in use: in memory up to a limit, beyond it in an unnamed temporary
/// file.
///
/// What is checked (digest, size, values) is thereby what is read later, even when the file on disk changes.
/// The temporary file lies in the folder of TMPDIR, has no name, and is gone when the process ends. Const
/// methods may be called concurrently.

#include <filesystem>
#include <functional>
#include <memory>
#include <string_view>

#include "cupel/base/bytes.h"
#include "cupel/base/digest.h"

namespace cupel::data::dataset {

struct StorageLimits {
  std::uint64_t memory_bytes = std::uint64_t{256}
                               << 20;  ///< A file larger than this goes to a temporary file.
  std::uint64_t total_bytes = std::uint64_t{16}
                              << 30;  ///< A file larger than this (after unpacking) is refused.
};

class Blob {
 public:
  explicit Blob(Bytes bytes);
  ~Blob();
  Blob(const Blob&) = delete;
  Blob& operator=(const Blob&) = delete;

  std::uint64_t size() const { return size_; }

  /// Copies bytes [offset, offset + out.size()).
  /// Errors: kCorrupt when that is beyond the end; kInternal when the temporary file cannot be read.
  Status Read(std::uint64_t offset, std::span<std::uint8_t> out) const;

  /// Calls `consume` with pieces of at most 1 MiB of [offset, offset + size). Stops at the first error.
  Status ReadInPieces(std::uint64_t offset, std::uint64_t size,
                      const std::function<Status(BytesView)>& consume) const;

 private:
  friend class BlobWriter;
  Blob(int descriptor, std::uint64_t size) : descriptor_(descriptor), size_(size) {}

  Bytes bytes_;
  int descriptor_ = -1;
  std::uint64_t size_ = 0;
};

/// Shared: the arrays of one NPZ file lie in the same bytes.
using BlobPointer = std::shared_ptr<const Blob>;

class BlobWriter {
 public:
  explicit BlobWriter(StorageLimits limits) : limits_(limits) {}
  ~BlobWriter();
  BlobWriter(const BlobWriter&) = delete;
  BlobWriter& operator=(const BlobWriter&) = delete;

  /// Errors: kResourceLimit beyond limits.total_bytes or when the disk is full; kPermission.
  Status Append(BytesView bytes);

  /// What was appended. The writer is then empty.
  BlobPointer Finish();

 private:
  Status Spill();

  StorageLimits limits_;
  Bytes bytes_;
  int descriptor_ = -1;
  std::uint64_t size_ = 0;
};

struct LoadedFile {
  BlobPointer blob;
  Digest digest;  ///< SHA-256 of the file as it lies on disk.
};

/// Errors: those of ReadFileInPieces and BlobWriter, with the path as place.
Result<LoadedFile> LoadFile(const std::filesystem::path& path, const StorageLimits& limits);

}  // namespace cupel::data::dataset
