// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/event/activity_alignment.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "cupel/algorithm/event/matching.h"

namespace cupel::algorithm::event {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
/// Frames become seconds by a division; an overlap of just the threshold must not miss it by a last digit.
constexpr double kRounding = 1e-9;

double Overlap(double start, double end, const Event& event) {
  return std::max(0.0, std::min(end, event.end) - std::max(start, event.start));
}

bool MayPair(const Event& truth, const Event& answer, const AlignmentRules& rules) {
  const double length = truth.end - truth.start;
  const double overlap = Overlap(truth.start, truth.end, answer);
  if (length < rules.overlap_seconds - kRounding) {
    return length > 0 && overlap / length >= rules.overlap_share - kRounding;
  }
  return overlap >= rules.overlap_seconds - kRounding;
}

/// Pairs answers, best score first, with free true instances; an earlier pair may move but not end.
class Pairing {
 public:
  explicit Pairing(std::size_t truths, std::vector<std::vector<std::size_t>> fits)
      : fits_(std::move(fits)), answer_of_(truths, kUnmatched), truth_of_(fits_.size(), kUnmatched) {
    for (std::size_t answer = 0; answer < fits_.size(); ++answer) Augment(answer);
  }
  const std::vector<std::size_t>& truth_of() const { return truth_of_; }

 private:
  /// Breadth first from the answer to the nearest free instance.
  void Augment(std::size_t first) {
    std::vector<std::size_t> came_from(answer_of_.size(), kUnmatched);
    std::vector<std::size_t> queue = {first};
    for (std::size_t next = 0; next < queue.size(); ++next) {
      for (const std::size_t truth : fits_[queue[next]]) {
        if (came_from[truth] != kUnmatched) continue;
        came_from[truth] = queue[next];
        if (answer_of_[truth] == kUnmatched) return Flip(truth, came_from);
        queue.push_back(answer_of_[truth]);
      }
    }
  }

  void Flip(std::size_t truth, const std::vector<std::size_t>& came_from) {
    while (truth != kUnmatched) {
      const std::size_t answer = came_from[truth];
      answer_of_[truth] = answer;
      std::swap(truth_of_[answer], truth);
    }
  }

  std::vector<std::vector<std::size_t>> fits_;
  std::vector<std::size_t> answer_of_;
  std::vector<std::size_t> truth_of_;
};

double PairNmide(const Event& truth, const Event& answer, double duration, const NmideRules& rules) {
  const double length = truth.end - truth.start;
  const double inner = std::max(0.0, length - 2 * rules.collar);
  const double outside = duration - (length + 2 * rules.collar);
  if (inner <= kRounding || outside <= kRounding) return kNan;
  const double collar = rules.collar;
  const double missed = inner - Overlap(truth.start + collar, truth.end - collar, answer);
  const double invented =
      (answer.end - answer.start) - Overlap(truth.start - collar, truth.end + collar, answer);
  return rules.cost_miss * missed / inner + rules.cost_false * invented / outside;
}

/// Time of one recording cut at every border of its events, with how many of each side are on.
class Occupancy {
 public:
  explicit Occupancy(std::vector<double> borders) : borders_(std::move(borders)) {
    std::ranges::sort(borders_);
    const auto repeated = std::ranges::unique(borders_);
    borders_.erase(repeated.begin(), repeated.end());
    truths_.assign(borders_.size(), 0);
    answers_.assign(borders_.size(), 0);
  }

  void AddTruth(const Event& event) {
    for (std::size_t i = At(event.start); i < At(event.end); ++i) truths_[i] += 1;
  }

  /// Seconds by which the answers' excess over the truth grows.
  double AddAnswer(const Event& event) {
    double grown = 0;
    const std::size_t end = At(event.end);
    for (std::size_t i = At(event.start); i < end; ++i) {
      if (answers_[i] >= truths_[i]) grown += borders_[i + 1] - borders_[i];
      answers_[i] += 1;
    }
    return grown;
  }

  double Covered() const {
    double covered = 0;
    for (std::size_t i = 0; i + 1 < borders_.size(); ++i) {
      if (truths_[i] > 0) covered += borders_[i + 1] - borders_[i];
    }
    return covered;
  }

 private:
  std::size_t At(double time) const {
    return static_cast<std::size_t>(std::ranges::lower_bound(borders_, time) - borders_.begin());
  }

  std::vector<double> borders_;
  std::vector<int> truths_;
  std::vector<int> answers_;
};

/// Positions of the events of one activity in one recording.
std::vector<std::size_t> Of(const std::vector<Event>& events, const std::vector<std::size_t>& of,
                            std::size_t category) {
  std::vector<std::size_t> found;
  for (const std::size_t i : of) {
    if (static_cast<std::size_t>(events[i].category) == category) found.push_back(i);
  }
  return found;
}

class Aligner {
 public:
  Aligner(const EventInput& input, const std::vector<double>& durations, const AlignmentRules& rules,
          const NmideRules& nmide)
      : input_(input), durations_(durations), rules_(rules), nmide_(nmide) {}

  ActivityAlignment Align(std::size_t category) const {
    ActivityAlignment alignment;
    alignment.category = category;
    for (std::size_t source = 0; source < input_.sources.size(); ++source) AlignIn(source, alignment);
    std::ranges::stable_sort(alignment.answers, std::greater<>(), &AlignedAnswer::score);
    return alignment;
  }

 private:
  void AlignIn(std::size_t source, ActivityAlignment& alignment) const {
    const std::vector<Event>& truths = input_.truth.events;
    const std::vector<Event>& answers = input_.answers.events;
    const auto truth_at = Of(truths, input_.truth_of[source], alignment.category);
    auto answer_at = Of(answers, input_.answers_of[source], alignment.category);
    std::ranges::stable_sort(answer_at, std::greater<>(), [&](std::size_t i) { return answers[i].score; });
    std::vector<double> borders;
    std::vector<std::vector<std::size_t>> fits(answer_at.size());
    for (const std::size_t t : truth_at) borders.insert(borders.end(), {truths[t].start, truths[t].end});
    for (std::size_t a = 0; a < answer_at.size(); ++a) {
      const Event& answer = answers[answer_at[a]];
      borders.insert(borders.end(), {answer.start, answer.end});
      for (std::size_t t = 0; t < truth_at.size(); ++t) {
        if (MayPair(truths[truth_at[t]], answer, rules_)) fits[a].push_back(t);
      }
    }
    const Pairing pairing(truth_at.size(), std::move(fits));
    Occupancy occupancy(std::move(borders));
    for (const std::size_t t : truth_at) occupancy.AddTruth(truths[t]);
    for (std::size_t a = 0; a < answer_at.size(); ++a) {
      const Event& answer = answers[answer_at[a]];
      const std::size_t paired = pairing.truth_of()[a];
      AlignedAnswer aligned;
      aligned.score = answer.score;
      aligned.source = source;
      aligned.correct = paired != kUnmatched;
      aligned.nmide =
          aligned.correct ? PairNmide(truths[truth_at[paired]], answer, durations_[source], nmide_) : kNan;
      aligned.time_outside = occupancy.AddAnswer(answer);
      alignment.answers.push_back(aligned);
    }
    alignment.truths.push_back(static_cast<double>(truth_at.size()));
    alignment.unlabelled.push_back(std::max(0.0, durations_[source] - occupancy.Covered()));
    alignment.minutes.push_back(durations_[source] / 60);
  }

  const EventInput& input_;
  const std::vector<double>& durations_;
  const AlignmentRules& rules_;
  const NmideRules& nmide_;
};

double WeightedSum(const std::vector<double>& values, std::span<const double> weights) {
  double sum = 0;
  for (std::size_t i = 0; i < values.size(); ++i) sum += weights[i] * values[i];
  return sum;
}

}  // namespace

Result<std::vector<ActivityAlignment>> AlignActivities(const EventInput& input, const AlignmentRules& rules,
                                                       const NmideRules& nmide) {
  CUPEL_TRY(const std::vector<double> durations, Durations(input));
  std::vector<bool> present(input.categories.size(), false);
  for (const Event& event : input.truth.events) present[static_cast<std::size_t>(event.category)] = true;
  std::vector<ActivityAlignment> alignments;
  const Aligner aligner(input, durations, rules, nmide);
  for (std::size_t category = 0; category < present.size(); ++category) {
    if (present[category]) alignments.push_back(aligner.Align(category));
  }
  if (alignments.empty()) return Fail(ErrorCode::kInvalidArgument, "the truth has no event");
  return alignments;
}

std::vector<SweepPoint> Sweep(const ActivityAlignment& alignment, std::span<const double> weights) {
  std::vector<SweepPoint> points;
  const double truths = WeightedSum(alignment.truths, weights);
  const double minutes = WeightedSum(alignment.minutes, weights);
  const double unlabelled = WeightedSum(alignment.unlabelled, weights);
  if (truths == 0) return points;
  double correct = 0;
  double wrong = 0;
  double outside = 0;
  double nmide = 0;
  double pairs = 0;
  for (std::size_t i = 0; i < alignment.answers.size(); ++i) {
    const AlignedAnswer& answer = alignment.answers[i];
    const double weight = weights[answer.source];
    (answer.correct ? correct : wrong) += weight;
    outside += weight * answer.time_outside;
    if (!std::isnan(answer.nmide)) {
      nmide += weight * answer.nmide;
      pairs += weight;
    }
    const bool last = i + 1 == alignment.answers.size() || alignment.answers[i + 1].score != answer.score;
    if (!last || correct + wrong == 0) continue;
    points.push_back({.score = answer.score,
                      .pmiss = (truths - correct) / truths,
                      .wpmiss = (truths - correct + 8) / (truths + 10),
                      .rfa = wrong / minutes,
                      .tfa = unlabelled > 0 ? outside / unlabelled : kNan,
                      .nmide = pairs > 0 ? nmide / pairs : kNan,
                      .rejected = correct - pairs});
  }
  return points;
}

double ValueAt(std::span<const SweepPoint> points, double SweepPoint::* x, double SweepPoint::* y,
               double target, double fallback) {
  constexpr double kExact = 1e-10;
  double last_x = 0;
  double last_y = kNan;
  bool exact = false;
  for (const SweepPoint& point : points) {
    if (std::fabs(point.*x - target) < kExact) {
      exact = true;
    } else if (point.*x > target) {
      if (std::isnan(last_y)) return fallback;
      if (exact) return last_y;
      return last_y + (point.*y - last_y) * ((target - last_x) / (point.*x - last_x));
    }
    last_x = point.*x;
    last_y = point.*y;
  }
  return std::isnan(last_y) ? fallback : last_y;
}

double NormalisedArea(std::span<const SweepPoint> points, double SweepPoint::* x, double limit) {
  double area = 0;
  double last_x = 0;
  double last_y = 1;
  for (const SweepPoint& point : points) {
    const double at = point.*x;
    if (limit < at) {
      const double height = last_y + (point.pmiss - last_y) / (at - last_x) * (limit - last_x);
      return (area + 0.5 * (last_y + height) * (limit - last_x)) / limit;
    }
    if (at != 0) area += 0.5 * (last_y + point.pmiss) * (at - last_x);
    last_x = at;
    last_y = point.pmiss;
  }
  return (area + last_y * (limit - last_x)) / limit;
}

}  // namespace cupel::algorithm::event
