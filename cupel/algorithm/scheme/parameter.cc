// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/scheme/parameter.h"

#include <utility>

namespace cupel::algorithm::scheme {

check::ParameterSpec RealParameter(std::string name, double fallback, double low, double high,
                                   check::Text meaning) {
  check::ParameterSpec spec;
  spec.name = std::move(name);
  spec.type = check::ParameterType::kReal;
  spec.fallback = fallback;
  spec.low = low;
  spec.high = high;
  spec.meaning = std::move(meaning);
  return spec;
}

check::ParameterSpec IntegerParameter(std::string name, std::int64_t fallback, std::int64_t low,
                                      std::int64_t high, check::Text meaning) {
  check::ParameterSpec spec = RealParameter(std::move(name), 0, static_cast<double>(low),
                                            static_cast<double>(high), std::move(meaning));
  spec.type = check::ParameterType::kInteger;
  spec.fallback = fallback;
  return spec;
}

check::ParameterSpec ChoiceParameter(std::string name, std::vector<std::string> choices,
                                     check::Text meaning) {
  check::ParameterSpec spec;
  spec.name = std::move(name);
  spec.type = check::ParameterType::kText;
  spec.fallback = choices.front();
  spec.choices = std::move(choices);
  spec.meaning = std::move(meaning);
  return spec;
}

}  // namespace cupel::algorithm::scheme
