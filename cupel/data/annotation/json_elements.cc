// SPDX-License-Identifier: Apache-2.0
#include "cupel/data/annotation/json_elements.h"

#include <fmt/format.h>

#include <algorithm>

namespace cupel::data::annotation {
namespace {

bool IsSpace(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

}  // namespace

std::string JsonElements::Place(std::size_t offset) const {
  const std::string_view before = text_.substr(0, std::min(offset, text_.size()));
  return fmt::format("{}:{}", file_name_, 1 + std::ranges::count(before, '\n'));
}

Status JsonElements::Wrong(std::size_t offset, std::string message) const {
  return Fail(ErrorCode::kCorrupt, std::move(message), Place(offset));
}

std::size_t JsonElements::SkipSpace(std::size_t offset) const {
  while (offset < text_.size() && IsSpace(text_[offset])) ++offset;
  return offset;
}

std::size_t JsonElements::StringEnd(std::size_t offset) const {
  for (++offset; offset < text_.size(); ++offset) {
    if (text_[offset] == '\\') {
      ++offset;
    } else if (text_[offset] == '"') {
      return offset + 1;
    }
  }
  return text_.size();
}

std::size_t JsonElements::ValueEnd(std::size_t offset) const {
  std::size_t depth = 0;
  while (offset < text_.size()) {
    const char c = text_[offset];
    if (depth == 0 && (c == ',' || c == ']' || c == '}' || IsSpace(c))) return offset;
    if (c == '"') {
      offset = StringEnd(offset);
      if (depth == 0) return offset;
      continue;
    }
    if (c == '[' || c == '{') ++depth;
    ++offset;
    if ((c == ']' || c == '}') && --depth == 0) return offset;
  }
  return text_.size();
}

Status JsonElements::ExpectEnd(std::size_t offset, std::size_t end) const {
  if (SkipSpace(offset) >= end) return {};
  return Wrong(offset, "something stands behind the JSON value");
}

Result<std::size_t> JsonElements::ReadMember(std::size_t offset, std::vector<Member>& members) const {
  if (offset >= text_.size() || text_[offset] != '"') {
    CUPEL_TRY_STATUS(Wrong(offset, "expected the name of a member"));
  }
  const std::size_t name_end = StringEnd(offset);
  auto name = Json::Parse(text_.substr(offset, name_end - offset));
  if (!name) return FailAt(Place(offset), std::move(name).error());
  std::size_t at = SkipSpace(name_end);
  if (at >= text_.size() || text_[at] != ':') CUPEL_TRY_STATUS(Wrong(at, "expected a colon behind a name"));
  at = SkipSpace(at + 1);
  const std::size_t value_end = ValueEnd(at);
  const bool twice =
      std::ranges::any_of(members, [&](const Member& m) { return m.name == name->AsString(); });
  if (twice) CUPEL_TRY_STATUS(Wrong(offset, fmt::format("member \"{}\" appears twice", name->AsString())));
  members.push_back({name->AsString(), text_.substr(at, value_end - at)});
  return value_end;
}

Result<std::vector<JsonElements::Member>> JsonElements::Members() const {
  std::vector<Member> members;
  std::size_t at = SkipSpace(0);
  if (at >= text_.size() || text_[at] != '{') CUPEL_TRY_STATUS(Wrong(at, "expected a JSON object"));
  at = SkipSpace(at + 1);
  if (at < text_.size() && text_[at] == '}') {
    CUPEL_TRY_STATUS(ExpectEnd(at + 1, text_.size()));
    return members;
  }
  while (true) {
    CUPEL_TRY(const std::size_t end, ReadMember(at, members));
    at = SkipSpace(end);
    if (at < text_.size() && text_[at] == '}') break;
    if (at >= text_.size() || text_[at] != ',') {
      CUPEL_TRY_STATUS(Wrong(at, "expected a comma or the end of the object"));
    }
    at = SkipSpace(at + 1);
  }
  CUPEL_TRY_STATUS(ExpectEnd(at + 1, text_.size()));
  return members;
}

Status JsonElements::ForEach(std::string_view value, std::string_view name,
                             const OnElement& on_element) const {
  const auto begin = static_cast<std::size_t>(value.data() - text_.data());
  const std::size_t end = begin + value.size();
  std::size_t at = SkipSpace(begin);
  if (at >= end || text_[at] != '[') return Wrong(at, fmt::format("expected an array {}", name));
  at = SkipSpace(at + 1);
  if (at < end && text_[at] == ']') return ExpectEnd(at + 1, end);
  for (std::size_t index = 0;; ++index) {
    const std::size_t element_end = ValueEnd(at);
    const auto element = Json::Parse(text_.substr(at, element_end - at));
    const Status done = element ? on_element(*element) : Status(tl::make_unexpected(element.error()));
    if (!done) {
      Error error = done.error();
      // A member that is missing here; "not found" is for files.
      if (error.code == ErrorCode::kNotFound) error.code = ErrorCode::kCorrupt;
      return FailAt(fmt::format("{}: {}[{}]", Place(at), name, index), std::move(error));
    }
    at = SkipSpace(element_end);
    if (at < end && text_[at] == ']') return ExpectEnd(at + 1, end);
    if (at >= end || text_[at] != ',') return Wrong(at, "expected a comma or the end of the array");
    at = SkipSpace(at + 1);
  }
}

}  // namespace cupel::data::annotation
