// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Labelled inputs for tests: as JSON for references that are other programs, and generated with all that
/// goes wrong (ties, weights of zero, one class, absent classes, single samples).

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "cupel/algorithm/classification/family.h"
#include "cupel/algorithm/classification/labelled.h"
#include "cupel/algorithm/scheme/call.h"
#include "cupel/base/reproducible_stream.h"
#include "cupel/data/dataset/csv.h"

namespace cupel::algorithm::classification {

inline Json ToCase(const Labelled& input, bool has_prediction) {
  Json json;
  json["class_names"] = Json::ArrayOf(input.class_names);
  json["single"] = input.is_single_score;
  json["has_prediction"] = has_prediction;
  const auto put = [&](const char* name, const auto& values) {
    Json array{Json::Array{}};
    for (const auto value : values) array.Append(Json(static_cast<double>(value)));
    json[name] = std::move(array);
  };
  put("labels", input.labels);
  put("answers", input.answers);
  put("scores", input.scores);
  put("weights", input.weights);
  put("truths", input.truths);
  put("predictions", input.predictions);
  return json;
}

inline Labelled FromCase(const Json& json) {
  Labelled input;
  for (const Json& name : json["class_names"].AsArray()) input.class_names.push_back(name.AsString());
  input.c = static_cast<std::int64_t>(input.class_names.size());
  input.is_single_score = json["single"].AsBool();
  for (const Json& label : json["labels"].AsArray()) {
    input.labels.push_back(static_cast<std::int32_t>(label.AsInteger()));
  }
  for (const Json& score : json["scores"].AsArray()) input.scores.push_back(score.AsNumber());
  input.n = static_cast<std::int64_t>(input.labels.size());
  DeriveAnswers(input);
  return input;
}

/// What to generate.
struct CaseShape {
  std::int64_t n = 50;
  std::int64_t c = 2;
  bool single = true;     ///< One score, of two classes.
  int levels = 0;         ///< Scores are multiples of 1 / levels; 0: all distinct.
  bool weighted = false;  ///< Some weights are zero.
  int truths = 0;         ///< Labels come from the first so many classes; 0: all.
  bool logits = false;    ///< Scores outside [0, 1], with a prediction beside them.
  bool multilabel = false;
};

inline Labelled Generated(const CaseShape& shape, std::uint64_t seed) {
  ReproducibleStream stream(seed, "classification-cases");
  Labelled input;
  input.n = shape.n;
  input.c = shape.c;
  input.class_names = data::dataset::NumberedClasses(shape.c);
  input.is_single_score = shape.single && !shape.multilabel;
  input.is_multilabel = shape.multilabel;
  const auto n = static_cast<std::size_t>(shape.n);
  const auto c = static_cast<std::size_t>(shape.c);
  const std::uint64_t classes = shape.truths > 0 ? static_cast<std::uint64_t>(shape.truths) : c;
  for (std::size_t i = 0; i < n; ++i) {
    if (shape.weighted) {
      input.weights.push_back(stream.Below(5) == 0 && i > 0 ? 0 : 0.1 + 2 * stream.UniformDouble());
    }
    if (shape.multilabel) {
      for (std::size_t k = 0; k < c; ++k) {
        const bool truth = stream.Below(4) == 0;
        input.truths.push_back(truth ? 1 : 0);
        input.predictions.push_back((stream.Below(4) == 0) != truth ? 1 : 0);
      }
      continue;
    }
    const std::size_t label = stream.Below(classes);
    input.labels.push_back(static_cast<std::int32_t>(label));
    if (shape.single) {
      double score = (label == 1 ? 0.3 : 0.0) + 0.7 * stream.UniformDouble();
      if (shape.levels > 0) score = std::round(score * shape.levels) / shape.levels;
      input.scores.push_back(shape.logits ? 6 * score - 3 : score);
      if (shape.logits) input.answers.push_back(static_cast<std::int32_t>(stream.Below(2)));
      continue;
    }
    // Shares of `levels` balls, or of exponentials, more for the label: rows sum to one.
    std::vector<double> row(c);
    double sum = 0;
    for (std::size_t k = 0; k < c; ++k) {
      row[k] = -std::log(1 - stream.UniformDouble()) * (k == label ? 3 : 1);
      if (shape.levels > 0) row[k] = static_cast<double>(stream.Below(3) + (k == label ? 1 : 0));
      sum += row[k];
    }
    if (sum == 0) row[0] = sum = 1;
    for (const double share : row) input.scores.push_back(share / sum);
  }
  DeriveAnswers(input);
  return input;
}

/// "roc_auc@positive=1#value": the metric after the hash, "value" without. NaN when the scheme refuses the
/// input or leaves the figure out.
inline double FigureOf(const Labelled& input, const std::string& name) {
  const std::size_t hash = name.find('#');
  const std::string figure = hash == std::string::npos ? "value" : name.substr(hash + 1);
  std::vector<const scheme::Scheme*> known;
  for (const scheme::Scheme& scheme : Family().schemes) known.push_back(&scheme);
  const auto call = scheme::ParseCall(name.substr(0, hash), known);
  if (!call) {
    ADD_FAILURE() << call.error().ToString();
    return std::nan("");
  }
  const auto evaluation = call->scheme->evaluate(input, call->parameters, {.replicates = 3});
  if (!evaluation) return std::nan("");
  const check::Metric* metric = check::FindMetric(evaluation->metrics, figure);
  return metric == nullptr ? std::nan("") : metric->value;
}

/// Equal to 1e-12 relative (1e-14 near zero), or both without a value.
inline void ExpectSame(double value, const Json& expected, double tolerance = 1e-12) {
  if (expected.IsNull()) {
    EXPECT_TRUE(std::isnan(value)) << value;
    return;
  }
  const double reference = expected.AsNumber();
  EXPECT_NEAR(value, reference, std::max(1e-14, tolerance * std::abs(reference)));
}

/// Fails for a scheme that names `test` as its test and has no value among `names`.
inline void ExpectEverySchemeOf(std::string_view test, const std::vector<std::string>& names) {
  for (const scheme::Scheme& scheme : Family().schemes) {
    if (scheme.test != test) continue;
    EXPECT_TRUE(std::ranges::any_of(
        names,
        [&](const std::string& name) { return name.substr(0, name.find_first_of("@#")) == scheme.id; }))
        << scheme.id << " was compared with nothing";
  }
}

}  // namespace cupel::algorithm::classification
