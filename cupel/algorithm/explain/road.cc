// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/explain/road.h"

#include <algorithm>
#include <cmath>

#include "cupel/algorithm/explain/removal.h"

namespace cupel::algorithm::explain {
namespace {

constexpr double kSide = 1.0 / 6;
constexpr double kCorner = 1.0 / 12;
constexpr double kResidual = 1e-8;

// The equations of the removed places: sum of weights inside the picture times own value = weighted
// neighbours. Symmetric and, as long as a place is kept, positive definite.
class Equations {
 public:
  Equations(std::int64_t height, std::int64_t width, const std::vector<std::uint8_t>& removed)
      : number_(removed.size(), -1) {
    for (std::size_t place = 0; place < removed.size(); ++place) {
      if (removed[place] == 0) continue;
      number_[place] = static_cast<std::int64_t>(places_.size());
      places_.push_back(place);
    }
    for (const std::size_t place : places_) {
      starts_.push_back(neighbours_.size());
      double sum = 0;
      const auto row = static_cast<std::int64_t>(place) / width;
      const auto column = static_cast<std::int64_t>(place) % width;
      for (std::int64_t dr = -1; dr <= 1; ++dr) {
        for (std::int64_t dc = -1; dc <= 1; ++dc) {
          const std::int64_t r = row + dr;
          const std::int64_t c = column + dc;
          if ((dr == 0 && dc == 0) || r < 0 || r >= height || c < 0 || c >= width) continue;
          const double weight = dr != 0 && dc != 0 ? kCorner : kSide;
          neighbours_.push_back({static_cast<std::size_t>(r * width + c), weight});
          sum += weight;
        }
      }
      diagonal_.push_back(sum);
    }
    starts_.push_back(neighbours_.size());
  }

  const std::vector<std::size_t>& places() const { return places_; }

  // What the kept neighbours give.
  std::vector<double> Right(std::span<const float> plane) const {
    std::vector<double> right(places_.size(), 0.0);
    for (std::size_t i = 0; i < places_.size(); ++i) {
      for (std::size_t k = starts_[i]; k < starts_[i + 1]; ++k) {
        if (number_[neighbours_[k].place] < 0)
          right[i] += neighbours_[k].weight * plane[neighbours_[k].place];
      }
    }
    return right;
  }

  std::vector<double> Apply(const std::vector<double>& values) const {
    std::vector<double> result(values.size());
    for (std::size_t i = 0; i < values.size(); ++i) {
      double sum = diagonal_[i] * values[i];
      for (std::size_t k = starts_[i]; k < starts_[i + 1]; ++k) {
        const std::int64_t other = number_[neighbours_[k].place];
        if (other >= 0) sum -= neighbours_[k].weight * values[static_cast<std::size_t>(other)];
      }
      result[i] = sum;
    }
    return result;
  }

 private:
  struct Neighbour {
    std::size_t place = 0;
    double weight = 0;
  };
  std::vector<std::int64_t> number_;  // Of each place among the removed ones, -1: kept.
  std::vector<std::size_t> places_;
  std::vector<std::size_t> starts_;
  std::vector<Neighbour> neighbours_;
  std::vector<double> diagonal_;
};

double Dot(const std::vector<double>& a, const std::vector<double>& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

std::vector<double> ConjugateGradients(const Equations& equations, const std::vector<double>& right) {
  std::vector<double> x(right.size(), 0.0);
  std::vector<double> rest = right;
  std::vector<double> direction = rest;
  double square = Dot(rest, rest);
  const double enough = kResidual * kResidual * square;
  for (std::size_t round = 0; round < 10 * right.size() && square > enough; ++round) {
    const std::vector<double> moved = equations.Apply(direction);
    const double step = square / Dot(direction, moved);
    for (std::size_t i = 0; i < x.size(); ++i) {
      x[i] += step * direction[i];
      rest[i] -= step * moved[i];
    }
    const double next = Dot(rest, rest);
    for (std::size_t i = 0; i < x.size(); ++i) direction[i] = rest[i] + next / square * direction[i];
    square = next;
  }
  return x;
}

}  // namespace

std::vector<float> ImputeLinearly(std::span<const float> x, const std::vector<std::int64_t>& sample_shape,
                                  const std::vector<std::uint8_t>& removed) {
  const Equations equations(sample_shape[1], sample_shape[2], removed);
  std::vector<float> filled(x.begin(), x.end());
  for (std::size_t from = 0; from < x.size(); from += removed.size()) {
    const std::vector<double> values =
        ConjugateGradients(equations, equations.Right(x.subspan(from, removed.size())));
    for (std::size_t i = 0; i < values.size(); ++i)
      filled[from + equations.places()[i]] = static_cast<float>(values[i]);
  }
  return filled;
}

Result<double> RoadScore(const ExplainedModel& model, std::span<const float> x,
                         std::span<const std::int64_t> order, std::int32_t target_class,
                         const RoadOptions& options, ReproducibleStream stream) {
  const std::size_t places = order.size();
  std::vector<float> inputs;
  for (const double share : options.shares) {
    const auto count = static_cast<std::size_t>(std::lround(share * static_cast<double>(places)));
    for (const bool least_first : {true, false}) {
      std::vector<std::uint8_t> removed(places, 0);
      for (std::size_t k = 0; k < count; ++k)
        removed[static_cast<std::size_t>(order[least_first ? places - 1 - k : k])] = 1;
      std::vector<float> filled = ImputeLinearly(x, model.sample_shape, removed);
      for (std::size_t i = 0; i < filled.size(); ++i) {
        if (removed[i % places] != 0) filled[i] += static_cast<float>(options.noise * stream.Normal());
      }
      inputs.insert(inputs.end(), filled.begin(), filled.end());
    }
  }
  const std::size_t rows = 2 * options.shares.size();
  CUPEL_TRY(const std::vector<float> logits, TiledLogits(model, inputs, static_cast<std::int64_t>(rows)));
  const auto classes = static_cast<std::size_t>(model.class_count);
  double score = 0;
  for (std::size_t row = 0; row < rows; ++row) {
    const double p = ClassProbability(std::span(logits).subspan(row * classes, classes), target_class);
    score += row % 2 == 0 ? p : -p;
  }
  return score / static_cast<double>(options.shares.size());
}

}  // namespace cupel::algorithm::explain
