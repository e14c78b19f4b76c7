// SPDX-License-Identifier: Apache-2.0
#pragma once

/// JSON values, a strict reader, and the one writer (canonical and indented).
///
/// The canonical form is RFC 8785 (JCS): members sorted by UTF-16 code units, no white space, numbers as
/// ECMAScript prints them. Everything Cupel digests or signs is written in it, so equal values have equal
/// bytes. The reader refuses duplicate member names, invalid UTF-8, NaN and infinities, and nesting deeper
/// than 200.
///
/// Integers up to +-2^53 are kept; JCS takes every number for a double, so a larger one is read as a double,
/// and must be written as a string by the caller (`Canonical` aborts on one). Whatever was read can be
/// written: bytes in a string that are not UTF-8 (a file's or an operator's name) become U+FFFD.

#include <cstdint>
#include <initializer_list>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "cupel/base/bytes.h"

namespace cupel {

class Json {
 public:
  using Array = std::vector<Json>;
  /// Sorted by bytes in memory; the canonical writer sorts by UTF-16 units, which differs only beyond U+FFFF.
  using Object = std::map<std::string, Json, std::less<>>;

  Json() = default;
  // NOLINTBEGIN(google-explicit-constructor): a value written in C++ is the JSON value.
  Json(std::nullptr_t) {}
  Json(bool value) : value_(value) {}
  Json(int value) : value_(std::int64_t{value}) {}
  Json(std::int64_t value) : value_(value) {}
  Json(std::size_t value) : value_(static_cast<std::int64_t>(value)) {}
  Json(double value) : value_(value) {}
  Json(const char* value) : value_(std::string(value)) {}
  Json(std::string value) : value_(std::move(value)) {}
  Json(std::string_view value) : value_(std::string(value)) {}
  Json(Array value) : value_(std::move(value)) {}
  Json(Object value) : value_(std::move(value)) {}
  // NOLINTEND(google-explicit-constructor)

  /// A JSON array of any vector whose elements convert to Json.
  template <typename T>
  static Json ArrayOf(const std::vector<T>& values) {
    Array array;
    array.reserve(values.size());
    for (const auto& value : values) array.emplace_back(value);
    return array;
  }

  bool IsNull() const { return std::holds_alternative<std::monostate>(value_); }
  bool IsBool() const { return std::holds_alternative<bool>(value_); }
  bool IsInteger() const { return std::holds_alternative<std::int64_t>(value_); }
  bool IsNumber() const { return IsInteger() || std::holds_alternative<double>(value_); }
  bool IsString() const { return std::holds_alternative<std::string>(value_); }
  bool IsArray() const { return std::holds_alternative<Array>(value_); }
  bool IsObject() const { return std::holds_alternative<Object>(value_); }

  /// Typed access for trusted values (our own, or already validated): aborts when the type is another.
  bool AsBool() const;
  std::int64_t AsInteger() const;
  double AsNumber() const;  ///< An integer converts.
  const std::string& AsString() const;
  const Array& AsArray() const;
  Array& AsArray();
  const Object& AsObject() const;
  Object& AsObject();

  /// Typed access for untrusted values. Errors: kCorrupt when the type is another, kNotFound when absent; the
  /// message names the member.
  Result<std::int64_t> IntegerAt(std::string_view member) const;
  Result<double> NumberAt(std::string_view member) const;
  Result<bool> BoolAt(std::string_view member) const;
  Result<std::string> StringAt(std::string_view member) const;
  Result<const Json*> ArrayAt(std::string_view member) const;
  Result<const Json*> ObjectAt(std::string_view member) const;

  /// The member, or nullptr when this is not an object or has no such member.
  const Json* Find(std::string_view member) const;

  /// Makes this an object if it is null, and returns the member, created null if absent.
  Json& operator[](std::string_view member);
  const Json& operator[](std::string_view member) const;  ///< Null when absent.

  /// Makes this an array if it is null, and appends.
  void Append(Json value);

  /// Numbers compare by value: 1 and 1.0 are the same JSON.
  bool operator==(const Json& other) const;

  /// RFC 8785. Aborts on NaN or infinity, and on an integer that a double cannot hold: writers of such values
  /// must use null or a string.
  std::string Canonical() const;

  /// For people: two spaces a level, members in byte order, ends in a newline. Same number format as
  /// Canonical.
  std::string Indented() const;

  /// Errors: kCorrupt with line and column; kResourceLimit when deeper than 200 levels.
  static Result<Json> Parse(std::string_view text);

 private:
  std::variant<std::monostate, bool, std::int64_t, double, std::string, Array, Object> value_;
};

/// ECMAScript's Number::toString (ECMA-262 section 6.1.6.1.20), as RFC 8785 requires. Precondition: finite.
std::string JsonNumber(double value);

/// A finite number, or null: JSON has no NaN.
inline Json JsonOrNull(double value) { return value - value == 0 ? Json(value) : Json(nullptr); }

}  // namespace cupel
