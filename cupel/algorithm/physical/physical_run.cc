// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/physical/physical_run.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <mutex>
#include <numeric>

#include "cupel/base/interrupt.h"
#include "cupel/base/parallel.h"

namespace cupel::algorithm::physical {
namespace {

using data::dataset::Dataset;

struct Split {
  std::vector<std::int64_t> made_on;
  std::vector<std::int64_t> tried_on;
};

// The patch must not be tried on what it was made on. Drawn, so that a sorted data set is split evenly.
Split SplitPictures(std::int64_t n, double training_share, std::uint64_t seed, const std::string& stream) {
  std::vector<std::int64_t> order = ReproducibleStream(seed, stream + ".split").Permutation(n);
  const auto first = static_cast<std::ptrdiff_t>(std::llround(training_share * static_cast<double>(n)));
  Split split{{order.begin(), order.begin() + first}, {order.begin() + first, order.end()}};
  std::ranges::sort(split.made_on);
  std::ranges::sort(split.tried_on);
  return split;
}

Sticker BlankSticker(const PhysicalPlan& plan, const std::vector<std::int64_t>& shape) {
  const Placement& placement = plan.optimise.placement;
  const auto pixels = [&](double on_picture) {
    return std::max<std::int64_t>(1, plan.resolution > 0 ? plan.resolution : std::llround(on_picture));
  };
  Sticker sticker = PlainSticker(shape[0], pixels(placement.HeightOn(shape[1], shape[2])),
                                 pixels(placement.WidthOn(shape[1], shape[2])), plan.outline, 0.5F);
  return sticker;
}

class Runner {
 public:
  Runner(const inspect::AttackTarget& target, const PhysicalPlan& plan, const check::Context& context,
         const data::dataset::Predictions& predictions)
      : target_(target), plan_(plan), context_(context), data_(*context.data), predictions_(predictions) {}

  Result<PhysicalRun> Run() {
    const std::int64_t n = plan_.samples > 0 ? std::min(plan_.samples, data_.size()) : data_.size();
    const bool mask = plan_.optimise.placement.moves_with_picture;
    Split split;
    if (mask) {
      split.tried_on.resize(static_cast<std::size_t>(n));
      std::iota(split.tried_on.begin(), split.tried_on.end(), std::int64_t{0});
      // A picture that is answered wrongly, or as the target, needs no sticker.
      std::erase_if(split.tried_on, [&](std::int64_t index) { return !Counts(index); });
    } else {
      split = SplitPictures(n, plan_.training_share, plan_.optimise.seed, plan_.optimise.stream);
      std::erase_if(split.made_on, [&](std::int64_t index) { return Label(index) == plan_.target_class; });
    }
    if (split.tried_on.empty() || (!mask && split.made_on.empty())) {
      return Fail(ErrorCode::kInvalidArgument,
                  fmt::format("{} pictures to make a sticker on and {} to try it on: both are needed",
                              split.made_on.size(), split.tried_on.size()),
                  plan_.optimise.stream, "give more samples, or another training_share or target");
    }
    run_.trials.resize(split.tried_on.size());
    run_.index = split.tried_on;
    for (const std::int64_t index : run_.index) {
      run_.goals.push_back(GoalOf(index));
      run_.counted.push_back(Counts(index));
    }
    const auto pictures = static_cast<std::int64_t>(run_.index.size());
    const std::int64_t steps = plan_.optimise.steps * (mask ? pictures : 1);
    context_.progress->Begin(plan_.optimise.stream, steps + pictures, "steps");
    const Status done = mask ? RunMasks() : RunPatch(split.made_on);
    context_.progress->End();
    if (!done) return tl::make_unexpected(done.error());
    return std::move(run_);
  }

 private:
  std::int32_t Label(std::int64_t index) const { return data_.labels()[static_cast<std::size_t>(index)]; }
  inspect::Goal GoalOf(std::int64_t index) const {
    return {Label(index), static_cast<std::int32_t>(plan_.target_class)};
  }
  bool Counts(std::int64_t index) const {
    return predictions_.Predicted(index) == Label(index) && Label(index) != plan_.target_class;
  }

  Status AddPicture(std::int64_t index, Pictures& pictures) const {
    CUPEL_TRY(const std::vector<float> light, ReadLight(data_, index));
    pictures.light.insert(pictures.light.end(), light.begin(), light.end());
    pictures.goals.push_back(GoalOf(index));
    return {};
  }

  Status RunPatch(const std::vector<std::int64_t>& made_on) {
    Pictures pictures;
    for (const std::int64_t index : made_on) CUPEL_TRY_STATUS(AddPicture(index, pictures));
    Optimisation state = BeginOptimisation(BlankSticker(plan_, target_.sample_shape()));
    if (const auto kept = context_.journal->Load("sticker")) CUPEL_TRY_STATUS(state.Restore(*kept));
    CUPEL_TRY_STATUS(Optimise(
        target_, pictures, plan_.optimise, 0, context_.workers, *context_.progress,
        [&](const Optimisation& now) { return context_.journal->Save("sticker", now.ToJson()); }, state));
    RoundToBytes(state.sticker);
    run_.stickers = {state.sticker};
    run_.made_on = pictures.size();
    return ForEachPiece(static_cast<std::int64_t>(run_.index.size()), context_.workers,
                        [&](std::int64_t piece, int) -> Status {
                          tensor::UseOneThreadPerOperator();
                          return TryOn(static_cast<std::size_t>(piece), state.sticker);
                        });
  }

  Status RunMasks() {
    run_.stickers.resize(run_.index.size());
    return ForEachPiece(static_cast<std::int64_t>(run_.index.size()), context_.workers,
                        [&](std::int64_t piece, int) -> Status {
                          tensor::UseOneThreadPerOperator();
                          const auto at = static_cast<std::size_t>(piece);
                          CUPEL_TRY(run_.stickers[at], MakeMask(run_.index[at]));
                          return TryOn(at, run_.stickers[at]);
                        });
  }

  Result<Sticker> MakeMask(std::int64_t index) {
    const std::int64_t original = data_.OriginalIndex(index);
    const std::string key = fmt::format("mask;sample={}", original);
    Optimisation state = BeginOptimisation(BlankSticker(plan_, target_.sample_shape()));
    if (const auto kept = Load(key)) CUPEL_TRY_STATUS(state.Restore(*kept));
    Pictures pictures;
    CUPEL_TRY_STATUS(AddPicture(index, pictures));
    // Key 0 is the patch's.
    CUPEL_TRY_STATUS(Optimise(target_, pictures, plan_.optimise, static_cast<std::uint64_t>(original) + 1, 1,
                              *context_.progress, nullptr, state));
    CUPEL_TRY_STATUS(Save(key, state.ToJson()));
    RoundToBytes(state.sticker);
    return state.sticker;
  }

  Status TryOn(std::size_t at, const Sticker& sticker) {
    if (Interrupt::Requested()) return Interrupt::AsError();
    const std::int64_t original = data_.OriginalIndex(run_.index[at]);
    const std::string key = fmt::format("trial;sample={}", original);
    if (const auto kept = Load(key)) {
      CUPEL_TRY(run_.trials[at], PictureTrial::FromJson(*kept));
    } else {
      CUPEL_TRY(const std::vector<float> light, ReadLight(data_, run_.index[at]));
      CUPEL_TRY(run_.trials[at],
                RunTrial(target_, light, original, run_.goals[at], sticker, plan_.optimise, plan_.trial));
      CUPEL_TRY_STATUS(Save(key, run_.trials[at].ToJson()));
    }
    context_.progress->Advance(1);
    return {};
  }

  std::optional<Json> Load(const std::string& key) {
    const std::lock_guard lock(journal_);
    return context_.journal->Load(key);
  }
  Status Save(const std::string& key, const Json& piece) {
    const std::lock_guard lock(journal_);
    return context_.journal->Save(key, piece);
  }

  const inspect::AttackTarget& target_;
  const PhysicalPlan& plan_;
  const check::Context& context_;
  const Dataset& data_;
  const data::dataset::Predictions& predictions_;
  std::mutex journal_;
  PhysicalRun run_;
};

}  // namespace

Result<std::vector<float>> ReadLight(const Dataset& data, std::int64_t index) {
  std::vector<float> light(static_cast<std::size_t>(data.info().SampleSize()));
  CUPEL_TRY_STATUS(data.Read({&index, 1}, light));
  const float low = data.info().box_low, box = data.info().box_high - low;
  for (float& value : light) value = (value - low) / box;
  return light;
}

Result<PhysicalRun> RunPhysical(const inspect::AttackTarget& target, const PhysicalPlan& plan,
                                const check::Context& context) {
  CUPEL_TRY(const data::dataset::Predictions* predictions, context.predictions());
  if (predictions->n != context.data->size()) {
    return Fail(ErrorCode::kInvalidArgument, "the predictions do not belong to the data set");
  }
  return Runner(target, plan, context, *predictions).Run();
}

}  // namespace cupel::algorithm::physical
