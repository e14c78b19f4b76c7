// SPDX-License-Identifier: Apache-2.0
#include "cupel/data/dataset/npy.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace cupel::data::dataset {
namespace {

constexpr std::array<std::uint8_t, 6> kMagic = {0x93, 'N', 'U', 'M', 'P', 'Y'};
constexpr std::uint64_t kMaxHeaderBytes = 1 << 16;

/// Reads the one kind of Python dictionary that NumPy writes; anything else is an error.
class HeaderParser {
 public:
  explicit HeaderParser(std::string_view text) : text_(text) {}

  struct Header {
    std::string descr;
    bool fortran_order = false;
    std::vector<std::int64_t> shape;
  };

  Result<Header> Parse() {
    Header header;
    std::vector<std::string> seen;
    if (!Take('{')) return Wrong();
    while (!Take('}')) {
      CUPEL_TRY(const std::string key, Quoted());
      if (!Take(':') || std::ranges::find(seen, key) != seen.end()) return Wrong();
      CUPEL_TRY_STATUS(Value(key, header));
      seen.push_back(key);
      if (!Take(',') && Peek() != '}') return Wrong();
    }
    if (Peek() != '\0' || seen.size() != 3) return Wrong();
    return header;
  }

 private:
  Status Value(const std::string& key, Header& header) {
    if (key == "descr") {
      CUPEL_TRY(header.descr, Quoted());
      return {};
    }
    if (key == "fortran_order") {
      header.fortran_order = TakeWord("True");
      if (!header.fortran_order && !TakeWord("False")) return Wrong();
      return {};
    }
    if (key == "shape") return Shape(header.shape);
    return Wrong();
  }

  Status Shape(std::vector<std::int64_t>& shape) {
    if (!Take('(')) return Wrong();
    while (!Take(')')) {
      Peek();
      std::int64_t dimension = 0;
      const auto [end, error] = std::from_chars(text_.data(), text_.data() + text_.size(), dimension);
      if (error != std::errc() || dimension < 0 || shape.size() == kMaxDimensions) return Wrong();
      text_.remove_prefix(static_cast<std::size_t>(end - text_.data()));
      shape.push_back(dimension);
      if (!Take(',') && Peek() != ')') return Wrong();
    }
    return {};
  }

  Result<std::string> Quoted() {
    const char quote = Peek();
    if (quote != '\'' && quote != '"') return Wrong();
    const std::size_t end = text_.find(quote, 1);
    if (end == std::string_view::npos) return Wrong();
    std::string value(text_.substr(1, end - 1));
    text_.remove_prefix(end + 1);
    return value;
  }

  /// The next character that is no white space; NUL at the end.
  char Peek() {
    text_.remove_prefix(std::min(text_.find_first_not_of(" \t\n"), text_.size()));
    return text_.empty() ? '\0' : text_.front();
  }

  bool Take(char expected) {
    if (Peek() != expected) return false;
    text_.remove_prefix(1);
    return true;
  }

  bool TakeWord(std::string_view word) {
    Peek();
    if (!text_.starts_with(word)) return false;
    text_.remove_prefix(word.size());
    return true;
  }

  static tl::unexpected<Error> Wrong() {
    return Fail(ErrorCode::kCorrupt,
                "the NPY header is not {'descr': ..., 'fortran_order': ..., 'shape': (...)}");
  }

  std::string_view text_;
};

Result<NumberType> TypeOf(std::string_view descr) {
  struct Name {
    std::string_view text;
    NumberType type;
  };
  static constexpr std::array<Name, 8> kNames = {{{"|u1", NumberType::kU8},
                                                  {"|i1", NumberType::kI8},
                                                  {"<u2", NumberType::kU16},
                                                  {"<i2", NumberType::kI16},
                                                  {"<i4", NumberType::kI32},
                                                  {"<i8", NumberType::kI64},
                                                  {"<f4", NumberType::kF32},
                                                  {"<f8", NumberType::kF64}}};
  for (const Name& name : kNames) {
    if (descr == name.text) return name.type;
  }
  return Fail(ErrorCode::kUnsupported, fmt::format("numbers of type \"{}\" are not read", descr), "",
              "save the array as one of uint8, int8, uint16, int16, int32, int64, float32, float64");
}

}  // namespace

Result<NumberArray> ParseNpy(BlobPointer blob) {
  std::array<std::uint8_t, 12> start{};
  const std::size_t have = std::min<std::size_t>(start.size(), blob->size());
  CUPEL_TRY_STATUS(blob->Read(0, std::span(start).first(have)));
  if (have < 10 || !std::equal(kMagic.begin(), kMagic.end(), start.begin())) {
    return Fail(ErrorCode::kCorrupt, "not an NPY file: it does not begin with \\x93NUMPY");
  }
  const int version = start[6];
  if (version < 1 || version > 3 || start[7] != 0) {
    return Fail(ErrorCode::kUnsupported, fmt::format("NPY version {}.{} is not read", version, start[7]));
  }
  const std::size_t prefix = version == 1 ? 10 : 12;
  std::uint64_t length = start[8] | std::uint64_t{start[9]} << 8;
  if (version > 1) length |= std::uint64_t{start[10]} << 16 | std::uint64_t{start[11]} << 24;
  if (have < prefix || length > kMaxHeaderBytes || length > blob->size() - prefix) {
    return Fail(ErrorCode::kCorrupt, "the NPY header is truncated", "", "copy the file again");
  }
  std::string text(static_cast<std::size_t>(length), '\0');
  CUPEL_TRY_STATUS(blob->Read(prefix, {reinterpret_cast<std::uint8_t*>(text.data()), text.size()}));
  CUPEL_TRY(const auto header, HeaderParser(text).Parse());
  CUPEL_TRY(const NumberType type, TypeOf(header.descr));
  if (header.fortran_order && header.shape.size() > 1) {
    return Fail(ErrorCode::kUnsupported, "the array is in Fortran order", "",
                "save numpy.ascontiguousarray(array)");
  }
  if (header.shape.empty())
    return Fail(ErrorCode::kCorrupt, "the array has no dimension", "", "the first one counts samples");
  NumberArray array{std::move(blob), prefix + length, type, false, header.shape};
  const auto bytes = ArrayBytes(array.shape, type);
  if (!bytes || *bytes != array.blob->size() - array.offset) {
    return Fail(ErrorCode::kCorrupt,
                fmt::format("the header says {} {} and {} bytes of numbers follow", header.descr,
                            ShapeText(array.shape), array.blob->size() - array.offset),
                "", "copy the file again");
  }
  return array;
}

}  // namespace cupel::data::dataset
