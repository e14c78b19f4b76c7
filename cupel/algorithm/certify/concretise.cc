// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/certify/concretise.h"

#include <algorithm>
#include <cmath>

#include "cupel/algorithm/certify/rounding.h"

namespace cupel::algorithm::certify {
namespace {

// More than the rounding of any sum of positive numbers here, and of the few operations around it.
constexpr double kInflation = 1 + 0x1p-20;

// Room for the rounding of the dual: a share of the sum of its terms' absolute values.
constexpr double kDualRoom = 0x1p-30;

std::size_t At(std::int64_t index) { return static_cast<std::size_t>(index); }

// Calls visit(coefficient, index into the value) for the elements of a row.
template <typename Visit>
void ForEachElement(const LinearForms& forms, std::int64_t row, Visit visit) {
  const std::span<const double> a = forms.Row(row);
  ForEachRun(forms.plane, forms.window, [&](std::int64_t value, std::int64_t place, std::int64_t width) {
    for (std::int64_t i = 0; i < width; ++i) visit(a[At(place + i)], At(value + i));
  });
}

double LeastOverSphere(const LinearForms& forms, std::int64_t row, const InputBall& ball, double gamma) {
  double at_centre = 0;
  double size = 0;
  double squares = 0;
  ForEachElement(forms, row, [&](double a, std::size_t i) {
    at_centre += a * ball.centre[i];
    size += std::abs(a * ball.centre[i]);
    squares += a * a;
  });
  return Down(at_centre - kInflation * (gamma * size + ball.radius * std::sqrt(squares) * (1 + gamma)));
}

// The Lagrangian relaxation of the radius: min over the box of a . x + multiplier/2 (|x - x_0|^2 - r^2), with
// its minimiser's distance from x_0. Elements outside the window stay at x_0 and cost nothing.
struct Dual {
  double bound = 0;
  double distance_squared = 0;
};

Dual DualAt(const LinearForms& forms, std::int64_t row, const InputBall& ball, double multiplier) {
  Dual dual;
  double size = 0;
  ForEachElement(forms, row, [&](double a, std::size_t i) {
    const double x = std::clamp(ball.centre[i] - a / multiplier, ball.box.low[i], ball.box.high[i]);
    const double moved = x - ball.centre[i];
    const double linear = a * x, bent = multiplier / 2 * moved * moved;
    dual.bound += linear + bent;
    size += std::abs(linear) + bent;
    dual.distance_squared += moved * moved;
  });
  const double spent = multiplier / 2 * ball.radius * ball.radius;
  dual.bound = Down(dual.bound - spent - kDualRoom * (size + spent));
  return dual;
}

// Bisects the multiplier until the minimiser lies on the sphere.
double LeastOverBoth(const LinearForms& forms, std::int64_t row, const InputBall& ball) {
  double squares = 0;
  ForEachElement(forms, row, [&](double a, std::size_t /*i*/) { squares += a * a; });
  if (squares == 0 || ball.radius <= 0) return -std::numeric_limits<double>::infinity();
  // Without the box the multiplier is |a| / r; the box only makes it smaller.
  double high = std::sqrt(squares) / ball.radius;
  double low = high * 0x1p-40;
  double best = DualAt(forms, row, ball, high).bound;
  for (int i = 0; i < 30; ++i) {
    const double middle = std::sqrt(low * high);
    const Dual dual = DualAt(forms, row, ball, middle);
    best = std::max(best, dual.bound);
    (dual.distance_squared > ball.radius * ball.radius ? low : high) = middle;
  }
  return best;
}

}  // namespace

std::vector<double> WeightedSize(const LinearForms& forms, std::span<const double> weight) {
  std::vector<double> sums(At(forms.rows));
  for (std::int64_t row = 0; row < forms.rows; ++row) {
    double sum = 0;
    ForEachElement(forms, row, [&](double a, std::size_t i) { sum += std::abs(a) * weight[i]; });
    sums[At(row)] = sum * kInflation;
  }
  return sums;
}

std::vector<double> LeastOverBox(const LinearForms& forms, const Box& box, double gamma) {
  std::vector<double> least(At(forms.rows));
  for (std::int64_t row = 0; row < forms.rows; ++row) {
    double sum = 0;
    double size = 0;
    ForEachElement(forms, row, [&](double a, std::size_t i) {
      const double term = a * (a >= 0 ? box.low[i] : box.high[i]);
      sum += term;
      size += std::abs(term);
    });
    least[At(row)] = Down(sum - kInflation * gamma * size);
  }
  return least;
}

std::vector<double> LeastOverBall(const LinearForms& forms, const InputBall& ball, double gamma) {
  std::vector<double> least = LeastOverBox(forms, ball.box, gamma);
  if (ball.norm == inspect::Norm::kLinf) return least;
  for (std::int64_t row = 0; row < forms.rows; ++row) {
    least[At(row)] =
        std::max({least[At(row)], LeastOverSphere(forms, row, ball, gamma), LeastOverBoth(forms, row, ball)});
  }
  return least;
}

}  // namespace cupel::algorithm::certify
