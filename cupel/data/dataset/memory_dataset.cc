// SPDX-License-Identifier: Apache-2.0
#include "cupel/data/dataset/memory_dataset.h"

#include <fmt/format.h>

#include <algorithm>

#include "cupel/crypto/hash.h"
#include "cupel/data/dataset/source_dataset.h"

namespace cupel::data::dataset {
namespace {

class MemorySource : public SampleSource {
 public:
  explicit MemorySource(std::vector<float> features) : features_(std::move(features)) {}
  Status ReadSample(std::int64_t index, std::span<float> out) const override {
    std::copy_n(features_.begin() + index * static_cast<std::int64_t>(out.size()), out.size(), out.begin());
    return {};
  }

 private:
  std::vector<float> features_;
};

template <typename Number>
void UpdateWith(crypto::Sha256Hasher& hasher, const std::vector<Number>& numbers) {
  hasher.Update({reinterpret_cast<const std::uint8_t*>(numbers.data()), numbers.size() * sizeof(Number)});
}

}  // namespace

Result<std::unique_ptr<Dataset>> MakeMemoryDataset(MemoryData data) {
  const std::int64_t sample_size = data.info.SampleSize();
  if (data.info.sample_shape.empty() || sample_size <= 0 ||
      static_cast<std::int64_t>(data.features.size()) !=
          sample_size * static_cast<std::int64_t>(data.labels.size())) {
    return Fail(ErrorCode::kInvalidArgument,
                fmt::format("{} features are not {} samples of {} values", data.features.size(),
                            data.labels.size(), sample_size));
  }
  const auto outside = std::ranges::find_if_not(
      data.features, [&](float value) { return value >= data.info.box_low && value <= data.info.box_high; });
  if (outside != data.features.end()) {
    return Fail(ErrorCode::kInvalidArgument, fmt::format("value {} of sample {} is {}, outside [{}, {}]",
                                                         (outside - data.features.begin()) % sample_size,
                                                         (outside - data.features.begin()) / sample_size,
                                                         *outside, data.info.box_low, data.info.box_high));
  }
  crypto::Sha256Hasher hasher;
  UpdateWith(hasher, data.info.sample_shape);
  UpdateWith(hasher, data.labels);
  UpdateWith(hasher, data.features);
  data.info.digest = hasher.Finish();
  return MakeSourceDataset({std::move(data.info), std::make_unique<MemorySource>(std::move(data.features)),
                            std::move(data.labels), std::move(data.groups)});
}

}  // namespace cupel::data::dataset
