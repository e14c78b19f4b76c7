// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Private to this module: bytes of constants that lie in files beside the model.
///
/// A location is a relative path without "..", and the regular file it leads to, all links followed, must lie
/// inside the model's folder, so that a model cannot make its reader open anything else (CVE-2022-25882,
/// CVE-2024-27318).

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "cupel/algorithm/onnx/reader.h"
#include "cupel/base/bytes.h"
#include "cupel/base/error.h"

namespace cupel::algorithm::onnx {

class ExternalData {
 public:
  /// Without a folder every read is refused. limit_bytes: the largest file that is read from.
  ExternalData(std::optional<std::filesystem::path> folder, std::uint64_t limit_bytes)
      : folder_(std::move(folder)), limit_bytes_(limit_bytes) {}

  /// From memory: no file is opened, and what is not in `held` is refused. Precondition: `held` outlives
  /// this.
  explicit ExternalData(const ExternalBytes& held) : held_(&held) {}

  /// `size` bytes from `offset`. Errors: kPermission, kNotFound, kCorrupt (the file is too short),
  /// kResourceLimit.
  Result<Bytes> Read(const std::string& location, std::uint64_t offset, std::uint64_t size) const;

  /// Where the file is, all links followed. Errors: kPermission, kNotFound.
  Result<std::filesystem::path> Resolve(const std::string& location) const;

 private:
  Result<Bytes> ReadHeld(const std::string& location, std::uint64_t offset, std::uint64_t size) const;

  std::optional<std::filesystem::path> folder_;
  std::uint64_t limit_bytes_ = 0;
  const ExternalBytes* held_ = nullptr;
};

}  // namespace cupel::algorithm::onnx
