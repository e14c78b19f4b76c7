// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/check/figures.h"

#include "cupel/algorithm/check/result_json.h"

namespace cupel::algorithm::check {

Json Figure(std::string_view type, const Text& title) {
  Json figure;
  figure["type"] = type;
  figure["title"] = TextJson(title);
  return figure;
}

Json TextJson(const Text& text) { return ToJson(text); }

Json Bar(std::string label, double value, const stats::Interval& interval) {
  Json bar;
  bar["label"] = std::move(label);
  bar["value"] = JsonOrNull(value);
  bar["low"] = JsonOrNull(interval.low);
  bar["high"] = JsonOrNull(interval.high);
  return bar;
}

}  // namespace cupel::algorithm::check
