// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/event/matching.h"

namespace cupel::algorithm::event {
namespace {

constexpr std::size_t kFree = kUnmatched - 1;     ///< Where an alternating path may begin: a free answer.
constexpr std::size_t kNoEntry = kUnmatched - 2;  ///< The answer is not in the layers, or was used up.

class HopcroftKarp {
 public:
  HopcroftKarp(const std::vector<std::vector<std::size_t>>& fits, std::size_t answers)
      : truth_of_answer_(answers), match_(fits.size(), kUnmatched) {
    std::vector<bool> seen(answers, false);
    for (std::size_t truth = 0; truth < fits.size(); ++truth) {
      for (const std::size_t answer : fits[truth]) {
        if (!seen[answer]) order_.push_back(answer);
        seen[answer] = true;
        truth_of_answer_[answer].push_back(truth);
      }
    }
  }

  std::vector<std::size_t> Run() {
    for (const std::size_t answer : order_) {
      for (const std::size_t truth : truth_of_answer_[answer]) {
        if (match_[truth] != kUnmatched) continue;
        match_[truth] = answer;
        break;
      }
    }
    while (BuildLayers()) {
      for (const std::size_t truth : ends_) Augment(truth);
    }
    return match_;
  }

 private:
  /// Layers of alternating paths from free answers up to the first layer with a free true event (ends_).
  bool BuildLayers() {
    before_truth_.assign(match_.size(), {});
    layered_.assign(match_.size(), false);
    ends_.clear();
    before_answer_.assign(truth_of_answer_.size(), kNoEntry);
    for (const std::size_t answer : order_) before_answer_[answer] = kFree;
    for (const std::size_t answer : match_) {
      if (answer != kUnmatched) before_answer_[answer] = kNoEntry;
    }
    std::vector<std::size_t> layer;
    for (const std::size_t answer : order_) {
      if (before_answer_[answer] == kFree) layer.push_back(answer);
    }
    while (!layer.empty() && ends_.empty()) layer = NextLayer(layer);
    return !ends_.empty();
  }

  std::vector<std::size_t> NextLayer(const std::vector<std::size_t>& layer) {
    std::vector<std::size_t> reached;
    for (const std::size_t answer : layer) {
      for (const std::size_t truth : truth_of_answer_[answer]) {
        if (layered_[truth]) continue;
        if (before_truth_[truth].empty()) reached.push_back(truth);
        before_truth_[truth].push_back(answer);
      }
    }
    std::vector<std::size_t> next;
    for (const std::size_t truth : reached) {
      layered_[truth] = true;
      if (match_[truth] == kUnmatched) {
        ends_.push_back(truth);
      } else {
        next.push_back(match_[truth]);
        before_answer_[match_[truth]] = truth;
      }
    }
    return next;
  }

  struct Step {
    std::size_t truth;
    std::vector<std::size_t> answers;
    std::size_t tried;
  };

  /// Depth first from a free true event back to a free answer; every vertex is used once.
  void Augment(std::size_t end) {
    std::vector<Step> path;
    const auto enter = [&](std::size_t truth) {
      if (!layered_[truth]) return;
      layered_[truth] = false;
      path.push_back({truth, std::move(before_truth_[truth]), 0});
    };
    enter(end);
    while (!path.empty()) {
      Step& step = path.back();
      if (step.tried == step.answers.size()) {
        path.pop_back();
        continue;
      }
      const std::size_t answer = step.answers[step.tried++];
      const std::size_t before = before_answer_[answer];
      if (before == kNoEntry) continue;
      before_answer_[answer] = kNoEntry;
      if (before == kFree) {
        for (const Step& taken : path) match_[taken.truth] = taken.answers[taken.tried - 1];
        return;
      }
      enter(before);
    }
  }

  std::vector<std::size_t> order_;  ///< Answers that fit something, by the first true event they fit.
  std::vector<std::vector<std::size_t>> truth_of_answer_;
  std::vector<std::size_t> match_;                      ///< [truth]
  std::vector<std::vector<std::size_t>> before_truth_;  ///< [truth], answers of the previous layer.
  std::vector<bool> layered_;                           ///< [truth]
  std::vector<std::size_t> before_answer_;              ///< [answer], true event of the previous layer.
  std::vector<std::size_t> ends_;
};

}  // namespace

std::vector<std::size_t> LargestMatching(const std::vector<std::vector<std::size_t>>& fits,
                                         std::size_t answers) {
  return HopcroftKarp(fits, answers).Run();
}

std::vector<std::size_t> GreedyMatching(const std::vector<std::vector<std::size_t>>& fits,
                                        std::size_t answers) {
  std::vector<bool> taken(answers, false);
  std::vector<std::size_t> match(fits.size(), kUnmatched);
  for (std::size_t truth = 0; truth < fits.size(); ++truth) {
    for (const std::size_t answer : fits[truth]) {
      if (taken[answer]) continue;
      taken[answer] = true;
      match[truth] = answer;
      break;
    }
  }
  return match;
}

}  // namespace cupel::algorithm::event
