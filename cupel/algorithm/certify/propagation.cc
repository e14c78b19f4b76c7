// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/certify/propagation.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "cupel/algorithm/certify/concretise.h"
#include "cupel/algorithm/certify/rounding.h"
#include "cupel/base/interrupt.h"

namespace cupel::algorithm::certify {
namespace {

constexpr int kNonlinear = 1000000;

std::size_t At(std::int64_t index) { return static_cast<std::size_t>(index); }

// A sum of absolute values beyond kLargestValue shows in the error, which is at least one float32 rounding of
// it. (Errors of exact steps are 0, and their sums those of the bounds.)
bool WithinFloat(const Box& box, const std::vector<double>& error) {
  for (std::size_t i = 0; i < box.low.size(); ++i) {
    if (!(box.low[i] >= -kLargestValue && box.high[i] <= kLargestValue && box.low[i] <= box.high[i]))
      return false;
    if (!(error[i] <= kLargestValue * kFloatUnit)) return false;
  }
  return true;
}

// How many mixing affine steps stand before each value: with one, intervals are exact for a box.
std::vector<int> CountMixing(const Program& program) {
  std::vector<int> mixing(program.values.size(), 0);
  for (const auto& step : program.steps) {
    int most = 0;
    for (const std::size_t input : step->reads) most = std::max(most, mixing[input]);
    const int own = step->IsElementwise() ? 0 : step->reads.size() > 1 ? 2 : 1;
    mixing[step->writes] = step->IsAffine() ? std::min(most + own, kNonlinear) : kNonlinear;
  }
  return mixing;
}

}  // namespace

std::string_view BoundMethodName(BoundMethod method) {
  return method == BoundMethod::kIbp ? "ibp" : method == BoundMethod::kCrownIbp ? "crown-ibp" : "crown";
}

Result<BoundMethod> ParseBoundMethod(std::string_view text) {
  for (const BoundMethod method : {BoundMethod::kIbp, BoundMethod::kCrownIbp, BoundMethod::kCrown}) {
    if (text == BoundMethodName(method)) return method;
  }
  return Fail(ErrorCode::kInvalidArgument,
              fmt::format("method must be ibp, crown-ibp or crown, got \"{}\"", text));
}

InputBall MakeInputBall(const inspect::ThreatModel& threat, std::span<const float> x) {
  InputBall ball;
  ball.norm = threat.norm;
  // The rule measures in double: a distance that rounds to epsilon may be a little more.
  ball.radius = threat.epsilon * (1 + 2 * Gamma(static_cast<std::int64_t>(x.size()) + 4, kDoubleUnit));
  ball.box = Box(static_cast<std::int64_t>(x.size()));
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double centre = x[i];
    ball.centre.push_back(centre);
    ball.box.low[i] = std::min(centre, std::max(Down(centre - ball.radius), double{threat.box_low}));
    ball.box.high[i] = std::max(centre, std::min(Up(centre + ball.radius), double{threat.box_high}));
  }
  return ball;
}

Propagation::Propagation(const Program& program, const InputBall& ball, BoundMethod method)
    : program_(program),
      ball_(ball),
      method_(method),
      rounding_(program.MakeRounding()),
      producer_(program.values.size(), -1),
      mixing_(CountMixing(program)),
      boxes_(program.values.size()),
      magnitudes_(program.values.size()),
      errors_(program.values.size()),
      relaxations_(program.steps.size()) {
  for (std::size_t i = 0; i < program.steps.size(); ++i)
    producer_[program.steps[i]->writes] = static_cast<int>(i);
  boxes_[0] = ball.box;
  KeepMagnitudes(0);
}

void Propagation::KeepMagnitudes(std::size_t value) {
  magnitudes_[value].resize(boxes_[value].low.size());
  for (std::size_t i = 0; i < magnitudes_[value].size(); ++i)
    magnitudes_[value][i] = boxes_[value].Magnitude(i);
}

// In L2 the box around the ball says little; what depends on the input by affine steps alone is pulled back
// whole.
bool Propagation::WantsAll(std::size_t value) const {
  return ball_.norm == inspect::Norm::kL2 && mixing_[value] > 0 && mixing_[value] < kNonlinear;
}

// Behind a nonlinear step intervals follow from the tightened bounds before it, and lines do no better.
bool Propagation::ComesFromAffineStep(std::size_t value) const {
  return producer_[value] >= 0 && program_.steps[At(producer_[value])]->IsAffine();
}

Result<bool> Propagation::Run() {
  for (std::size_t i = 0; i < program_.steps.size(); ++i) {
    const Step& step = *program_.steps[i];
    if (!step.IsAffine()) {
      const std::size_t value = step.reads[0];
      const bool exact = ball_.norm == inspect::Norm::kLinf && mixing_[value] <= 1;
      if (WantsAll(value)) {
        std::vector<std::int64_t> all(boxes_[value].low.size());
        for (std::size_t k = 0; k < all.size(); ++k) all[k] = static_cast<std::int64_t>(k);
        CUPEL_TRY_STATUS(Tighten(value, std::move(all)));
      } else if (method_ == BoundMethod::kCrown && !exact && ComesFromAffineStep(value)) {
        CUPEL_TRY_STATUS(Tighten(value, step.Ambiguous(boxes_[value])));
      }
    }
    std::vector<const Box*> inputs;
    for (const std::size_t input : step.reads) inputs.push_back(&boxes_[input]);
    const std::int64_t count = program_.values[step.writes].Count();
    boxes_[step.writes] = Box(count);
    errors_[step.writes].assign(At(count), 0.0);
    relaxations_[i] = step.Relax(inputs, rounding_, boxes_[step.writes], errors_[step.writes]);
    if (!WithinFloat(boxes_[step.writes], errors_[step.writes])) return false;
    KeepMagnitudes(step.writes);
  }
  return true;
}

Status Propagation::Tighten(std::size_t value, std::vector<std::int64_t> elements) {
  const Plane& plane = program_.values[value];
  const std::int64_t positions = plane.height * plane.width;
  std::ranges::sort(elements, [&](std::int64_t a, std::int64_t b) {
    return std::pair(a % positions, a) < std::pair(b % positions, b);
  });
  for (std::size_t first = 0; first < elements.size();) {
    if (Interrupt::Requested()) return Interrupt::AsError();
    const std::int64_t position = elements[first] % positions;
    std::vector<std::int64_t> channels;
    while (first < elements.size() && elements[first] % positions == position && channels.size() < kRows / 2)
      channels.push_back(elements[first++] / positions);
    TightenAtPosition(value, {position / plane.width, position % plane.width, 1, 1}, channels);
  }
  KeepMagnitudes(value);
  return {};
}

// Two forms a neuron: itself, and its negative.
void Propagation::TightenAtPosition(std::size_t value, const Window& at,
                                    std::span<const std::int64_t> channels) {
  const Plane& plane = program_.values[value];
  LinearForms forms(2 * static_cast<std::int64_t>(channels.size()), plane, at);
  for (std::size_t k = 0; k < channels.size(); ++k) {
    forms.Row(static_cast<std::int64_t>(2 * k))[At(channels[k])] = 1;
    forms.Row(static_cast<std::int64_t>(2 * k + 1))[At(channels[k])] = -1;
  }
  const std::vector<double> least = Backward(value, std::move(forms), Reach::kInput);
  Box& box = boxes_[value];
  for (std::size_t k = 0; k < channels.size(); ++k) {
    const std::size_t element = At((channels[k] * plane.height + at.top) * plane.width + at.left);
    box.low[element] = std::max(box.low[element], least[2 * k]);
    box.high[element] = std::min(box.high[element], -least[2 * k + 1]);
  }
}

std::vector<double> Propagation::LowerBounds(const LinearForms& forms) const {
  std::vector<double> best = Backward(program_.output, forms, Reach::kAffineSteps);
  if (method_ == BoundMethod::kIbp) return best;
  const std::vector<double> crown = Backward(program_.output, forms, Reach::kInput);
  for (std::size_t row = 0; row < best.size(); ++row) best[row] = std::max(best[row], crown[row]);
  return best;
}

std::vector<double> Propagation::Backward(std::size_t value, LinearForms forms, Reach reach) const {
  std::vector<double> constant(At(forms.rows), 0.0);
  std::vector<LinearForms> pending(program_.values.size());
  pending[value] = std::move(forms);
  for (int i = producer_[value]; i >= 0; --i) {
    const Step& step = *program_.steps[At(i)];
    const LinearForms at_output = std::move(pending[step.writes]);
    pending[step.writes] = {};
    if (at_output.rows == 0) continue;
    if (reach == Reach::kAffineSteps && !step.IsAffine()) {
      AddOverBox(step.writes, at_output, constant);
      continue;
    }
    const std::vector<double> lost = WeightedSize(at_output, errors_[step.writes]);
    for (std::size_t row = 0; row < constant.size(); ++row) constant[row] = Down(constant[row] - lost[row]);
    std::vector<LinearForms> parts = relaxations_[At(i)]->Backward(at_output, constant);
    for (std::size_t k = 0; k < parts.size(); ++k)
      Receive(step.reads[k], std::move(parts[k]), pending, constant);
  }
  if (pending[0].rows > 0) AddOverBall(pending[0], constant);
  return constant;
}

// Takes forms over a value that a step gives back, and charges the rounding of their coefficients: one
// product each, and one addition where another step gave forms of the same value.
void Propagation::Receive(std::size_t value, LinearForms part, std::vector<LinearForms>& pending,
                          std::vector<double>& constant) const {
  LinearForms& waiting = pending[value];
  const auto charge = [&](const LinearForms& forms) {
    const std::vector<double> sizes = WeightedSize(forms, magnitudes_[value]);
    for (std::size_t row = 0; row < constant.size(); ++row)
      constant[row] = Down(constant[row] - 2 * kDoubleUnit * sizes[row]);
  };
  charge(part);
  if (waiting.rows == 0) {
    waiting = std::move(part);
    return;
  }
  waiting.Add(part);
  charge(waiting);
}

void Propagation::AddOverBox(std::size_t value, const LinearForms& forms,
                             std::vector<double>& constant) const {
  const std::vector<double> least = LeastOverBox(forms, boxes_[value], rounding_.gamma);
  for (std::size_t row = 0; row < constant.size(); ++row) constant[row] = Down(constant[row] + least[row]);
}

void Propagation::AddOverBall(const LinearForms& forms, std::vector<double>& constant) const {
  const std::vector<double> least = LeastOverBall(forms, ball_, rounding_.gamma);
  for (std::size_t row = 0; row < constant.size(); ++row) constant[row] = Down(constant[row] + least[row]);
}

}  // namespace cupel::algorithm::certify
