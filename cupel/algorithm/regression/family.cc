// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/regression/family.h"

#include <iterator>

#include "cupel/algorithm/regression/themes.h"

namespace cupel::algorithm::regression {

const scheme::Family& Family() {
  static const std::vector<scheme::Scheme> schemes = [] {
    std::vector<scheme::Scheme> all;
    for (const auto theme : {ErrorSchemes, AgreementSchemes, DistributionSchemes, CountingSchemes}) {
      std::vector<scheme::Scheme> part = theme();
      all.insert(all.end(), std::make_move_iterator(part.begin()), std::make_move_iterator(part.end()));
    }
    return all;
  }();
  static const scheme::Family family{
      "regression", {"Regression, counting and age", "回归、计数与年龄估计"}, schemes};
  return family;
}

}  // namespace cupel::algorithm::regression
