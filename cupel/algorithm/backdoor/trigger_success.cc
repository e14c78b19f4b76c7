// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/backdoor/trigger_success.h"

#include <algorithm>

#include "cupel/algorithm/backdoor/answers.h"
#include "cupel/base/parallel.h"
#include "cupel/stats/proportion.h"

namespace cupel::algorithm::backdoor {
namespace {

constexpr double kLevel = 0.95;

Result<std::vector<std::int32_t>> ExactClasses(const executor::Classifier& model,
                                               const std::vector<float>& inputs, std::int64_t n) {
  std::vector<std::int64_t> shape = model.sample_shape();
  shape.insert(shape.begin(), n);
  return tensor::Translate([&]() -> Result<std::vector<std::int32_t>> {
    CUPEL_TRY(const tensor::Tensor logits,
              model.ExactLogits(tensor::FromFloats(inputs, shape).to(model.device().torch())));
    return Classes(tensor::ToFloats(logits), model.class_count());
  });
}

}  // namespace

Result<TriggerSuccess> MeasureTrigger(const executor::Classifier& model, const data::dataset::Dataset& data,
                                      std::span<const std::int64_t> indices,
                                      const data::dataset::Trigger& trigger, std::int32_t target,
                                      const check::Context& context) {
  TriggerSuccess success;
  success.outcomes.resize(indices.size());
  const auto tile = static_cast<std::size_t>(executor::kTileSize);
  const auto size = static_cast<std::size_t>(data.info().SampleSize());
  const auto work = [&](std::int64_t piece, int) -> Status {
    tensor::UseOneThreadPerOperator();
    const std::size_t from = static_cast<std::size_t>(piece) * tile;
    const auto part = indices.subspan(from, std::min(tile, indices.size() - from));
    const auto n = static_cast<std::int64_t>(part.size());
    CUPEL_TRY(std::vector<float> inputs, ReadSamples(data, part));
    CUPEL_TRY(const std::vector<std::int32_t> before, ExactClasses(model, inputs, n));
    for (std::size_t i = 0; i < part.size(); ++i) trigger.Apply(std::span(inputs).subspan(i * size, size));
    CUPEL_TRY(const std::vector<std::int32_t> after, ExactClasses(model, inputs, n));
    for (std::size_t i = 0; i < part.size(); ++i) success.outcomes[from + i] = {part[i], before[i], after[i]};
    context.progress->Advance(n);
    return {};
  };
  const auto tiles = static_cast<std::int64_t>((indices.size() + tile - 1) / tile);
  CUPEL_TRY_STATUS(ForEachPiece(tiles, context.workers, work));
  success.n = static_cast<std::int64_t>(indices.size());
  success.hits = std::ranges::count(success.outcomes, target, &TriggerOutcome::after);
  success.hits_before = std::ranges::count(success.outcomes, target, &TriggerOutcome::before);
  return success;
}

check::Metric SuccessMetric(std::string name, std::int64_t hits, std::int64_t n) {
  return {.name = std::move(name),
          .value = n > 0 ? static_cast<double>(hits) / static_cast<double>(n) : 0,
          .interval = stats::Wilson(hits, n, kLevel),
          .n = n,
          .count = hits};
}

}  // namespace cupel::algorithm::backdoor
