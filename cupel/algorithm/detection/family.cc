// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/detection/family.h"

#include <algorithm>
#include <iterator>

#include "cupel/algorithm/detection/attributes.h"
#include "cupel/algorithm/detection/box_schemes.h"
#include "cupel/algorithm/detection/coco.h"
#include "cupel/algorithm/detection/faces.h"
#include "cupel/algorithm/detection/lesions.h"
#include "cupel/algorithm/detection/plates.h"
#include "cupel/algorithm/detection/rotated.h"

namespace cupel::algorithm::detection {

const scheme::Family& Family() {
  static const std::vector<scheme::Scheme> schemes = [] {
    std::vector<scheme::Scheme> all;
    for (auto* list : {CocoSchemes, BoxSchemes, LesionSchemes, RotatedSchemes, FaceSchemes, PlateSchemes,
                       AttributeSchemes}) {
      std::ranges::move(list(), std::back_inserter(all));
    }
    return all;
  }();
  static const scheme::Family family = {"detection", {"Detection in images", "图像目标检测"}, schemes};
  return family;
}

}  // namespace cupel::algorithm::detection
