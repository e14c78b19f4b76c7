// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/certify/certifier.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "cupel/algorithm/certify/compile.h"
#include "cupel/algorithm/certify/rounding.h"
#include "cupel/base/parallel.h"

namespace cupel::algorithm::certify {
namespace {

// Rows e_label - e_c for the classes other than the label, from `first` on.
LinearForms MarginForms(const Plane& logits, std::int64_t label, std::int64_t first, std::int64_t count) {
  LinearForms forms(count, logits, WholeOf(logits));
  for (std::int64_t row = 0; row < count; ++row) {
    const std::int64_t rival = first + row + (first + row >= label ? 1 : 0);
    forms.Row(row)[static_cast<std::size_t>(label)] = 1;
    forms.Row(row)[static_cast<std::size_t>(rival)] = -1;
  }
  return forms;
}

// What a margin must exceed so that float32 keeps the order through what follows the logits.
double RequiredMargin(const Program& program, const Box& logits) {
  if (program.required_gap == 0) return 0;
  double largest = 0;
  for (std::size_t i = 0; i < logits.low.size(); ++i) largest = std::max(largest, logits.Magnitude(i));
  return program.required_gap * (1 + largest);
}

}  // namespace

Result<Certifier> Certifier::Create(const graph::Graph& graph, const executor::ClassifierOptions& options) {
  CUPEL_TRY(Program program, Compile(graph, options));
  return Certifier(std::move(program));
}

Result<Certifier> Certifier::Create(const executor::Classifier& classifier) {
  return Create(classifier.graph(), classifier.options());
}

Result<Certificate> Certifier::Certify(const inspect::ThreatModel& threat, std::span<const float> x,
                                       std::int32_t label, BoundMethod method) const {
  const std::int64_t d = program_.values[0].Count(), classes = class_count();
  if (static_cast<std::int64_t>(x.size()) != d)
    return Fail(ErrorCode::kInvalidArgument, fmt::format("expected {} features, got {}", d, x.size()));
  if (!std::isfinite(threat.epsilon) || threat.epsilon < 0)
    return Fail(ErrorCode::kInvalidArgument,
                fmt::format("epsilon must be finite and >= 0, got {}", threat.epsilon));
  if (label < 0 || label >= classes)
    return Fail(ErrorCode::kInvalidArgument, fmt::format("label must be in [0, {}), got {}", classes, label));
  return tensor::Translate([&]() -> Result<Certificate> {
    const InputBall ball = MakeInputBall(threat, x);
    Propagation propagation(program_, ball, method);
    Certificate certificate{.margin = -std::numeric_limits<double>::infinity(), .rival = label == 0 ? 1 : 0};
    CUPEL_TRY(const bool bounded, propagation.Run());
    if (!bounded) return certificate;
    certificate.margin = std::numeric_limits<double>::infinity();
    const Plane& logits = program_.values[program_.output];
    for (std::int64_t first = 0; first < classes - 1; first += Propagation::kRows) {
      const std::int64_t count = std::min(Propagation::kRows, classes - 1 - first);
      const std::vector<double> margins = propagation.LowerBounds(MarginForms(logits, label, first, count));
      for (std::size_t row = 0; row < margins.size(); ++row) {
        const std::int64_t rival = first + static_cast<std::int64_t>(row);
        // A form whose coefficients overflow gives no number, and no bound.
        const double margin =
            std::isnan(margins[row]) ? -std::numeric_limits<double>::infinity() : margins[row];
        if (margin >= certificate.margin) continue;
        certificate.margin = margin;
        certificate.rival = static_cast<std::int32_t>(rival + (rival >= label ? 1 : 0));
      }
    }
    certificate.certified =
        certificate.margin > RequiredMargin(program_, propagation.BoundsOf(program_.output));
    return certificate;
  });
}

Result<std::vector<Certificate>> CertifyAll(const Certifier& certifier, const inspect::ThreatModel& threat,
                                            std::span<const float> features,
                                            std::span<const std::int32_t> labels, BoundMethod method,
                                            int workers) {
  const auto d = static_cast<std::size_t>(certifier.program().values[0].Count());
  if (features.size() != labels.size() * d) {
    return Fail(ErrorCode::kInvalidArgument, fmt::format("expected {} features for {} samples, got {}",
                                                         labels.size() * d, labels.size(), features.size()));
  }
  std::vector<Certificate> certificates(labels.size());
  CUPEL_TRY_STATUS(
      ForEachPiece(static_cast<std::int64_t>(labels.size()), workers, [&](std::int64_t piece, int) -> Status {
        tensor::UseOneThreadPerOperator();
        const auto i = static_cast<std::size_t>(piece);
        CUPEL_TRY(certificates[i], certifier.Certify(threat, features.subspan(i * d, d), labels[i], method));
        return {};
      }));
  return certificates;
}

}  // namespace cupel::algorithm::certify
