// SPDX-License-Identifier: Apache-2.0
#include "cupel/data/annotation/dcase.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "cupel/data/annotation/lines.h"
#include "cupel/data/annotation/name_index.h"

namespace cupel::data::annotation {
namespace {

using Fields = std::vector<std::string_view>;

constexpr std::size_t kMaxFields = 64;

std::string_view Trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \r");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \r") - begin + 1);
}

Result<Fields> Split(const Lines& lines) {
  Fields fields;
  std::string_view rest = lines.line();
  for (;;) {
    const std::size_t tab = rest.find('\t');
    fields.push_back(Trimmed(rest.substr(0, tab)));
    if (fields.size() > kMaxFields) {
      return Fail(ErrorCode::kCorrupt, fmt::format("more than {} columns", kMaxFields), lines.Place());
    }
    if (tab == std::string_view::npos) return fields;
    rest.remove_prefix(tab + 1);
  }
}

/// Which field holds what; -1: none.
struct Columns {
  int file = -1;
  int onset = -1;
  int offset = -1;
  int label = -1;
  int score = -1;
  int duration = -1;
  std::size_t count = 0;

  static int Find(const Fields& header, std::string_view name) {
    const auto at = std::ranges::find(header, name);
    return at == header.end() ? -1 : static_cast<int>(at - header.begin());
  }
  static Columns OfHeader(const Fields& header) {
    return {.file = Find(header, "filename"),
            .onset = Find(header, "onset"),
            .offset = Find(header, "offset"),
            .label = Find(header, "event_label"),
            .score = Find(header, "score"),
            .duration = Find(header, "duration"),
            .count = header.size()};
  }
  bool HoldsEvents() const { return onset >= 0 && offset >= 0 && label >= 0; }
};

Result<Columns> ByCount(std::size_t count, const std::string& place) {
  Columns columns;
  columns.count = count;
  const int first = static_cast<int>(count) - 3;
  if (count < 3 || count > 5) {
    return Fail(ErrorCode::kCorrupt, fmt::format("expected 3, 4 or 5 columns or a header, got {}", count),
                place, "the header is: filename, onset, offset, event_label, separated by tabs");
  }
  if (count > 3) columns.file = 0;
  columns.onset = first;
  columns.offset = first + 1;
  columns.label = first + 2;
  return columns;
}

class Reader {
 public:
  Status ReadTable(std::string_view text, const std::string& file_name, bool events_expected) {
    Lines lines(text, file_name);
    bool first = true;
    Columns columns;
    while (lines.Next()) {
      if (Trimmed(lines.line()).empty()) continue;
      CUPEL_TRY(const Fields fields, Split(lines));
      if (events_expected && fields.size() == 1) {
        if (const auto source = names_.Source(fields[0]); !source)
          return FailAt(lines.Place(), source.error());
        continue;
      }
      if (std::exchange(first, false)) {
        columns = Columns::OfHeader(fields);
        const bool header = columns.HoldsEvents() || (columns.file >= 0 && columns.duration >= 0);
        if (!header && !events_expected) {
          return Fail(ErrorCode::kCorrupt, "expected the columns filename and duration", lines.Place());
        }
        if (header) continue;
        CUPEL_TRY(columns, ByCount(fields.size(), lines.Place()));
      }
      CUPEL_TRY_STATUS(ReadRow(fields, columns, lines.Place()));
    }
    return {};
  }

  Annotations Take() && { return std::move(annotations_); }

 private:
  Status ReadRow(const Fields& fields, const Columns& columns, const std::string& place) {
    if (fields.size() != columns.count) {
      return Fail(ErrorCode::kCorrupt,
                  fmt::format("expected {} columns, got {}", columns.count, fields.size()), place);
    }
    const auto field = [&](int column) {
      return column < 0 ? std::string_view() : fields[static_cast<std::size_t>(column)];
    };
    const Result<std::int32_t> source = names_.Source(columns.file < 0 ? "recording" : field(columns.file));
    if (!source) return FailAt(place, source.error());
    if (!field(columns.duration).empty()) {
      CUPEL_TRY(const double duration, ParseReal(field(columns.duration), "duration", place));
      CUPEL_TRY_STATUS(SetDuration(annotations_.sources[static_cast<std::size_t>(*source)], duration, place));
    }
    if (field(columns.onset).empty() && field(columns.offset).empty() && field(columns.label).empty()) {
      return {};
    }
    Event event;
    event.source = *source;
    CUPEL_TRY(event.start, ParseReal(field(columns.onset), "onset", place));
    CUPEL_TRY(event.end, ParseReal(field(columns.offset), "offset", place));
    if (!(event.start >= 0 && event.start <= event.end)) {
      return Fail(ErrorCode::kCorrupt,
                  fmt::format("expected 0 <= onset <= offset, got {} and {}", event.start, event.end), place);
    }
    if (!field(columns.score).empty()) {
      CUPEL_TRY(event.score, ParseReal(field(columns.score), "score", place));
    }
    const Result<std::int32_t> category = names_.Category(field(columns.label));
    if (!category) return FailAt(place, category.error());
    event.category = *category;
    annotations_.events.push_back(std::move(event));
    return {};
  }

  static Status SetDuration(Source& source, double duration, const std::string& place) {
    if (!(duration > 0)) {
      return Fail(ErrorCode::kCorrupt, fmt::format("duration must be > 0, got {}", duration), place);
    }
    if (source.duration != 0 && source.duration != duration) {
      return Fail(ErrorCode::kCorrupt,
                  fmt::format("\"{}\" has two durations, {} and {}", source.name, source.duration, duration),
                  place);
    }
    source.duration = duration;
    return {};
  }

  Annotations annotations_;
  NameIndex names_{annotations_};
};

}  // namespace

Result<Annotations> ParseDcase(std::string_view text, const std::string& file_name,
                               std::string_view durations, const std::string& durations_name) {
  Reader reader;
  CUPEL_TRY_STATUS(reader.ReadTable(text, file_name, true));
  CUPEL_TRY_STATUS(reader.ReadTable(durations, durations_name, false));
  return std::move(reader).Take();
}

}  // namespace cupel::data::annotation
