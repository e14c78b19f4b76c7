// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/backdoor/strip.h"

#include <algorithm>
#include <cmath>

#include "cupel/algorithm/backdoor/answers.h"
#include "cupel/base/parallel.h"
#include "cupel/base/reproducible_stream.h"

namespace cupel::algorithm::backdoor {
namespace {

void LayOver(std::span<float> picture, std::span<const float> overlay, float low, float high) {
  for (std::size_t i = 0; i < picture.size(); ++i)
    picture[i] = std::clamp(picture[i] + (overlay[i] - low), low, high);
}

}  // namespace

double MeanEntropy(std::span<const float> logits, std::int64_t class_count) {
  const auto c = static_cast<std::size_t>(class_count);
  const std::size_t n = logits.size() / c;
  double total = 0;
  for (std::size_t row = 0; row < n; ++row) {
    const auto answer = logits.subspan(row * c, c);
    const double largest = *std::ranges::max_element(answer);
    double sum = 0;
    double weighted = 0;
    for (const float value : answer) {
      const double weight = std::exp(value - largest);
      sum += weight;
      weighted += weight * (value - largest);
    }
    // H = log sum - E[z - max], turned into bits.
    total += (std::log(sum) - weighted / sum) / std::log(2.0);
  }
  return total / static_cast<double>(n);
}

Result<std::vector<double>> OverlayEntropies(const executor::Classifier& model,
                                             const data::dataset::DatasetInfo& info,
                                             std::span<const float> inputs,
                                             std::span<const std::int64_t> names,
                                             std::span<const float> overlays, std::int64_t per_input,
                                             std::uint64_t seed, int workers, Progress& progress) {
  const auto d = static_cast<std::size_t>(info.SampleSize());
  const auto count = static_cast<std::uint64_t>(overlays.size() / d);
  std::vector<double> entropies(names.size());
  const auto work = [&](std::int64_t piece, int) -> Status {
    tensor::UseOneThreadPerOperator();
    const auto i = static_cast<std::size_t>(piece);
    ReproducibleStream stream(seed, "inspect.strip.overlay", static_cast<std::uint64_t>(names[i]));
    const auto input = inputs.subspan(i * d, d);
    std::vector<float> blended;
    blended.reserve(static_cast<std::size_t>(per_input) * d);
    for (std::int64_t n = 0; n < per_input; ++n) {
      blended.insert(blended.end(), input.begin(), input.end());
      const auto overlay = overlays.subspan(static_cast<std::size_t>(stream.Below(count)) * d, d);
      LayOver(std::span(blended).last(d), overlay, info.box_low, info.box_high);
    }
    CUPEL_TRY(const std::vector<float> logits, Answers(model, blended));
    entropies[i] = MeanEntropy(logits, model.class_count());
    progress.Advance(1);
    return {};
  };
  CUPEL_TRY_STATUS(ForEachPiece(static_cast<std::int64_t>(names.size()), workers, work));
  return entropies;
}

}  // namespace cupel::algorithm::backdoor
