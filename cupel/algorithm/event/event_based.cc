// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/event/event_based.h"

#include <algorithm>
#include <cmath>

#include "cupel/algorithm/event/matching.h"

namespace cupel::algorithm::event {
namespace {

bool InTime(const Event& truth, const Event& answer, const EventRules& rules) {
  if (!(std::fabs(truth.start - answer.start) <= rules.collar)) return false;
  if (!rules.offsets) return true;
  const double tolerance = std::max(rules.collar, rules.offset_share * (truth.end - truth.start));
  return std::fabs(truth.end - answer.end) <= tolerance;
}

/// One recording's events, and its answers by onset so that only near ones are compared.
class Recording {
 public:
  Recording(const EventInput& input, std::size_t source, const EventRules& rules)
      : rules_(rules),
        truth_at_(input.truth_of[source]),
        answer_at_(input.answers_of[source]),
        truth_(input.truth.events),
        answers_(input.answers.events) {
    for (std::size_t i = 0; i < answer_at_.size(); ++i) by_onset_.push_back(i);
    std::ranges::stable_sort(by_onset_, {}, [&](std::size_t i) { return Answer(i).start; });
  }

  const Event& Truth(std::size_t i) const { return truth_[truth_at_[i]]; }
  const Event& Answer(std::size_t i) const { return answers_[answer_at_[i]]; }
  std::size_t truths() const { return truth_at_.size(); }
  std::size_t answers() const { return answer_at_.size(); }

  /// Answers in time for true event i, in the order of the file.
  std::vector<std::size_t> InTimeFor(std::size_t i) const {
    const double reach = rules_.collar * 1.0000001 + std::fabs(Truth(i).start) * 1e-12;
    auto at = std::ranges::lower_bound(by_onset_, Truth(i).start - reach, {},
                                       [&](std::size_t k) { return Answer(k).start; });
    std::vector<std::size_t> found;
    for (; at != by_onset_.end() && Answer(*at).start <= Truth(i).start + reach; ++at) {
      if (InTime(Truth(i), Answer(*at), rules_)) found.push_back(*at);
    }
    std::ranges::sort(found);
    return found;
  }

 private:
  const EventRules& rules_;
  const std::vector<std::size_t>& truth_at_;
  const std::vector<std::size_t>& answer_at_;
  const std::vector<Event>& truth_;
  const std::vector<Event>& answers_;
  std::vector<std::size_t> by_onset_;
};

/// True events left over that an answer left over meets in time, of whatever category; each answer once.
double Substitutions(const std::vector<std::vector<std::size_t>>& in_time,
                     const std::vector<std::size_t>& match, std::size_t answers) {
  std::vector<bool> used(answers, false);
  for (const std::size_t answer : match) {
    if (answer != kUnmatched) used[answer] = true;
  }
  double count = 0;
  for (std::size_t truth = 0; truth < match.size(); ++truth) {
    if (match[truth] != kUnmatched) continue;
    const auto free = std::ranges::find_if(in_time[truth], [&](std::size_t answer) { return !used[answer]; });
    if (free == in_time[truth].end()) continue;
    used[*free] = true;
    count += 1;
  }
  return count;
}

/// Matches one recording and adds what came of it.
void MatchRecording(const EventInput& input, std::size_t source, const EventRules& rules,
                    EventMatch& result) {
  const Recording recording(input, source, rules);
  Counts* by_category = result.tally.by_category.data() + source * input.categories.size();
  std::vector<std::vector<std::size_t>> in_time(recording.truths());
  std::vector<std::vector<std::size_t>> fits(recording.truths());
  for (std::size_t i = 0; i < recording.truths(); ++i) {
    in_time[i] = recording.InTimeFor(i);
    std::ranges::copy_if(in_time[i], std::back_inserter(fits[i]), [&](std::size_t k) {
      return recording.Answer(k).category == recording.Truth(i).category;
    });
    by_category[recording.Truth(i).category].truth += 1;
  }
  for (std::size_t k = 0; k < recording.answers(); ++k)
    by_category[recording.Answer(k).category].answers += 1;
  const std::vector<std::size_t> match =
      rules.greedy ? GreedyMatching(fits, recording.answers()) : LargestMatching(fits, recording.answers());
  Counts& all = result.tally.overall[source];
  for (std::size_t i = 0; i < match.size(); ++i) {
    if (match[i] == kUnmatched) continue;
    result.truth_found[input.truth_of[source][i]] = true;
    result.answer_is_hit[input.answers_of[source][match[i]]] = true;
    by_category[recording.Truth(i).category].hits += 1;
    all.hits += 1;
  }
  all.truth = static_cast<double>(recording.truths());
  all.answers = static_cast<double>(recording.answers());
  all.substituted = Substitutions(in_time, match, recording.answers());
  all.deleted = all.truth - all.hits - all.substituted;
  all.inserted = all.answers - all.hits - all.substituted;
}

}  // namespace

EventMatch MatchEvents(const EventInput& input, const EventRules& rules) {
  EventMatch result;
  result.truth_found.assign(input.truth.events.size(), false);
  result.answer_is_hit.assign(input.answers.events.size(), false);
  result.tally.categories = input.categories.size();
  result.tally.overall.resize(input.sources.size());
  result.tally.by_category.resize(input.sources.size() * input.categories.size());
  for (std::size_t source = 0; source < input.sources.size(); ++source) {
    MatchRecording(input, source, rules, result);
  }
  return result;
}

}  // namespace cupel::algorithm::event
