// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/inspect/attack_piece.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <memory>
#include <optional>

#include "cupel/algorithm/inspect/confirmation.h"
#include "cupel/base/interrupt.h"

namespace cupel::algorithm::inspect {
namespace {

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
  bool failed = false;  // was not confirmed
};

// A job that walks.
struct Walker {
  std::int64_t job = 0;
  std::unique_ptr<Walk> walk{};
  std::vector<float> x{};               // where it looks, [d]
  std::size_t row = 0;                  // of the tile in which it looks
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
        seen_(static_cast<std::size_t>(gradients_) * size_) {
    CUPEL_CHECK(!options.keep_nearest || attack.nearest());
    if (options_.keep_nearest) options_.threat.epsilon = std::numeric_limits<double>::infinity();
  }

  Result<std::vector<AttackOutcome>> Run() {
    CUPEL_TRY_STATUS(CheckOriginals());
    const auto most = static_cast<std::size_t>(stability_.tile_sizes.front());
    while (walkers_.size() < most) {
      CUPEL_TRY(std::optional<Walker> walker, Admit());
      if (!walker) break;
      walkers_.push_back(*std::move(walker));
    }
    while (!walkers_.empty()) {
      if (Interrupt::Requested()) return Interrupt::AsError();
      CUPEL_TRY_STATUS(LookAround());
    }
    return std::move(outcomes_);
  }

 private:
  std::span<const float> Original(std::int64_t job) const {
    return features_.subspan(static_cast<std::size_t>(job) * size_, size_);
  }
  const AttackJob& JobOf(const Walker& walker) const { return jobs_[static_cast<std::size_t>(walker.job)]; }
  AttackOutcome& OutcomeOf(const Walker& walker) { return outcomes_[static_cast<std::size_t>(walker.job)]; }
  // The smallest tile that holds the walkers.
  std::size_t TileRows() const {
    std::int64_t rows = stability_.tile_sizes.front();
    for (std::int64_t size : stability_.tile_sizes) {
      if (size >= static_cast<std::int64_t>(walkers_.size())) rows = size;
    }
    return static_cast<std::size_t>(rows);
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

  // The next waiting job, which says where it looks first; nothing when none waits.
  Result<std::optional<Walker>> Admit() {
    while (next_ < static_cast<std::int64_t>(jobs_.size())) {
      if (begun_.empty()) BeginWalks();
      Walker walker{.job = next_++, .walk = std::move(begun_.back()), .x = std::vector<float>(size_)};
      begun_.pop_back();
      if (MovesOn(walker)) return std::optional(std::move(walker));
      CUPEL_TRY_STATUS(EndJob(walker));
    }
    return std::optional<Walker>();
  }

  // Of as many waiting jobs as a tile has rows.
  void BeginWalks() {
    const auto last =
        std::min(next_ + stability_.tile_sizes.front(), static_cast<std::int64_t>(jobs_.size()));
    std::vector<Sample> samples;
    for (std::int64_t job = next_; job < last; ++job) {
      const AttackJob& its = jobs_[static_cast<std::size_t>(job)];
      samples.push_back({.original = Original(job),
                         .shape = target_.sample_shape(),
                         .original_index = its.original_index,
                         .goal = its.goal,
                         .class_count = target_.class_count(),
                         .threat = options_.threat,
                         .seed = options_.seed,
                         .stream = options_.stream});
    }
    begun_ = attack_.BeginAll(samples);
    std::ranges::reverse(begun_);
  }

  bool MovesOn(Walker& walker) {
    const bool looks = walker.walk->Next(walker.x);
    OutcomeOf(walker).evaluations += walker.walk->TakeRepeats();
    return looks;
  }

  // The walk is over: what it claims is confirmed.
  Status EndJob(Walker& walker) {
    OutcomeOf(walker).cycled = walker.walk->cycled();
    for (; !walker.candidates.empty(); walker.candidates.pop_back()) {
      if (walker.candidates.back().failed) continue;
      CUPEL_TRY(const bool confirmed, Confirm(walker, walker.candidates.back()));
      if (confirmed) break;
    }
    progress_.Advance(1);
    return {};
  }

  // One pass for all; then each walk learns and moves on, or ends and gives its place to the next job.
  Status LookAround() {
    CUPEL_TRY_STATUS(Evaluate());
    std::size_t left = 0;
    for (Walker& walker : walkers_) {
      ++OutcomeOf(walker).evaluations;
      CUPEL_TRY(const bool over, Judge(walker));
      if (!over) walker.walk->See(Logits(walker), GradientsOf(walker));
      bool stays = !over && MovesOn(walker);
      if (!stays) {
        CUPEL_TRY_STATUS(EndJob(walker));
        CUPEL_TRY(std::optional<Walker> next, Admit());
        stays = next.has_value();
        if (next) walker = *std::move(next);
      }
      if (stays && &walkers_[left] != &walker) walkers_[left] = std::move(walker);
      left += stays ? 1 : 0;
    }
    walkers_.resize(left);
    return {};
  }

  // A row for each walker, those who expect gradients first; rows beyond them repeat the first.
  tensor::Tensor Tile() {
    const std::size_t rows = TileRows();
    tile_.resize(rows * size_);
    std::size_t row = 0;
    for (const bool expecting : {true, false}) {
      for (Walker& walker : walkers_) {
        if (walker.walk->ExpectsGradients() != expecting) continue;
        walker.row = row++;
        std::copy(walker.x.begin(), walker.x.end(), TileRow(walker.row));
      }
    }
    for (; row < rows; ++row) std::copy_n(tile_.begin(), size_, TileRow(row));
    std::vector<std::int64_t> shape = target_.sample_shape();
    shape.insert(shape.begin(), static_cast<std::int64_t>(rows));
    return tensor::FromFloats(tile_, shape).to(target_.device().torch());
  }
  std::vector<float>::iterator TileRow(std::size_t row) {
    return tile_.begin() + static_cast<std::ptrdiff_t>(row * size_);
  }

  Status Evaluate() {
    const tensor::Tensor x = Tile();
    if (gradients_ == 0) {
      CUPEL_TRY(const tensor::Tensor output, target_.Logits(x));
      logits_ = tensor::ToFloats(output);
      return CheckFinite(0, x.size(0));
    }
    const std::int64_t rows = x.size(0), part = target_.cached_rows() > 0 ? target_.cached_rows() : rows;
    logits_.resize(static_cast<std::size_t>(rows) * classes_);
    input_gradients_.assign(static_cast<std::size_t>(gradients_), {});
    for (auto& gradients : input_gradients_) gradients.resize(tile_.size());
    for (std::int64_t first = 0; first < rows; first += part)
      CUPEL_TRY_STATUS(EvaluatePart(x.narrow(0, first, std::min(part, rows - first)), first));
    return {};
  }

  // Rows [first, first + n) of the tile.
  Status EvaluatePart(const tensor::Tensor& x, std::int64_t first) {
    const auto at = static_cast<std::ptrdiff_t>(first);
    const auto take_logits = [&](const tensor::Tensor& output) {
      std::ranges::copy(tensor::ToFloats(output),
                        logits_.begin() + at * static_cast<std::ptrdiff_t>(classes_));
    };
    Status finite;
    std::vector<executor::OutputGradient> objectives;
    for (int k = 0; k < gradients_; ++k) {
      objectives.emplace_back([&, k](const tensor::Tensor& output) {
        if (k == 0) take_logits(output);
        if (k == 0) finite = CheckFinite(first, first + output.size(0));
        return OutputGradientOf(k, finite.has_value(), first, output);
      });
    }
    CUPEL_TRY(const executor::Passes passes, target_.LogitsGradients(x, objectives));
    CUPEL_TRY_STATUS(finite);
    take_logits(passes.output);
    for (std::size_t k = 0; k < passes.input_gradients.size(); ++k) {
      const tensor::Tensor gradient = passes.input_gradients[k].to(at::kCPU, at::kFloat).contiguous();
      std::copy_n(gradient.data_ptr<float>(), gradient.numel(),
                  input_gradients_[k].begin() + at * static_cast<std::ptrdiff_t>(size_));
    }
    return {};
  }

  static bool InRows(const Walker& walker, std::int64_t first, std::int64_t last) {
    const auto row = static_cast<std::int64_t>(walker.row);
    return row >= first && row < last;
  }

  Status CheckFinite(std::int64_t first, std::int64_t last) const {
    for (const Walker& walker : walkers_) {
      if (!InRows(walker, first, last)) continue;
      const auto logits = Logits(walker);
      if (std::all_of(logits.begin(), logits.end(), [](float z) { return std::isfinite(z); })) continue;
      return Fail(ErrorCode::kInvalidArgument, "the model answers NaN or infinity",
                  fmt::format("sample {}", JobOf(walker).original_index));
    }
    return {};
  }

  tensor::Tensor OutputGradientOf(int k, bool finite, std::int64_t first,
                                  const tensor::Tensor& output) const {
    std::vector<float> gradient(static_cast<std::size_t>(output.size(0)) * classes_);
    for (const Walker& walker : walkers_) {
      if (!InRows(walker, first, first + output.size(0))) continue;
      // A random target asks at each draw, the walk answers for their mean.
      if (!finite || (!target_.random() && !walker.walk->WantsGradients(Logits(walker)))) continue;
      const std::size_t row = walker.row - static_cast<std::size_t>(first);
      walker.walk->OutputGradient(k, Logits(walker), std::span(gradient).subspan(row * classes_, classes_));
    }
    return tensor::FromFloats(gradient, {output.size(0), target_.class_count()}).to(output.device());
  }
  std::span<const float> Logits(const Walker& walker) const {
    return std::span(logits_).subspan(walker.row * classes_, classes_);
  }
  std::span<const float> GradientsOf(const Walker& walker) {
    if (gradients_ == 1) return std::span(input_gradients_[0]).subspan(walker.row * size_, size_);
    for (std::size_t k = 0; k < input_gradients_.size(); ++k) {
      const auto from = input_gradients_[k].begin() + static_cast<std::ptrdiff_t>(walker.row * size_);
      std::copy_n(from, size_, seen_.begin() + static_cast<std::ptrdiff_t>(k * size_));
    }
    return seen_;
  }

  // Whether the point just looked at ends the walk: a confirmed success. A nearest-point attack by itself
  // goes on and its success is kept for the end.
  Result<bool> Judge(Walker& walker) {
    const double margin = JobOf(walker).goal.MarginOf(Logits(walker));
    if (target_.coarse() && !options_.keep_nearest) return JudgeCoarsely(walker, margin);
    if (!(margin > 0)) return false;
    CUPEL_TRY(const bool allowed, IsAllowed(walker));
    if (!allowed) return false;
    Candidate candidate = CandidateAt(walker, margin);
    if (!options_.keep_nearest) return Confirm(walker, candidate);
    if (walker.candidates.empty() || candidate.distance < walker.candidates.back().distance)
      Keep(walker, std::move(candidate));
    else
      KeepFarther(walker.candidates, std::move(candidate));
    return false;
  }

  // Rounding may hide an error as well as feign one. So the point that came nearest to one is confirmed at
  // the end of the walk, and what seems one at once, unless its like has failed.
  Result<bool> JudgeCoarsely(Walker& walker, double margin) {
    if (!walker.candidates.empty() && !IsNearer(margin, walker.candidates.back())) return false;
    CUPEL_TRY(const bool allowed, IsAllowed(walker));
    if (!allowed) return false;
    walker.candidates.clear();
    walker.candidates.push_back(CandidateAt(walker, margin));
    if (!(margin > 0)) return false;
    CUPEL_TRY(const bool confirmed, Confirm(walker, walker.candidates.back()));
    if (confirmed) walker.candidates.clear();
    if (!confirmed) walker.candidates.back().failed = true;
    return confirmed;
  }

  // Of equal margins that are no errors, the later one has been driven farther.
  static bool IsNearer(double margin, const Candidate& than) {
    return margin > than.margin || (margin == than.margin && !(margin > 0));
  }

  // Inside the ball and the box; an attack bound to a budget looks nowhere else.
  Result<bool> IsAllowed(const Walker& walker) const {
    Status within = CheckWithin(options_.threat, Original(walker.job), walker.x);
    if (within || attack_.nearest()) return within.has_value();
    return Fail(ErrorCode::kInternal, within.error().message,
                fmt::format("sample {}", JobOf(walker).original_index));
  }

  Candidate CandidateAt(const Walker& walker, double margin) {
    return {.x = walker.x,
            .logits = {Logits(walker).begin(), Logits(walker).end()},
            .margin = margin,
            .distance = Measure(Original(walker.job), walker.x).In(options_.threat.norm),
            .evaluations = OutcomeOf(walker).evaluations,
            .restart = walker.walk->restart(),
            .step = walker.walk->step()};
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

  // Where all that are nearer lie within the noise, a farther one that stands clear of it is what is left.
  static void KeepFarther(std::vector<Candidate>& kept, Candidate candidate) {
    auto at = kept.begin();
    while (at != kept.end() && at->distance > candidate.distance) ++at;
    if (at == kept.end() || !(candidate.margin > kMarginLadder * at->margin)) return;
    while (at != kept.begin() && std::prev(at)->margin <= candidate.margin) at = kept.erase(std::prev(at));
    if (kept.size() < kMostCandidates) kept.insert(at, std::move(candidate));
  }

  // What the search answers, or would in float32: the noise of a claim is not that of a coarser search.
  Result<std::vector<float>> FloatLogits(const Candidate& candidate) const {
    if (!target_.coarse()) return candidate.logits;
    std::vector<std::int64_t> shape = target_.sample_shape();
    shape.insert(shape.begin(), 1);
    CUPEL_TRY(const tensor::Tensor logits,
              target_.FloatLogits(tensor::FromFloats(candidate.x, shape).to(target_.device().torch())));
    return tensor::ToFloats(logits);
  }

  Result<bool> Confirm(const Walker& walker, const Candidate& candidate) {
    AttackOutcome& outcome = OutcomeOf(walker);
    CUPEL_TRY(const Confirmation exact, ConfirmExactly(target_, candidate.x, JobOf(walker).goal));
    CUPEL_TRY(const std::vector<float> search, FloatLogits(candidate));
    const double noise =
        MarginNoise(exact.logits, target_.random() ? exact.logits : search, stability_.position_noise);
    if (!(exact.margin > noise)) {
      if (candidate.margin > 0) ++outcome.unconfirmed;
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
  std::vector<std::unique_ptr<Walk>> begun_;  // of the jobs from next_ on, the first one last
  std::vector<AttackOutcome> outcomes_;
  std::vector<Walker> walkers_;
  std::vector<float> tile_;                          // [rows, d]: where the walkers look
  std::vector<float> logits_;                        // of the last pass, [rows, classes]
  std::vector<std::vector<float>> input_gradients_;  // of the last pass, [gradients][rows, d]
  std::vector<float> seen_;                          // one row's, [gradients, d]
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
