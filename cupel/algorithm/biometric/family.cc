// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/biometric/family.h"

#include <iterator>

#include "cupel/algorithm/biometric/themes.h"

namespace cupel::algorithm::biometric {

const scheme::Family& Family() {
  static const std::vector<scheme::Scheme> schemes = [] {
    std::vector<scheme::Scheme> all;
    for (const auto theme : {ComparisonSchemes, TransactionSchemes, SearchSchemes, AttackSchemes,
                             VerificationSchemes, GallerySchemes, RetrievalSchemes}) {
      std::vector<scheme::Scheme> part = theme();
      all.insert(all.end(), std::make_move_iterator(part.begin()), std::make_move_iterator(part.end()));
    }
    return all;
  }();
  static const scheme::Family family{
      "biometric", {"Biometrics and retrieval", "生物特征识别与检索"}, schemes};
  return family;
}

}  // namespace cupel::algorithm::biometric
