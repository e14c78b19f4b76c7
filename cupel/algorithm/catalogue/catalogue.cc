// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/catalogue/catalogue.h"

#include <vector>

#include "cupel/algorithm/biometric/family.h"
#include "cupel/algorithm/classification/family.h"
#include "cupel/algorithm/detection/family.h"
#include "cupel/algorithm/event/family.h"
#include "cupel/algorithm/fairness/family.h"
#include "cupel/algorithm/regression/family.h"
#include "cupel/algorithm/segmentation/family.h"
#include "cupel/algorithm/tracking/family.h"

namespace cupel::algorithm::catalogue {

std::span<const scheme::Family* const> AllFamilies() {
  // clang-format off
  static const std::vector<const scheme::Family*> families = {
      &classification::Family(),
      &regression::Family(),
      &biometric::Family(),
      &detection::Family(),
      &segmentation::Family(),
      &event::Family(),
      &tracking::Family(),
      &fairness::Family(),
  };
  // clang-format on
  return families;
}

std::span<const scheme::Scheme* const> AllSchemes() {
  static const std::vector<const scheme::Scheme*> schemes = [] {
    std::vector<const scheme::Scheme*> all;
    for (const scheme::Family* family : AllFamilies()) {
      for (const scheme::Scheme& scheme : family->schemes) all.push_back(&scheme);
    }
    return all;
  }();
  return schemes;
}

}  // namespace cupel::algorithm::catalogue
