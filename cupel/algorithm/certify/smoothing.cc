// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/certify/smoothing.h"

#include <algorithm>
#include <cmath>

#include "cupel/algorithm/inspect/objective.h"
#include "cupel/base/interrupt.h"
#include "cupel/base/reproducible_stream.h"
#include "cupel/stats/distribution.h"
#include "cupel/stats/proportion.h"

namespace cupel::algorithm::certify {
namespace {

class Sampler {
 public:
  Sampler(const executor::Classifier& classifier, std::span<const float> x, std::int64_t original_index,
          const SmoothingOptions& options)
      : classifier_(classifier), x_(x), original_index_(original_index), options_(options) {}

  /// How often each class is answered at draws first .. first + count - 1.
  Result<std::vector<std::int64_t>> Count(std::int64_t first, std::int64_t count) const {
    std::vector<std::int64_t> votes(static_cast<std::size_t>(classifier_.class_count()), 0);
    for (std::int64_t done = 0; done < count; done += executor::kTileSize) {
      if (Interrupt::Requested()) return Interrupt::AsError();
      CUPEL_TRY_STATUS(AddTile(first + done, std::min(executor::kTileSize, count - done), votes));
    }
    return votes;
  }

 private:
  // Tiles are always full, so that every pass has the same shape; the rows after `rows` repeat the last.
  Status AddTile(std::int64_t first, std::int64_t rows, std::vector<std::int64_t>& votes) const {
    std::vector<float> tile;
    tile.reserve(static_cast<std::size_t>(executor::kTileSize) * x_.size());
    for (std::int64_t row = 0; row < executor::kTileSize; ++row) {
      const auto draw = static_cast<std::uint32_t>(first + std::min(row, rows - 1));
      ReproducibleStream stream(options_.seed, options_.stream, static_cast<std::uint64_t>(original_index_),
                                draw);
      for (const float value : x_)
        tile.push_back(static_cast<float>(value + options_.sigma * stream.Normal()));
    }
    std::vector<std::int64_t> shape = classifier_.sample_shape();
    shape.insert(shape.begin(), executor::kTileSize);
    return tensor::Translate([&]() -> Status {
      const tensor::Tensor input = tensor::FromFloats(tile, shape).to(classifier_.device().torch());
      CUPEL_TRY(const tensor::Tensor output, classifier_.Logits(input));
      return AddVotes(tensor::ToFloats(output), rows, votes);
    });
  }

  static Status AddVotes(const std::vector<float>& logits, std::int64_t rows,
                         std::vector<std::int64_t>& votes) {
    const std::size_t c = votes.size();
    for (std::size_t row = 0; row < static_cast<std::size_t>(rows); ++row) {
      const std::span<const float> answer = std::span(logits).subspan(row * c, c);
      if (!std::ranges::all_of(answer, [](float z) { return std::isfinite(z); })) {
        return Fail(ErrorCode::kInvalidArgument, "the model answers NaN or infinity under noise", "",
                    "check the preprocessing, or give a smaller sigma");
      }
      ++votes[static_cast<std::size_t>(inspect::PredictedClass(answer))];
    }
    return {};
  }

  const executor::Classifier& classifier_;
  std::span<const float> x_;
  std::int64_t original_index_;
  const SmoothingOptions& options_;
};

}  // namespace

SmoothedAnswer AnswerFrom(std::int32_t predicted, std::int64_t count, const SmoothingOptions& options) {
  SmoothedAnswer answer{.predicted = predicted, .count = count};
  // The lower end of a two-sided interval at 1 - 2 alpha is the one-sided bound at 1 - alpha.
  answer.probability = stats::ClopperPearson(count, options.n, 1 - 2 * options.alpha).low;
  if (answer.probability <= 0.5) return answer;
  answer.abstained = false;
  answer.radius = options.sigma * stats::NormalQuantile(answer.probability);
  return answer;
}

Result<SmoothedAnswer> CertifySmoothed(const executor::Classifier& classifier, std::span<const float> x,
                                       std::int64_t original_index, const SmoothingOptions& options) {
  const Sampler sampler(classifier, x, original_index, options);
  CUPEL_TRY(const std::vector<std::int64_t> guess, sampler.Count(0, options.n0));
  const auto predicted = std::ranges::max_element(guess) - guess.begin();
  CUPEL_TRY(const std::vector<std::int64_t> votes, sampler.Count(options.n0, options.n));
  return AnswerFrom(static_cast<std::int32_t>(predicted), votes[static_cast<std::size_t>(predicted)],
                    options);
}

}  // namespace cupel::algorithm::certify
