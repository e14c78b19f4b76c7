// SPDX-License-Identifier: Apache-2.0
#pragma once

/// COCO's two JSON files for objects in images: the truth ("instances") and the results of a detector.
///
///     truth    {"images":      [{"id", "width"?, "height"?}],
///               "categories":  [{"id", "name"}],
///               "annotations": [{"id", "image_id", "category_id", "bbox": [x, y, w, h],
///                                "area"?, "iscrowd"?: 0 | 1, "ignore"?: 0 | 1}]}
///     results  [{"image_id", "category_id", "bbox": [x, y, w, h], "score"}]
///
/// Other members (`segmentation`, `info`, `licenses`, `keypoints`) must be JSON and are not looked at; masks
/// are mask.h's. Images and categories come out by rising id, objects in the order of the file: the order in
/// which pycocotools breaks ties of scores. Memory: the file's text and the objects; one element at a time is
/// a tree.
///
/// Stricter than pycocotools: ids are whole numbers and unique, every annotation and result names an image
/// and a category that the truth has, and boxes are finite with w, h >= 0. pycocotools drops results of an
/// unknown category without a word, which turns a wrong numbering of the classes into a low score.
///
/// Source: cocodataset.org, "Data format" and "Results format".

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "cupel/base/error.h"
#include "cupel/data/annotation/annotation.h"

namespace cupel::data::annotation {

/// Errors, here and below: kNotFound, kResourceLimit beyond 1 GiB, kCorrupt with file, line and element.
Result<Annotations> ReadCocoTruth(const std::filesystem::path& path);
Result<Annotations> ParseCocoTruth(std::string_view text, const std::string& file_name);

/// What a detector found; `source` and `category` index into `truth`. The area is the box's, the id the place
/// in the file, from 1.
Result<std::vector<Object>> ReadCocoResults(const std::filesystem::path& path, const Annotations& truth);
Result<std::vector<Object>> ParseCocoResults(std::string_view text, const std::string& file_name,
                                             const Annotations& truth);

}  // namespace cupel::data::annotation
