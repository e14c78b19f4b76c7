// SPDX-License-Identifier: Apache-2.0
#include "cupel/ledger/hallmark/conditions.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "cupel/base/nearest.h"

namespace cupel::ledger::hallmark {
namespace {

constexpr std::size_t kMaxTokenBytes = 64;

template <std::size_t n>
std::vector<std::string> Names(const std::array<std::string_view, n>& names) {
  return {names.begin(), names.end()};
}

Status CheckKind(std::string_view kind) {
  if (std::find(kConditionKinds.begin(), kConditionKinds.end(), kind) != kConditionKinds.end()) return {};
  return Fail(ErrorCode::kInvalidArgument, fmt::format("unknown condition \"{}\"", kind), "",
              NearestRemedy(kind, Names(kConditionKinds)));
}

Status CheckValue(std::string_view kind, std::string_view value) {
  if (kind == "guard") {
    CUPEL_TRY([[maybe_unused]] const GuardLevel level, ParseGuardLevel(value));
    return {};
  }
  if (IsToken(value)) return {};
  return Fail(
      ErrorCode::kInvalidArgument,
      fmt::format("a {} must be 1 to {} of a-z 0-9 . _ : / -, got \"{}\"", kind, kMaxTokenBytes, value));
}

}  // namespace

bool IsToken(std::string_view text) {
  const auto is_plain = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  return !text.empty() && text.size() <= kMaxTokenBytes && is_plain(text[0]) &&
         std::all_of(text.begin(), text.end(), [&](char c) {
           return is_plain(c) || std::string_view("._:/-").find(c) != std::string_view::npos;
         });
}

std::string_view GuardLevelName(GuardLevel level) {
  return kGuardLevelNames[static_cast<std::size_t>(level)];
}

Result<GuardLevel> ParseGuardLevel(std::string_view name) {
  const auto found = std::find(kGuardLevelNames.begin(), kGuardLevelNames.end(), name);
  if (found != kGuardLevelNames.end()) return static_cast<GuardLevel>(found - kGuardLevelNames.begin());
  return Fail(ErrorCode::kInvalidArgument, fmt::format("unknown guard level \"{}\"", name), "",
              NearestRemedy(name, Names(kGuardLevelNames)));
}

Status Conditions::Add(std::string_view assignment) {
  const std::size_t equals = assignment.find('=');
  if (equals == std::string_view::npos) {
    return Fail(ErrorCode::kInvalidArgument,
                fmt::format("a condition must read KIND=VALUE, got \"{}\"", assignment), "",
                "for example host=gate-7,gate-8");
  }
  const std::string_view kind = assignment.substr(0, equals);
  CUPEL_TRY_STATUS(CheckKind(kind));
  // Aside until all of it is known to be good: a kind without values would refuse everything.
  std::vector<std::string> values;
  if (const auto* already = Of(kind)) values = *already;
  for (std::string_view rest = assignment.substr(equals + 1);;) {
    const std::size_t comma = rest.find(',');
    const std::string_view value = rest.substr(0, comma);
    CUPEL_TRY_STATUS(CheckValue(kind, value));
    values.emplace_back(value);
    if (comma == std::string_view::npos) break;
    rest.remove_prefix(comma + 1);
  }
  std::sort(values.begin(), values.end());
  values.erase(std::unique(values.begin(), values.end()), values.end());
  allowed_[std::string(kind)] = std::move(values);
  return {};
}

Result<Conditions> Conditions::FromJson(const Json& json) {
  if (!json.IsObject()) return Fail(ErrorCode::kCorrupt, "\"conditions\" must be an object");
  Conditions conditions;
  for (const auto& [kind, values] : json.AsObject()) {
    if (!values.IsArray() || values.AsArray().empty()) {
      return Fail(ErrorCode::kCorrupt, fmt::format("\"{}\" must be a list of one value or more", kind));
    }
    for (const Json& value : values.AsArray()) {
      if (!value.IsString()) return Fail(ErrorCode::kCorrupt, fmt::format("\"{}\" must hold strings", kind));
      // A value with a comma would be two values to Add; CheckValue refuses it as no token.
      Status added = CheckKind(kind);
      if (added) added = CheckValue(kind, value.AsString());
      if (!added) return Fail(ErrorCode::kCorrupt, added.error().message, "", added.error().remedy);
      conditions.allowed_[kind].push_back(value.AsString());
    }
    const auto& read = conditions.allowed_[kind];
    if (std::adjacent_find(read.begin(), read.end(), std::greater_equal<>()) != read.end()) {
      return Fail(ErrorCode::kCorrupt, fmt::format("the values of \"{}\" must be sorted, none twice", kind));
    }
  }
  return conditions;
}

Json Conditions::ToJson() const {
  Json json = Json::Object{};
  for (const auto& [kind, values] : allowed_) json[kind] = Json::ArrayOf(values);
  return json;
}

bool Conditions::Allows(std::string_view kind, std::string_view value) const {
  const std::vector<std::string>* values = Of(kind);
  return values == nullptr || std::find(values->begin(), values->end(), value) != values->end();
}

const std::vector<std::string>* Conditions::Of(std::string_view kind) const {
  const auto found = allowed_.find(kind);
  return found == allowed_.end() ? nullptr : &found->second;
}

}  // namespace cupel::ledger::hallmark
