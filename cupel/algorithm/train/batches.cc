// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/train/batches.h"

#include <ATen/ops/tensor.h>

#include "cupel/base/reproducible_stream.h"

namespace cupel::algorithm::train {

std::vector<std::int64_t> EpochOrder(std::int64_t n, std::uint64_t seed, int epoch) {
  return ReproducibleStream(seed, "fit.shuffle", static_cast<std::uint64_t>(epoch)).Permutation(n);
}

tensor::Tensor TargetsOf(std::span<const float> targets, std::int64_t n,
                         std::span<const std::int64_t> indices) {
  const std::size_t classes = targets.size() / static_cast<std::size_t>(n);
  std::vector<float> rows;
  for (const std::int64_t index : indices) {
    const auto row = targets.subspan(static_cast<std::size_t>(index) * classes, classes);
    rows.insert(rows.end(), row.begin(), row.end());
  }
  return tensor::FromFloats(rows,
                            {static_cast<std::int64_t>(indices.size()), static_cast<std::int64_t>(classes)});
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
  return Batch{
      tensor::FromFloats(features, shape), at::tensor(labels, at::TensorOptions().dtype(at::kLong)), {}};
}

}  // namespace cupel::algorithm::train
