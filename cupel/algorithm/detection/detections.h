// SPDX-License-Identifier: Apache-2.0
#pragma once

/// What the schemes of boxes measure on: a truth and what a detector found, in COCO's two files
/// (data/annotation/coco.h).

#include <vector>

#include "cupel/algorithm/scheme/scheme.h"
#include "cupel/data/annotation/annotation.h"

namespace cupel::algorithm::detection {

using data::annotation::Annotations;
using data::annotation::Box;
using data::annotation::Object;

struct Detections : scheme::Input {
  Annotations truth;
  std::vector<Object> found;  ///< `source` and `category` index into the truth's.

  std::int64_t size() const override { return static_cast<std::int64_t>(truth.sources.size()); }
  std::size_t images() const { return truth.sources.size(); }
  std::size_t classes() const { return truth.categories.size(); }
};

/// "detections": the results as predictions, the instances as truth.
extern const scheme::InputFormat kDetections;

/// Objects by class, within it by image, within it in the order of the file.
struct ByClass {
  std::vector<std::int32_t> order;  ///< Indices of objects.
  std::vector<std::size_t> begin;   ///< [c + 1]: class k has order[begin[k]] to order[begin[k + 1]].
};

/// O(n + c + images). Precondition: sources and categories are in range.
ByClass GroupByClass(std::span<const Object> objects, std::size_t classes, std::size_t images);

}  // namespace cupel::algorithm::detection
