// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/certify/activation.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "cupel/algorithm/certify/rounding.h"
#include "cupel/base/error.h"

namespace cupel::algorithm::certify {
namespace {

// Room for the rounding of f(x) - slope x and, for smooth functions, of where its extreme lies: near an
// extreme an error d in x costs d^2.
constexpr double kRoom = 0x1p-40;

class ExtremesBuilder {
 public:
  void Visit(double f, double line) {
    const double value = f - line;
    const double room = kRoom * (std::abs(f) + std::abs(line)) + std::numeric_limits<double>::min();
    result_.least = std::min(result_.least, value - room);
    result_.most = std::max(result_.most, value + room);
  }
  Extremes result() const { return result_; }

 private:
  Extremes result_{std::numeric_limits<double>::infinity(), -std::numeric_limits<double>::infinity()};
};

// Continuous, with slopes[k] left of knots[k] and slopes[last] beyond; `first` is the value at knots[0]. One
// float32 rounding unless all slopes are 0 or 1.
class PiecewiseLinear : public Activation {
 public:
  PiecewiseLinear(std::vector<double> knots, std::vector<double> slopes, double first)
      : knots_(std::move(knots)), slopes_(std::move(slopes)) {
    CUPEL_CHECK(slopes_.size() == knots_.size() + 1 && !knots_.empty());
    values_.push_back(first);
    for (std::size_t k = 1; k < knots_.size(); ++k) {
      const bool identity = slopes_[k] == 1 && values_.back() == knots_[k - 1];
      values_.push_back(identity ? knots_[k] : values_.back() + slopes_[k] * (knots_[k] - knots_[k - 1]));
    }
    exact_ = std::all_of(slopes_.begin(), slopes_.end(), [](double s) { return s == 0 || s == 1; });
  }

  double operator()(double x) const override {
    const std::size_t piece = PieceOf(x);
    const std::size_t knot = piece == 0 ? 0 : piece - 1;
    if (slopes_[piece] == 1 && values_[knot] == knots_[knot]) return x;
    return values_[knot] + slopes_[piece] * (x - knots_[knot]);
  }

  // The extremes of a piecewise linear function lie at the ends and the knots.
  Extremes ExtremesAgainst(double slope, double low, double high) const override {
    ExtremesBuilder extremes;
    extremes.Visit((*this)(low), slope * low);
    extremes.Visit((*this)(high), slope * high);
    for (std::size_t k = 0; k < knots_.size(); ++k) {
      if (knots_[k] > low && knots_[k] < high) extremes.Visit(values_[k], slope * knots_[k]);
    }
    return extremes.result();
  }

  double LowerSlope(double low, double high) const override { return SlopeFor(low, high, 1); }
  double UpperSlope(double low, double high) const override { return SlopeFor(low, high, -1); }
  double FloatError(double y) const override { return exact_ ? 0 : kFloatUnit * std::abs(y) + kFloatTiny; }
  bool IsLinear(double low, double high) const override {
    return std::none_of(knots_.begin(), knots_.end(), [&](double knot) { return knot > low && knot < high; });
  }

 private:
  std::size_t PieceOf(double x) const {
    return static_cast<std::size_t>(std::upper_bound(knots_.begin(), knots_.end(), x) - knots_.begin());
  }

  // sign 1: of the lower line; -1: of the upper. Among the chord from end to end, the slopes of the pieces,
  // and the chords from either end to a knot, that whose line leaves the smallest area to the function. The
  // first of equals, so that a rectifier's lower line is 0 where the interval is symmetric.
  double SlopeFor(double low, double high, double sign) const {
    if (IsLinear(low, high)) return slopes_[PieceOf(low)];
    const double f_low = (*this)(low), f_high = (*this)(high);
    std::array<double, 8> candidates{};
    std::size_t count = 0;
    const auto offer = [&](double slope) {
      if (count < candidates.size()) candidates[count++] = slope;
    };
    for (std::size_t piece = PieceOf(low); piece <= PieceOf(high) && piece < slopes_.size(); ++piece)
      offer(slopes_[piece]);
    offer((f_high - f_low) / (high - low));
    for (std::size_t k = 0; k < knots_.size(); ++k) {
      if (!(knots_[k] > low && knots_[k] < high)) continue;
      offer((values_[k] - f_low) / (knots_[k] - low));
      offer((f_high - values_[k]) / (high - knots_[k]));
    }
    const double middle = low + (high - low) / 2;
    // The area between a line and f grows with how far the line lies from f at the middle of the interval.
    const auto height = [&](double slope) {
      const Extremes extremes = ExtremesAgainst(slope, low, high);
      return sign > 0 ? -(slope * middle + extremes.least) : slope * middle + extremes.most;
    };
    double best = candidates[0];
    double best_height = height(best);
    for (std::size_t i = 1; i < count; ++i) {
      const double found = height(candidates[i]);
      if (found >= best_height - kRoom * (1 + std::abs(best_height))) continue;
      best = candidates[i];
      best_height = found;
    }
    return best;
  }

  std::vector<double> knots_;
  std::vector<double> slopes_;
  std::vector<double> values_;  // At the knots.
  bool exact_ = false;
};

// Sigmoid and tanh: odd around (0, f(0)), convex below 0 and concave above, with slopes in (0, f'(0)].
class SShaped : public Activation {
 public:
  explicit SShaped(bool is_tanh) : is_tanh_(is_tanh) {}

  double operator()(double x) const override {
    if (is_tanh_) return std::tanh(x);
    // From the side where nothing cancels.
    if (x >= 0) return 1 / (1 + std::exp(-x));
    const double e = std::exp(x);
    return e / (1 + e);
  }

  Extremes ExtremesAgainst(double slope, double low, double high) const override {
    ExtremesBuilder extremes;
    extremes.Visit((*this)(low), slope * low);
    extremes.Visit((*this)(high), slope * high);
    const double touch = slope > 0 ? WhereSlopeIs(slope) : 0;
    for (const double x : {touch, -touch}) {
      if (slope > 0 && x > low && x < high) extremes.Visit((*this)(x), slope * x);
    }
    return extremes.result();
  }

  double LowerSlope(double low, double high) const override {
    if (low >= 0) return Chord(low, high);  // concave
    if (high <= 0) return Usable(SlopeAt(low + (high - low) / 2));
    return TangentFrom(-high, -low);  // f turned by half a turn around (0, f(0)) is f
  }
  double UpperSlope(double low, double high) const override {
    if (low >= 0) return Usable(SlopeAt(low + (high - low) / 2));
    if (high <= 0) return Chord(low, high);
    return TangentFrom(low, high);
  }
  double FloatError(double /*y*/) const override { return kFloatFunctionError; }
  bool IsLinear(double low, double high) const override { return low == high; }

 private:
  double SlopeAt(double x) const {
    const double f = (*this)(x);
    return is_tanh_ ? 1 - f * f : f * (1 - f);
  }
  // Below kLeastSlope the place is not well determined, and a slope of 0 costs nothing.
  static double Usable(double slope) { return slope < kLeastSlope ? 0 : slope; }
  double Chord(double low, double high) const {
    return Usable(std::max(((*this)(high) - (*this)(low)) / (high - low), 0.0));
  }
  // The x >= 0 where f' = slope, 0 when the slope is steeper than f ever is.
  double WhereSlopeIs(double slope) const {
    if (is_tanh_) return slope >= 1 ? 0 : std::atanh(std::sqrt(1 - slope));
    if (slope >= 0.25) return 0;
    const double f = (1 + std::sqrt(1 - 4 * slope)) / 2;
    // 1 - f = slope / f, without cancellation.
    return std::log(f * f / slope);
  }
  // For low < 0 < high, the slope of the line through (low, f(low)) that touches f at some x in (0, high], or
  // of the chord when the touching point lies beyond high.
  double TangentFrom(double low, double high) const {
    const auto gap = [&](double x) { return SlopeAt(x) * (x - low) - ((*this)(x) - (*this)(low)); };
    if (gap(high) >= 0) return Chord(low, high);
    double near = 0;
    double far = high;
    for (int i = 0; i < 40; ++i) {
      const double middle = (near + far) / 2;
      (gap(middle) >= 0 ? near : far) = middle;
    }
    return Usable(SlopeAt(far));
  }

  static constexpr double kLeastSlope = 1e-9;
  bool is_tanh_;
};

std::unique_ptr<Activation> MakePiecewiseLinear(std::vector<double> knots, std::vector<double> slopes,
                                                double value_at_first_knot) {
  return std::make_unique<PiecewiseLinear>(std::move(knots), std::move(slopes), value_at_first_knot);
}

}  // namespace

std::unique_ptr<Activation> MakeRelu() { return MakePiecewiseLinear({0}, {0, 1}, 0); }

std::unique_ptr<Activation> MakeLeakyRelu(double slope) { return MakePiecewiseLinear({0}, {slope, 1}, 0); }

std::unique_ptr<Activation> MakeClip(double low, double high) {
  if (std::isfinite(low) && std::isfinite(high)) return MakePiecewiseLinear({low, high}, {0, 1, 0}, low);
  if (std::isfinite(low)) return MakePiecewiseLinear({low}, {0, 1}, low);
  if (std::isfinite(high)) return MakePiecewiseLinear({high}, {1, 0}, high);
  return MakePiecewiseLinear({0}, {1, 1}, 0);
}

std::unique_ptr<Activation> MakeSigmoid() { return std::make_unique<SShaped>(false); }
std::unique_ptr<Activation> MakeTanh() { return std::make_unique<SShaped>(true); }

LinePair Bound(const Activation& function, double low, double high) {
  if (low == high) {
    const Extremes value = function.ExtremesAgainst(0, low, high);
    return {{0, value.least}, {0, value.most}};
  }
  const double lower = function.LowerSlope(low, high), upper = function.UpperSlope(low, high);
  return {{lower, function.ExtremesAgainst(lower, low, high).least},
          {upper, function.ExtremesAgainst(upper, low, high).most}};
}

}  // namespace cupel::algorithm::certify
