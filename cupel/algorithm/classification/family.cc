// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/classification/family.h"

#include <vector>

#include "cupel/algorithm/classification/entries.h"

namespace cupel::algorithm::classification {

const scheme::Family& Family() {
  static const std::vector<scheme::Scheme> schemes = [] {
    std::vector<scheme::Scheme> all;
    for (const auto list : {TableSchemes, RateSchemes, SampleSchemes, RankingSchemes, WorkingPointSchemes,
                            ProbabilitySchemes, CalibrationSchemes, SelectiveSchemes}) {
      for (scheme::Scheme& scheme : list()) all.push_back(std::move(scheme));
    }
    return all;
  }();
  static const scheme::Family family = {
      .id = "classification", .title = {.en = "Classification", .zh = "分类"}, .schemes = schemes};
  return family;
}

check::ParameterSpec PositiveSpec() {
  check::ParameterSpec spec;
  spec.name = "positive";
  spec.type = check::ParameterType::kText;
  spec.fallback = "";
  spec.meaning = {.en = "The positive class; empty: the second of two.",
                  .zh = "正类；为空时取两类中的第二类。"};
  return spec;
}

check::ParameterSpec RealSpec(std::string name, double fallback, double low, double high,
                              check::Text meaning) {
  check::ParameterSpec spec;
  spec.name = std::move(name);
  spec.fallback = fallback;
  spec.low = low;
  spec.high = high;
  spec.meaning = std::move(meaning);
  return spec;
}

check::ParameterSpec IntegerSpec(std::string name, std::int64_t fallback, double low, double high,
                                 check::Text meaning) {
  check::ParameterSpec spec = RealSpec(std::move(name), 0, low, high, std::move(meaning));
  spec.type = check::ParameterType::kInteger;
  spec.fallback = fallback;
  return spec;
}

check::ParameterSpec ChoiceSpec(std::string name, std::vector<std::string> choices, check::Text meaning) {
  check::ParameterSpec spec;
  spec.name = std::move(name);
  spec.type = check::ParameterType::kText;
  spec.fallback = choices.front();
  spec.choices = std::move(choices);
  spec.meaning = std::move(meaning);
  return spec;
}

check::ParameterSpec SwitchSpec(std::string name, check::Text meaning) {
  check::ParameterSpec spec;
  spec.name = std::move(name);
  spec.type = check::ParameterType::kBoolean;
  spec.fallback = false;
  spec.meaning = std::move(meaning);
  return spec;
}

}  // namespace cupel::algorithm::classification
