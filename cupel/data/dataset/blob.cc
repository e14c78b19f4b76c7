// SPDX-License-Identifier: Apache-2.0
#include "cupel/data/dataset/blob.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <stdlib.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "cupel/base/file.h"
#include "cupel/crypto/hash.h"

namespace cupel::data::dataset {
namespace {

constexpr std::uint64_t kPieceBytes = std::uint64_t{1} << 20;

tl::unexpected<Error> TemporaryFileError(std::string_view action, ErrorCode otherwise) {
  const int number = errno;
  const bool is_full = number == ENOSPC || number == EDQUOT || number == EFBIG;
  const bool is_refused = number == EACCES || number == EPERM || number == EROFS;
  const ErrorCode code = is_full      ? ErrorCode::kResourceLimit
                         : is_refused ? ErrorCode::kPermission
                                      : otherwise;
  return Fail(code, fmt::format("cannot {} a temporary file: {}", action, std::strerror(number)), "",
              "set TMPDIR to a folder with free space");
}

// A file without a name: it cannot be opened by anybody else and vanishes with the process.
int OpenUnnamedFile() {
  std::error_code ignored;
  const std::filesystem::path folder = std::filesystem::temp_directory_path(ignored);
  std::string name = (folder / "cupel-data-XXXXXX").string();
  const int descriptor = ::mkostemp(name.data(), O_CLOEXEC);
  if (descriptor >= 0) ::unlink(name.c_str());
  return descriptor;
}

}  // namespace

Blob::Blob(Bytes bytes) : bytes_(std::move(bytes)), size_(bytes_.size()) {}

Blob::~Blob() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

Status Blob::Read(std::uint64_t offset, std::span<std::uint8_t> out) const {
  if (offset > size_ || out.size() > size_ - offset) {
    return Fail(ErrorCode::kCorrupt, fmt::format("bytes {} .. {} are needed and there are {}", offset,
                                                 offset + out.size(), size_));
  }
  if (descriptor_ < 0) {
    std::copy_n(bytes_.begin() + static_cast<std::ptrdiff_t>(offset), out.size(), out.begin());
    return {};
  }
  while (!out.empty()) {
    const ssize_t count = ::pread(descriptor_, out.data(), out.size(), static_cast<off_t>(offset));
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return TemporaryFileError("read", ErrorCode::kInternal);
    out = out.subspan(static_cast<std::size_t>(count));
    offset += static_cast<std::uint64_t>(count);
  }
  return {};
}

Status Blob::ReadInPieces(std::uint64_t offset, std::uint64_t size,
                          const std::function<Status(BytesView)>& consume) const {
  Bytes piece(static_cast<std::size_t>(std::min(size, kPieceBytes)));
  while (size > 0) {
    const std::span<std::uint8_t> part(piece.data(), static_cast<std::size_t>(std::min(size, kPieceBytes)));
    CUPEL_TRY_STATUS(Read(offset, part));
    CUPEL_TRY_STATUS(consume(part));
    offset += part.size();
    size -= part.size();
  }
  return {};
}

BlobWriter::~BlobWriter() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

Status BlobWriter::Append(BytesView bytes) {
  if (bytes.size() > limits_.total_bytes - size_) {
    return Fail(ErrorCode::kResourceLimit,
                fmt::format("the data is larger than the limit of {} bytes", limits_.total_bytes), "",
                "split the data into several sets");
  }
  size_ += bytes.size();
  if (descriptor_ < 0 && size_ <= limits_.memory_bytes) {
    bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
    return {};
  }
  if (descriptor_ < 0) CUPEL_TRY_STATUS(Spill());
  while (!bytes.empty()) {
    const ssize_t count = ::write(descriptor_, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return TemporaryFileError("write", ErrorCode::kInternal);
    bytes = bytes.subspan(static_cast<std::size_t>(count));
  }
  return {};
}

Status BlobWriter::Spill() {
  descriptor_ = OpenUnnamedFile();
  if (descriptor_ < 0) return TemporaryFileError("create", ErrorCode::kInternal);
  const Bytes kept = std::exchange(bytes_, {});
  size_ -= kept.size();  // Append counts them again.
  return Append(kept);
}

BlobPointer BlobWriter::Finish() {
  const std::uint64_t size = std::exchange(size_, 0);
  if (descriptor_ >= 0) return BlobPointer(new Blob(std::exchange(descriptor_, -1), size));
  bytes_.shrink_to_fit();
  return std::make_shared<const Blob>(std::exchange(bytes_, {}));
}

Result<LoadedFile> LoadFile(const std::filesystem::path& path, const StorageLimits& limits) {
  BlobWriter writer(limits);
  crypto::Sha256Hasher hasher;
  CUPEL_TRY_STATUS(ReadFileInPieces(path, [&](BytesView piece) -> Status {
    hasher.Update(piece);
    auto appended = writer.Append(piece);
    if (!appended) return FailAt(path.string(), std::move(appended).error());
    return {};
  }));
  return LoadedFile{writer.Finish(), hasher.Finish()};
}

}  // namespace cupel::data::dataset
