// SPDX-License-Identifier: Apache-2.0
#include "cupel/application/pack/zip.h"

#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <memory>
#include <set>

#include "cupel/application/pack/entry_name.h"
#include "cupel/base/file.h"

namespace cupel::application::pack {
namespace {

using Writer = std::unique_ptr<archive, int (*)(archive*)>;
using Reader = std::unique_ptr<archive, int (*)(archive*)>;

constexpr std::size_t kPieceBytes = std::size_t{1} << 16;
constexpr std::uint64_t kFreeBytes = std::uint64_t{1} << 20;

std::string ReasonOf(archive* from) {
  const char* given = archive_error_string(from);
  std::string reason = given == nullptr ? "unknown reason" : given;
  while (reason.ends_with('\n')) reason.pop_back();
  return reason;
}

tl::unexpected<Error> WriteFailed(archive* from, const std::filesystem::path& out) {
  const ErrorCode code = archive_errno(from) == ENOSPC ? ErrorCode::kResourceLimit : ErrorCode::kPermission;
  return Fail(code, fmt::format("cannot write the archive: {}", ReasonOf(from)), out.string());
}

tl::unexpected<Error> Refuse(std::string message, const std::string& entry) {
  return Fail(ErrorCode::kVerificationFailed, std::move(message), fmt::format("entry \"{}\"", entry));
}

/// Header without time, owner or anything else of this machine.
Status WriteHeader(archive* to, const std::string& name, std::uint64_t size,
                   const std::filesystem::path& out) {
  const std::unique_ptr<archive_entry, void (*)(archive_entry*)> entry(archive_entry_new(),
                                                                       archive_entry_free);
  archive_entry_set_pathname(entry.get(), name.c_str());
  archive_entry_set_size(entry.get(), static_cast<la_int64_t>(size));
  archive_entry_set_filetype(entry.get(), AE_IFREG);
  archive_entry_set_perm(entry.get(), 0644);
  if (archive_write_header(to, entry.get()) != ARCHIVE_OK) return WriteFailed(to, out);
  return {};
}

Status WritePiece(archive* to, BytesView piece, const std::filesystem::path& out) {
  if (archive_write_data(to, piece.data(), piece.size()) != static_cast<la_ssize_t>(piece.size())) {
    return WriteFailed(to, out);
  }
  return {};
}

Status WriteEntry(archive* to, const std::string& name, const ZipContent& content,
                  const std::filesystem::path& out) {
  CUPEL_TRY_STATUS(CheckEntryName(name));
  if (const auto* text = std::get_if<std::string>(&content)) {
    CUPEL_TRY_STATUS(WriteHeader(to, name, text->size(), out));
    return WritePiece(to, AsBytes(*text), out);
  }
  const auto& path = std::get<std::filesystem::path>(content);
  std::error_code code;
  const std::uintmax_t size = std::filesystem::file_size(path, code);
  if (code)
    return Fail(ErrorCode::kNotFound, fmt::format("cannot read the file: {}", code.message()), path.string());
  CUPEL_TRY_STATUS(WriteHeader(to, name, size, out));
  return ReadFileInPieces(path, [&](BytesView piece) { return WritePiece(to, piece, out); });
}

Status WriteAll(const std::filesystem::path& out, const std::map<std::string, ZipContent>& entries) {
  const Writer writer(archive_write_new(), archive_write_free);
  // No entry has a time, so the date field holds its least value in every time zone, and there is no extra
  // field for it.
  if (archive_write_set_format_zip(writer.get()) != ARCHIVE_OK ||
      archive_write_set_options(writer.get(), "zip:compression=deflate") != ARCHIVE_OK ||
      archive_write_open_filename(writer.get(), out.c_str()) != ARCHIVE_OK) {
    return WriteFailed(writer.get(), out);
  }
  for (const auto& [name, content] : entries) CUPEL_TRY_STATUS(WriteEntry(writer.get(), name, content, out));
  if (archive_write_close(writer.get()) != ARCHIVE_OK) return WriteFailed(writer.get(), out);
  return {};
}

/// Reads one archive into one folder, counting.
class Extractor {
 public:
  Extractor(const std::filesystem::path& zip, const std::filesystem::path& folder, const ZipLimits& limits)
      : zip_(zip), folder_(folder), limits_(limits), reader_(archive_read_new(), archive_read_free) {}

  Status Run() {
    std::error_code code;
    const std::uintmax_t size = std::filesystem::file_size(zip_, code);
    if (code) return Fail(ErrorCode::kNotFound, fmt::format("cannot read: {}", code.message()));
    allowed_ = std::min(limits_.bytes, kFreeBytes + limits_.expansion * size);
    // The seekable reader alone: it goes by the central directory, as every other program does.
    if (archive_read_support_format_zip_seekable(reader_.get()) != ARCHIVE_OK ||
        archive_read_open_filename(reader_.get(), zip_.c_str(), kPieceBytes) != ARCHIVE_OK) {
      return Corrupt();
    }
    for (std::uint64_t count = 0;; ++count) {
      archive_entry* entry = nullptr;
      const int found = archive_read_next_header(reader_.get(), &entry);
      if (found == ARCHIVE_EOF) return {};
      if (found != ARCHIVE_OK) return Corrupt();
      if (count == limits_.entries) {
        return Fail(ErrorCode::kResourceLimit, fmt::format("more than {} entries", limits_.entries));
      }
      CUPEL_TRY_STATUS(Extract(entry));
    }
  }

 private:
  tl::unexpected<Error> Corrupt() {
    return Fail(ErrorCode::kCorrupt,
                fmt::format("not a ZIP file that can be read: {}", ReasonOf(reader_.get())));
  }

  Status Extract(archive_entry* entry) {
    const char* raw = archive_entry_pathname(entry);
    std::string name = raw == nullptr ? "" : raw;
    const bool folder = archive_entry_filetype(entry) == AE_IFDIR;
    if (folder && name.ends_with('/')) name.pop_back();
    CUPEL_TRY_STATUS(CheckEntryName(name));
    if (archive_entry_symlink(entry) != nullptr || archive_entry_hardlink(entry) != nullptr)
      return Refuse("an archive of evidence holds no links", name);
    if (archive_entry_is_encrypted(entry) != 0) return Refuse("the entry is encrypted", name);
    if (folder) return MakeFolder(folder_ / name);
    if (archive_entry_filetype(entry) != AE_IFREG) return Refuse("neither a file nor a folder", name);
    std::string folded = name;
    for (char& c : folded) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    if (!names_.insert(folded).second) return Refuse("there is another entry of this name", name);
    CUPEL_TRY_STATUS(MakeFolder((folder_ / name).parent_path()));
    return WriteData(name);
  }

  /// O_EXCL and O_NOFOLLOW: nothing that lies there is written through.
  Status WriteData(const std::string& name) {
    const std::filesystem::path path = folder_ / name;
    const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
    if (file < 0)
      return Fail(ErrorCode::kPermission, fmt::format("cannot write: {}", std::strerror(errno)),
                  path.string());
    Status status = CopyData(name, file);
    if (::close(file) != 0 && status)
      status = Fail(ErrorCode::kResourceLimit, std::strerror(errno), path.string());
    return status;
  }

  Status CopyData(const std::string& name, int file) {
    std::array<std::uint8_t, kPieceBytes> buffer;
    for (;;) {
      const la_ssize_t read = archive_read_data(reader_.get(), buffer.data(), buffer.size());
      if (read == 0) return {};
      if (read < 0) return Corrupt();
      total_ += static_cast<std::uint64_t>(read);
      if (total_ > allowed_) {
        return Fail(ErrorCode::kResourceLimit,
                    fmt::format("the archive unpacks to more than {} bytes", allowed_));
      }
      for (la_ssize_t written = 0; written < read;) {
        const ssize_t step = ::write(file, buffer.data() + written, static_cast<std::size_t>(read - written));
        if (step < 0) return Fail(ErrorCode::kResourceLimit, std::strerror(errno), name);
        written += step;
      }
    }
  }

  const std::filesystem::path& zip_;
  const std::filesystem::path& folder_;
  const ZipLimits& limits_;
  Reader reader_;
  std::set<std::string> names_;
  std::uint64_t total_ = 0;
  std::uint64_t allowed_ = 0;
};

}  // namespace

Status WriteZip(const std::filesystem::path& out, const std::map<std::string, ZipContent>& entries) {
  std::filesystem::path temporary = out;
  temporary += fmt::format(".{}.tmp", ::getpid());
  Status status = WriteAll(temporary, entries);
  std::error_code code;
  if (status) {
    std::filesystem::rename(temporary, out, code);
    if (code)
      status = Fail(ErrorCode::kPermission, fmt::format("cannot write: {}", code.message()), out.string());
  }
  if (!status) std::filesystem::remove(temporary, code);
  return status;
}

Status ExtractZip(const std::filesystem::path& zip, const std::filesystem::path& folder,
                  const ZipLimits& limits) {
  Status status = Extractor(zip, folder, limits).Run();
  if (!status) return FailAt(zip.string(), std::move(status).error());
  return status;
}

bool LooksLikeZip(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::array<char, 4> start{};
  return in.read(start.data(), start.size()) &&
         std::string_view(start.data(), 4) == std::string_view("PK\x03\x04", 4);
}

}  // namespace cupel::application::pack
