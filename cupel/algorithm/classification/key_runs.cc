// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/classification/key_runs.h"

#include <algorithm>
#include <queue>
#include <tuple>

namespace cupel::algorithm::classification {
namespace {

constexpr std::int64_t kBufferKeys = 1 << 16;

}  // namespace

Status KeyRuns::Add(double score, bool positive) {
  keys_[positive ? 1 : 0].push_back(stats::FallingKey(score));
  return keys_[0].size() + keys_[1].size() < limit_ ? Status{} : Spill();
}

Status KeyRuns::Spill() {
  CUPEL_TRY_STATUS(Write(keys_[1], true));
  return Write(keys_[0], false);
}

Status KeyRuns::Write(std::vector<std::uint64_t>& keys, bool positive) {
  if (keys.empty()) return {};
  if (file_ == nullptr) file_.reset(std::tmpfile());
  stats::RadixSort(keys, scratch_);
  if (file_ == nullptr ||
      std::fwrite(keys.data(), sizeof(std::uint64_t), keys.size(), file_.get()) != keys.size()) {
    return Fail(ErrorCode::kResourceLimit, "sorted scores cannot be written to a temporary file", "",
                "make room in the folder for temporary files");
  }
  const auto count = static_cast<std::int64_t>(keys.size());
  runs_.push_back({.positive = positive, .next = written_, .end = written_ + count});
  written_ += count;
  keys.clear();
  return {};
}

Status KeyRuns::Refill(Run& run) {
  const std::int64_t count = std::min(kBufferKeys, run.end - run.next);
  run.buffer.resize(static_cast<std::size_t>(count));
  run.at = 0;
  if (count == 0) return {};
  if (fseeko(file_.get(), run.next * static_cast<off_t>(sizeof(std::uint64_t)), SEEK_SET) != 0 ||
      std::fread(run.buffer.data(), sizeof(std::uint64_t), run.buffer.size(), file_.get()) !=
          run.buffer.size()) {
    return Fail(ErrorCode::kInternal, "sorted scores cannot be read back from the temporary file");
  }
  run.next += count;
  return {};
}

Status KeyRuns::Merge(const std::function<void(const stats::ScoreGroup&)>& visit) {
  CUPEL_TRY_STATUS(Spill());
  using Head = std::pair<std::uint64_t, std::size_t>;  // Key, run.
  std::priority_queue<Head, std::vector<Head>, std::greater<>> heads;
  for (std::size_t i = 0; i < runs_.size(); ++i) {
    CUPEL_TRY_STATUS(Refill(runs_[i]));
    heads.emplace(runs_[i].buffer.front(), i);
  }
  while (!heads.empty()) {
    const std::uint64_t key = heads.top().first;
    stats::ScoreGroup group{.score = stats::ScoreOfKey(key), .positive = 0, .negative = 0};
    while (!heads.empty() && heads.top().first == key) {
      const std::size_t i = heads.top().second;
      heads.pop();
      Run& run = runs_[i];
      while (run.at < run.buffer.size() && run.buffer[run.at] == key) {
        (run.positive ? group.positive : group.negative) += 1;
        if (++run.at == run.buffer.size()) CUPEL_TRY_STATUS(Refill(run));
      }
      if (run.at < run.buffer.size()) heads.emplace(run.buffer[run.at], i);
    }
    visit(group);
  }
  return {};
}

}  // namespace cupel::algorithm::classification
