// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/leakage/population.h"

#include <fmt/format.h>

#include <algorithm>

#include "cupel/algorithm/executor/classifier.h"
#include "cupel/base/reproducible_stream.h"
#include "cupel/crypto/hash.h"

namespace cupel::algorithm::leakage {
namespace {

using data::dataset::Dataset;

Status CheckSides(const check::Context& context) {
  const Dataset& inside = *context.training_data;
  const Dataset& outside = *context.data;
  if (inside.info().digest == outside.info().digest) {
    return Fail(ErrorCode::kInvalidArgument, "the training data and the data are the same set", "",
                "name a data set that the model was not trained on");
  }
  if (inside.info().sample_shape != outside.info().sample_shape)
    return Fail(ErrorCode::kInvalidArgument, "the training data and the data differ in shape");
  CUPEL_TRY_STATUS(CheckLabels(*context.model, inside));
  return CheckLabels(*context.model, outside);
}

// The next `count` of a drawn order, in rising order.
std::vector<PoolSample> Take(std::span<const std::int64_t> order, std::int64_t from, std::int64_t count,
                             bool member) {
  std::vector<PoolSample> taken;
  for (std::int64_t i = from; i < from + count; ++i)
    taken.push_back({member, order[static_cast<std::size_t>(i)]});
  std::ranges::sort(taken, {}, &PoolSample::index);
  return taken;
}

}  // namespace

Status CheckLabels(const executor::Classifier& model, const Dataset& data) {
  for (std::int64_t i = 0; i < data.size(); ++i) {
    const std::int32_t label = data.labels()[static_cast<std::size_t>(i)];
    if (label >= 0 && label < model.class_count()) continue;
    return Fail(ErrorCode::kInvalidArgument,
                fmt::format("label must be in [0, {}), got {}", model.class_count(), label),
                fmt::format("sample {} of {}", data.OriginalIndex(i), data.info().name),
                "the data set and the model must have the same classes");
  }
  return {};
}

Pool::Pool(const Dataset& inside, const Dataset& outside, std::vector<PoolSample> samples)
    : inside_(inside), outside_(outside), samples_(std::move(samples)), info_(inside.info()) {
  Json identity;
  identity["inside"] = inside.info().digest.Hex();
  identity["outside"] = outside.info().digest.Hex();
  for (const PoolSample& sample : samples_) {
    labels_.push_back(Side(sample).labels()[static_cast<std::size_t>(sample.index)]);
    identity["samples"].Append(2 * sample.index + (sample.member ? 1 : 0));
  }
  info_.digest = crypto::Sha256(AsBytes(identity.Canonical()));
}

Status Pool::Read(std::span<const std::int64_t> indices, std::span<float> features) const {
  const auto size = static_cast<std::size_t>(info_.SampleSize());
  for (std::size_t i = 0; i < indices.size(); ++i) {
    const PoolSample& sample = samples_[static_cast<std::size_t>(indices[i])];
    CUPEL_TRY_STATUS(Side(sample).Read({&sample.index, 1}, features.subspan(i * size, size)));
  }
  return {};
}

std::int64_t Pool::OriginalIndex(std::int64_t index) const {
  const PoolSample& sample = samples_[static_cast<std::size_t>(index)];
  return 2 * Side(sample).OriginalIndex(sample.index) + (sample.member ? 1 : 0);
}

Result<Population> DrawPopulation(const check::Context& context, const PopulationOptions& options) {
  CUPEL_TRY_STATUS(CheckSides(context));
  const std::int64_t inside = context.training_data->size();
  const std::int64_t outside = context.data->size();
  std::int64_t count = std::min(inside, outside - options.reference);
  if (options.samples > 0) count = std::min(count, options.samples);
  if (count < 1) {
    return Fail(
        ErrorCode::kInvalidArgument,
        fmt::format("nothing is left to audit: {} members, and {} non-members of which {} are kept apart",
                    inside, outside, options.reference),
        "", "give more data, or a smaller reference");
  }
  const std::vector<std::int64_t> members =
      ReproducibleStream(options.seed, options.stream, 0, 0).Permutation(inside);
  const std::vector<std::int64_t> others =
      ReproducibleStream(options.seed, options.stream, 0, 1).Permutation(outside);
  Population population;
  population.members = Take(members, 0, count, true);
  population.others = Take(others, 0, count, false);
  population.reference = Take(others, count, options.reference, false);
  // The rest of both sides, in their proportion.
  const std::int64_t spare_others = outside - count - options.reference;
  const std::int64_t spare = inside - count + spare_others;
  const std::int64_t further = std::min(options.further, spare);
  const std::int64_t further_others = spare == 0 ? 0 : further * spare_others / spare;
  population.further = Take(members, count, further - further_others, true);
  const std::vector<PoolSample> more = Take(others, count + options.reference, further_others, false);
  population.further.insert(population.further.end(), more.begin(), more.end());
  return population;
}

check::Text NeedsTrainingData() {
  return {"The plan names no training data, so there are no known members.",
          "方案未指定训练数据，因此没有已知的成员样本。"};
}

check::ParameterSpec SamplesSpec(std::int64_t fallback) {
  check::ParameterSpec samples;
  samples.name = "samples";
  samples.type = check::ParameterType::kInteger;
  samples.unit = "samples";
  samples.fallback = fallback;
  samples.high = 1e9;
  samples.meaning = {"Members and non-members drawn, each so many; 0: as many as the smaller set has",
                     "成员与非成员各抽取的数量；0 表示取较小集合的全部数量"};
  return samples;
}

}  // namespace cupel::algorithm::leakage
