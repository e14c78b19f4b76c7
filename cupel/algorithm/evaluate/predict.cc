// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/evaluate/predict.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "cupel/algorithm/tensor/tensor.h"
#include "cupel/base/parallel.h"

namespace cupel::algorithm::evaluate {
namespace {

using data::dataset::Dataset;
using data::dataset::Predictions;

Result<std::vector<float>> LogitsOfTile(const executor::Classifier& classifier,
                                        std::span<const float> features) {
  return tensor::Translate([&]() -> Result<std::vector<float>> {
    std::vector<std::int64_t> shape = classifier.sample_shape();
    shape.insert(shape.begin(), kTile);
    const tensor::Tensor x = tensor::FromFloats(features, shape).to(classifier.device().torch());
    CUPEL_TRY(const tensor::Tensor logits, classifier.Logits(x));
    return tensor::ToFloats(logits);
  });
}

Status CheckClasses(const executor::Classifier& classifier, const Dataset& data) {
  const auto named = static_cast<std::int64_t>(data.info().class_names.size());
  if (named == classifier.class_count()) return {};
  return Fail(ErrorCode::kInvalidArgument,
              fmt::format("the model answers {} classes, the data set {} has {}", classifier.class_count(),
                          data.info().name, named),
              "", "give the plan a model and data of the same classes");
}

Predictions EmptyPredictions(const Dataset& data) {
  Predictions predictions;
  predictions.n = data.size();
  predictions.class_names = data.info().class_names;
  predictions.c = static_cast<std::int64_t>(predictions.class_names.size());
  predictions.scores.resize(static_cast<std::size_t>(predictions.n * predictions.c));
  predictions.labels.assign(data.labels().begin(), data.labels().end());
  predictions.groups = data.group_attributes();
  predictions.sample_index.resize(static_cast<std::size_t>(predictions.n));
  for (std::int64_t i = 0; i < predictions.n; ++i) {
    predictions.sample_index[static_cast<std::size_t>(i)] = data.OriginalIndex(i);
  }
  return predictions;
}

/// Fills the scores of samples first .. first + count - 1.
Status PredictPiece(const executor::Classifier& classifier, const Dataset& data, std::int64_t first,
                    std::int64_t count, Predictions& predictions) {
  std::vector<std::int64_t> indices(static_cast<std::size_t>(count));
  std::iota(indices.begin(), indices.end(), first);
  std::vector<float> features(static_cast<std::size_t>(count * data.info().SampleSize()));
  CUPEL_TRY_STATUS(data.Read(indices, features));
  CUPEL_TRY(const std::vector<float> logits, LogitsInTiles(classifier, features, count));
  std::ranges::copy(logits, predictions.scores.begin() + first * predictions.c);
  return {};
}

}  // namespace

Result<std::vector<float>> LogitsInTiles(const executor::Classifier& classifier,
                                         std::span<const float> features, std::int64_t n) {
  CUPEL_CHECK(n > 0 && features.size() % static_cast<std::size_t>(n) == 0);
  const std::size_t sample_size = features.size() / static_cast<std::size_t>(n);
  const auto c = static_cast<std::size_t>(classifier.class_count());
  std::vector<float> logits;
  logits.reserve(static_cast<std::size_t>(n) * c);
  std::vector<float> tile(static_cast<std::size_t>(kTile) * sample_size);
  for (std::int64_t first = 0; first < n; first += kTile) {
    const auto count = static_cast<std::size_t>(std::min(kTile, n - first));
    const auto begin = static_cast<std::size_t>(first) * sample_size;
    for (std::size_t row = 0; row < static_cast<std::size_t>(kTile); ++row) {
      const auto sample = features.subspan(begin + std::min(row, count - 1) * sample_size, sample_size);
      std::ranges::copy(sample, tile.begin() + static_cast<std::ptrdiff_t>(row * sample_size));
    }
    CUPEL_TRY(const std::vector<float> answers, LogitsOfTile(classifier, tile));
    const auto end = answers.begin() + static_cast<std::ptrdiff_t>(count * c);
    if (!std::all_of(answers.begin(), end, [](float logit) { return std::isfinite(logit); })) {
      return Fail(
          ErrorCode::kInvalidArgument, "the model answers NaN or infinity",
          fmt::format("samples {} to {} of the piece", first, first + static_cast<std::int64_t>(count) - 1),
          "check the preprocessing in the plan");
    }
    logits.insert(logits.end(), answers.begin(), end);
  }
  return logits;
}

Result<Predictions> Predict(const executor::Classifier& classifier, const Dataset& data, int workers,
                            Progress& progress) {
  CUPEL_TRY_STATUS(CheckClasses(classifier, data));
  if (data.size() == 0)
    return Fail(ErrorCode::kInvalidArgument, "the data set has no sample", data.info().name);
  Predictions predictions = EmptyPredictions(data);
  const std::int64_t pieces = (data.size() + kPiece - 1) / kPiece;
  progress.Begin("predictions", data.size(), "samples");
  const Status status = ForEachPiece(pieces, workers, [&](std::int64_t piece, int) -> Status {
    tensor::UseOneThreadPerOperator();
    const std::int64_t first = piece * kPiece;
    const std::int64_t count = std::min(kPiece, data.size() - first);
    Status done = PredictPiece(classifier, data, first, count, predictions);
    if (!done)
      return FailAt(fmt::format("samples {} to {}", first, first + count - 1), std::move(done).error());
    progress.Advance(count);
    return {};
  });
  progress.End();
  if (!status) return tl::make_unexpected(status.error());
  return predictions;
}

}  // namespace cupel::algorithm::evaluate
