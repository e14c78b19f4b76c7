// SPDX-License-Identifier: Apache-2.0
#include "cupel/base/json.h"

#include <fmt/format.h>

#include <cmath>

#include "cupel/base/error.h"

namespace cupel {
namespace {

constexpr double kLargestExactInteger = 9007199254740992.0;  // 2^53

Error WrongType(std::string_view member, std::string_view expected) {
  return {ErrorCode::kCorrupt, fmt::format("\"{}\" must be {}", member, expected), "", ""};
}

}  // namespace

bool Json::AsBool() const {
  CUPEL_CHECK(IsBool());
  return std::get<bool>(value_);
}

std::int64_t Json::AsInteger() const {
  CUPEL_CHECK(IsInteger());
  return std::get<std::int64_t>(value_);
}

double Json::AsNumber() const {
  CUPEL_CHECK(IsNumber());
  return IsInteger() ? static_cast<double>(std::get<std::int64_t>(value_)) : std::get<double>(value_);
}

const std::string& Json::AsString() const {
  CUPEL_CHECK(IsString());
  return std::get<std::string>(value_);
}

const Json::Array& Json::AsArray() const {
  CUPEL_CHECK(IsArray());
  return std::get<Array>(value_);
}

Json::Array& Json::AsArray() {
  CUPEL_CHECK(IsArray());
  return std::get<Array>(value_);
}

const Json::Object& Json::AsObject() const {
  CUPEL_CHECK(IsObject());
  return std::get<Object>(value_);
}

Json::Object& Json::AsObject() {
  CUPEL_CHECK(IsObject());
  return std::get<Object>(value_);
}

bool Json::operator==(const Json& other) const {
  if (IsNumber() && other.IsNumber() && IsInteger() != other.IsInteger())
    return AsNumber() == other.AsNumber();
  return value_ == other.value_;
}

const Json* Json::Find(std::string_view member) const {
  if (!IsObject()) return nullptr;
  const auto it = std::get<Object>(value_).find(member);
  return it == std::get<Object>(value_).end() ? nullptr : &it->second;
}

namespace {

Result<const Json*> Require(const Json& object, std::string_view member, bool (Json::*is)() const,
                            std::string_view expected) {
  const Json* found = object.Find(member);
  if (found == nullptr) return Fail(ErrorCode::kNotFound, fmt::format("\"{}\" is missing", member));
  if (!(found->*is)()) return tl::make_unexpected(WrongType(member, expected));
  return found;
}

}  // namespace

Result<std::int64_t> Json::IntegerAt(std::string_view member) const {
  CUPEL_TRY(const Json* found, Require(*this, member, &Json::IsInteger, "an integer"));
  return found->AsInteger();
}

Result<double> Json::NumberAt(std::string_view member) const {
  CUPEL_TRY(const Json* found, Require(*this, member, &Json::IsNumber, "a number"));
  return found->AsNumber();
}

Result<bool> Json::BoolAt(std::string_view member) const {
  CUPEL_TRY(const Json* found, Require(*this, member, &Json::IsBool, "true or false"));
  return found->AsBool();
}

Result<std::string> Json::StringAt(std::string_view member) const {
  CUPEL_TRY(const Json* found, Require(*this, member, &Json::IsString, "a string"));
  return found->AsString();
}

Result<const Json*> Json::ArrayAt(std::string_view member) const {
  return Require(*this, member, &Json::IsArray, "an array");
}

Result<const Json*> Json::ObjectAt(std::string_view member) const {
  return Require(*this, member, &Json::IsObject, "an object");
}

Json& Json::operator[](std::string_view member) {
  if (IsNull()) value_ = Object{};
  Object& object = AsObject();
  const auto it = object.find(member);
  return it != object.end() ? it->second : object.emplace(std::string(member), Json()).first->second;
}

const Json& Json::operator[](std::string_view member) const {
  static const Json null;
  const Json* found = Find(member);
  return found == nullptr ? null : *found;
}

void Json::Append(Json value) {
  if (IsNull()) value_ = Array{};
  AsArray().push_back(std::move(value));
}

std::string JsonNumber(double value) {
  CUPEL_CHECK(std::isfinite(value));
  if (value == 0) return "0";  // RFC 8785 section 3.2.2.3: minus zero prints as 0
  if (value < 0) return "-" + JsonNumber(-value);
  // fmt's "{:e}" without precision would round; the shortest digits come from its default format of a double.
  const std::string shortest = fmt::format("{}", value);
  std::string digits;
  int exponent = 0;  // position of the decimal point after the first digit of `digits`
  bool seen_point = false;
  int point = 0;
  int explicit_exponent = 0;
  for (std::size_t i = 0; i < shortest.size(); ++i) {
    const char c = shortest[i];
    if (c == '.') {
      seen_point = true;
    } else if (c == 'e') {
      explicit_exponent = std::stoi(shortest.substr(i + 1));
      break;
    } else {
      digits += c;
      if (!seen_point) ++point;
    }
  }
  std::size_t leading = digits.find_first_not_of('0');
  digits.erase(0, leading);
  exponent = point - static_cast<int>(leading) + explicit_exponent;  // value = 0.digits * 10^exponent
  digits.erase(digits.find_last_not_of('0') + 1);
  const int k = static_cast<int>(digits.size());
  const int n = exponent;
  // ECMA-262 section 6.1.6.1.20, steps 6 to 10.
  if (k <= n && n <= 21) return digits + std::string(static_cast<std::size_t>(n - k), '0');
  if (0 < n && n <= 21)
    return digits.substr(0, static_cast<std::size_t>(n)) + "." + digits.substr(static_cast<std::size_t>(n));
  if (-6 < n && n <= 0) return "0." + std::string(static_cast<std::size_t>(-n), '0') + digits;
  const std::string power = fmt::format("e{}{}", n - 1 < 0 ? "-" : "+", std::abs(n - 1));
  return k == 1 ? digits + power : digits.substr(0, 1) + "." + digits.substr(1) + power;
}

static_assert(kLargestExactInteger == static_cast<double>(std::int64_t{1} << 53));

}  // namespace cupel
