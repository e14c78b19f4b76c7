// SPDX-License-Identifier: Apache-2.0
#pragma once

/// A labelled data set, read by index in bounded memory.
///
/// Features are float32 in the input's own range: images are [c, h, w] with byte/255 in [0, 1]; table rows
/// are [d] with the file's numbers. Labels are class indices in [0, class_count). Const methods may be called
/// concurrently. How it is made: from a manifest (manifest.h); a part of it: subset.h.

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "cupel/base/digest.h"

namespace cupel::data::dataset {

/// One attribute that splits samples into groups, for example "sex": group_of[i] indexes group_names, -1 is
/// unknown.
struct GroupAttribute {
  std::string name;
  std::vector<std::string> group_names;
  std::vector<std::int32_t> group_of;  ///< [n]
};

struct DatasetInfo {
  std::string name;
  std::vector<std::int64_t> sample_shape;  ///< {1, 28, 28} for an image, {d} for a table row.
  std::vector<std::string> class_names;    ///< [c]; "0", "1", ... when the manifest names none.
  float box_low = 0;  ///< Smallest and largest value a feature may take; attacks stay inside.
  float box_high = 1;
  std::string licence;
  std::string provenance;
  std::string lawful_basis;
  Digest digest;  ///< SHA-256 over the canonical JSON of the manifest's files and their digests, split and
                  ///< subset.

  bool IsImage() const { return sample_shape.size() == 3; }
  std::int64_t SampleSize() const {
    std::int64_t size = 1;
    for (std::int64_t dimension : sample_shape) size *= dimension;
    return size;
  }
};

class Dataset {
 public:
  virtual ~Dataset() = default;
  virtual const DatasetInfo& info() const = 0;
  virtual std::int64_t size() const = 0;

  /// Copies the features of `indices` to `features`, [indices.size(), SampleSize()], row-major.
  /// Errors: kInvalidArgument for an index outside [0, size()); kCorrupt for a file that changed or holds
  /// NaN.
  virtual Status Read(std::span<const std::int64_t> indices, std::span<float> features) const = 0;

  /// [n], class indices.
  virtual std::span<const std::int32_t> labels() const = 0;

  /// May be empty.
  virtual const std::vector<GroupAttribute>& group_attributes() const = 0;

  /// Index of a sample in the file it came from: subsets keep the original numbering, so random streams and
  /// evidence name the same sample whatever the subset.
  virtual std::int64_t OriginalIndex(std::int64_t index) const = 0;
};

}  // namespace cupel::data::dataset
