// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/train/batches.h"

#include <ATen/ops/tensor.h>

#include "cupel/base/reproducible_stream.h"

namespace cupel::algorithm::train {

std::vector<std::int64_t> EpochOrder(std::int64_t n, std::uint64_t seed, int epoch) {
  return ReproducibleStream(seed, "fit.shuffle", static_cast<std::uint64_t>(epoch)).Permutation(n);
}

void Augment(std::span<float> image, const std::vector<std::int64_t>& shape, bool mirror, int down,
             int right) {
  if (!mirror && down == 0 && right == 0) return;
  const std::int64_t height = shape[1];
  const std::int64_t width = shape[2];
  const std::vector<float> before(image.begin(), image.end());
  std::size_t out = 0;
  for (std::int64_t channel = 0; channel < shape[0]; ++channel) {
    for (std::int64_t row = 0; row < height; ++row) {
      for (std::int64_t column = 0; column < width; ++column) {
        const std::int64_t from_row = row - down;
        const std::int64_t shifted = column - right;
        const std::int64_t from_column = mirror ? width - 1 - shifted : shifted;
        const bool inside = from_row >= 0 && from_row < height && shifted >= 0 && shifted < width;
        image[out++] =
            inside ? before[static_cast<std::size_t>((channel * height + from_row) * width + from_column)]
                   : 0;
      }
    }
  }
}

Result<Batch> ReadBatch(const data::dataset::Dataset& data, std::span<const std::int64_t> indices, int epoch,
                        const TrainOptions& options) {
  const std::vector<std::int64_t>& sample = data.info().sample_shape;
  const auto size = static_cast<std::size_t>(data.info().SampleSize());
  std::vector<float> features(indices.size() * size);
  CUPEL_TRY_STATUS(data.Read(indices, features));
  std::vector<std::int64_t> labels;
  for (std::size_t i = 0; i < indices.size(); ++i) {
    labels.push_back(data.labels()[static_cast<std::size_t>(indices[i])]);
    if (!options.flip && options.shift == 0) continue;
    ReproducibleStream stream(options.seed, "fit.augment",
                              static_cast<std::uint64_t>(data.OriginalIndex(indices[i])),
                              static_cast<std::uint32_t>(epoch));
    const bool mirror = options.flip && stream.Below(2) == 1;
    const auto range = static_cast<std::uint64_t>(2 * options.shift + 1);
    const int down = static_cast<int>(stream.Below(range)) - options.shift;
    const int right = static_cast<int>(stream.Below(range)) - options.shift;
    Augment(std::span(features).subspan(i * size, size), sample, mirror, down, right);
  }
  std::vector<std::int64_t> shape = {static_cast<std::int64_t>(indices.size())};
  shape.insert(shape.end(), sample.begin(), sample.end());
  return Batch{tensor::FromFloats(features, shape), at::tensor(labels, at::TensorOptions().dtype(at::kLong))};
}

}  // namespace cupel::algorithm::train
