// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/certify/max_pool_step.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "cupel/algorithm/certify/activation.h"
#include "cupel/algorithm/certify/rounding.h"

namespace cupel::algorithm::certify {
namespace {

constexpr double kNone = -std::numeric_limits<double>::infinity();

std::size_t At(std::int64_t index) { return static_cast<std::size_t>(index); }

/// An output is at least the element `least`, and at most `line` of the element `most`. Elements are indices
/// into the input's plane, and their coordinates.
struct Bounds {
  std::int64_t least = 0;
  std::int64_t most = 0;
  Line line{1, 0};
};

class MaxPoolStep : public Step {
 public:
  explicit MaxPoolStep(const Sliding& sliding) : sliding_(sliding) {}

  std::unique_ptr<Relaxation> Relax(std::span<const Box* const> inputs, const Rounding& rounding, Box& output,
                                    std::vector<double>& error) const override {
    const Box& x = *inputs[0];
    std::vector<Bounds> bounds(output.low.size());
    std::int64_t place = 0;
    ForEachOutput([&](std::int64_t channel, std::int64_t at_y, std::int64_t at_x) {
      const std::vector<std::int64_t> elements = ElementsOf(channel, at_y, at_x);
      const std::size_t i = At(place++);
      bounds[i] = BoundWindow(x, elements);
      output.low[i] = x.low[At(bounds[i].least)];
      output.high[i] = x.high[At(elements.front())];
      for (const std::int64_t element : elements)
        output.high[i] = std::max(output.high[i], x.high[At(element)]);
      // Backward adds products of several windows to one element, and intercepts to the constant.
      error[i] = 2 * rounding.gamma *
                 (x.Magnitude(At(bounds[i].least)) + x.Magnitude(At(bounds[i].most)) +
                  std::abs(bounds[i].line.intercept));
    });
    return std::make_unique<MaxRelaxation>(sliding_, std::move(bounds));
  }

  std::vector<std::int64_t> Ambiguous(const Box& input) const override {
    std::vector<bool> open(input.low.size(), false);
    ForEachOutput([&](std::int64_t channel, std::int64_t at_y, std::int64_t at_x) {
      const std::vector<std::int64_t> elements = ElementsOf(channel, at_y, at_x);
      double largest = kNone;
      for (const std::int64_t element : elements) largest = std::max(largest, input.low[At(element)]);
      const auto candidates = std::count_if(elements.begin(), elements.end(), [&](std::int64_t element) {
        return input.high[At(element)] >= largest;
      });
      if (candidates < 2) return;
      for (const std::int64_t element : elements) {
        if (input.high[At(element)] >= largest) open[At(element)] = true;
      }
    });
    std::vector<std::int64_t> result;
    for (std::size_t i = 0; i < open.size(); ++i) {
      if (open[i]) result.push_back(static_cast<std::int64_t>(i));
    }
    return result;
  }

  std::int64_t LongestSum() const override { return sliding_.kernel[0] * sliding_.kernel[1]; }

 private:
  class MaxRelaxation : public Relaxation {
   public:
    MaxRelaxation(const Sliding& sliding, std::vector<Bounds> bounds)
        : sliding_(sliding), bounds_(std::move(bounds)) {}

    std::vector<LinearForms> Backward(const LinearForms& a, std::span<double> constant) const override {
      LinearForms forms(a.rows, sliding_.input, sliding_.Reach(a.window));
      for (std::int64_t row = 0; row < a.rows; ++row) {
        const std::span<const double> from = a.Row(row);
        const std::span<double> to = forms.Row(row);
        double sum = 0;
        ForEachRun(a.plane, a.window, [&](std::int64_t value, std::int64_t place, std::int64_t width) {
          for (std::int64_t i = 0; i < width; ++i) {
            const double coefficient = from[At(place + i)];
            const Bounds& bounds = bounds_[At(value + i)];
            if (coefficient >= 0) {
              to[PlaceOf(bounds.least, forms.window)] += coefficient;
            } else {
              to[PlaceOf(bounds.most, forms.window)] += coefficient * bounds.line.slope;
              sum += coefficient * bounds.line.intercept;
            }
          }
        });
        constant[At(row)] = Down(constant[At(row)] + sum);
      }
      std::vector<LinearForms> result;
      result.push_back(std::move(forms));
      return result;
    }

   private:
    std::size_t PlaceOf(std::int64_t element, const Window& window) const {
      const Plane& plane = sliding_.input;
      const std::int64_t x = element % plane.width, y = element / plane.width % plane.height,
                         channel = element / plane.width / plane.height;
      return At((channel * window.height + y - window.top) * window.width + x - window.left);
    }

    Sliding sliding_;
    std::vector<Bounds> bounds_;
  };

  template <typename Visit>
  void ForEachOutput(Visit visit) const {
    for (std::int64_t channel = 0; channel < sliding_.output.channels; ++channel) {
      for (std::int64_t y = 0; y < sliding_.output.height; ++y) {
        for (std::int64_t x = 0; x < sliding_.output.width; ++x) visit(channel, y, x);
      }
    }
  }

  std::vector<std::int64_t> ElementsOf(std::int64_t channel, std::int64_t at_y, std::int64_t at_x) const {
    const Plane& plane = sliding_.input;
    std::vector<std::int64_t> elements;
    for (std::int64_t ky = 0; ky < sliding_.kernel[0]; ++ky) {
      const std::int64_t y = sliding_.Source(0, at_y, ky);
      if (y < 0 || y >= plane.height) continue;
      for (std::int64_t kx = 0; kx < sliding_.kernel[1]; ++kx) {
        const std::int64_t x = sliding_.Source(1, at_x, kx);
        if (x >= 0 && x < plane.width) elements.push_back((channel * plane.height + y) * plane.width + x);
      }
    }
    return elements;
  }

  static Bounds BoundWindow(const Box& x, const std::vector<std::int64_t>& elements) {
    Bounds bounds;
    bounds.least = *std::max_element(elements.begin(), elements.end(), [&](std::int64_t a, std::int64_t b) {
      return x.low[At(a)] != x.low[At(b)] ? x.low[At(a)] < x.low[At(b)] : x.high[At(a)] < x.high[At(b)];
    });
    bounds.most = *std::max_element(elements.begin(), elements.end(), [&](std::int64_t a, std::int64_t b) {
      return x.high[At(a)] < x.high[At(b)];
    });
    double others = kNone;
    for (const std::int64_t element : elements) {
      if (element != bounds.most) others = std::max(others, x.high[At(element)]);
    }
    const double low = x.low[At(bounds.most)], high = x.high[At(bounds.most)];
    if (others <= low) return bounds;  // The line x itself: no other element can be larger.
    bounds.line = Bound(*MakeClip(others, std::numeric_limits<double>::infinity()), low, high).upper;
    return bounds;
  }

  Sliding sliding_;
};

}  // namespace

std::unique_ptr<Step> MakeMaxPoolStep(const Sliding& sliding) {
  return std::make_unique<MaxPoolStep>(sliding);
}

}  // namespace cupel::algorithm::certify
