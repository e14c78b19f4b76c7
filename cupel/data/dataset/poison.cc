// SPDX-License-Identifier: Apache-2.0
#include "cupel/data/dataset/poison.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "cupel/crypto/hash.h"
#include "cupel/data/dataset/draw.h"

namespace cupel::data::dataset {
namespace {

class PoisonedDataset : public Dataset {
 public:
  PoisonedDataset(DatasetPointer whole, Trigger trigger, const std::vector<std::int64_t>& chosen,
                  const PoisonOptions& options)
      : whole_(std::move(whole)),
        trigger_(std::move(trigger)),
        info_(whole_->info()),
        labels_(whole_->labels().begin(), whole_->labels().end()),
        is_poisoned_(labels_.size(), false) {
    for (const std::int64_t index : chosen) {
      labels_[static_cast<std::size_t>(index)] = options.target;
      is_poisoned_[static_cast<std::size_t>(index)] = true;
    }
    Json identity;
    identity["of"] = info_.digest.Hex();
    identity["poison"] = options.ToJson();
    info_.digest = crypto::Sha256(AsBytes(identity.Canonical()));
    info_.name += "-poisoned";
  }

  const DatasetInfo& info() const override { return info_; }
  std::int64_t size() const override { return whole_->size(); }
  std::span<const std::int32_t> labels() const override { return labels_; }
  const std::vector<GroupAttribute>& group_attributes() const override { return whole_->group_attributes(); }
  std::int64_t OriginalIndex(std::int64_t index) const override { return whole_->OriginalIndex(index); }

  Status Read(std::span<const std::int64_t> indices, std::span<float> features) const override {
    CUPEL_TRY_STATUS(whole_->Read(indices, features));
    const auto size = static_cast<std::size_t>(info_.SampleSize());
    for (std::size_t i = 0; i < indices.size(); ++i) {
      if (is_poisoned_[static_cast<std::size_t>(indices[i])])
        trigger_.Apply(features.subspan(i * size, size));
    }
    return {};
  }

 private:
  DatasetPointer whole_;
  Trigger trigger_;
  DatasetInfo info_;
  std::vector<std::int32_t> labels_;
  std::vector<bool> is_poisoned_;
};

Result<std::int64_t> CountFor(const Dataset& whole, const PoisonOptions& options) {
  const auto classes = static_cast<std::int64_t>(whole.info().class_names.size());
  if (options.target < 0 || options.target >= classes) {
    return Fail(ErrorCode::kInvalidArgument,
                fmt::format("target must be in [0, {}), got {}", classes, options.target), "poison");
  }
  if (!(options.rate > 0 && options.rate < 1)) {
    return Fail(ErrorCode::kInvalidArgument, fmt::format("rate must be in (0, 1), got {}", options.rate),
                "poison");
  }
  const auto count =
      static_cast<std::int64_t>(std::llround(options.rate * static_cast<double>(whole.size())));
  const std::int64_t candidates = whole.size() - std::ranges::count(whole.labels(), options.target);
  if (count >= 1 && count <= candidates) return count;
  return Fail(ErrorCode::kInvalidArgument,
              fmt::format("a rate of {} poisons {} of {} samples, and {} are outside class {}", options.rate,
                          count, whole.size(), candidates, options.target),
              "poison", "choose a rate that poisons at least one and at most those");
}

}  // namespace

Json PoisonOptions::ToJson() const {
  Json json;
  json["trigger"] = trigger.ToJson();
  json["target"] = std::int64_t{target};
  json["rate"] = rate;
  json["seed"] = std::to_string(seed);
  return json;
}

Result<Poisoned> MakePoisonedDataset(DatasetPointer whole, const PoisonOptions& options) {
  CUPEL_TRY(const std::int64_t count, CountFor(*whole, options));
  CUPEL_TRY(Trigger trigger, Trigger::Create(options.trigger, whole->info()));
  const std::vector<std::int64_t> chosen =
      DrawSamples(*whole, SamplesNotOf(*whole, options.target), count, options.seed, "data.poison");
  Poisoned poisoned;
  for (const std::int64_t index : chosen) poisoned.samples.push_back(whole->OriginalIndex(index));
  std::ranges::sort(poisoned.samples);
  poisoned.data = std::make_unique<PoisonedDataset>(std::move(whole), std::move(trigger), chosen, options);
  return poisoned;
}

}  // namespace cupel::data::dataset
