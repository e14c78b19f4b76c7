// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Hausdorff distance of objects (GlaS): how far shapes are off, object by object.
///
/// Half the sum, over the objects of either side, of their share of that side's area times the Hausdorff
/// distance to the object of the other side that shares most pixels with it or, where none does, to the
/// nearest one by that very distance. Distances are between pixel middles, in pixels. Ties: the smaller
/// label.
///
/// Source: Sirinukunwattana et al. 2017; FullNet-varCE `utils.py`, `gland_accuracy_object_level` (which takes
/// 1e5 where the other side has no object; here there is no value). Plane pictures.

#include <cstdint>
#include <optional>

#include "cupel/algorithm/segmentation/label_map.h"

namespace cupel::algorithm::segmentation {

/// No value when a side has no object. Cost: O(pixels of the boxes of the pairs). Precondition: a plane
/// picture.
std::optional<double> ObjectHausdorff(const LabelPair& pair, std::int32_t background);

}  // namespace cupel::algorithm::segmentation
