// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/inspect/query_parameters.h"

namespace cupel::algorithm::inspect {

using check::ParameterSpec;
using check::ParameterType;

ParameterSpec NumberParameter(std::string name, ParameterType type, std::string unit, Json fallback,
                              double low, double high, check::Text meaning) {
  ParameterSpec spec;
  spec.name = std::move(name);
  spec.type = type;
  spec.unit = std::move(unit);
  spec.fallback = std::move(fallback);
  spec.low = low;
  spec.high = high;
  spec.meaning = std::move(meaning);
  return spec;
}

ParameterSpec QueriesParameter(std::int64_t fallback) {
  return NumberParameter("queries", ParameterType::kInteger, "queries", fallback, 1, 1e7,
                         {"Answers that the attacker may see for one input, at most",
                          "攻击者对单个输入最多可获得的模型回答次数"});
}

}  // namespace cupel::algorithm::inspect
