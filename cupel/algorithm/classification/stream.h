// SPDX-License-Identifier: Apache-2.0
#pragma once

/// One pass over a labelled file of any length in bounded memory: the table of answers, sums of scoring
/// rules, calibration bins, and exact ranking figures by an external merge sort.
///
/// Scores are kept as 8-byte keys up to a limit, then sorted and written to an unnamed temporary file (in the
/// folder of TMPDIR); at the end the runs are merged. The groups are those of the whole file, in the same
/// order, so ROC AUC and average precision equal the in-memory ones bit for bit, whatever the limit.
///
/// For files with label and score, classes "0" and "1", probabilities, no weights: others are refused. Not
/// promised: intervals, which need the samples.

#include <cstdint>
#include <filesystem>
#include <optional>
#include <vector>

#include "cupel/algorithm/classification/probability.h"
#include "cupel/algorithm/classification/table.h"
#include "cupel/data/dataset/blob.h"

namespace cupel::algorithm::classification {

struct StreamOptions {
  std::size_t keys_in_memory = std::size_t{1} << 25;  ///< 256 MiB; as much again while sorting.
  std::size_t bins = 15;
};

struct Streamed {
  std::int64_t n = 0;
  Table table;
  double log_loss = 0;
  double brier_score = 0;
  std::vector<Bin> bins;  ///< Of the probability of "1", (lower, upper].
  /// Absent when a class has no sample.
  std::optional<double> roc_auc;
  std::optional<double> average_precision;
};

/// Errors: as ReadLabelledFile; kInvalidArgument for another form of file; kResourceLimit when the temporary
/// file cannot be written.
Result<Streamed> StreamLabelledFile(const std::filesystem::path& path, const StreamOptions& options = {});
Result<Streamed> StreamLabelled(const data::dataset::Blob& blob, const std::string& file_name,
                                const StreamOptions& options = {});

}  // namespace cupel::algorithm::classification
