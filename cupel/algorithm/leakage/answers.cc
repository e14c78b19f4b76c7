// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/leakage/answers.h"

#include <algorithm>
#include <numeric>

#include "cupel/algorithm/evaluate/predict.h"
#include "cupel/algorithm/leakage/signals.h"
#include "cupel/algorithm/train/augment.h"
#include "cupel/base/parallel.h"

namespace cupel::algorithm::leakage {
namespace {

using data::dataset::Dataset;

struct Move {
  bool mirror = false;
  int down = 0;
  int right = 0;
};

std::vector<Move> Moves(const Queries& queries) {
  std::vector<Move> moves;
  for (int mirror = 0; mirror <= (queries.mirror ? 1 : 0); ++mirror) {
    moves.push_back({mirror == 1, 0, 0});
    for (int down = -queries.shift; queries.shift > 0 && down <= queries.shift; down += queries.shift) {
      for (int right = -queries.shift; right <= queries.shift; right += queries.shift) {
        if (down != 0 || right != 0) moves.push_back({mirror == 1, down, right});
      }
    }
  }
  return moves;
}

// Logits of samples first .. first + count - 1.
Status AskPiece(const executor::Classifier& model, const Dataset& data, const std::vector<Move>& moves,
                std::int64_t first, std::int64_t count, std::span<float> logits) {
  std::vector<std::int64_t> indices(static_cast<std::size_t>(count));
  std::iota(indices.begin(), indices.end(), first);
  const auto size = static_cast<std::size_t>(data.info().SampleSize());
  const auto classes = static_cast<std::size_t>(model.class_count());
  std::vector<float> features(indices.size() * size);
  CUPEL_TRY_STATUS(data.Read(indices, features));
  for (std::size_t q = 0; q < moves.size(); ++q) {
    std::vector<float> asked = features;
    for (std::size_t i = 0; q > 0 && i < indices.size(); ++i) {
      train::Augment(std::span(asked).subspan(i * size, size), data.info().sample_shape, moves[q].mirror,
                     moves[q].down, moves[q].right);
    }
    CUPEL_TRY(const std::vector<float> answers, evaluate::LogitsInTiles(model, asked, count));
    for (std::size_t i = 0; i < indices.size(); ++i) {
      std::copy_n(answers.begin() + static_cast<std::ptrdiff_t>(i * classes), classes,
                  logits.begin() + static_cast<std::ptrdiff_t>((i * moves.size() + q) * classes));
    }
  }
  return {};
}

}  // namespace

Result<std::vector<float>> AskAll(const executor::Classifier& model, const Dataset& data,
                                  const Queries& queries, int workers, Progress& progress) {
  if (queries.Count() > 1 && !data.info().IsImage())
    return Fail(ErrorCode::kInvalidArgument, "mirrored and moved queries are for images", data.info().name);
  const std::vector<Move> moves = Moves(queries);
  const std::size_t row = moves.size() * static_cast<std::size_t>(model.class_count());
  std::vector<float> logits(static_cast<std::size_t>(data.size()) * row);
  const std::int64_t pieces = (data.size() + evaluate::kPiece - 1) / evaluate::kPiece;
  CUPEL_TRY_STATUS(ForEachPiece(pieces, workers, [&](std::int64_t piece, int) -> Status {
    tensor::UseOneThreadPerOperator();
    const std::int64_t first = piece * evaluate::kPiece;
    const std::int64_t count = std::min(evaluate::kPiece, data.size() - first);
    CUPEL_TRY_STATUS(AskPiece(model, data, moves, first, count,
                              std::span(logits).subspan(static_cast<std::size_t>(first) * row,
                                                        static_cast<std::size_t>(count) * row)));
    progress.Advance(count);
    return {};
  }));
  return logits;
}

Result<std::vector<double>> LogOddsOf(const executor::Classifier& model, const Dataset& data,
                                      const Queries& queries, int workers, Progress& progress) {
  CUPEL_TRY(const std::vector<float> logits, AskAll(model, data, queries, workers, progress));
  const auto classes = static_cast<std::size_t>(model.class_count());
  const auto count = static_cast<std::size_t>(queries.Count());
  std::vector<double> odds;
  for (std::size_t i = 0; i * classes < logits.size(); ++i) {
    odds.push_back(
        SignalsOf(std::span(logits).subspan(i * classes, classes), data.labels()[i / count]).log_odds);
  }
  return odds;
}

}  // namespace cupel::algorithm::leakage
