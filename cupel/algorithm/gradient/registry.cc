// SPDX-License-Identifier: Apache-2.0
// The list of all operator tables. A table that is not named here does not exist for the executor.
#include <algorithm>
#include <map>
#include <utility>

#include "cupel/algorithm/gradient/operator.h"

namespace cupel::algorithm::gradient {
namespace {

using Key = std::pair<std::string_view, std::string_view>;

const std::map<Key, OperatorEntry>& Registry() {
  static const std::map<Key, OperatorEntry> registry = [] {
    std::map<Key, OperatorEntry> entries;
    for (const auto table : {
             ElementwiseOperators,
             ActivationOperators,
             ConvolutionOperators,
             PoolingOperators,
             NormalizationOperators,
             LinearOperators,
             ShapeOperators,
             ReductionOperators,
             IndexingOperators,
             ResizeOperators,
             QuantizationOperators,
             RecurrentOperators,
             LossOperators,
             ControlOperators,
             SignalOperators,
             RandomOperators,
             TrainingOperators,
         }) {
      for (const OperatorEntry& entry : table()) entries.emplace(Key{entry.domain, entry.op_type}, entry);
    }
    return entries;
  }();
  return registry;
}

}  // namespace

OperatorFunction FindOperator(std::string_view domain, std::string_view op_type) {
  if (domain == "ai.onnx") domain = "";
  const auto entry = Registry().find(Key{domain, op_type});
  return entry == Registry().end() ? nullptr : entry->second.function;
}

std::vector<OperatorEntry> AllOperators() {
  std::vector<OperatorEntry> entries;
  for (const auto& [key, entry] : Registry()) entries.push_back(entry);
  std::sort(entries.begin(), entries.end(), [](const OperatorEntry& a, const OperatorEntry& b) {
    return std::pair(a.op_type, a.domain) < std::pair(b.op_type, b.domain);
  });
  return entries;
}

}  // namespace cupel::algorithm::gradient
