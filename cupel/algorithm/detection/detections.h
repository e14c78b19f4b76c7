// SPDX-License-Identifier: Apache-2.0
#pragma once

/// What the schemes of boxes measure on: a truth and what a detector found, in COCO's two files
/// (data/annotation/coco.h).

#include <functional>
#include <span>
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

/// The objects and detections of one class in one image: indices, in the order of the files.
struct Cell {
  std::size_t category = 0;
  std::int32_t image = 0;
  std::span<const std::int32_t> truth;
  std::span<const std::int32_t> found;
};

/// Calls `visit` for every cell in which there is an object or a detection, by class, then by image.
/// O(objects + detections + classes + images). Precondition: sources and categories are in range.
void ForEachCell(const Annotations& truth, std::span<const Object> found,
                 const std::function<void(const Cell& cell)>& visit);

}  // namespace cupel::algorithm::detection
