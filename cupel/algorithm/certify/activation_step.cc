// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include "cupel/algorithm/certify/activation.h"
#include "cupel/algorithm/certify/rounding.h"
#include "cupel/base/error.h"

namespace cupel::algorithm::certify {
namespace {

class LineRelaxation : public Relaxation {
 public:
  explicit LineRelaxation(std::vector<LinePair> lines) : lines_(std::move(lines)) {}

  std::vector<LinearForms> Backward(const LinearForms& at_output, std::span<double> constant) const override {
    LinearForms forms = at_output;
    for (std::int64_t row = 0; row < forms.rows; ++row) {
      const std::span<double> a = forms.Row(row);
      double sum = 0;
      ForEachRun(forms.plane, forms.window, [&](std::int64_t value, std::int64_t place, std::int64_t width) {
        for (std::int64_t i = 0; i < width; ++i) {
          double& coefficient = a[static_cast<std::size_t>(place + i)];
          const LinePair& pair = lines_[static_cast<std::size_t>(value + i)];
          const Line& line = coefficient >= 0 ? pair.lower : pair.upper;
          sum += coefficient * line.intercept;
          coefficient *= line.slope;
        }
      });
      double& total = constant[static_cast<std::size_t>(row)];
      total = Down(total + sum);
    }
    std::vector<LinearForms> result;
    result.push_back(std::move(forms));
    return result;
  }

 private:
  std::vector<LinePair> lines_;
};

class ActivationStep : public Step {
 public:
  explicit ActivationStep(std::vector<std::shared_ptr<const Activation>> functions)
      : functions_(std::move(functions)) {
    CUPEL_CHECK(!functions_.empty());
  }

  std::unique_ptr<Relaxation> Relax(std::span<const Box* const> inputs, const Rounding& rounding, Box& output,
                                    std::vector<double>& error) const override {
    const Box& x = *inputs[0];
    std::vector<LinePair> lines(x.low.size());
    for (std::size_t i = 0; i < x.low.size(); ++i) {
      const Activation& function = FunctionOf(i);
      lines[i] = Bound(function, x.low[i], x.high[i]);
      const Extremes extremes = function.ExtremesAgainst(0, x.low[i], x.high[i]);
      const double in_float =
          function.FloatError(std::max(std::abs(extremes.least), std::abs(extremes.most)));
      output.low[i] = Down(extremes.least - in_float);
      output.high[i] = Up(extremes.most + in_float);
      const double intercept =
          std::max(std::abs(lines[i].lower.intercept), std::abs(lines[i].upper.intercept));
      error[i] = Up(in_float + 2 * rounding.gamma * intercept);
    }
    return std::make_unique<LineRelaxation>(std::move(lines));
  }

  bool IsElementwise() const override { return true; }

  std::vector<std::int64_t> Ambiguous(const Box& input) const override {
    std::vector<std::int64_t> elements;
    for (std::size_t i = 0; i < input.low.size(); ++i) {
      if (!FunctionOf(i).IsLinear(input.low[i], input.high[i]))
        elements.push_back(static_cast<std::int64_t>(i));
    }
    return elements;
  }

 private:
  const Activation& FunctionOf(std::size_t i) const {
    return functions_.size() == 1 ? *functions_[0] : *functions_[i];
  }
  std::vector<std::shared_ptr<const Activation>> functions_;
};

}  // namespace

std::unique_ptr<Step> MakeActivationStep(std::vector<std::shared_ptr<const Activation>> functions) {
  return std::make_unique<ActivationStep>(std::move(functions));
}

}  // namespace cupel::algorithm::certify
