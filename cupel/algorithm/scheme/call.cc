// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/scheme/call.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "cupel/base/nearest.h"

namespace cupel::algorithm::scheme {
namespace {

using check::ParameterSpec;
using check::ParameterType;

std::vector<std::string_view> Split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (;;) {
    const std::size_t at = text.find(separator);
    parts.push_back(text.substr(0, at));
    if (at == std::string_view::npos) return parts;
    text.remove_prefix(at + 1);
  }
}

/// The number a text holds whole, else the text itself: the parameter's own check then says what was wanted.
template <typename T>
Json NumberOrText(std::string_view text) {
  T number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error == std::errc() && end == text.data() + text.size()) return Json(number);
  return Json(text);
}

Json ReadValue(ParameterType type, std::string_view text) {
  switch (type) {
    case ParameterType::kInteger: return NumberOrText<std::int64_t>(text);
    case ParameterType::kReal: return NumberOrText<double>(text);
    case ParameterType::kBoolean:
      return text == "true" || text == "false" ? Json(text == "true") : Json(text);
    case ParameterType::kText: return Json(text);
    case ParameterType::kRealList:
    case ParameterType::kTextList: break;
  }
  Json list{Json::Array{}};
  if (text.empty()) return list;
  for (const std::string_view element : Split(text, '+')) {
    list.Append(type == ParameterType::kRealList ? NumberOrText<double>(element) : Json(element));
  }
  return list;
}

std::string WriteValue(const Json& value) {
  if (value.IsString()) return value.AsString();
  if (!value.IsArray()) return value.Canonical();
  std::string text;
  for (const Json& element : value.AsArray()) text += (text.empty() ? "" : "+") + WriteValue(element);
  return text;
}

Result<const Scheme*> FindScheme(std::string_view id, std::span<const Scheme* const> known) {
  std::vector<std::string> ids;
  for (const Scheme* scheme : known) {
    if (scheme->id == id) return scheme;
    ids.emplace_back(scheme->id);
  }
  return Fail(ErrorCode::kInvalidArgument, fmt::format("no scheme is called \"{}\"", id), "",
              NearestRemedy(id, ids));
}

Result<Json> ReadParameters(const Scheme& scheme, std::span<const std::string_view> settings) {
  Json given{Json::Object{}};
  for (const std::string_view setting : settings) {
    const std::size_t equals = setting.find('=');
    const std::string name(setting.substr(0, equals));
    if (equals == std::string_view::npos) {
      return Fail(ErrorCode::kInvalidArgument, fmt::format("\"{}\" has no value", setting),
                  std::string(scheme.id), fmt::format("write {}@{}=VALUE", scheme.id, name));
    }
    if (given.Find(name) != nullptr) {
      return Fail(ErrorCode::kInvalidArgument, fmt::format("{} is given twice", name),
                  std::string(scheme.id));
    }
    const auto spec = std::ranges::find(scheme.parameters, name, &ParameterSpec::name);
    const ParameterType type = spec == scheme.parameters.end() ? ParameterType::kText : spec->type;
    given[name] = ReadValue(type, setting.substr(equals + 1));
  }
  return given;
}

}  // namespace

std::string Call::FullName() const {
  std::string name(scheme->id);
  for (const ParameterSpec& spec : scheme->parameters) {
    name += fmt::format("@{}={}", spec.name, WriteValue(*parameters.AsJson().Find(spec.name)));
  }
  return name;
}

Result<Call> ParseCall(std::string_view text, std::span<const Scheme* const> known) {
  const std::vector<std::string_view> parts = Split(text, '@');
  CUPEL_TRY(const Scheme* scheme, FindScheme(parts.front(), known));
  CUPEL_TRY(const Json given, ReadParameters(*scheme, std::span(parts).subspan(1)));
  check::Description description;
  description.id = scheme->id;
  description.parameters = scheme->parameters;
  CUPEL_TRY(check::Parameters parameters, check::Parameters::Create(description, given));
  return Call{.scheme = scheme, .parameters = std::move(parameters)};
}

Result<std::vector<Call>> ParseCalls(std::string_view text, std::span<const Scheme* const> known) {
  std::vector<Call> calls;
  for (const std::string_view part : Split(text, ',')) {
    Result<Call> call = ParseCall(part, known);
    if (!call) return tl::unexpected(std::move(call).error());
    calls.push_back(*std::move(call));
  }
  return calls;
}

}  // namespace cupel::algorithm::scheme
