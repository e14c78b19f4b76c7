// SPDX-License-Identifier: Apache-2.0
#include "cupel/data/dataset/table.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <map>

#include "cupel/base/nearest.h"
#include "cupel/data/dataset/csv.h"

namespace cupel::data::dataset {
namespace {

Result<std::size_t> FindColumn(const CsvFields& header, const std::string& name) {
  const auto found = std::ranges::find(header, name);
  if (found != header.end()) return static_cast<std::size_t>(found - header.begin());
  return Fail(ErrorCode::kCorrupt, fmt::format("there is no column \"{}\"", name), "",
              NearestRemedy(name, header));
}

/// Where each column of the manifest is, and what the rows held so far.
class TableReader {
 public:
  TableReader(const Manifest& manifest, const StorageLimits& limits)
      : manifest_(manifest), features_(limits) {}

  Status TakeHeader(const CsvFields& header) {
    names_ = header;
    CUPEL_TRY(label_, FindColumn(header, manifest_.label_column));
    std::vector<bool> is_other(header.size(), false);
    is_other[label_] = true;
    for (const std::string& name : manifest_.group_columns) {
      CUPEL_TRY(const std::size_t column, FindColumn(header, name));
      group_columns_.push_back(column);
      groups_.emplace_back(name);
      is_other[column] = true;
    }
    for (const std::string& name : manifest_.feature_columns) {
      CUPEL_TRY(const std::size_t column, FindColumn(header, name));
      feature_columns_.push_back(column);
    }
    if (manifest_.feature_columns.empty()) {
      for (std::size_t i = 0; i < header.size(); ++i) {
        if (!is_other[i]) feature_columns_.push_back(i);
      }
    }
    if (feature_columns_.empty()) return Fail(ErrorCode::kCorrupt, "there is no feature column");
    row_.resize(feature_columns_.size());
    return {};
  }

  Status TakeRow(const CsvFields& fields, const std::string& place) {
    for (std::size_t i = 0; i < row_.size(); ++i) {
      const std::size_t column = feature_columns_[i];
      CUPEL_TRY(row_[i], ParseNumber(fields[column], names_[column], place));
    }
    CUPEL_TRY(const std::int32_t label, ParseLabel(fields[label_], manifest_.class_names, place));
    labels_.push_back(label);
    for (std::size_t i = 0; i < groups_.size(); ++i) {
      CUPEL_TRY_STATUS(groups_[i].Add(fields[group_columns_[i]], place));
    }
    return features_.Append(
        {reinterpret_cast<const std::uint8_t*>(row_.data()), row_.size() * sizeof(float)});
  }

  TableData Finish() {
    TableData data;
    const auto rows = static_cast<std::int64_t>(labels_.size());
    data.features = {
        features_.Finish(), 0, NumberType::kF32, false, {rows, static_cast<std::int64_t>(row_.size())}};
    data.labels = std::move(labels_);
    for (GroupCollector& group : groups_) data.groups.push_back(group.Finish());
    return data;
  }

 private:
  const Manifest& manifest_;
  BlobWriter features_;
  CsvFields names_;
  std::size_t label_ = 0;
  std::vector<std::size_t> feature_columns_, group_columns_;
  std::vector<float> row_;
  std::vector<std::int32_t> labels_;
  std::vector<GroupCollector> groups_;
};

}  // namespace

Result<TableData> ReadTable(const Blob& blob, const std::string& file_name, const Manifest& manifest,
                            const StorageLimits& limits) {
  TableReader reader(manifest, limits);
  const CsvHandlers handlers = {
      [&](const CsvFields& header) { return reader.TakeHeader(header); },
      [&](const CsvFields& fields, const std::string& place) { return reader.TakeRow(fields, place); }};
  CUPEL_TRY_STATUS(ReadCsv(blob, file_name, handlers));
  return reader.Finish();
}

Result<std::vector<GroupAttribute>> ReadGroups(const Blob& blob, const std::string& file_name,
                                               const std::vector<std::string>* sample_names) {
  CsvFields header;
  std::size_t file_column = 0;
  std::vector<CsvFields> rows;
  std::map<std::string, std::size_t> row_of;
  CsvHandlers handlers;
  handlers.on_header = [&](const CsvFields& fields) -> Status {
    header = fields;
    if (sample_names != nullptr) {
      CUPEL_TRY(file_column, FindColumn(fields, "file"));
    }
    return {};
  };
  handlers.on_row = [&](const CsvFields& fields, const std::string& place) -> Status {
    if (sample_names != nullptr && !row_of.emplace(fields[file_column], rows.size()).second) {
      return Fail(ErrorCode::kCorrupt, fmt::format("\"{}\" stands twice", fields[file_column]), place);
    }
    rows.push_back(fields);
    return {};
  };
  CUPEL_TRY_STATUS(ReadCsv(blob, file_name, handlers));
  if (sample_names != nullptr && rows.size() != sample_names->size()) {
    return Fail(ErrorCode::kCorrupt,
                fmt::format("there are {} rows for {} pictures", rows.size(), sample_names->size()),
                file_name);
  }
  std::vector<GroupAttribute> groups;
  for (std::size_t column = 0; column < header.size(); ++column) {
    if (sample_names != nullptr && column == file_column) continue;
    GroupCollector group(header[column]);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      std::size_t row = i;
      if (sample_names != nullptr) {
        const auto found = row_of.find((*sample_names)[i]);
        if (found == row_of.end()) {
          return Fail(ErrorCode::kCorrupt, fmt::format("there is no row for \"{}\"", (*sample_names)[i]),
                      file_name);
        }
        row = found->second;
      }
      CUPEL_TRY_STATUS(group.Add(rows[row][column], file_name));
    }
    groups.push_back(group.Finish());
  }
  return groups;
}

}  // namespace cupel::data::dataset
