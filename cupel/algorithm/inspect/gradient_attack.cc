// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/inspect/gradient_attack.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <set>

#include "cupel/algorithm/inspect/start_point.h"
#include "cupel/algorithm/inspect/tile.h"
#include "cupel/base/interrupt.h"

namespace cupel::algorithm::inspect {
namespace {

constexpr std::int64_t kIdle = -1;

// One row of the tile: which job walks there and how far it is.
struct Walker {
  std::int64_t job = kIdle;
  int restart = 0;
  int step = 0;
  std::set<IterateHash> seen;
};

class PieceAttack {
 public:
  PieceAttack(const AttackTarget& target, const AttackOptions& options, const Stability& stability,
              std::span<const float> features, std::span<const AttackJob> jobs, Progress& progress)
      : target_(target),
        options_(options),
        stability_(stability),
        features_(features),
        jobs_(jobs),
        progress_(progress),
        classes_(static_cast<std::size_t>(target.class_count())),
        size_(features.size() / jobs.size()),
        outcomes_(jobs.size()),
        tile_(options.threat, options.step, target.sample_shape(),
              TileRows(static_cast<std::int64_t>(jobs.size())), target.device()),
        walkers_(static_cast<std::size_t>(tile_.rows())) {}

  Result<std::vector<AttackOutcome>> Run() {
    CUPEL_TRY_STATUS(CheckOriginals());
    for (std::size_t row = 0; row < walkers_.size(); ++row) Admit(row);
    while (Active() > 0) {
      if (Interrupt::Requested()) return Interrupt::AsError();
      CUPEL_TRY_STATUS(Advance());
      Shrink();
    }
    return std::move(outcomes_);
  }

 private:
  std::span<const float> Original(std::int64_t job) const {
    return features_.subspan(static_cast<std::size_t>(job) * size_, size_);
  }
  const AttackJob& JobOf(const Walker& walker) const { return jobs_[static_cast<std::size_t>(walker.job)]; }
  AttackOutcome& OutcomeOf(const Walker& walker) { return outcomes_[static_cast<std::size_t>(walker.job)]; }
  std::int64_t Active() const {
    return std::count_if(walkers_.begin(), walkers_.end(), [](const Walker& w) { return w.job != kIdle; });
  }
  // The smallest tile that holds `wanted` rows, or the largest there is.
  std::int64_t TileRows(std::int64_t wanted) const {
    std::int64_t rows = stability_.tile_sizes.front();
    for (std::int64_t size : stability_.tile_sizes) {
      if (size >= wanted) rows = size;
    }
    return rows;
  }

  Status CheckOriginals() const {
    for (std::size_t job = 0; job < jobs_.size(); ++job) {
      const auto x = Original(static_cast<std::int64_t>(job));
      if (Status inside = CheckWithin(options_.threat, x, x); !inside) {
        return Fail(ErrorCode::kInvalidArgument, inside.error().message,
                    fmt::format("sample {}", jobs_[job].original_index),
                    "give the data set's true range in its manifest");
      }
    }
    return {};
  }

  // The next waiting job enters the row; without one the row keeps its last content and idles.
  void Admit(std::size_t row) {
    Walker& walker = walkers_[row];
    walker = {};
    if (next_ == static_cast<std::int64_t>(jobs_.size())) return;
    walker.job = next_++;
    Place(row);
  }

  void Place(std::size_t row) {
    Walker& walker = walkers_[row];
    walker.step = 0;
    walker.seen.clear();
    const auto original = Original(walker.job);
    const auto at = static_cast<std::int64_t>(row);
    const bool on_grid = options_.steps > 1;
    if (options_.random_start || walker.restart > 0) {
      tile_.Enter(at, original,
                  RandomStart(options_.threat, original, options_.seed, options_.stream,
                              JobOf(walker).original_index, walker.restart),
                  on_grid);
    } else {
      tile_.Enter(at, original, original, on_grid);
    }
  }

  // The walk in this row is over without success: the next restart, or the next job.
  void EndWalk(std::size_t row) {
    Walker& walker = walkers_[row];
    if (++walker.restart < options_.restarts) return Place(row);
    EndJob(row);
  }

  void EndJob(std::size_t row) {
    progress_.Advance(1);
    Admit(row);
  }

  // One pass for all rows, then the three ways a walk can end: success, last step, repeated iterate.
  Status Advance() {
    CUPEL_TRY(const executor::Pass pass,
              target_.LogitsGradient(
                  tile_.x(), [this](const tensor::Tensor& output) { return OutputGradientOf(output); }));
    std::vector<std::size_t> succeeded;
    for (std::size_t row = 0; row < walkers_.size(); ++row) {
      Walker& walker = walkers_[row];
      if (walker.job == kIdle) continue;
      ++OutcomeOf(walker).evaluations;
      const double margin = margins_[row];
      if (std::isnan(margin)) {
        return Fail(ErrorCode::kInvalidArgument, "the model answers NaN or infinity",
                    fmt::format("sample {}", JobOf(walker).original_index));
      }
      if (margin <= 0) continue;
      CUPEL_TRY(const bool confirmed, Confirm(row));
      if (confirmed) succeeded.push_back(row);
    }
    tile_.Step(pass.input_gradient);
    for (std::size_t row : succeeded) EndJob(row);
    EndFinishedWalks(succeeded);
    return {};
  }

  void EndFinishedWalks(const std::vector<std::size_t>& just_entered) {
    std::vector<IterateHash> hashes;
    if (options_.cycle_stop && options_.steps > 1) hashes = tile_.Hashes();
    for (std::size_t row = 0; row < walkers_.size(); ++row) {
      Walker& walker = walkers_[row];
      if (walker.job == kIdle || std::binary_search(just_entered.begin(), just_entered.end(), row)) continue;
      if (++walker.step > options_.steps) {
        EndWalk(row);
      } else if (!hashes.empty() && !walker.seen.insert(hashes[row]).second) {
        OutcomeOf(walker).cycled = true;
        EndWalk(row);
      }
    }
  }

  tensor::Tensor OutputGradientOf(const tensor::Tensor& output) {
    logits_ = tensor::ToFloats(output);
    margins_.assign(walkers_.size(), 0);
    std::vector<float> gradient(logits_.size());
    for (std::size_t row = 0; row < walkers_.size(); ++row) {
      if (walkers_[row].job == kIdle) continue;
      const auto logits = Logits(row);
      margins_[row] = Margin(logits, JobOf(walkers_[row]).label);
      if (std::isnan(margins_[row])) continue;
      LossGradient(options_.loss, logits, JobOf(walkers_[row]).label,
                   std::span(gradient).subspan(row * classes_, classes_));
    }
    return tensor::FromFloats(gradient, {tile_.rows(), target_.class_count()}).to(output.device());
  }
  std::span<const float> Logits(std::size_t row) const {
    return std::span(logits_).subspan(row * classes_, classes_);
  }

  Result<bool> Confirm(std::size_t row) {
    const Walker& walker = walkers_[row];
    AttackOutcome& outcome = OutcomeOf(walker);
    std::vector<float> x = tile_.Row(static_cast<std::int64_t>(row));
    CUPEL_TRY(const Confirmation exact, ConfirmExactly(target_, x, JobOf(walker).label));
    const double noise = MarginNoise(exact.logits, Logits(row));
    if (!(exact.margin > noise)) {
      ++outcome.unconfirmed;
      return false;
    }
    if (Status within = CheckWithin(options_.threat, Original(walker.job), x); !within) {
      return Fail(ErrorCode::kInternal, within.error().message,
                  fmt::format("sample {}", JobOf(walker).original_index));
    }
    outcome.broken = true;
    outcome.restart = walker.restart;
    outcome.step = walker.step;
    outcome.predicted = exact.predicted;
    outcome.margin = exact.margin;
    outcome.noise = noise;
    outcome.moved = Measure(Original(walker.job), x);
    outcome.adversarial = std::move(x);
    return true;
  }

  // A margin is the difference of two logits, so twice the largest difference seen between two ways to
  // compute one: search against exact, and one tile position against another; never below the rounding of the
  // logits themselves.
  double MarginNoise(std::span<const float> exact, std::span<const float> search) const {
    double difference = stability_.position_noise;
    double largest = 0;
    for (std::size_t j = 0; j < classes_; ++j) {
      difference = std::max(difference, std::abs(double{exact[j]} - search[j]));
      largest = std::max(largest, std::abs(double{exact[j]}));
    }
    return std::max(2 * difference, largest * 0x1p-21);
  }

  // When nobody waits and the walkers fit a smaller tile, the idle rows are dropped.
  void Shrink() {
    const std::int64_t active = Active();
    if (active == 0 || next_ < static_cast<std::int64_t>(jobs_.size())) return;
    const std::int64_t rows = TileRows(active);
    if (rows >= tile_.rows()) return;
    std::vector<std::int64_t> kept;
    for (int pass = 0; pass < 2; ++pass) {
      for (std::size_t row = 0; row < walkers_.size(); ++row) {
        const bool wanted = (walkers_[row].job != kIdle) == (pass == 0);
        if (wanted && static_cast<std::int64_t>(kept.size()) < rows)
          kept.push_back(static_cast<std::int64_t>(row));
      }
    }
    tile_.Keep(kept);
    std::vector<Walker> walkers;
    for (std::int64_t row : kept) walkers.push_back(std::move(walkers_[static_cast<std::size_t>(row)]));
    walkers_ = std::move(walkers);
  }

  const AttackTarget& target_;
  const AttackOptions& options_;
  const Stability& stability_;
  std::span<const float> features_;
  std::span<const AttackJob> jobs_;
  Progress& progress_;
  std::size_t classes_;
  std::size_t size_;
  std::int64_t next_ = 0;
  std::vector<AttackOutcome> outcomes_;
  Tile tile_;
  std::vector<Walker> walkers_;
  std::vector<float> logits_;    // of the last pass, [rows, classes]
  std::vector<double> margins_;  // of the last pass, [rows]
};

}  // namespace

Result<Confirmation> ConfirmExactly(const AttackTarget& target, std::span<const float> x,
                                    std::int32_t label) {
  return tensor::Translate([&]() -> Result<Confirmation> {
    std::vector<std::int64_t> shape = target.sample_shape();
    shape.insert(shape.begin(), 1);
    CUPEL_TRY(const tensor::Tensor output,
              target.ExactLogits(tensor::FromFloats(x, shape).to(target.device().torch())));
    Confirmation confirmation;
    confirmation.logits = tensor::ToFloats(output);
    confirmation.margin = Margin(confirmation.logits, label);
    if (std::isnan(confirmation.margin)) {
      return Fail(ErrorCode::kInvalidArgument, "the model answers NaN or infinity to an attacked input");
    }
    confirmation.predicted = PredictedClass(confirmation.logits);
    return confirmation;
  });
}

Result<std::vector<AttackOutcome>> AttackPiece(const AttackTarget& target, const AttackOptions& options,
                                               const Stability& stability, std::span<const float> features,
                                               std::span<const AttackJob> jobs, Progress& progress) {
  if (jobs.empty()) return std::vector<AttackOutcome>{};
  return tensor::Translate(
      [&] { return PieceAttack(target, options, stability, features, jobs, progress).Run(); });
}

}  // namespace cupel::algorithm::inspect
