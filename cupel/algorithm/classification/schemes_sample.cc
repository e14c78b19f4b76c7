// SPDX-License-Identifier: Apache-2.0
// Schemes of one verdict a sample: top-k, Hamming loss, exact match.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "cupel/algorithm/classification/answer.h"
#include "cupel/algorithm/classification/entries.h"
#include "cupel/algorithm/classification/multilabel.h"
#include "cupel/algorithm/scheme/figure_of_merit.h"

namespace cupel::algorithm::classification {
namespace {

using check::Parameters;
using scheme::Evaluation;
using scheme::Options;

constexpr std::string_view kTest = "CountSchemesTest.AgreeWithScikitLearn";

/// A share of samples: Wilson without weights, else the bootstrap of the weighted mean.
void AddShare(const Labelled& input, const std::vector<double>& hits, const Options& options,
              Answer& answer) {
  if (!input.weights.empty()) return answer.OfMean("value", hits);
  const auto count = static_cast<std::int64_t>(std::ranges::count(hits, 1.0));
  answer.Add(scheme::Share("value", count, input.n, options));
}

/// Whether the label is among the k highest; of equal scores the highest class index comes first.
bool IsAmongHighest(const Labelled& input, std::size_t sample, std::int64_t k) {
  const auto label = static_cast<std::size_t>(input.labels[sample]);
  if (input.is_single_score) {
    return k > 1 || (label == 1) == (input.scores[sample] > (input.are_probs ? 0.5 : 0.0));
  }
  const double own = input.Score(sample, label);
  std::int64_t before = 0;
  for (std::size_t other = 0; other < static_cast<std::size_t>(input.c); ++other) {
    const double score = input.Score(sample, other);
    before += score > own || (score == own && other > label) ? 1 : 0;
  }
  return before < k;
}

Result<Evaluation> TopKScheme(const Labelled& input, const Parameters& parameters, const Options& options) {
  CUPEL_TRY_STATUS(RequireScores(input));
  const std::int64_t k = parameters.Integer("k");
  std::vector<double> hits;
  for (std::size_t i = 0; i < static_cast<std::size_t>(input.n); ++i) {
    hits.push_back(IsAmongHighest(input, i, k) ? 1 : 0);
  }
  Answer answer("top_k_accuracy", input, options);
  AddShare(input, hits, options, answer);
  if (k >= input.c) {
    answer.Note(fmt::format("there are {} classes: every answer is among the first {}", input.c, k),
                fmt::format("共 {} 类，前 {} 名必然包含正确答案", input.c, k));
  }
  return answer.Finish();
}

/// Whether the answer is right in every label.
bool IsExact(const Labelled& input, std::size_t sample) {
  if (!input.is_multilabel) return input.labels[sample] == input.answers[sample];
  const Counts counts = CountsOfSample(input, sample);
  return counts.fp + counts.fn == 0;
}

Result<Evaluation> SubsetScheme(const Labelled& input, const Parameters&, const Options& options) {
  if (!input.is_multilabel) CUPEL_TRY_STATUS(RequireAnswers(input));
  std::vector<double> hits;
  for (std::size_t i = 0; i < static_cast<std::size_t>(input.n); ++i)
    hits.push_back(IsExact(input, i) ? 1 : 0);
  Answer answer("subset_accuracy", input, options);
  AddShare(input, hits, options, answer);
  return answer.Finish();
}

Result<Evaluation> HammingScheme(const Labelled& input, const Parameters&, const Options& options) {
  Answer answer("hamming_loss", input, options);
  std::vector<double> losses;
  if (!input.is_multilabel) {
    CUPEL_TRY_STATUS(RequireAnswers(input));
    for (std::size_t i = 0; i < static_cast<std::size_t>(input.n); ++i) {
      losses.push_back(IsExact(input, i) ? 0 : 1);
    }
    AddShare(input, losses, options, answer);
    return answer.Finish();
  }
  for (std::size_t i = 0; i < static_cast<std::size_t>(input.n); ++i) {
    const Counts counts = CountsOfSample(input, i);
    losses.push_back((counts.fp + counts.fn) / static_cast<double>(input.c));
  }
  answer.OfMean("value", losses);
  return answer.Finish();
}

}  // namespace

std::vector<scheme::Scheme> SampleSchemes() {
  return {
      Entry<TopKScheme>(
          {.id = "top_k_accuracy",
           .row = "A03",
           .title = {.en = "Top-k accuracy", .zh = "Top-k 准确率"},
           .definition = "share of samples whose label is among the k highest scores",
           .rules = {.matching = "",
                     .ties = "equal scores: the highest class index first; one score: above 0.5, or "
                             "above 0 when scores leave [0, 1]",
                     .empty = "",
                     .averaging = ""},
           .reference = "scikit-learn top_k_accuracy_score",
           .test = kTest,
           .parameters = {IntegerSpec("k", 2, 1, 4096,
                                      {.en = "How many answers count.", .zh = "计入的名次数。"})}}),
      Entry<SubsetScheme>({.id = "subset_accuracy",
                           .row = "A12",
                           .title = {.en = "Subset accuracy", .zh = "完全匹配率"},
                           .definition = "share of samples right in every label: 1 - zero-one loss",
                           .rules = {.matching = "", .ties = "", .empty = "", .averaging = ""},
                           .reference = "scikit-learn zero_one_loss",
                           .test = kTest}),
      Entry<HammingScheme>(
          {.id = "hamming_loss",
           .row = "A12",
           .title = {.en = "Hamming loss", .zh = "汉明损失"},
           .definition = "share of wrong labels among all labels of all samples",
           .rules = {.matching = "", .ties = "", .empty = "", .averaging = "over samples and labels alike"},
           .reference = "scikit-learn hamming_loss",
           .test = kTest,
           .higher_is_better = false}),
  };
}

}  // namespace cupel::algorithm::classification
