// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/physical/optimise.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>

#include "cupel/base/bytes.h"
#include "cupel/base/interrupt.h"
#include "cupel/base/parallel.h"

namespace cupel::algorithm::physical {
namespace {

constexpr int kKeepEvery = 25;
constexpr std::int64_t kTile = executor::kTileSize;

struct DrawnView {
  std::int64_t picture = 0;
  View view;
};

// The views of one step; drawn in order from one stream.
std::vector<DrawnView> DrawViews(const Pictures& pictures, const OptimiseOptions& options,
                                 const std::vector<std::int64_t>& shape, const Sticker& sticker,
                                 std::uint64_t key, int step) {
  ReproducibleStream stream(options.seed, options.stream + ".optimise", key,
                            static_cast<std::uint32_t>(step));
  std::vector<DrawnView> views;
  for (int i = 0; i < options.views; ++i) {
    const auto picture = static_cast<std::int64_t>(stream.Below(static_cast<std::uint64_t>(pictures.size())));
    const Condition condition = DrawCondition(options.ranges, stream);
    views.push_back({picture, View(shape, sticker, options.placement, options.ranges, condition, stream)});
  }
  return views;
}

// Runs up to kTile views; a short tile is filled with copies of its last view, whose share is 0.
struct TileWork {
  const inspect::AttackTarget& target;
  const Pictures& pictures;
  const OptimiseOptions& options;
  const Sticker& sticker;
  std::span<const DrawnView> views;
  double share = 0;

  Result<double> Run(std::span<float> gradient) const {
    const auto d = static_cast<std::size_t>(sticker.channels * Plane());
    std::vector<float> seen(static_cast<std::size_t>(kTile) * d), kept(seen.size());
    for (std::size_t row = 0; row < views.size(); ++row) {
      const auto picture = static_cast<std::size_t>(views[row].picture);
      views[row].view.Render(std::span(pictures.light).subspan(picture * d, d), &sticker,
                             std::span(seen).subspan(row * d, d), std::span(kept).subspan(row * d, d));
    }
    for (std::size_t row = views.size(); row < static_cast<std::size_t>(kTile); ++row) {
      std::copy_n(seen.begin() + static_cast<std::ptrdiff_t>((views.size() - 1) * d), d,
                  seen.begin() + static_cast<std::ptrdiff_t>(row * d));
    }
    const float box = options.box_high - options.box_low;
    std::vector<float> inputs(seen);
    for (float& value : inputs) value = options.box_low + value * box;
    double loss = 0;
    CUPEL_TRY(std::vector<float> back, InputGradient(inputs, loss));
    for (float& value : back) value *= box;
    for (std::size_t row = 0; row < views.size(); ++row) {
      views[row].view.Backward(std::span(back).subspan(row * d, d), std::span(kept).subspan(row * d, d),
                               sticker, gradient);
    }
    return loss;
  }

 private:
  std::int64_t Plane() const { return target.sample_shape()[1] * target.sample_shape()[2]; }

  const inspect::Goal& GoalOf(std::size_t row) const {
    return pictures.goals[static_cast<std::size_t>(views[row].picture)];
  }

  // Descends: LossGradient climbs what the attacker wants.
  tensor::Tensor Seed(const tensor::Tensor& output, double& loss, bool& finite) const {
    const std::vector<float> logits = tensor::ToFloats(output);
    const auto c = static_cast<std::size_t>(target.class_count());
    std::vector<float> seed(logits.size(), 0.0F);
    finite = std::ranges::all_of(logits, [](float value) { return std::isfinite(value); });
    for (std::size_t row = 0; finite && row < views.size(); ++row) {
      const auto of_row = std::span(seed).subspan(row * c, c);
      const auto answers = std::span(logits).subspan(row * c, c);
      const inspect::Goal& goal = GoalOf(row);
      inspect::LossGradient(inspect::Loss::kCrossEntropy, answers, goal, of_row);
      for (float& value : of_row) value = static_cast<float>(-share * value);
      const double entropy = inspect::CrossEntropy(answers, goal.targeted() ? goal.target : goal.label);
      loss += share * (goal.targeted() ? entropy : -entropy);
    }
    return tensor::FromFloats(seed, output.sizes().vec()).to(output.device());
  }

  Result<std::vector<float>> InputGradient(std::span<const float> inputs, double& loss) const {
    return tensor::Translate([&]() -> Result<std::vector<float>> {
      std::vector<std::int64_t> shape = target.sample_shape();
      shape.insert(shape.begin(), kTile);
      bool finite = true;
      const executor::OutputGradient seed = [&](const tensor::Tensor& output) {
        return Seed(output, loss, finite);
      };
      CUPEL_TRY(
          const executor::Passes passes,
          target.LogitsGradients(tensor::FromFloats(inputs, shape).to(target.device().torch()), {&seed, 1}));
      if (!finite) return Fail(ErrorCode::kInvalidArgument, "the model answers NaN or infinity");
      return tensor::ToFloats(passes.input_gradients[0]);
    });
  }
};

std::string DoublesToText(std::span<const double> values) {
  Bytes bytes(values.size() * sizeof(double));
  std::memcpy(bytes.data(), values.data(), bytes.size());
  static_assert(std::endian::native == std::endian::little);
  return ToBase64(bytes);
}

Result<std::vector<double>> DoublesFrom(const Json& json, std::string_view member, std::size_t count) {
  CUPEL_TRY(const std::string text, json.StringAt(member));
  CUPEL_TRY(const Bytes bytes, FromBase64(text));
  if (bytes.size() != count * sizeof(double)) {
    return Fail(ErrorCode::kCorrupt, "the state belongs to a sticker of another size", std::string(member));
  }
  std::vector<double> values(count);
  std::memcpy(values.data(), bytes.data(), bytes.size());
  return values;
}

}  // namespace

Json Optimisation::ToJson() const {
  return Json::Object{
      {"steps", steps},
      {"light", DoublesToText(std::vector<double>(sticker.light.begin(), sticker.light.end()))},
      {"first", DoublesToText(first)},
      {"second", DoublesToText(second)}};
}

Status Optimisation::Restore(const Json& json) {
  CUPEL_TRY(const std::int64_t done, json.IntegerAt("steps"));
  const std::size_t count = sticker.light.size();
  CUPEL_TRY(const std::vector<double> light, DoublesFrom(json, "light", count));
  CUPEL_TRY(first, DoublesFrom(json, "first", count));
  CUPEL_TRY(second, DoublesFrom(json, "second", count));
  std::ranges::transform(light, sticker.light.begin(),
                         [](double value) { return static_cast<float>(value); });
  steps = static_cast<int>(done);
  return {};
}

Optimisation BeginOptimisation(const Sticker& start) {
  Optimisation state;
  state.sticker = start;
  state.first.assign(start.light.size(), 0.0);
  state.second.assign(start.light.size(), 0.0);
  return state;
}

Result<double> Objective(const inspect::AttackTarget& target, const Pictures& pictures,
                         const OptimiseOptions& options, std::uint64_t key, int step, int workers,
                         const Sticker& sticker, std::span<float> gradient) {
  const std::vector<DrawnView> views =
      DrawViews(pictures, options, target.sample_shape(), sticker, key, step);
  const auto tile = static_cast<std::size_t>(kTile);
  const std::size_t tiles = (views.size() + tile - 1) / tile;
  std::vector<std::vector<float>> gradients(tiles, std::vector<float>(sticker.light.size(), 0.0F));
  std::vector<double> losses(tiles, 0.0);
  CUPEL_TRY_STATUS(
      ForEachPiece(static_cast<std::int64_t>(tiles), workers, [&](std::int64_t piece, int) -> Status {
        tensor::UseOneThreadPerOperator();
        const auto at = static_cast<std::size_t>(piece);
        const std::size_t count = std::min(tile, views.size() - at * tile);
        const TileWork work{target,
                            pictures,
                            options,
                            sticker,
                            std::span(views).subspan(at * tile, count),
                            1.0 / static_cast<double>(views.size())};
        CUPEL_TRY(losses[at], work.Run(gradients[at]));
        return {};
      }));
  std::ranges::fill(gradient, 0.0F);
  double value = 0;
  for (std::size_t i = 0; i < tiles; ++i) {
    value += losses[i];
    for (std::size_t j = 0; j < gradient.size(); ++j) gradient[j] += gradients[i][j];
  }
  value += options.smoothness * TotalVariation(sticker, options.smoothness, gradient);
  value += options.printability * NonPrintability(sticker, options.printability, gradient);
  return value;
}

Status Step(const inspect::AttackTarget& target, const Pictures& pictures, const OptimiseOptions& options,
            std::uint64_t key, int workers, Optimisation& state) {
  // Kingma and Ba 2015, algorithm 1.
  constexpr double kBeta1 = 0.9, kBeta2 = 0.999, kTiny = 1e-8;
  std::vector<float> gradient(state.sticker.light.size());
  CUPEL_TRY_STATUS(Objective(target, pictures, options, key, state.steps, workers, state.sticker, gradient));
  ++state.steps;
  const double correct1 = 1 - std::pow(kBeta1, state.steps), correct2 = 1 - std::pow(kBeta2, state.steps);
  const auto plane = static_cast<std::size_t>(state.sticker.PlaneSize());
  for (std::size_t i = 0; i < gradient.size(); ++i) {
    state.first[i] = kBeta1 * state.first[i] + (1 - kBeta1) * gradient[i];
    state.second[i] = kBeta2 * state.second[i] + (1 - kBeta2) * double{gradient[i]} * gradient[i];
    const double move =
        options.learning_rate * (state.first[i] / correct1) / (std::sqrt(state.second[i] / correct2) + kTiny);
    const Range range = PrintRange(static_cast<std::int64_t>(i / plane), state.sticker.channels);
    state.sticker.light[i] =
        std::clamp(static_cast<float>(state.sticker.light[i] - move), range.low, range.high);
  }
  return {};
}

Status Optimise(const inspect::AttackTarget& target, const Pictures& pictures, const OptimiseOptions& options,
                std::uint64_t key, int workers, Progress& progress,
                const std::function<Status(const Optimisation&)>& keep, Optimisation& state) {
  progress.Advance(state.steps);
  while (state.steps < options.steps) {
    if (Interrupt::Requested()) return Interrupt::AsError();
    CUPEL_TRY_STATUS(Step(target, pictures, options, key, workers, state));
    progress.Advance(1);
    if (keep && (state.steps % kKeepEvery == 0 || state.steps == options.steps)) {
      CUPEL_TRY_STATUS(keep(state));
    }
  }
  return {};
}

}  // namespace cupel::algorithm::physical
