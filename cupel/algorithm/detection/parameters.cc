// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/detection/parameters.h"

namespace cupel::algorithm::detection {
namespace {

check::ParameterSpec Spec(std::string name, check::ParameterType type, Json fallback, check::Text meaning) {
  check::ParameterSpec spec;
  spec.name = std::move(name);
  spec.type = type;
  spec.fallback = std::move(fallback);
  spec.meaning = std::move(meaning);
  return spec;
}

}  // namespace

check::ParameterSpec Choice(std::string name, std::vector<std::string> choices, check::Text meaning) {
  check::ParameterSpec spec =
      Spec(std::move(name), check::ParameterType::kText, choices.front(), std::move(meaning));
  spec.choices = std::move(choices);
  return spec;
}

check::ParameterSpec Count(std::string name, std::int64_t fallback, std::int64_t low, std::int64_t high,
                           check::Text meaning) {
  check::ParameterSpec spec =
      Spec(std::move(name), check::ParameterType::kInteger, fallback, std::move(meaning));
  spec.low = static_cast<double>(low);
  spec.high = static_cast<double>(high);
  return spec;
}

check::ParameterSpec Number(std::string name, double fallback, double low, double high, check::Text meaning) {
  check::ParameterSpec spec =
      Spec(std::move(name), check::ParameterType::kReal, fallback, std::move(meaning));
  spec.low = low;
  spec.high = high;
  return spec;
}

check::ParameterSpec OverlapSpec(double fallback) {
  return Number("overlap", fallback, 0.01, 1,
                {"Intersection over union from which on a detection has found an object",
                 "检测命中目标所需的最小交并比"});
}

check::ParameterSpec ModeSpec(check::Text meaning) {
  return Choice("mode", {"corrected", "compatible"}, std::move(meaning));
}

}  // namespace cupel::algorithm::detection
