// SPDX-License-Identifier: Apache-2.0
#pragma once

/// External merge sort of scores of two classes: sorted runs in an unnamed temporary file, merged into
/// groups.

#include <cstdint>
#include <cstdio>
#include <functional>
#include <memory>
#include <vector>

#include "cupel/base/error.h"
#include "cupel/stats/score_groups.h"

namespace cupel::algorithm::classification {

class KeyRuns {
 public:
  /// keys_in_memory: > 0.
  explicit KeyRuns(std::size_t keys_in_memory) : limit_(keys_in_memory) {}

  /// Errors: kResourceLimit when a run cannot be written.
  Status Add(double score, bool positive);

  /// Every group by falling score, once. Errors: kInternal when a run cannot be read back.
  Status Merge(const std::function<void(const stats::ScoreGroup&)>& visit);

 private:
  struct Run {
    bool positive = false;
    std::int64_t next = 0;  ///< In keys from the file's begin.
    std::int64_t end = 0;
    std::vector<std::uint64_t> buffer{};
    std::size_t at = 0;
  };
  struct Closer {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };

  Status Spill();
  Status Write(std::vector<std::uint64_t>& keys, bool positive);
  Status Refill(Run& run);

  std::size_t limit_;
  std::vector<std::uint64_t> keys_[2];
  std::vector<std::uint64_t> scratch_;
  std::vector<Run> runs_;
  std::unique_ptr<std::FILE, Closer> file_;
  std::int64_t written_ = 0;
};

}  // namespace cupel::algorithm::classification
