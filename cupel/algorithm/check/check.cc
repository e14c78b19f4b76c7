// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/check/check.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "cupel/base/nearest.h"

namespace cupel::algorithm::check {
namespace {

std::string Found(const Json& value) {
  if (value.IsNull()) return "nothing";
  if (value.IsNumber() && !std::isfinite(value.AsNumber())) return fmt::format("{}", value.AsNumber());
  if (value.IsArray()) return "a list";
  if (value.IsObject()) return "a table";
  return value.Canonical();
}

tl::unexpected<Error> Refuse(const ParameterSpec& spec, std::string_view expected, const Json& found) {
  return Fail(ErrorCode::kInvalidArgument,
              fmt::format("{} must be {}, got {}", spec.name, expected, Found(found)));
}

bool HasRange(const ParameterSpec& spec) { return spec.low != 0 || spec.high != 0; }

Result<Json> ValidatedNumber(const ParameterSpec& spec, const Json& value, bool integer) {
  if (integer ? !value.IsInteger() : !value.IsNumber()) {
    return Refuse(spec, integer ? "an integer" : "a number", value);
  }
  const double number = value.AsNumber();
  // Written so that NaN, which compares false with everything, is refused.
  const bool inside = HasRange(spec) ? number >= spec.low && number <= spec.high : std::isfinite(number);
  if (!inside) {
    const std::string expected = HasRange(spec) ? fmt::format("in [{}, {}]", spec.low, spec.high) : "finite";
    return Refuse(spec, expected, value);
  }
  return integer ? value : Json(number);
}

Result<Json> ValidatedText(const ParameterSpec& spec, const Json& value) {
  if (!value.IsString()) return Refuse(spec, "a text", value);
  const std::string& text = value.AsString();
  if (!spec.choices.empty() && std::ranges::find(spec.choices, text) == spec.choices.end()) {
    return Fail(
        ErrorCode::kInvalidArgument,
        fmt::format("{} must be one of {}, got \"{}\"", spec.name, fmt::join(spec.choices, ", "), text), "",
        NearestRemedy(text, spec.choices));
  }
  return value;
}

Result<Json> ValidatedList(const ParameterSpec& spec, const Json& value, bool numbers) {
  if (!value.IsArray()) return Refuse(spec, numbers ? "a list of numbers" : "a list of texts", value);
  const bool may_be_empty = spec.fallback.IsArray() && spec.fallback.AsArray().empty();
  if (value.AsArray().empty() && !may_be_empty) {
    return Fail(ErrorCode::kInvalidArgument, fmt::format("{} must not be an empty list", spec.name), "",
                "leave it out for the default");
  }
  Json list{Json::Array{}};
  for (std::size_t i = 0; i < value.AsArray().size(); ++i) {
    const Json& element = value.AsArray()[i];
    auto valid = numbers ? ValidatedNumber(spec, element, false) : ValidatedText(spec, element);
    if (!valid) return FailAt(fmt::format("{}[{}]", spec.name, i), std::move(valid).error());
    list.Append(*std::move(valid));
  }
  return list;
}

Result<Json> Validated(const ParameterSpec& spec, const Json& value) {
  switch (spec.type) {
    case ParameterType::kInteger: return ValidatedNumber(spec, value, true);
    case ParameterType::kReal: return ValidatedNumber(spec, value, false);
    case ParameterType::kText: return ValidatedText(spec, value);
    case ParameterType::kBoolean:
      if (!value.IsBool()) return Refuse(spec, "true or false", value);
      return value;
    case ParameterType::kRealList: return ValidatedList(spec, value, true);
    case ParameterType::kTextList: return ValidatedList(spec, value, false);
  }
  return Fail(ErrorCode::kInternal, "unknown parameter type");
}

class ForgetfulJournal : public Journal {
 public:
  std::optional<Json> Load(const std::string&) const override { return std::nullopt; }
  Status Save(const std::string&, const Json&) override { return {}; }
};

}  // namespace

std::string_view PrincipleName(Principle principle) {
  switch (principle) {
    case Principle::kReliability: return "reliability";
    case Principle::kSecurity: return "security";
    case Principle::kPrivacy: return "privacy";
    case Principle::kFairness: return "fairness";
    case Principle::kExplainability: return "explainability";
  }
  CUPEL_CHECK(false);
  return {};
}

std::string_view ParameterTypeName(ParameterType type) {
  switch (type) {
    case ParameterType::kInteger: return "integer";
    case ParameterType::kReal: return "real";
    case ParameterType::kText: return "text";
    case ParameterType::kBoolean: return "boolean";
    case ParameterType::kRealList: return "list of reals";
    case ParameterType::kTextList: return "list of texts";
  }
  CUPEL_CHECK(false);
  return {};
}

const Metric* FindMetric(std::span<const Metric> metrics, std::string_view name) {
  const auto it = std::ranges::find(metrics, name, &Metric::name);
  return it == metrics.end() ? nullptr : &*it;
}

Result<Parameters> Parameters::Create(const Description& description, const Json& given) {
  if (!given.IsNull() && !given.IsObject()) {
    return Fail(ErrorCode::kInvalidArgument,
                fmt::format("the parameters of {} must be a table", description.id));
  }
  std::vector<std::string> known(description.parameters.size());
  std::ranges::transform(description.parameters, known.begin(), &ParameterSpec::name);
  if (given.IsObject()) {
    for (const auto& [key, value] : given.AsObject()) {
      if (std::ranges::find(known, key) != known.end()) continue;
      return Fail(ErrorCode::kInvalidArgument, fmt::format("unknown parameter \"{}\"", key), description.id,
                  known.empty() ? "this check has no parameters" : NearestRemedy(key, known));
    }
  }
  Parameters parameters;
  parameters.values_ = Json(Json::Object{});
  for (const ParameterSpec& spec : description.parameters) {
    const Json* value = given.Find(spec.name);
    auto valid = Validated(spec, value == nullptr ? spec.fallback : *value);
    if (!valid) {
      if (value == nullptr) valid.error().code = ErrorCode::kInternal;
      return FailAt(description.id, std::move(valid).error());
    }
    parameters.values_[spec.name] = *std::move(valid);
  }
  return parameters;
}

std::int64_t Parameters::Integer(std::string_view name) const { return values_[name].AsInteger(); }
double Parameters::Real(std::string_view name) const { return values_[name].AsNumber(); }
const std::string& Parameters::Text(std::string_view name) const { return values_[name].AsString(); }
bool Parameters::Boolean(std::string_view name) const { return values_[name].AsBool(); }

std::vector<double> Parameters::Reals(std::string_view name) const {
  std::vector<double> reals;
  for (const Json& value : values_[name].AsArray()) reals.push_back(value.AsNumber());
  return reals;
}

std::vector<std::string> Parameters::Texts(std::string_view name) const {
  std::vector<std::string> texts;
  for (const Json& value : values_[name].AsArray()) texts.push_back(value.AsString());
  return texts;
}

Journal& NoJournal() {
  static ForgetfulJournal journal;
  return journal;
}

}  // namespace cupel::algorithm::check
