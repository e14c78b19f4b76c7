// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/detection/family.h"

#include <iterator>

#include "cupel/algorithm/detection/coco.h"

namespace cupel::algorithm::detection {

const scheme::Family& Family() {
  static const std::vector<scheme::Scheme> schemes = [] {
    std::vector<scheme::Scheme> all;
    for (auto* list : {CocoSchemes}) std::ranges::move(list(), std::back_inserter(all));
    return all;
  }();
  static const scheme::Family family = {"detection", {"Detection in images", "图像目标检测"}, schemes};
  return family;
}

}  // namespace cupel::algorithm::detection
