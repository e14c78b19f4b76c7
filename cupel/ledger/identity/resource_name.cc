// SPDX-License-Identifier: Apache-2.0
#include "cupel/ledger/identity/resource_name.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>

#include "cupel/base/bytes.h"

namespace cupel::ledger::identity {
namespace {

/// Bytes in the character that starts with `lead`; 0 when none starts so.
std::size_t CharacterLength(std::uint8_t lead) {
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead < 0xE0) return 2;
  if (lead >= 0xE0 && lead < 0xF0) return 3;
  if (lead >= 0xF0 && lead < 0xF5) return 4;
  return 0;
}

/// The second byte is where overlong forms, surrogates and values beyond U+10FFFF show (RFC 3629 section 4).
bool SecondByteFits(std::uint8_t lead, std::uint8_t second) {
  if (lead == 0xE0) return second >= 0xA0;
  if (lead == 0xED) return second < 0xA0;
  if (lead == 0xF0) return second >= 0x90;
  if (lead == 0xF4) return second < 0x90;
  return true;
}

}  // namespace

bool IsUtf8(std::string_view bytes) {
  for (std::size_t at = 0; at < bytes.size();) {
    const auto lead = static_cast<std::uint8_t>(bytes[at]);
    const std::size_t length = CharacterLength(lead);
    if (length == 0 || length > bytes.size() - at) return false;
    for (std::size_t i = 1; i < length; ++i) {
      const auto next = static_cast<std::uint8_t>(bytes[at + i]);
      if ((next & 0xC0) != 0x80 || (i == 1 && !SecondByteFits(lead, next))) return false;
    }
    at += length;
  }
  return true;
}

Result<std::string> CanonicalName(std::string_view path) {
  const auto refuse = [&](std::string_view why) {
    return Fail(ErrorCode::kInvalidArgument, fmt::format("a file of a model must have {}", why),
                IsUtf8(path) ? std::string(path) : ToHex(AsBytes(path)));
  };
  if (!IsUtf8(path)) return refuse("a name in UTF-8");
  if (path.find('\0') != std::string_view::npos) return refuse("a name without zero bytes");
  if (path.starts_with('/')) return refuse("a relative path");
  std::string name;
  while (!path.empty()) {
    const std::size_t end = std::min(path.find('/'), path.size());
    const std::string_view part = path.substr(0, end);
    if (part == "..") return refuse("a path without \"..\"");
    if (!part.empty() && part != ".") {
      if (!name.empty()) name += '/';
      name += part;
    }
    path.remove_prefix(std::min(end + 1, path.size()));
  }
  if (name.empty()) return refuse("a name");
  return name;
}

Status CheckName(std::string_view name) {
  auto canonical = CanonicalName(name);
  if (!canonical) {
    canonical.error().code = ErrorCode::kCorrupt;
    return tl::make_unexpected(std::move(canonical).error());
  }
  if (*canonical != name) {
    return Fail(ErrorCode::kCorrupt, fmt::format("the path must be written \"{}\"", *canonical),
                std::string(name));
  }
  return {};
}

Result<std::string> CanonicalIgnorePath(std::string_view entry) {
  if (entry.find_first_of("*?[") != std::string_view::npos) {
    return Fail(ErrorCode::kInvalidArgument, "an ignored path must not hold *, ? or [", std::string(entry),
                "name each file or folder; a folder stands for all below it");
  }
  return CanonicalName(entry);
}

bool IsIgnored(std::string_view name, std::span<const std::string> entries) {
  return std::any_of(entries.begin(), entries.end(), [&](const std::string& entry) {
    return name.starts_with(entry) && (name.size() == entry.size() || name[entry.size()] == '/');
  });
}

}  // namespace cupel::ledger::identity
