// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/classification/answer.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "cupel/algorithm/scheme/figure_of_merit.h"
#include "cupel/base/nearest.h"

namespace cupel::algorithm::classification {
namespace {

/// SplitMix64's finaliser (Steele, Lea and Flood 2014): neighbours land in unrelated places.
std::uint64_t Scrambled(std::uint64_t x) {
  x += 0x9e3779b97f4a7c15U;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9U;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebU;
  return x ^ (x >> 31);
}

/// The samples by falling score, with their units: a replicate sums its groups again without sorting.
class Resampled {
 public:
  Resampled(const Binary& binary, std::span<const std::uint32_t> units) : groups_(binary.groups) {
    std::size_t group = 0;
    for (const std::uint32_t i : stats::FallingOrder(binary.scores)) {
      const double weight = binary.weights.empty() ? 1 : binary.weights[i];
      if (weight == 0) continue;
      while (groups_[group].score != binary.scores[i]) ++group;
      samples_.push_back({weight, static_cast<std::uint32_t>(group), units[i], binary.positives[i] != 0});
    }
  }

  Groups Draw(std::span<const double> unit_counts) {
    for (stats::ScoreGroup& group : groups_) group.positive = group.negative = 0;
    for (const Sample& sample : samples_) {
      const double weight = sample.weight * unit_counts[sample.unit];
      stats::ScoreGroup& group = groups_[sample.group];
      (sample.positive ? group.positive : group.negative) += weight;
    }
    return groups_;
  }

 private:
  struct Sample {
    double weight;
    std::uint32_t group;
    std::uint32_t unit;
    bool positive;
  };
  std::vector<stats::ScoreGroup> groups_;
  std::vector<Sample> samples_;
};

tl::unexpected<Error> Lacks(std::string message, std::string remedy) {
  return Fail(ErrorCode::kInvalidArgument, std::move(message), "", std::move(remedy));
}

}  // namespace

std::int64_t UnitCount(std::int64_t n) { return std::min(n, kMaxUnits); }

std::vector<std::uint32_t> UnitsOf(std::int64_t n) {
  std::vector<std::uint32_t> units(static_cast<std::size_t>(n));
  for (std::size_t i = 0; i < units.size(); ++i) {
    units[i] = static_cast<std::uint32_t>(n <= kMaxUnits ? i : Scrambled(i) % kMaxUnits);
  }
  return units;
}

Answer::Answer(std::string_view id, const Labelled& input, const scheme::Options& options)
    : id_(id), input_(input), options_(options) {}

bool Answer::Exists(const std::string& name, double value) {
  if (std::isfinite(value)) return true;
  Note(fmt::format("{} does not exist for these samples: its formula divides by zero", name),
       fmt::format("{} 对这些样本没有定义：其公式的分母为零", name));
  return false;
}

void Answer::Add(check::Metric metric) {
  if (Exists(metric.name, metric.value)) evaluation_.metrics.push_back(std::move(metric));
}

void Answer::OfTable(std::string name, const Table& table,
                     const std::function<double(const Table&)>& statistic) {
  const double value = statistic(table);
  if (!Exists(name, value)) return;
  if (!input_.weights.empty()) {
    OfSamples(std::move(name), [&](std::span<const double> weights) {
      const Table drawn = CountTable(input_.c, input_.labels, input_.answers, weights);
      return drawn.Total() > 0 ? statistic(drawn) : std::nan("");
    });
    return;
  }
  std::vector<std::size_t> occupied;
  std::vector<std::int64_t> counts;
  for (std::size_t cell = 0; cell < table.cells.size(); ++cell) {
    if (table.cells[cell] == 0) continue;
    occupied.push_back(cell);
    counts.push_back(std::llround(table.cells[cell]));
  }
  Table drawn = table;
  const auto of_counts = [&](std::span<const double> cells) {
    for (std::size_t i = 0; i < occupied.size(); ++i) drawn.cells[occupied[i]] = cells[i];
    return statistic(drawn);
  };
  check::Metric metric = scheme::BootstrappedCounts(name, counts, {}, of_counts, Stream(name), options_);
  metric.value = value;
  evaluation_.metrics.push_back(std::move(metric));
}

void Answer::OfShare(std::string name, const Table& table,
                     const std::function<std::pair<double, double>(const Table&)>& share, double fallback) {
  const auto [numerator, denominator] = share(table);
  if (denominator == 0 && std::isfinite(fallback)) {
    Note(fmt::format("{} is 0/0 here; by its rule it is {}", name, fallback),
         fmt::format("{} 在此为 0/0，按规则取 {}", name, fallback));
    evaluation_.metrics.push_back({.name = std::move(name), .value = fallback, .n = 0});
    return;
  }
  if (input_.weights.empty() && denominator > 0) {
    evaluation_.metrics.push_back(
        scheme::Share(std::move(name), std::llround(numerator), std::llround(denominator), options_));
    return;
  }
  OfTable(std::move(name), table, [&](const Table& drawn) {
    const auto [part, whole] = share(drawn);
    return Divide(part, whole, std::nan(""));
  });
}

void Answer::OfRanking(std::string name, const Binary& binary,
                       const std::function<double(Groups)>& statistic) {
  const double value = statistic(binary.groups);
  if (!Exists(name, value)) return;
  Resampled resampled(binary, UnitsOf(input_.n));
  check::Metric metric = scheme::Bootstrapped(
      name, UnitCount(input_.n),
      [&](std::span<const double> counts) { return statistic(resampled.Draw(counts)); }, Stream(name),
      options_, input_.n);
  metric.value = value;
  evaluation_.metrics.push_back(std::move(metric));
}

void Answer::OfMean(std::string name, std::span<const double> values) {
  const auto units = static_cast<std::size_t>(UnitCount(input_.n));
  std::vector<double> sums(units);
  std::vector<double> weights(units);
  const std::vector<std::uint32_t> unit_of = UnitsOf(input_.n);
  for (std::size_t i = 0; i < values.size(); ++i) {
    sums[unit_of[i]] += values[i] * input_.Weight(i);
    weights[unit_of[i]] += input_.Weight(i);
  }
  const auto mean = [&](std::span<const double> counts) {
    return std::inner_product(counts.begin(), counts.end(), sums.begin(), 0.0) /
           std::inner_product(counts.begin(), counts.end(), weights.begin(), 0.0);
  };
  if (!Exists(name, mean(std::vector<double>(units, 1.0)))) return;
  evaluation_.metrics.push_back(
      scheme::Bootstrapped(name, UnitCount(input_.n), mean, Stream(name), options_, input_.n));
}

void Answer::OfSamples(std::string name,
                       const std::function<double(std::span<const double> weights)>& statistic) {
  const std::vector<std::uint32_t> unit_of = UnitsOf(input_.n);
  std::vector<double> weights(unit_of.size());
  const auto drawn = [&](std::span<const double> counts) {
    for (std::size_t i = 0; i < weights.size(); ++i) weights[i] = input_.Weight(i) * counts[unit_of[i]];
    return statistic(weights);
  };
  if (!Exists(name, drawn(std::vector<double>(static_cast<std::size_t>(UnitCount(input_.n)), 1.0)))) return;
  evaluation_.metrics.push_back(
      scheme::Bootstrapped(name, UnitCount(input_.n), drawn, Stream(name), options_, input_.n));
}

Status RequireSingleLabel(const Labelled& input) {
  if (!input.is_multilabel) return {};
  return Lacks("a sample has several labels here; this scheme is for one label a sample",
               "use precision, recall, f_score, jaccard, hamming_loss or subset_accuracy");
}

Status RequireAnswers(const Labelled& input) {
  CUPEL_TRY_STATUS(RequireSingleLabel(input));
  if (!input.answers.empty()) return {};
  return Lacks("the file does not say what was answered: a score outside [0, 1] has no threshold",
               "add a column prediction");
}

Status RequireScores(const Labelled& input) {
  CUPEL_TRY_STATUS(RequireSingleLabel(input));
  if (!input.scores.empty()) return {};
  return Lacks("the file has no scores", "give it a column score, or score_<class> for every class");
}

Status RequireProbabilities(const Labelled& input) {
  CUPEL_TRY_STATUS(RequireScores(input));
  if (input.are_probs) return {};
  return Lacks("the scores are no probabilities: they must lie in [0, 1] and a row must sum to 1 +- 0.01",
               "write softmax probabilities, not logits");
}

Status RequireNoWeights(const Labelled& input) {
  if (input.weights.empty()) return {};
  return Lacks("this scheme is not defined for weighted samples", "remove the column weight");
}

Result<std::size_t> PositiveClass(const Labelled& input, const check::Parameters& parameters) {
  const std::string& name = parameters.Text("positive");
  if (name.empty()) {
    if (input.c == 2) return std::size_t{1};
    return Lacks(fmt::format("there are {} classes; which one is positive is not said", input.c),
                 fmt::format("add @positive={}", input.class_names.back()));
  }
  const auto found = std::ranges::find(input.class_names, name);
  if (found != input.class_names.end()) return static_cast<std::size_t>(found - input.class_names.begin());
  return Lacks(fmt::format("no class is called \"{}\"", name), NearestRemedy(name, input.class_names));
}

Binary OneVersusRest(const Labelled& input, std::size_t positive) {
  Binary binary;
  binary.positive = positive;
  binary.weights = input.weights;
  const auto n = static_cast<std::size_t>(input.n);
  binary.positives.resize(n);
  for (std::size_t i = 0; i < n; ++i) {
    binary.positives[i] = static_cast<std::size_t>(input.labels[i]) == positive ? 1 : 0;
  }
  if (input.is_single_score && positive == 1) {
    binary.scores = input.scores;
  } else if (input.is_single_score) {
    // 1 - score would round two scores into one.
    for (const double score : input.scores) binary.scores.push_back(-score);
  } else {
    for (std::size_t i = 0; i < n; ++i) binary.scores.push_back(input.Score(i, positive));
  }
  binary.groups = stats::GroupScores(binary.scores, binary.positives, binary.weights);
  return binary;
}

Result<Binary> BinaryOf(const Labelled& input, const check::Parameters& parameters) {
  CUPEL_TRY_STATUS(RequireScores(input));
  CUPEL_TRY(const std::size_t positive, PositiveClass(input, parameters));
  Binary binary = OneVersusRest(input, positive);
  double positives = 0;
  double negatives = 0;
  for (const stats::ScoreGroup& group : binary.groups) {
    positives += group.positive;
    negatives += group.negative;
  }
  if (positives > 0 && negatives > 0) return binary;
  return Lacks(fmt::format("{} samples of class \"{}\"; both sides must have some",
                           positives > 0 ? "there are only" : "there are no", input.class_names[positive]),
               "");
}

Table TableOf(const Labelled& input) {
  return CountTable(input.c, input.labels, input.answers, input.weights);
}

}  // namespace cupel::algorithm::classification
