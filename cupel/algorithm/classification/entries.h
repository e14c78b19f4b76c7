// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The family's schemes by theme, and what their entries share.

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cupel/algorithm/classification/labelled.h"
#include "cupel/algorithm/scheme/scheme.h"

namespace cupel::algorithm::classification {

std::vector<scheme::Scheme> TableSchemes();         ///< A01, A02, A08 to A10, A13, A14.
std::vector<scheme::Scheme> RateSchemes();          ///< A04 to A07, A11.
std::vector<scheme::Scheme> SampleSchemes();        ///< A03, A12.
std::vector<scheme::Scheme> RankingSchemes();       ///< B01 to B05, B09, B10.
std::vector<scheme::Scheme> WorkingPointSchemes();  ///< B06 to B08.
std::vector<scheme::Scheme> ProbabilitySchemes();   ///< B11, B12, B16, B18.
std::vector<scheme::Scheme> CalibrationSchemes();   ///< B13 to B15.
std::vector<scheme::Scheme> SelectiveSchemes();     ///< B17.

/// "positive": the class that the figure is about.
check::ParameterSpec PositiveSpec();
/// A number in [low, high].
check::ParameterSpec RealSpec(std::string name, double fallback, double low, double high,
                              check::Text meaning);
check::ParameterSpec IntegerSpec(std::string name, std::int64_t fallback, double low, double high,
                                 check::Text meaning);
check::ParameterSpec ChoiceSpec(std::string name, std::vector<std::string> choices, check::Text meaning);
check::ParameterSpec SwitchSpec(std::string name, check::Text meaning);  ///< False unless set.

/// What an entry says; the fields are those of scheme::Scheme.
struct Line {
  std::string_view id{};
  std::string_view row{};
  check::Text title{};
  std::string_view definition{};
  scheme::Rules rules{};
  std::string_view reference{};
  std::string_view test{};
  std::vector<check::ParameterSpec> parameters{};
  bool higher_is_better = true;
  std::string_view unit{};
};

/// A scheme on `Labelled`, its function adapted.
template <Result<scheme::Evaluation> (*kFunction)(const Labelled&, const check::Parameters&,
                                                  const scheme::Options&)>
scheme::Scheme Entry(Line line) {
  return {.id = line.id,
          .row = line.row,
          .title = std::move(line.title),
          .definition = line.definition,
          .rules = line.rules,
          .reference = line.reference,
          .test = line.test,
          .input = &LabelledFormat(),
          .parameters = std::move(line.parameters),
          .higher_is_better = line.higher_is_better,
          .unit = line.unit,
          .evaluate = scheme::On<Labelled, kFunction>};
}

}  // namespace cupel::algorithm::classification
