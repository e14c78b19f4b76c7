// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/onnx/external_data.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <system_error>

namespace cupel::algorithm::onnx {
namespace {

constexpr std::string_view kRemedy = "keep external data in the model's own folder";

/// Whether `path` is `folder` or below it; both canonical.
bool Inside(const std::filesystem::path& path, const std::filesystem::path& folder) {
  return std::mismatch(folder.begin(), folder.end(), path.begin(), path.end()).first == folder.end();
}

Status CheckRange(const std::string& location, std::uint64_t offset, std::uint64_t size,
                  std::uint64_t file_size) {
  if (offset <= file_size && size <= file_size - offset) return {};
  return Fail(
      ErrorCode::kCorrupt,
      fmt::format("expected {} bytes at offset {}, the external data file has {}", size, offset, file_size),
      location);
}

}  // namespace

Result<std::filesystem::path> ExternalData::Resolve(const std::string& location) const {
  if (!folder_) {
    return Fail(ErrorCode::kPermission,
                fmt::format("the model keeps data in '{}' but was given without a folder", location), "",
                "read the model from its file");
  }
  const std::filesystem::path relative(location);
  const bool climbs = std::ranges::any_of(relative, [](const auto& part) { return part == ".."; });
  if (location.empty() || location.find('\0') != std::string::npos || relative.is_absolute() || climbs) {
    return Fail(
        ErrorCode::kPermission,
        fmt::format("external data must be named by a relative path without '..', got '{}'", location), "",
        std::string(kRemedy));
  }
  std::error_code error;
  const auto folder = std::filesystem::canonical(folder_->empty() ? "." : *folder_, error);
  if (error) return Fail(ErrorCode::kNotFound, "the model's folder cannot be opened", folder_->string());
  auto path = std::filesystem::canonical(folder / relative, error);
  if (error)
    return Fail(ErrorCode::kNotFound, "the external data file is missing", location, std::string(kRemedy));
  if (!Inside(path, folder)) {
    return Fail(ErrorCode::kPermission,
                fmt::format("external data '{}' leads out of the model's folder", location), "",
                std::string(kRemedy));
  }
  if (!std::filesystem::is_regular_file(path, error)) {
    return Fail(ErrorCode::kPermission, "external data must be a regular file", location);
  }
  return path;
}

Result<Bytes> ExternalData::ReadHeld(const std::string& location, std::uint64_t offset,
                                     std::uint64_t size) const {
  const auto found = held_->find(std::filesystem::path(location).lexically_normal().generic_string());
  if (found == held_->end()) {
    return Fail(ErrorCode::kPermission,
                fmt::format("the external data '{}' was not read with the model", location));
  }
  CUPEL_TRY_STATUS(CheckRange(location, offset, size, found->second.size()));
  const auto part = found->second.subspan(offset, size);
  return Bytes(part.begin(), part.end());
}

Result<Bytes> ExternalData::Read(const std::string& location, std::uint64_t offset,
                                 std::uint64_t size) const {
  if (held_ != nullptr) return ReadHeld(location, offset, size);
  CUPEL_TRY(const std::filesystem::path path, Resolve(location));
  std::error_code error;
  const std::uint64_t file_size = std::filesystem::file_size(path, error);
  if (error) return Fail(ErrorCode::kNotFound, "the external data file cannot be read", location);
  if (file_size > limit_bytes_) {
    return Fail(
        ErrorCode::kResourceLimit,
        fmt::format("the external data file has {} bytes, at most {} are read", file_size, limit_bytes_),
        location);
  }
  CUPEL_TRY_STATUS(CheckRange(location, offset, size, file_size));
  std::ifstream file(path, std::ios::binary);
  Bytes bytes(size);
  file.seekg(static_cast<std::streamoff>(offset));
  file.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(size));
  if (!file) return Fail(ErrorCode::kPermission, "the external data file cannot be read", location);
  return bytes;
}

}  // namespace cupel::algorithm::onnx
