// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/evaluate/calibration_error.h"

#include <algorithm>
#include <cmath>

#include "cupel/base/error.h"

namespace cupel::algorithm::evaluate {
namespace {

constexpr double kLargestNll = 745;  // exp(-745) is the smallest positive double

ScoredSample ScoreSample(std::span<const float> scores, std::int32_t label, std::int32_t predicted) {
  const double largest = *std::ranges::max_element(scores);
  double sum = 0;
  for (const float score : scores) sum += std::exp(score - largest);
  ScoredSample sample;
  sample.correct = predicted == label ? 1 : 0;
  for (std::size_t k = 0; k < scores.size(); ++k) {
    const double p = std::exp(scores[k] - largest) / sum;
    sample.confidence = std::max(sample.confidence, p);
    const double error = p - (static_cast<std::int32_t>(k) == label ? 1 : 0);
    sample.brier += error * error;
  }
  sample.nll = std::min(kLargestNll, std::log(sum) - (scores[static_cast<std::size_t>(label)] - largest));
  return sample;
}

double Error(const CalibrationBin& bin) { return std::abs(bin.correct - bin.confidence); }

}  // namespace

std::vector<ScoredSample> ScoreSamples(const data::dataset::Predictions& predictions) {
  std::vector<ScoredSample> samples;
  samples.reserve(static_cast<std::size_t>(predictions.n));
  for (std::int64_t i = 0; i < predictions.n; ++i) {
    samples.push_back(ScoreSample(predictions.Row(i), predictions.labels[static_cast<std::size_t>(i)],
                                  predictions.Predicted(i)));
  }
  return samples;
}

std::size_t BinOf(double confidence, std::size_t bins) {
  CUPEL_CHECK(bins > 0 && confidence >= 0 && confidence <= 1);
  const double count = static_cast<double>(bins);
  const auto position = static_cast<std::size_t>(std::ceil(confidence * count));
  const std::size_t bin = position <= 1 ? 0 : std::min(bins, position) - 1;
  // The product rounds; the edges are k / bins, as the figure shows them.
  if (bin > 0 && confidence <= static_cast<double>(bin) / count) return bin - 1;
  return bin + 1 < bins && confidence > static_cast<double>(bin + 1) / count ? bin + 1 : bin;
}

std::vector<CalibrationBin> BinSamples(std::span<const ScoredSample> samples,
                                       std::span<const std::int64_t> indices, std::size_t bins) {
  std::vector<CalibrationBin> binned(bins);
  for (const std::int64_t index : indices) {
    const ScoredSample& sample = samples[static_cast<std::size_t>(index)];
    CalibrationBin& bin = binned[BinOf(sample.confidence, bins)];
    ++bin.count;
    bin.confidence += sample.confidence;
    bin.correct += sample.correct;
  }
  return binned;
}

double ExpectedCalibrationError(std::span<const CalibrationBin> bins) {
  double sum = 0;
  std::int64_t n = 0;
  for (const CalibrationBin& bin : bins) {
    sum += Error(bin);
    n += bin.count;
  }
  CUPEL_CHECK(n > 0);
  return sum / static_cast<double>(n);
}

double MaximumCalibrationError(std::span<const CalibrationBin> bins) {
  double largest = 0;
  for (const CalibrationBin& bin : bins) {
    if (bin.count > 0) largest = std::max(largest, Error(bin) / static_cast<double>(bin.count));
  }
  return largest;
}

}  // namespace cupel::algorithm::evaluate
