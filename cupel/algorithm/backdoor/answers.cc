// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/backdoor/answers.h"

#include <algorithm>
#include <cmath>

#include "cupel/base/parallel.h"

namespace cupel::algorithm::backdoor {

Result<std::vector<float>> ReadSamples(const data::dataset::Dataset& data,
                                       std::span<const std::int64_t> indices) {
  std::vector<float> features(indices.size() * static_cast<std::size_t>(data.info().SampleSize()));
  CUPEL_TRY_STATUS(data.Read(indices, features));
  return features;
}

tensor::Tensor TileOf(const executor::Classifier& model, std::span<const float> inputs, std::int64_t rows) {
  const std::size_t d = inputs.size() / static_cast<std::size_t>(rows);
  std::vector<float> tile(inputs.begin(), inputs.end());
  tile.reserve(d * static_cast<std::size_t>(executor::kTileSize));
  const std::vector<float> last(inputs.end() - static_cast<std::ptrdiff_t>(d), inputs.end());
  for (std::int64_t row = rows; row < executor::kTileSize; ++row)
    tile.insert(tile.end(), last.begin(), last.end());
  std::vector<std::int64_t> shape = model.sample_shape();
  shape.insert(shape.begin(), executor::kTileSize);
  return tensor::FromFloats(tile, shape).to(model.device().torch());
}

Result<std::vector<float>> Answers(const executor::Classifier& model, std::span<const float> inputs) {
  std::size_t d = 1;
  for (const std::int64_t dimension : model.sample_shape()) d *= static_cast<std::size_t>(dimension);
  const auto n = static_cast<std::int64_t>(inputs.size() / d);
  return tensor::Translate([&]() -> Result<std::vector<float>> {
    std::vector<float> all;
    for (std::int64_t from = 0; from < n; from += executor::kTileSize) {
      const std::int64_t rows = std::min(executor::kTileSize, n - from);
      const auto part =
          inputs.subspan(static_cast<std::size_t>(from) * d, static_cast<std::size_t>(rows) * d);
      CUPEL_TRY(const tensor::Tensor output, model.Logits(TileOf(model, part, rows)));
      const std::vector<float> logits = tensor::ToFloats(output);
      all.insert(all.end(), logits.begin(), logits.begin() + rows * model.class_count());
    }
    if (std::ranges::all_of(all, [](float value) { return std::isfinite(value); })) return all;
    return Fail(ErrorCode::kInvalidArgument, "the model answers NaN or infinity");
  });
}

Result<std::vector<float>> AnswersOn(const executor::Classifier& model, const data::dataset::Dataset& data,
                                     std::span<const std::int64_t> indices, const check::Context& context) {
  const auto tile = static_cast<std::size_t>(executor::kTileSize);
  const auto width = static_cast<std::size_t>(model.class_count());
  std::vector<float> all(indices.size() * width);
  const auto work = [&](std::int64_t piece, int) -> Status {
    tensor::UseOneThreadPerOperator();
    const std::size_t from = static_cast<std::size_t>(piece) * tile;
    const auto part = indices.subspan(from, std::min(tile, indices.size() - from));
    CUPEL_TRY(const std::vector<float> inputs, ReadSamples(data, part));
    CUPEL_TRY(const std::vector<float> answers, Answers(model, inputs));
    std::ranges::copy(answers, all.begin() + static_cast<std::ptrdiff_t>(from * width));
    context.progress->Advance(static_cast<std::int64_t>(part.size()));
    return {};
  };
  const auto tiles = static_cast<std::int64_t>((indices.size() + tile - 1) / tile);
  CUPEL_TRY_STATUS(ForEachPiece(tiles, context.workers, work));
  return all;
}

std::vector<std::int32_t> Classes(std::span<const float> logits, std::int64_t class_count) {
  const auto c = static_cast<std::size_t>(class_count);
  std::vector<std::int32_t> classes;
  for (std::size_t row = 0; row < logits.size() / c; ++row) {
    const auto answer = logits.subspan(row * c, c);
    classes.push_back(static_cast<std::int32_t>(std::ranges::max_element(answer) - answer.begin()));
  }
  return classes;
}

}  // namespace cupel::algorithm::backdoor
