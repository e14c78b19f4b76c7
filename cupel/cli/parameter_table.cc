// SPDX-License-Identifier: Apache-2.0
#include "cupel/cli/parameter_table.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cupel/algorithm/check/result_json.h"
#include "cupel/cli/text_table.h"

namespace cupel::cli {
namespace {

using algorithm::check::ParameterSpec;
using algorithm::check::ParameterType;

std::string Range(const ParameterSpec& parameter) {
  if (!parameter.choices.empty()) return fmt::format("{}", fmt::join(parameter.choices, " | "));
  switch (parameter.type) {
    case ParameterType::kInteger:
    case ParameterType::kReal:
    case ParameterType::kRealList: return fmt::format("{:g} .. {:g}", parameter.low, parameter.high);
    default: return std::string(ParameterTypeName(parameter.type));
  }
}

}  // namespace

std::string ParameterTable(std::span<const ParameterSpec> parameters) {
  TextTable table({"parameter", "default", "range", "unit", "meaning"});
  for (const ParameterSpec& parameter : parameters) {
    table.Add({parameter.name, parameter.fallback.Canonical(), Range(parameter), parameter.unit,
               parameter.meaning.en});
  }
  return table.ToString();
}

Json ParameterJson(const ParameterSpec& parameter) {
  Json out;
  out["name"] = parameter.name;
  out["type"] = ParameterTypeName(parameter.type);
  out["unit"] = parameter.unit;
  out["default"] = parameter.fallback;
  out["low"] = JsonOrNull(parameter.low);
  out["high"] = JsonOrNull(parameter.high);
  out["choices"] = Json::ArrayOf(parameter.choices);
  out["meaning"] = algorithm::check::ToJson(parameter.meaning);
  return out;
}

}  // namespace cupel::cli
