// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/inspect/square_attack.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <mutex>
#include <set>
#include <utility>

#include "cupel/algorithm/inspect/projected_point.h"
#include "cupel/algorithm/inspect/square_window.h"
#include "cupel/base/reproducible_stream.h"

namespace cupel::algorithm::inspect {
namespace {

Plane PlaneOf(std::span<const std::int64_t> shape) {
  CUPEL_CHECK(shape.size() == 1 || shape.size() == 3);
  return shape.size() == 1 ? Plane{0, shape[0]} : Plane{shape[1], shape[2]};
}

/// The random search that both norms share: what is looked at, what is kept.
class SquareWalk : public Walk {
 public:
  SquareWalk(const SquareOptions& options, const Sample& sample, const IterateHasher& hasher)
      : options_(options),
        sample_(sample),
        hasher_(hasher),
        plane_(PlaneOf(sample.shape)),
        channels_(static_cast<std::int64_t>(sample.original.size()) / plane_.cells()),
        stream_(sample.seed, sample.stream, static_cast<std::uint64_t>(sample.original_index)),
        best_(sample.original.begin(), sample.original.end()),
        candidate_(best_) {}

  // A proposal that changes nothing, or that was refused since the best point last changed, would be refused
  // as it was: it counts as a query that need not be asked.
  bool Next(std::span<float> x) override {
    while (queries_ < options_.queries) {
      if (queries_ == 0) {
        Start(candidate_);
      } else {
        const std::int64_t iteration = queries_ - 1;
        Propose(options_.resc_schedule ? RescaledSquareShare(options_.p_init, iteration, options_.queries)
                                       : SquareShare(options_.p_init, iteration));
      }
      ++queries_;
      hash_ = hasher_(candidate_);
      if (refused_.contains(hash_)) {
        ++repeats_;
        continue;
      }
      std::copy(candidate_.begin(), candidate_.end(), x.begin());
      return true;
    }
    return false;
  }

  std::int64_t TakeRepeats() override { return std::exchange(repeats_, 0); }

  // A success that the caller did not confirm is kept too: it is the best point to go on from.
  void See(std::span<const float> logits, std::span<const float>) override {
    const double margin = sample_.goal.MarginOf(logits);
    const double loss = options_.loss == Loss::kMargin ? -margin : ClassLoss(logits, sample_.goal);
    if (loss >= best_loss_ && !(margin > 0)) {
      refused_.insert(hash_);
      return;
    }
    best_loss_ = std::min(loss, best_loss_);
    std::swap(best_, candidate_);
    refused_ = {hash_};
  }

  int step() const override { return static_cast<int>(queries_ - 1); }

 protected:
  /// Writes the first point, [d].
  virtual void Start(std::vector<float>& x) = 0;
  /// Writes the best point with one window repainted into `candidate_`.
  virtual void Propose(double share) = 0;

  std::size_t ChannelStart(std::int64_t channel) const {
    return static_cast<std::size_t>(channel * plane_.cells());
  }

  const SquareOptions options_;
  const Sample sample_;
  const IterateHasher& hasher_;
  const Plane plane_;
  const std::int64_t channels_;
  ReproducibleStream stream_;
  Window window_;
  std::vector<float> best_;  ///< Before the start: the original.
  std::vector<float> candidate_;

 private:
  std::int64_t queries_ = 0;
  double best_loss_ = std::numeric_limits<double>::infinity();
  IterateHash hash_{};             ///< Of the candidate.
  std::set<IterateHash> refused_;  ///< With the best point itself: their answers are known.
  std::int64_t repeats_ = 0;
};

class SquareLinf final : public SquareWalk {
 public:
  SquareLinf(const SquareOptions& options, const Sample& sample, const IterateHasher& hasher)
      : SquareWalk(options, sample, hasher) {
    low_.resize(sample.original.size());
    high_.resize(sample.original.size());
    InnerBounds(sample.threat, sample.original, low_, high_);
  }

 private:
  // Vertical stripes: one sign for each column of each channel.
  void Start(std::vector<float>& x) override {
    const auto width = static_cast<std::size_t>(plane_.width);
    std::vector<int> signs(width);
    for (std::int64_t channel = 0; channel < channels_; ++channel) {
      for (int& sign : signs) sign = DrawSign(stream_);
      const std::size_t start = ChannelStart(channel);
      for (std::size_t i = 0; i < static_cast<std::size_t>(plane_.cells()); ++i)
        x[start + i] = Corner(start + i, signs[i % width]);
    }
  }

  // Adding 2 epsilon to a point of the ball and clipping it back is going to the ball's corner.
  void Propose(double share) override {
    DrawWindow(plane_, share, WindowRule::kAny, stream_, window_);
    std::copy(best_.begin(), best_.end(), candidate_.begin());
    for (std::int64_t channel = 0; channel < channels_; ++channel) {
      int sign = DrawSign(stream_);
      for (std::size_t cell : window_.cells) {
        candidate_[ChannelStart(channel) + cell] = Corner(ChannelStart(channel) + cell, sign);
        if (plane_.table()) sign = DrawSign(stream_);
      }
    }
  }

  float Corner(std::size_t i, int sign) const { return sign > 0 ? high_[i] : low_[i]; }

  std::vector<float> low_;
  std::vector<float> high_;
};

class SquareL2 final : public SquareWalk {
 public:
  SquareL2(const SquareOptions& options, const Sample& sample, const IterateHasher& hasher)
      : SquareWalk(options, sample, hasher),
        moved_(sample.original.size()),
        in_window_(static_cast<std::size_t>(plane_.cells()), 0) {}

 private:
  // Bumps on a grid of five (where the plane divides so) times five; in a table, signs everywhere.
  void Start(std::vector<float>& x) override {
    std::fill(moved_.begin(), moved_.end(), 0.0);
    if (plane_.table()) {
      for (double& value : moved_) value = DrawSign(stream_);
      return Place(x);
    }
    const std::int64_t side = std::max<std::int64_t>(1, std::min(plane_.height, plane_.width) / 5);
    for (std::int64_t top = plane_.height % side / 2; top + side <= plane_.height; top += side) {
      for (std::int64_t left = plane_.width % side / 2; left + side <= plane_.width; left += side) {
        window_.side = side;
        window_.cells.clear();
        for (std::int64_t cell = 0; cell < side * side; ++cell)
          window_.cells.push_back(
              static_cast<std::size_t>((top + cell / side) * plane_.width + left + cell % side));
        DrawPattern(window_, stream_, pattern_);
        for (std::int64_t channel = 0; channel < channels_; ++channel) {
          const int sign = DrawSign(stream_);
          for (std::size_t i = 0; i < window_.cells.size(); ++i)
            moved_[ChannelStart(channel) + window_.cells[i]] = sign * pattern_[i];
        }
      }
    }
    Place(x);
  }

  void Propose(double share) override {
    for (std::size_t i = 0; i < moved_.size(); ++i) moved_[i] = double{best_[i]} - sample_.original[i];
    DrawWindow(plane_, share, WindowRule::kOdd, stream_, window_);
    DrawWindow(plane_, share, WindowRule::kOdd, stream_, emptied_);
    DrawPattern(window_, stream_, pattern_);
    const double left = std::max(0.0, sample_.threat.epsilon * sample_.threat.epsilon - Squares(moved_));
    for (std::size_t cell : window_.cells) in_window_[cell] = 1;
    for (std::int64_t channel = 0; channel < channels_; ++channel)
      Repaint(std::span(moved_).subspan(ChannelStart(channel), in_window_.size()),
              left / static_cast<double>(channels_));
    for (std::size_t cell : window_.cells) in_window_[cell] = 0;
    Place(candidate_);
  }

  // Empties the second window and gives what it held, what the first held and `left` to the first, along the
  // sum of the pattern and of what stood there, both unit.
  void Repaint(std::span<double> moved, double left) {
    double held = 0;
    for (std::size_t cell : window_.cells) held += moved[cell] * moved[cell];
    double freed = 0;
    for (std::size_t cell : emptied_.cells) {
      if (in_window_[cell] != 0) continue;
      freed += moved[cell] * moved[cell];
      moved[cell] = 0;
    }
    const double sign = DrawSign(stream_);
    const double old = held > 0 ? 1 / std::sqrt(held) : 0;
    double squares = 0;
    for (std::size_t i = 0; i < window_.cells.size(); ++i) {
      double& value = moved[window_.cells[i]];
      value = sign * pattern_[i] + value * old;
      squares += value * value;
    }
    // The pattern may cancel what stood there; then the window is left empty, as by the official code.
    const double scale = squares > 0 ? std::sqrt((left + held + freed) / squares) : 0;
    for (std::size_t cell : window_.cells) moved[cell] *= scale;
  }

  // original + moved, stretched to the ball's surface and clipped to the box.
  void Place(std::vector<float>& x) const {
    const ThreatModel& threat = sample_.threat;
    const double squares = Squares(moved_);
    const double scale = squares > 0 ? InnerRadius(threat.epsilon) / std::sqrt(squares) : 0;
    for (std::size_t i = 0; i < x.size(); ++i)
      x[i] = std::clamp(RoundInward(sample_.original[i], moved_[i] * scale), threat.box_low, threat.box_high);
  }

  static double Squares(std::span<const double> values) {
    double squares = 0;
    for (double value : values) squares += value * value;
    return squares;
  }

  std::vector<double> moved_;
  std::vector<char> in_window_;  ///< By cell of a channel.
  Window emptied_;
  std::vector<double> pattern_;
};

class SquareAttack final : public Attack {
 public:
  explicit SquareAttack(const SquareOptions& options) : options_(options) {
    CUPEL_CHECK(options.queries >= 1 && options.p_init > 0 && options.p_init <= 1);
    CUPEL_CHECK(options.loss != Loss::kDlr);
  }
  int gradients(std::int64_t) const override { return 0; }
  std::unique_ptr<Walk> Begin(const Sample& sample) const override {
    CUPEL_CHECK(sample.threat.norm != Norm::kL1 && std::isfinite(sample.threat.epsilon));
    std::call_once(once_, [&] { hasher_ = std::make_unique<IterateHasher>(sample.original.size()); });
    if (sample.threat.norm == Norm::kLinf) return std::make_unique<SquareLinf>(options_, sample, *hasher_);
    return std::make_unique<SquareL2>(options_, sample, *hasher_);
  }

 private:
  SquareOptions options_;
  mutable std::once_flag once_;
  mutable std::unique_ptr<IterateHasher> hasher_;
};

}  // namespace

std::unique_ptr<Attack> MakeSquareAttack(const SquareOptions& options) {
  return std::make_unique<SquareAttack>(options);
}

}  // namespace cupel::algorithm::inspect
