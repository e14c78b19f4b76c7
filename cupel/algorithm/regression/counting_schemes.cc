// SPDX-License-Identifier: Apache-2.0
// C06: counting.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "cupel/algorithm/regression/counts.h"
#include "cupel/algorithm/regression/of_sums.h"
#include "cupel/algorithm/regression/themes.h"
#include "cupel/algorithm/scheme/parameter.h"

namespace cupel::algorithm::regression {
namespace {

using scheme::Evaluation;
using scheme::Options;

/// The mean over images of one number each, through `finish`.
Result<Evaluation> MeanOf(const Counts& counts, const std::function<double(const CountedImage&)>& number,
                          double (*finish)(double), std::string_view stream, const Options& options) {
  // One sample an image; only its unit matters to the bootstrap.
  Targets images;
  images.truth.assign(counts.images.size(), 0);
  const bool has_units =
      std::ranges::all_of(counts.images, [](const CountedImage& i) { return i.unit >= 0; });
  for (const CountedImage& image : counts.images) {
    if (has_units) images.unit.push_back(image.unit);
  }
  const OfSums figure{
      .terms = 1,
      .add = [&](std::size_t i, std::span<double> out) { out[0] = number(counts.images[i]); },
      .value = [finish](std::span<const double> s) { return s[0] > 0 ? finish(s[1] / s[0]) : std::nan(""); }};
  return EvaluateSums(images, figure, stream, "the counts are too large to add", options);
}

double Same(double mean) { return mean; }
double Root(double mean) { return std::sqrt(mean); }

Result<Evaluation> Mae(const Counts& counts, const check::Parameters&, const Options& options) {
  return MeanOf(
      counts, [&](const CountedImage& i) { return GameOf(i, counts.levels, 0); }, Same, "counting_mae.value",
      options);
}

Result<Evaluation> Rmse(const Counts& counts, const check::Parameters&, const Options& options) {
  return MeanOf(
      counts,
      [&](const CountedImage& i) {
        const double error = GameOf(i, counts.levels, 0);
        return error * error;
      },
      Root, "counting_rmse.value", options);
}

Result<Evaluation> Game(const Counts& counts, const check::Parameters& parameters, const Options& options) {
  const auto level = static_cast<int>(parameters.Integer("level"));
  if (level > counts.levels) {
    return Fail(ErrorCode::kInvalidArgument,
                fmt::format("GAME({}) needs a grid of {} x {} cells or finer, got {} x {}", level, 1 << level,
                            1 << level, 1 << counts.levels, 1 << counts.levels));
  }
  return MeanOf(
      counts, [&](const CountedImage& i) { return GameOf(i, counts.levels, level); }, Same, "game.value",
      options);
}

scheme::Scheme Entry(std::string_view id, check::Text title, std::string_view definition) {
  scheme::Scheme entry;
  entry.id = id;
  entry.row = "C06";
  entry.title = std::move(title);
  entry.definition = definition;
  entry.rules.empty = "cells that the file does not name hold nothing";
  entry.rules.averaging = "mean over images; bootstrap over units, or images";
  entry.reference = "GAME (Guerrero-Gomez-Olmedo et al. 2015), NumPy from the definition";
  entry.test = "RegressionGoldenTest.CountingEqualsNumPy";
  entry.input = &kCounts;
  entry.higher_is_better = false;
  return entry;
}

}  // namespace

std::vector<scheme::Scheme> CountingSchemes() {
  scheme::Scheme mae =
      Entry("counting_mae", {"Counting MAE", "计数平均绝对误差"}, "mean |predicted - true count|");
  mae.evaluate = scheme::On<Counts, Mae>;
  scheme::Scheme rmse =
      Entry("counting_rmse", {"Counting RMSE", "计数均方根误差"},
            "root of the mean (predicted - true count)^2; crowd counting papers call it MSE");
  rmse.evaluate = scheme::On<Counts, Rmse>;
  scheme::Scheme game = Entry("game", {"Grid average mean absolute error", "网格平均绝对误差 GAME"},
                              "mean over images of the sum over 4^L regions of |predicted - true count|");
  game.parameters = {scheme::IntegerParameter("level", 2, 0, 8,
                                              {"L: 4^L regions; 0 is the MAE", "L：4^L 个区域；0 即 MAE"})};
  game.evaluate = scheme::On<Counts, Game>;
  return {mae, rmse, game};
}

}  // namespace cupel::algorithm::regression
