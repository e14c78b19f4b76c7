// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Pictures whose pixels are labels: classes, or numbers of objects.
///
/// Read from PNG: grey of 1 to 16 bits as it is, palette as the index, RGB of 8 bits as R + 256 G + 65536 B
/// (COCO panoptic); or from NPY, integers of [h, w], [n, h, w] or [n, d, h, w] (volumes). Labels lie in
/// -2^24 .. 2^24.

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cupel/algorithm/scheme/scheme.h"
#include "cupel/base/bytes.h"

namespace cupel::algorithm::segmentation {

struct LabelMap {
  std::int64_t depth = 1;
  std::int64_t height = 0;
  std::int64_t width = 0;
  std::vector<std::int32_t> labels;  ///< [d, h, w]

  std::size_t size() const { return labels.size(); }
};

/// A picture twice: as it is and as it was answered, of the same size.
struct LabelPair {
  std::string name;
  LabelMap truth;
  LabelMap answer;
};

/// Errors: those of data::image::DecodeImage; kUnsupported for 16-bit RGB, transparency, and a palette with
/// one colour twice (its indices cannot be told apart).
Result<LabelMap> DecodeLabelPng(BytesView bytes);

class LabelsInput : public scheme::Input {
 public:
  /// Precondition: not empty, sizes equal within a pair.
  explicit LabelsInput(std::vector<LabelPair> pairs) : pairs_(std::move(pairs)) {}

  const std::vector<LabelPair>& pairs() const { return pairs_; }
  std::int64_t size() const override { return static_cast<std::int64_t>(pairs_.size()); }

  /// Errors: kUnsupported when there are volumes; what: the scheme or mode that has no meaning there.
  Status PlaneOnly(std::string_view what) const;

 private:
  std::vector<LabelPair> pairs_;
};

/// "label-maps": PNG, a folder of PNG paired by name, or NPY.
extern const scheme::InputFormat kLabelMaps;

/// The labels that occur on either side, rising.
std::vector<std::int32_t> LabelsOf(const std::vector<LabelPair>& pairs);

}  // namespace cupel::algorithm::segmentation
