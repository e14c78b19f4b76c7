// SPDX-License-Identifier: Apache-2.0
#include "cupel/base/file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <cstring>

namespace cupel {
namespace {

constexpr std::size_t kPieceBytes = std::size_t{1} << 20;

class FileDescriptor {
 public:
  explicit FileDescriptor(int number) : number_(number) {}
  FileDescriptor(const FileDescriptor&) = delete;
  FileDescriptor& operator=(const FileDescriptor&) = delete;
  ~FileDescriptor() {
    if (number_ >= 0) ::close(number_);
  }
  int get() const { return number_; }
  bool Close() { return ::close(std::exchange(number_, -1)) == 0; }

 private:
  int number_;
};

/// Where pieces of a file are read to: little for a small file, and for a big one in a large page where the
/// system has one, into which the kernel copies faster than into many small ones.
class PieceBuffer {
 public:
  explicit PieceBuffer(std::uint64_t file_bytes)
      : size_(file_bytes < kPieceBytes ? kSmallPiece : kPieceBytes) {
    data_ = static_cast<std::uint8_t*>(std::aligned_alloc(size_ == kPieceBytes ? kLargePage : kSmallPiece,
                                                          size_ == kPieceBytes ? kLargePage : size_));
    CUPEL_CHECK(data_ != nullptr);
    if (size_ == kPieceBytes) ::madvise(data_, kLargePage, MADV_HUGEPAGE);  // A wish; no harm when refused.
  }
  PieceBuffer(const PieceBuffer&) = delete;
  PieceBuffer& operator=(const PieceBuffer&) = delete;
  ~PieceBuffer() { std::free(data_); }
  std::uint8_t* data() { return data_; }
  std::size_t size() const { return size_; }

 private:
  static constexpr std::size_t kSmallPiece = std::size_t{1} << 16;
  static constexpr std::size_t kLargePage = std::size_t{1} << 21;
  std::size_t size_;
  std::uint8_t* data_;
};

/// A file that grows, and one of unknown size such as a pipe, is read all the same.
std::uint64_t SizeOf(int fd) {
  struct stat status{};
  return ::fstat(fd, &status) == 0 ? static_cast<std::uint64_t>(status.st_size) : 0;
}

bool WriteAll(int fd, BytesView bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(fd, bytes.data(), std::min(bytes.size(), kPieceBytes * 64));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return false;
    bytes = bytes.subspan(static_cast<std::size_t>(count));
  }
  return true;
}

}  // namespace

Error SystemError(const std::filesystem::path& path, std::string_view action) {
  const int number = errno;
  Error error{ErrorCode::kInternal, fmt::format("cannot {}: {}", action, std::strerror(number)),
              path.string(), ""};
  switch (number) {
    case ENOENT:
    case ENOTDIR:
      error.code = ErrorCode::kNotFound;
      error.remedy = "check the path";
      break;
    case EACCES:
    case EPERM:
    case EROFS:
      error.code = ErrorCode::kPermission;
      error.remedy = "check the permissions of the file and of its folder";
      break;
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
      error.code = ErrorCode::kResourceLimit;
      error.remedy = "free some disk space and run the command again; nothing was half-written";
      break;
    case EISDIR:
      error.code = ErrorCode::kInvalidArgument;
      error.remedy = "give a file, not a folder";
      break;
    default: break;
  }
  return error;
}

Status ReadFileInPieces(const std::filesystem::path& path, const std::function<Status(BytesView)>& consume) {
  const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0) return tl::make_unexpected(SystemError(path, "open the file"));
  PieceBuffer piece(SizeOf(file.get()));
  for (;;) {
    const ssize_t count = ::read(file.get(), piece.data(), piece.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return tl::make_unexpected(SystemError(path, "read the file"));
    if (count == 0) return {};
    CUPEL_TRY_STATUS(consume(BytesView(piece.data(), static_cast<std::size_t>(count))));
  }
}

Status ReadRangeInPieces(const std::filesystem::path& path, std::uint64_t offset, std::uint64_t size,
                         const std::function<Status(BytesView)>& consume) {
  const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0) return tl::make_unexpected(SystemError(path, "open the file"));
  PieceBuffer piece(size);
  while (size > 0) {
    const std::size_t wanted = std::min<std::uint64_t>(size, piece.size());
    const ssize_t count = ::pread(file.get(), piece.data(), wanted, static_cast<off_t>(offset));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return tl::make_unexpected(SystemError(path, "read the file"));
    if (count == 0) {
      return Fail(ErrorCode::kCorrupt,
                  fmt::format("the file ends {} bytes before the part that was asked for", size),
                  path.string());
    }
    CUPEL_TRY_STATUS(consume(BytesView(piece.data(), static_cast<std::size_t>(count))));
    offset += static_cast<std::uint64_t>(count);
    size -= static_cast<std::uint64_t>(count);
  }
  return {};
}

Result<Bytes> ReadFile(const std::filesystem::path& path, std::uint64_t limit_bytes) {
  Bytes all;
  CUPEL_TRY_STATUS(ReadFileInPieces(path, [&](BytesView piece) -> Status {
    if (all.size() + piece.size() > limit_bytes) {
      return Fail(ErrorCode::kResourceLimit, fmt::format("the file is larger than {} bytes", limit_bytes),
                  path.string());
    }
    all.insert(all.end(), piece.begin(), piece.end());
    return {};
  }));
  return all;
}

Result<std::string> ReadTextFile(const std::filesystem::path& path, std::uint64_t limit_bytes) {
  CUPEL_TRY(const Bytes bytes, ReadFile(path, limit_bytes));
  return std::string(AsText(bytes));
}

Status WriteFileAtomic(const std::filesystem::path& path, BytesView bytes, int mode) {
  // A name of its own for every write: two threads that write the same file must not share a temporary one.
  static std::atomic<std::uint64_t> writes{0};
  const std::filesystem::path temporary = path.string() + fmt::format(".tmp-{}-{}", ::getpid(), ++writes);
  FileDescriptor file(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode));
  if (file.get() < 0) return tl::make_unexpected(SystemError(path, "write the file"));
  const bool written = ::fchmod(file.get(), static_cast<mode_t>(mode)) == 0 && WriteAll(file.get(), bytes) &&
                       ::fsync(file.get()) == 0 && file.Close() &&
                       ::rename(temporary.c_str(), path.c_str()) == 0;
  if (!written) {
    Error error = SystemError(path, "write the file");
    ::unlink(temporary.c_str());
    return tl::make_unexpected(std::move(error));
  }
  return {};
}

Status WriteFileAtomic(const std::filesystem::path& path, std::string_view text, int mode) {
  return WriteFileAtomic(path, AsBytes(text), mode);
}

Status MakeFolder(const std::filesystem::path& path) {
  std::error_code code;
  std::filesystem::create_directories(path, code);
  if (code) {
    errno = code.value();
    return tl::make_unexpected(SystemError(path, "create the folder"));
  }
  return {};
}

}  // namespace cupel
