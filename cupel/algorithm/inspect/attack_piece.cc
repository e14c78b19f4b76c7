// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/inspect/attack_piece.h"

#include <ATen/ops/from_blob.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>

#include "cupel/algorithm/inspect/confirmation.h"
#include "cupel/base/interrupt.h"

namespace cupel::algorithm::inspect {
namespace {

constexpr std::int64_t kIdle = -1;
constexpr std::size_t kMostCandidates = 8;
constexpr double kMarginLadder = 16;   // See PieceAttack::Keep.
constexpr double kWorthNoting = 0.99;  // An approach is noted when it comes at least so much nearer.

// A success of the search that a nearest-point attack may claim.
struct Candidate {
  std::vector<float> x;
  std::vector<float> logits;
  double margin = 0;
  double distance = 0;  // of a nearest-point attack
  std::int64_t evaluations = 0;
  int restart = 0;
  int step = 0;
};

// One row of the tile: which job walks there.
struct Walker {
  std::int64_t job = kIdle;
  std::unique_ptr<Walk> walk{};
  std::vector<Candidate> candidates{};  // farthest first, at most kMostCandidates
};

class PieceAttack {
 public:
  PieceAttack(const AttackTarget& target, const Attack& attack, const PieceOptions& options,
              const Stability& stability, std::span<const float> features, std::span<const AttackJob> jobs,
              Progress& progress)
      : target_(target),
        attack_(attack),
        options_(options),
        stability_(stability),
        features_(features),
        jobs_(jobs),
        progress_(progress),
        classes_(static_cast<std::size_t>(target.class_count())),
        gradients_(attack.gradients(target.class_count())),
        size_(features.size() / jobs.size()),
        outcomes_(jobs.size()),
        walkers_(static_cast<std::size_t>(TileRows(static_cast<std::int64_t>(jobs.size())))),
        x_(walkers_.size() * size_),
        seen_(static_cast<std::size_t>(gradients_) * size_) {
    CUPEL_CHECK(!options.keep_nearest || attack.nearest());
    if (options_.keep_nearest) options_.threat.epsilon = std::numeric_limits<double>::infinity();
  }

  Result<std::vector<AttackOutcome>> Run() {
    CUPEL_TRY_STATUS(CheckOriginals());
    for (std::size_t row = 0; row < walkers_.size(); ++row) CUPEL_TRY_STATUS(Admit(row));
    while (Active() > 0) {
      if (Interrupt::Requested()) return Interrupt::AsError();
      CUPEL_TRY_STATUS(LookAround());
      Shrink();
    }
    return std::move(outcomes_);
  }

 private:
  std::span<const float> Original(std::int64_t job) const {
    return features_.subspan(static_cast<std::size_t>(job) * size_, size_);
  }
  std::span<float> Row(std::size_t row) { return std::span(x_).subspan(row * size_, size_); }
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
    ThreatModel box = options_.threat;
    box.epsilon = 0;
    for (std::size_t job = 0; job < jobs_.size(); ++job) {
      const auto x = Original(static_cast<std::int64_t>(job));
      if (Status inside = CheckWithin(box, x, x); !inside) {
        return Fail(ErrorCode::kInvalidArgument, inside.error().message,
                    fmt::format("sample {}", jobs_[job].original_index),
                    "give the data set's true range in its manifest");
      }
    }
    return {};
  }

  // The next waiting job enters the row and says where it looks first; without one the row keeps its last
  // content and idles.
  Status Admit(std::size_t row) {
    while (next_ < static_cast<std::int64_t>(jobs_.size())) {
      Walker walker;
      walker.job = next_++;
      const AttackJob& job = JobOf(walker);
      walker.walk = attack_.Begin({.original = Original(walker.job),
                                   .shape = target_.sample_shape(),
                                   .original_index = job.original_index,
                                   .goal = job.goal,
                                   .class_count = target_.class_count(),
                                   .threat = options_.threat,
                                   .seed = options_.seed,
                                   .stream = options_.stream});
      walkers_[row] = std::move(walker);
      if (walkers_[row].walk->Next(Row(row))) return {};
      CUPEL_TRY_STATUS(EndJob(row));
    }
    walkers_[row] = {};
    return {};
  }

  // The walk in this row is over: what it claims is confirmed.
  Status EndJob(std::size_t row) {
    Walker& walker = walkers_[row];
    OutcomeOf(walker).cycled = walker.walk->cycled();
    for (; !walker.candidates.empty(); walker.candidates.pop_back()) {
      CUPEL_TRY(const bool confirmed, Confirm(walker, walker.candidates.back()));
      if (confirmed) break;
    }
    progress_.Advance(1);
    walker = {};
    return {};
  }

  // One pass for all rows; then each walk ends, or learns and moves on.
  Status LookAround() {
    CUPEL_TRY_STATUS(Evaluate());
    for (std::size_t row = 0; row < walkers_.size(); ++row) {
      Walker& walker = walkers_[row];
      if (walker.job == kIdle) continue;
      ++OutcomeOf(walker).evaluations;
      CUPEL_TRY(const bool over, Judge(row));
      if (!over) walker.walk->See(Logits(row), GradientsOf(row));
      if (!over && walker.walk->Next(Row(row))) continue;
      CUPEL_TRY_STATUS(EndJob(row));
      CUPEL_TRY_STATUS(Admit(row));
    }
    return {};
  }

  Status Evaluate() {
    std::vector<std::int64_t> shape = target_.sample_shape();
    shape.insert(shape.begin(), static_cast<std::int64_t>(walkers_.size()));
    const tensor::Tensor x = tensor::FromFloats(x_, shape).to(target_.device().torch());
    if (gradients_ == 0) {
      CUPEL_TRY(const tensor::Tensor output, target_.Logits(x));
      logits_ = tensor::ToFloats(output);
      return CheckFinite();
    }
    Status finite;
    std::vector<executor::OutputGradient> objectives;
    for (int k = 0; k < gradients_; ++k) {
      objectives.emplace_back([this, k, &finite](const tensor::Tensor& output) {
        if (k == 0) logits_ = tensor::ToFloats(output);
        if (k == 0) finite = CheckFinite();
        return OutputGradientOf(k, finite.has_value(), output);
      });
    }
    CUPEL_TRY(const executor::Passes passes, target_.LogitsGradients(x, objectives));
    CUPEL_TRY_STATUS(finite);
    logits_ = tensor::ToFloats(passes.output);
    input_gradients_.clear();
    for (const tensor::Tensor& gradient : passes.input_gradients)
      input_gradients_.push_back(gradient.to(at::kCPU, at::kFloat).contiguous());
    return {};
  }

  Status CheckFinite() const {
    for (std::size_t row = 0; row < walkers_.size(); ++row) {
      if (walkers_[row].job == kIdle) continue;
      const auto logits = Logits(row);
      if (std::all_of(logits.begin(), logits.end(), [](float z) { return std::isfinite(z); })) continue;
      return Fail(ErrorCode::kInvalidArgument, "the model answers NaN or infinity",
                  fmt::format("sample {}", JobOf(walkers_[row]).original_index));
    }
    return {};
  }

  tensor::Tensor OutputGradientOf(int k, bool finite, const tensor::Tensor& output) const {
    std::vector<float> gradient(walkers_.size() * classes_);
    for (std::size_t row = 0; row < walkers_.size() && finite; ++row) {
      if (walkers_[row].job == kIdle) continue;
      walkers_[row].walk->OutputGradient(k, Logits(row),
                                         std::span(gradient).subspan(row * classes_, classes_));
    }
    return tensor::FromFloats(gradient, {static_cast<std::int64_t>(walkers_.size()), target_.class_count()})
        .to(output.device());
  }
  std::span<const float> Logits(std::size_t row) const {
    return std::span(logits_).subspan(row * classes_, classes_);
  }
  std::span<const float> GradientsOf(std::size_t row) {
    if (gradients_ == 1) return {input_gradients_[0].data_ptr<float>() + row * size_, size_};
    for (std::size_t k = 0; k < input_gradients_.size(); ++k) {
      const float* from = input_gradients_[k].data_ptr<float>() + row * size_;
      std::copy(from, from + size_, seen_.begin() + static_cast<std::ptrdiff_t>(k * size_));
    }
    return seen_;
  }

  // Whether the point just looked at ends the walk: a confirmed success. A nearest-point attack by itself
  // goes on and its success is kept for the end.
  Result<bool> Judge(std::size_t row) {
    Walker& walker = walkers_[row];
    const double margin = JobOf(walker).goal.MarginOf(Logits(row));
    if (!(margin > 0)) return false;
    const std::span<const float> x = Row(row);
    Status within = CheckWithin(options_.threat, Original(walker.job), x);
    if (!within && attack_.nearest()) return false;
    if (!within)
      return Fail(ErrorCode::kInternal, within.error().message,
                  fmt::format("sample {}", JobOf(walker).original_index));
    const double distance = Measure(Original(walker.job), x).In(options_.threat.norm);
    const bool nearer = walker.candidates.empty() || distance < walker.candidates.back().distance;
    if (options_.keep_nearest && !nearer) return false;
    Candidate candidate{.x = {x.begin(), x.end()},
                        .logits = {Logits(row).begin(), Logits(row).end()},
                        .margin = margin,
                        .distance = distance,
                        .evaluations = OutcomeOf(walker).evaluations,
                        .restart = walker.walk->restart(),
                        .step = walker.walk->step()};
    if (!options_.keep_nearest) return Confirm(walker, candidate);
    Keep(walker, std::move(candidate));
    return false;
  }

  // A walk that closes in on the boundary ends with many successes within the float noise. Of those kept, the
  // ones in between are dropped, so that farther ones with a clearly larger margin are there to be confirmed.
  void Keep(Walker& walker, Candidate candidate) {
    std::vector<Approach>& approaches = OutcomeOf(walker).approaches;
    if (approaches.empty() || candidate.distance < kWorthNoting * approaches.back().distance)
      approaches.push_back({candidate.evaluations, candidate.distance});
    std::vector<Candidate>& kept = walker.candidates;
    while (kept.size() > 1 && kept[kept.size() - 2].margin < kMarginLadder * candidate.margin)
      kept.pop_back();
    if (kept.size() == kMostCandidates) kept.erase(kept.begin());
    kept.push_back(std::move(candidate));
  }

  Result<bool> Confirm(const Walker& walker, const Candidate& candidate) {
    AttackOutcome& outcome = OutcomeOf(walker);
    CUPEL_TRY(const Confirmation exact, ConfirmExactly(target_, candidate.x, JobOf(walker).goal));
    const double noise = MarginNoise(exact.logits, target_.random() ? exact.logits : candidate.logits,
                                     stability_.position_noise);
    if (!(exact.margin > noise)) {
      ++outcome.unconfirmed;
      return false;
    }
    outcome.broken = true;
    outcome.found_at = candidate.evaluations;
    outcome.restart = candidate.restart;
    outcome.step = candidate.step;
    outcome.predicted = exact.predicted;
    outcome.margin = exact.margin;
    outcome.noise = noise;
    outcome.moved = Measure(Original(walker.job), candidate.x);
    outcome.adversarial = candidate.x;
    return true;
  }

  // When nobody waits and the walkers fit a smaller tile, the idle rows are dropped.
  void Shrink() {
    const std::int64_t active = Active();
    if (active == 0 || next_ < static_cast<std::int64_t>(jobs_.size())) return;
    const auto rows = static_cast<std::size_t>(TileRows(active));
    if (rows >= walkers_.size()) return;
    std::vector<Walker> walkers;
    std::vector<float> x;
    for (int pass = 0; pass < 2; ++pass) {
      for (std::size_t row = 0; row < walkers_.size() && walkers.size() < rows; ++row) {
        if ((walkers_[row].job != kIdle) != (pass == 0)) continue;
        x.insert(x.end(), Row(row).begin(), Row(row).end());
        walkers.push_back(std::move(walkers_[row]));
        walkers_[row].job = kIdle;
      }
    }
    walkers_ = std::move(walkers);
    x_ = std::move(x);
  }

  const AttackTarget& target_;
  const Attack& attack_;
  PieceOptions options_;
  const Stability& stability_;
  std::span<const float> features_;
  std::span<const AttackJob> jobs_;
  Progress& progress_;
  std::size_t classes_;
  int gradients_;
  std::size_t size_;
  std::int64_t next_ = 0;
  std::vector<AttackOutcome> outcomes_;
  std::vector<Walker> walkers_;
  std::vector<float> x_;                         // [rows, d]: where the walkers look
  std::vector<float> logits_;                    // of the last pass, [rows, classes]
  std::vector<tensor::Tensor> input_gradients_;  // of the last pass, [gradients][rows, d]
  std::vector<float> seen_;                      // one row's, [gradients, d]
};

}  // namespace

Result<std::vector<AttackOutcome>> AttackPiece(const AttackTarget& target, const Attack& attack,
                                               const PieceOptions& options, const Stability& stability,
                                               std::span<const float> features,
                                               std::span<const AttackJob> jobs, Progress& progress) {
  if (jobs.empty()) return std::vector<AttackOutcome>{};
  return tensor::Translate(
      [&] { return PieceAttack(target, attack, options, stability, features, jobs, progress).Run(); });
}

}  // namespace cupel::algorithm::inspect
