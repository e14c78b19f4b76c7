// SPDX-License-Identifier: Apache-2.0
#include "cupel/application/pack/entry_name.h"

#include <fmt/format.h>

#include <algorithm>

namespace cupel::application::pack {
namespace {

bool IsPlain(char c) { return c >= 0x20 && c < 0x7F && c != '\\' && c != ':'; }

/// The name for a message: what could fool a terminal is shown as a question mark.
std::string Shown(std::string_view name) {
  std::string shown(name.substr(0, 80));
  std::replace_if(shown.begin(), shown.end(), [](char c) { return c < 0x20 || c >= 0x7F; }, '?');
  return shown;
}

tl::unexpected<Error> Refuse(std::string_view name, std::string message) {
  return Fail(ErrorCode::kVerificationFailed, std::move(message), fmt::format("entry \"{}\"", Shown(name)));
}

}  // namespace

Status CheckEntryName(std::string_view name) {
  if (name.empty() || name.size() > kMaxEntryName) {
    return Refuse(name, fmt::format("a name must have 1 to {} bytes, got {}", kMaxEntryName, name.size()));
  }
  if (!std::all_of(name.begin(), name.end(), IsPlain)) {
    return Refuse(name, "a name must be of printable ASCII characters without \"\\\" and \":\"");
  }
  for (std::size_t start = 0; start <= name.size();) {
    const std::size_t end = std::min(name.find('/', start), name.size());
    const std::string_view part = name.substr(start, end - start);
    if (part.empty()) return Refuse(name, "a name must be relative and have no empty part");
    if (part == "." || part == "..") return Refuse(name, "a name must not leave its folder");
    if (part.back() == '.' || part.back() == ' ')
      return Refuse(name, "a part must not end in \".\" or a space");
    start = end + 1;
  }
  return {};
}

}  // namespace cupel::application::pack
