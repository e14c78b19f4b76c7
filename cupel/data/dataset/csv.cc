// SPDX-License-Identifier: Apache-2.0
#include "cupel/data/dataset/csv.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <string_view>
#include <utility>

#include "cupel/base/nearest.h"

namespace cupel::data::dataset {
namespace {

constexpr std::size_t kMaxFieldBytes = std::size_t{1} << 20;
constexpr std::size_t kMaxColumns = 65536;
constexpr std::string_view kMark = "\xef\xbb\xbf";  // UTF-8's byte order mark.
constexpr std::int64_t kMaxUnnamedClasses = 1000000;

class Parser {
 public:
  Parser(const std::string& file_name, const CsvHandlers& handlers)
      : file_name_(file_name), handlers_(handlers) {}

  Status Push(BytesView piece) {
    for (const std::uint8_t byte : piece) CUPEL_TRY_STATUS(TakeAfterMark(static_cast<char>(byte)));
    return {};
  }

  Status Finish() {
    CUPEL_TRY_STATUS(GiveUpMark());
    if (state_ == State::kQuoted) return Wrong("a quote is not closed", row_line_);
    if (!IsBlankLine()) CUPEL_TRY_STATUS(EndRow());
    if (columns_ == 0) return Wrong("there is no header line", 1);
    return {};
  }

 private:
  enum class State { kFieldStart, kUnquoted, kQuoted, kAfterQuote, kAfterCarriageReturn };

  /// Drops the mark of byte order with which a file may begin, before anything else looks at it: a quote may
  /// follow.
  Status TakeAfterMark(char c) {
    if (mark_ == kMark.size()) return Take(c);
    if (c == kMark[mark_]) {
      ++mark_;
      return {};
    }
    CUPEL_TRY_STATUS(GiveUpMark());
    return Take(c);
  }

  /// The bytes taken for the beginning of a mark were text.
  Status GiveUpMark() {
    const std::size_t taken = std::exchange(mark_, kMark.size());
    for (std::size_t i = 0; i < taken && taken < kMark.size(); ++i) CUPEL_TRY_STATUS(Take(kMark[i]));
    return {};
  }

  bool IsBlankLine() const {
    return fields_.empty() && !is_quoted_ && state_ != State::kAfterQuote &&
           field_.find_first_not_of(" \t") == std::string::npos;
  }

  Status Take(char c) {
    if (c == '\0') return Wrong("there is a NUL byte; the file is no text", line_);
    if (field_.size() > kMaxFieldBytes || fields_.size() >= kMaxColumns) {
      return Fail(ErrorCode::kResourceLimit,
                  fmt::format("a field is larger than {} bytes or there are more than {} columns",
                              kMaxFieldBytes, kMaxColumns),
                  Place(line_));
    }
    if (state_ == State::kQuoted) return TakeQuoted(c);
    if (state_ == State::kAfterCarriageReturn && c != '\n')
      return Wrong("a carriage return stands alone", line_);
    if (c == '\n') return TakeLineEnd();
    if (c == ',') {
      EndField();
      return {};
    }
    if (c == '\r') {
      is_quoted_ = is_quoted_ || state_ == State::kAfterQuote;
      state_ = State::kAfterCarriageReturn;
      return {};
    }
    return TakePlain(c);
  }

  Status TakeQuoted(char c) {
    if (c == '\n') ++line_;
    if (c == '"') {
      state_ = State::kAfterQuote;
    } else {
      field_ += c;
    }
    return {};
  }

  Status TakePlain(char c) {
    if (state_ == State::kAfterQuote) {
      if (c != '"') return Wrong("text follows a closing quote", line_);
      field_ += '"';
      state_ = State::kQuoted;
      return {};
    }
    if (c == '"') {
      const bool is_blank = field_.find_first_not_of(' ') == std::string::npos;
      if (!is_blank) return Wrong("a quote stands inside an unquoted field", line_);
      field_.clear();
      is_quoted_ = true;
      state_ = State::kQuoted;
      return {};
    }
    field_ += c;
    state_ = State::kUnquoted;
    return {};
  }

  Status TakeLineEnd() {
    if (IsBlankLine()) {
      field_.clear();
      state_ = State::kFieldStart;
    } else {
      CUPEL_TRY_STATUS(EndRow());
    }
    row_line_ = ++line_;
    return {};
  }

  void EndField() {
    if (!is_quoted_) {
      const std::size_t begin = std::min(field_.find_first_not_of(" \t"), field_.size());
      field_ = field_.substr(begin, field_.find_last_not_of(" \t") + 1 - begin);
    }
    fields_.push_back(std::move(field_));
    field_.clear();
    is_quoted_ = false;
    state_ = State::kFieldStart;
  }

  Status EndRow() {
    EndField();
    CsvFields fields = std::exchange(fields_, {});
    if (columns_ == 0) return TakeHeader(fields);
    if (fields.size() != columns_) {
      return Wrong(fmt::format("the header has {} fields and this row has {}", columns_, fields.size()),
                   row_line_);
    }
    return handlers_.on_row(fields, Place(row_line_));
  }

  Status TakeHeader(CsvFields& fields) {
    columns_ = fields.size();
    CsvFields sorted = fields;
    std::ranges::sort(sorted);
    if (sorted.front().empty()) return Wrong("a column has no name", row_line_);
    const auto twice = std::ranges::adjacent_find(sorted);
    if (twice != sorted.end()) return Wrong(fmt::format("two columns are named \"{}\"", *twice), row_line_);
    auto taken = handlers_.on_header(fields);
    if (!taken) return FailAt(Place(row_line_), std::move(taken).error());
    return {};
  }

  std::string Place(std::int64_t line) const { return fmt::format("{}:{}", file_name_, line); }
  tl::unexpected<Error> Wrong(std::string message, std::int64_t line) const {
    return Fail(ErrorCode::kCorrupt, std::move(message), Place(line));
  }

  const std::string& file_name_;
  const CsvHandlers& handlers_;
  std::size_t mark_ = 0;  ///< Bytes of the mark that were taken; all of them: no longer at the beginning.
  State state_ = State::kFieldStart;
  bool is_quoted_ = false;
  std::string field_;
  CsvFields fields_;
  std::size_t columns_ = 0;
  std::int64_t line_ = 1, row_line_ = 1;
};

}  // namespace

Status ReadCsv(const Blob& blob, const std::string& file_name, const CsvHandlers& handlers) {
  Parser parser(file_name, handlers);
  CUPEL_TRY_STATUS(blob.ReadInPieces(0, blob.size(), [&](BytesView piece) { return parser.Push(piece); }));
  return parser.Finish();
}

Result<float> ParseNumber(const std::string& text, std::string_view column, const std::string& place) {
  float number = 0;
  const char* const last = text.data() + text.size();
  auto [end, error] = std::from_chars(text.data(), last, number);
  if (error == std::errc::result_out_of_range) {
    // Too large is an error, too small is zero; only the wider type tells them apart.
    double wide = 0;
    error = std::from_chars(text.data(), last, wide).ec;
    number = std::abs(wide) < 1 ? static_cast<float>(wide) : INFINITY;
  }
  if (text.empty() || end != last || error != std::errc() || !std::isfinite(number)) {
    return Fail(ErrorCode::kCorrupt,
                fmt::format("column \"{}\" must hold a finite number, got \"{}\"", column, text), place,
                "impute the value or remove the row");
  }
  return number;
}

Result<std::int32_t> ParseLabel(const std::string& text, const std::vector<std::string>& class_names,
                                const std::string& place) {
  const auto name = std::ranges::find(class_names, text);
  if (name != class_names.end()) return static_cast<std::int32_t>(name - class_names.begin());
  std::int64_t index = -1;
  const char* const last = text.data() + text.size();
  const auto [end, error] = std::from_chars(text.data(), last, index);
  const std::int64_t count =
      class_names.empty() ? kMaxUnnamedClasses : static_cast<std::int64_t>(class_names.size());
  if (end == last && error == std::errc() && index >= 0 && index < count)
    return static_cast<std::int32_t>(index);
  if (class_names.empty()) {
    return Fail(ErrorCode::kCorrupt, fmt::format("the label must be a class index, got \"{}\"", text), place,
                "name the classes in the manifest's class_names");
  }
  return Fail(ErrorCode::kCorrupt,
              fmt::format("label \"{}\" is neither a class name nor in 0 .. {}", text, count - 1), place,
              NearestRemedy(text, class_names));
}

std::vector<std::string> NumberedClasses(std::int64_t count) {
  std::vector<std::string> names;
  for (std::int64_t i = 0; i < count; ++i) names.push_back(std::to_string(i));
  return names;
}

}  // namespace cupel::data::dataset
