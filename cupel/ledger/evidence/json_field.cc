// SPDX-License-Identifier: Apache-2.0
#include "cupel/ledger/evidence/json_field.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "cupel/base/nearest.h"

namespace cupel::ledger::evidence {
namespace {

/// In a document a missing member is a fault of the form, not something to look for elsewhere.
template <typename T>
Result<T> AsCorrupt(Result<T> result) {
  if (!result) result.error().code = ErrorCode::kCorrupt;
  return result;
}

template <typename T>
Result<T> Named(Result<T> result, std::string_view member) {
  if (!result) return FailAt(fmt::format("\"{}\"", member), std::move(result).error());
  return result;
}

}  // namespace

Result<std::string> TextField(const Json& object, std::string_view member) {
  return AsCorrupt(object.StringAt(member));
}

Result<std::string> OptionalTextField(const Json& object, std::string_view member) {
  const Json* found = object.Find(member);
  if (found == nullptr || found->IsNull()) return std::string();
  return TextField(object, member);
}

Result<Bytes> BytesField(const Json& object, std::string_view member) {
  CUPEL_TRY(const std::string text, TextField(object, member));
  return Named(FromBase64(text), member);
}

Result<Digest> DigestField(const Json& object, std::string_view member) {
  CUPEL_TRY(const Bytes bytes, BytesField(object, member));
  return Named(Digest::FromBytes(bytes), member);
}

Result<std::uint64_t> DecimalField(const Json& object, std::string_view member) {
  CUPEL_TRY(const std::string text, TextField(object, member));
  std::int64_t value = -1;
  std::from_chars(text.data(), text.data() + text.size(), value);
  if (value < 0 || fmt::format("{}", value) != text) {
    return Fail(ErrorCode::kCorrupt, fmt::format("\"{}\" must be a string of decimal digits", member));
  }
  return static_cast<std::uint64_t>(value);
}

Result<const Json*> ObjectField(const Json& object, std::string_view member) {
  return AsCorrupt(object.ObjectAt(member));
}

Result<const Json*> ArrayField(const Json& object, std::string_view member) {
  return AsCorrupt(object.ArrayAt(member));
}

Status ExpectTextField(const Json& object, std::string_view member, std::string_view expected) {
  CUPEL_TRY(const std::string text, TextField(object, member));
  if (text != expected) {
    return Fail(ErrorCode::kCorrupt,
                fmt::format("\"{}\" must be \"{}\", got \"{}\"", member, expected, text));
  }
  return {};
}

Status OnlyMembers(const Json& object, std::initializer_list<std::string_view> known) {
  if (!object.IsObject()) return Fail(ErrorCode::kCorrupt, "expected a JSON object");
  for (const auto& [member, value] : object.AsObject()) {
    if (std::find(known.begin(), known.end(), member) != known.end()) continue;
    const std::vector<std::string> names(known.begin(), known.end());
    return Fail(ErrorCode::kCorrupt, fmt::format("unknown member \"{}\"", member), "",
                NearestRemedy(member, names));
  }
  return {};
}

}  // namespace cupel::ledger::evidence
