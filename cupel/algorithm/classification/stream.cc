// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/classification/stream.h"

#include <array>

#include "cupel/algorithm/classification/columns.h"
#include "cupel/algorithm/classification/key_runs.h"
#include "cupel/algorithm/classification/ranking.h"

namespace cupel::algorithm::classification {
namespace {

using data::dataset::CsvFields;

class Pass {
 public:
  explicit Pass(const StreamOptions& options)
      : runs_(options.keys_in_memory), edges_(UniformEdges(options.bins)) {
    out_.table = {.c = 2, .cells = std::vector<double>(4)};
    out_.bins = BinsBetween(edges_, {}, {}, {});
  }

  Status TakeHeader(const CsvFields& header) {
    CUPEL_TRY(columns_, ReadColumns(header));
    if (columns_.score != kNoColumn && columns_.weight == kNoColumn) return {};
    return Fail(ErrorCode::kInvalidArgument, "one pass needs the columns label and score, without weight");
  }

  Status TakeRow(const CsvFields& fields, const std::string& place) {
    CUPEL_TRY(const std::int32_t label,
              data::dataset::ParseLabel(fields[columns_.label], columns_.class_names, place));
    CUPEL_TRY(const double score, ParseReal(fields[columns_.score], "score", place));
    if (!(score >= 0 && score <= 1)) {
      return Fail(ErrorCode::kInvalidArgument, "one pass needs probabilities in [0, 1]", place);
    }
    std::int32_t answer = score > 0.5 ? 1 : 0;
    if (columns_.prediction != kNoColumn) {
      CUPEL_TRY(answer, data::dataset::ParseLabel(fields[columns_.prediction], columns_.class_names, place));
    }
    ++out_.n;
    out_.table.cells[static_cast<std::size_t>(label * 2 + answer)] += 1;
    out_.log_loss += LogLossOf(std::array{1 - score, score}, static_cast<std::size_t>(label));
    out_.brier_score += (label - score) * (label - score);
    Bin& bin = out_.bins[BinOf(edges_, score)];
    bin.count += 1;
    bin.confidence += score;
    bin.events += label;
    return runs_.Add(score, label == 1);
  }

  Result<Streamed> Finish(const std::string& file_name) {
    if (out_.n == 0) return Fail(ErrorCode::kInvalidArgument, "there is no row", file_name);
    RankingSums sums;
    CUPEL_TRY_STATUS(runs_.Merge([&](const stats::ScoreGroup& group) { sums.Add(group); }));
    if (sums.positives() > 0 && sums.negatives() > 0) {
      out_.roc_auc = sums.RocAuc();
      out_.average_precision = sums.AveragePrecision();
    }
    out_.log_loss /= static_cast<double>(out_.n);
    out_.brier_score /= static_cast<double>(out_.n);
    return std::move(out_);
  }

 private:
  Columns columns_;
  KeyRuns runs_;
  std::vector<double> edges_;
  Streamed out_;
};

}  // namespace

Result<Streamed> StreamLabelled(const data::dataset::Blob& blob, const std::string& file_name,
                                const StreamOptions& options) {
  Pass pass(options);
  const data::dataset::CsvHandlers handlers = {
      [&](const CsvFields& header) { return pass.TakeHeader(header); },
      [&](const CsvFields& fields, const std::string& place) { return pass.TakeRow(fields, place); }};
  CUPEL_TRY_STATUS(data::dataset::ReadCsv(blob, file_name, handlers));
  return pass.Finish(file_name);
}

Result<Streamed> StreamLabelledFile(const std::filesystem::path& path, const StreamOptions& options) {
  CUPEL_TRY(const data::dataset::LoadedFile file,
            data::dataset::LoadFile(path, data::dataset::StorageLimits{}));
  return StreamLabelled(*file.blob, path.string(), options);
}

}  // namespace cupel::algorithm::classification
