// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/certify/linear_map.h"

#include <algorithm>
#include <cmath>

#include "cupel/algorithm/certify/matrix_product.h"
#include "cupel/base/error.h"

namespace cupel::algorithm::certify {
namespace {

std::size_t At(std::int64_t index) { return static_cast<std::size_t>(index); }

class Matrix : public LinearMap {
 public:
  Matrix(std::int64_t positions, std::int64_t inputs, std::int64_t outputs, std::vector<double> weights,
         const Plane& input, const Plane& output)
      : positions_(positions),
        inputs_(inputs),
        outputs_(outputs),
        input_(input),
        output_(output),
        weights_(std::move(weights)),
        absolute_(weights_.size()),
        transposed_(weights_.size()) {
    for (std::int64_t i = 0; i < inputs; ++i) {
      for (std::int64_t j = 0; j < outputs; ++j) {
        absolute_[At(i * outputs + j)] = std::abs(weights_[At(i * outputs + j)]);
        transposed_[At(j * inputs + i)] = weights_[At(i * outputs + j)];
      }
    }
  }

  void Apply(std::span<const double> x, bool absolute, std::span<double> y) const override {
    Multiply(x.data(), (absolute ? absolute_ : weights_).data(), positions_, inputs_, outputs_, y.data());
  }

  LinearForms Transposed(const LinearForms& a) const override {
    const LinearForms whole = a.Widened(WholeOf(output_));
    LinearForms forms(a.rows, input_, WholeOf(input_));
    Multiply(whole.values.data(), transposed_.data(), a.rows * positions_, outputs_, inputs_,
             forms.values.data());
    return forms;
  }

  std::int64_t LongestSum() const override { return std::max(inputs_, outputs_); }

 private:
  std::int64_t positions_;
  std::int64_t inputs_;
  std::int64_t outputs_;
  Plane input_;
  Plane output_;
  std::vector<double> weights_;     // [inputs][outputs]
  std::vector<double> absolute_;    // The same, absolute.
  std::vector<double> transposed_;  // [outputs][inputs]
};

class Scale : public LinearMap {
 public:
  Scale(const Plane& plane, std::vector<double> scale) : plane_(plane), scale_(std::move(scale)) {
    CUPEL_CHECK(At(plane.Count()) == scale_.size());
  }

  void Apply(std::span<const double> x, bool absolute, std::span<double> y) const override {
    for (std::size_t i = 0; i < scale_.size(); ++i)
      y[i] = (absolute ? std::abs(scale_[i]) : scale_[i]) * x[i];
  }

  LinearForms Transposed(const LinearForms& a) const override {
    LinearForms forms = a;
    for (std::int64_t row = 0; row < a.rows; ++row) {
      const std::span<double> values = forms.Row(row);
      ForEachRun(plane_, a.window, [&](std::int64_t value, std::int64_t place, std::int64_t width) {
        for (std::int64_t i = 0; i < width; ++i) values[At(place + i)] *= scale_[At(value + i)];
      });
    }
    return forms;
  }

  std::int64_t LongestSum() const override { return 1; }
  bool IsElementwise() const override { return true; }

 private:
  Plane plane_;
  std::vector<double> scale_;
};

// Calls visit(input y, input x) for every tap of an output position that lies inside the plane.
template <typename Visit>
void ForEachTap(const Sliding& sliding, std::int64_t y, std::int64_t x, Visit visit) {
  for (std::int64_t ky = 0; ky < sliding.kernel[0]; ++ky) {
    const std::int64_t from_y = sliding.Source(0, y, ky);
    if (from_y < 0 || from_y >= sliding.input.height) continue;
    for (std::int64_t kx = 0; kx < sliding.kernel[1]; ++kx) {
      const std::int64_t from_x = sliding.Source(1, x, kx);
      if (from_x >= 0 && from_x < sliding.input.width) visit(from_y, from_x);
    }
  }
}

class WindowMean : public LinearMap {
 public:
  WindowMean(const Sliding& sliding, std::vector<double> weight)
      : sliding_(sliding), weight_(std::move(weight)) {}

  void Apply(std::span<const double> x, bool /*absolute: weights are positive*/,
             std::span<double> y) const override {
    const Plane& input = sliding_.input;
    const Plane& output = sliding_.output;
    std::size_t place = 0;
    for (std::int64_t c = 0; c < output.channels; ++c) {
      for (std::int64_t at_y = 0; at_y < output.height; ++at_y) {
        for (std::int64_t at_x = 0; at_x < output.width; ++at_x, ++place) {
          double sum = 0;
          ForEachTap(sliding_, at_y, at_x, [&](std::int64_t from_y, std::int64_t from_x) {
            sum += x[At((c * input.height + from_y) * input.width + from_x)];
          });
          y[place] = sum * weight_[At(at_y * output.width + at_x)];
        }
      }
    }
  }

  LinearForms Transposed(const LinearForms& a) const override {
    LinearForms forms(a.rows, sliding_.input, sliding_.Reach(a.window));
    const Window& in = forms.window;
    for (std::int64_t row = 0; row < a.rows; ++row) {
      const double* from = a.Row(row).data();
      double* to = forms.Row(row).data();
      for (std::int64_t c = 0; c < sliding_.output.channels; ++c, to += in.Count()) {
        for (std::int64_t y = a.window.top; y < a.window.top + a.window.height; ++y) {
          for (std::int64_t x = a.window.left; x < a.window.left + a.window.width; ++x, ++from) {
            const double share = *from * weight_[At(y * sliding_.output.width + x)];
            ForEachTap(sliding_, y, x, [&](std::int64_t to_y, std::int64_t to_x) {
              to[(to_y - in.top) * in.width + to_x - in.left] += share;
            });
          }
        }
      }
    }
    return forms;
  }

  std::int64_t LongestSum() const override { return sliding_.kernel[0] * sliding_.kernel[1] + 1; }

 private:
  Sliding sliding_;
  std::vector<double> weight_;
};

}  // namespace

std::unique_ptr<LinearMap> MakeMatrix(std::int64_t positions, std::int64_t inputs, std::int64_t outputs,
                                      std::vector<double> weights, const Plane& input, const Plane& output) {
  CUPEL_CHECK(input.Count() == positions * inputs && output.Count() == positions * outputs);
  return std::make_unique<Matrix>(positions, inputs, outputs, std::move(weights), input, output);
}

std::unique_ptr<LinearMap> MakeScale(const Plane& plane, std::vector<double> scale) {
  return std::make_unique<Scale>(plane, std::move(scale));
}

std::unique_ptr<LinearMap> MakeWindowMean(const Sliding& sliding, std::vector<double> weight) {
  return std::make_unique<WindowMean>(sliding, std::move(weight));
}

}  // namespace cupel::algorithm::certify
