// SPDX-License-Identifier: Apache-2.0
#include "cupel/data/annotation/mask.h"

#include <fmt/format.h>

#include <algorithm>

namespace cupel::data::annotation {
namespace {

constexpr char kFirstCharacter = 48;
constexpr int kGroupBits = 5;
constexpr int kMaxGroups = 7;  // 35 bits hold any difference of two run lengths.

Status CheckSize(std::int64_t height, std::int64_t width) {
  if (height < 0 || width < 0) {
    return Fail(ErrorCode::kCorrupt, fmt::format("a mask's size must be >= 0, got {} x {}", height, width));
  }
  if (width > 0 && height > kMaxMaskPixels / width) {
    return Fail(ErrorCode::kResourceLimit, fmt::format("a mask has at most {} pixels", kMaxMaskPixels));
  }
  return {};
}

/// The next number of the compressed form; `at` moves behind it.
Result<std::int64_t> NextNumber(std::string_view text, std::size_t& at) {
  std::int64_t number = 0;
  for (int group = 0; group < kMaxGroups; ++group) {
    if (at == text.size()) return Fail(ErrorCode::kCorrupt, "a mask's counts end within a number");
    const int bits = text[at++] - kFirstCharacter;
    if (bits < 0 || bits > 63) {
      return Fail(ErrorCode::kCorrupt, fmt::format("a mask's counts hold a strange byte at {}", at - 1));
    }
    number |= std::int64_t{bits & 31} << (kGroupBits * group);
    if ((bits & 32) != 0) continue;
    if ((bits & 16) != 0) number -= std::int64_t{1} << (kGroupBits * (group + 1));
    return number;
  }
  return Fail(ErrorCode::kCorrupt, "a number in a mask's counts is too long");
}

/// Walks the runs of two masks together: step(length, value of the first, value of the second).
template <typename Step>
void WalkTogether(const Mask& a, const Mask& b, Step step) {
  std::size_t i = 0, j = 0;
  std::int64_t left_a = 0, left_b = 0;
  bool value_a = true, value_b = true;  // The first run turns them to 0.
  for (;;) {
    for (; left_a == 0 && i < a.runs.size(); value_a = !value_a) left_a = a.runs[i++];
    for (; left_b == 0 && j < b.runs.size(); value_b = !value_b) left_b = b.runs[j++];
    const std::int64_t length = std::min(left_a, left_b);
    if (length == 0) return;
    step(length, value_a, value_b);
    left_a -= length;
    left_b -= length;
  }
}

}  // namespace

Result<Mask> MaskFromRuns(std::int64_t height, std::int64_t width, std::span<const std::uint32_t> runs) {
  CUPEL_TRY_STATUS(CheckSize(height, width));
  std::int64_t sum = 0;
  for (const std::uint32_t run : runs) sum += run;
  if (sum != height * width) {
    return Fail(ErrorCode::kCorrupt,
                fmt::format("a mask's runs must sum up to {} x {}, got {}", height, width, sum));
  }
  return Mask{height, width, {runs.begin(), runs.end()}};
}

Result<Mask> MaskFromText(std::int64_t height, std::int64_t width, std::string_view counts) {
  CUPEL_TRY_STATUS(CheckSize(height, width));
  std::vector<std::uint32_t> runs;
  for (std::size_t at = 0; at < counts.size();) {
    CUPEL_TRY(std::int64_t number, NextNumber(counts, at));
    if (runs.size() > 2) number += runs[runs.size() - 2];
    if (number < 0 || number > height * width) {
      return Fail(ErrorCode::kCorrupt, fmt::format("a mask has a run of {} pixels", number));
    }
    runs.push_back(static_cast<std::uint32_t>(number));
  }
  return MaskFromRuns(height, width, runs);
}

Result<Mask> MaskFromJson(const Json& object) {
  CUPEL_TRY(const Json* size, object.ArrayAt("size"));
  const Json::Array& sides = size->AsArray();
  if (sides.size() != 2 || !sides[0].IsInteger() || !sides[1].IsInteger()) {
    return Fail(ErrorCode::kCorrupt, "a mask's size must be two integers");
  }
  const std::int64_t height = sides[0].AsInteger(), width = sides[1].AsInteger();
  const Json* counts = object.Find("counts");
  if (counts != nullptr && counts->IsString()) return MaskFromText(height, width, counts->AsString());
  if (counts == nullptr || !counts->IsArray()) {
    return Fail(ErrorCode::kCorrupt, "a mask's counts must be a string or an array");
  }
  std::vector<std::uint32_t> runs;
  for (const Json& run : counts->AsArray()) {
    if (!run.IsInteger() || run.AsInteger() < 0 || run.AsInteger() > kMaxMaskPixels) {
      return Fail(ErrorCode::kCorrupt, "a mask's counts must be integers >= 0");
    }
    runs.push_back(static_cast<std::uint32_t>(run.AsInteger()));
  }
  return MaskFromRuns(height, width, runs);
}

Mask EncodeMask(std::int64_t height, std::int64_t width, std::span<const std::uint8_t> pixels) {
  CUPEL_CHECK(static_cast<std::int64_t>(pixels.size()) == height * width &&
              static_cast<std::int64_t>(pixels.size()) <= kMaxMaskPixels);
  Mask mask{height, width, {}};
  bool value = false;
  std::uint32_t run = 0;
  for (std::int64_t x = 0; x < width; ++x) {
    for (std::int64_t y = 0; y < height; ++y) {
      const bool pixel = pixels[static_cast<std::size_t>(y * width + x)] != 0;
      if (pixel != value) {
        mask.runs.push_back(run);
        run = 0;
        value = pixel;
      }
      ++run;
    }
  }
  mask.runs.push_back(run);
  return mask;
}

std::vector<std::uint8_t> DecodeMask(const Mask& mask) {
  std::vector<std::uint8_t> pixels(static_cast<std::size_t>(mask.height * mask.width), 0);
  std::int64_t at = 0;
  std::uint8_t value = 0;
  for (const std::uint32_t run : mask.runs) {
    for (const std::int64_t end = at + run; at < end; ++at) {
      pixels[static_cast<std::size_t>(at % mask.height * mask.width + at / mask.height)] = value;
    }
    value ^= 1;
  }
  return pixels;
}

std::string MaskText(const Mask& mask) {
  std::string text;
  for (std::size_t k = 0; k < mask.runs.size(); ++k) {
    std::int64_t number = mask.runs[k];
    if (k > 2) number -= mask.runs[k - 2];
    for (bool more = true; more;) {
      int bits = static_cast<int>(number & 31);
      number >>= kGroupBits;
      more = (bits & 16) != 0 ? number != -1 : number != 0;
      if (more) bits |= 32;
      text.push_back(static_cast<char>(kFirstCharacter + bits));
    }
  }
  return text;
}

std::int64_t MaskArea(const Mask& mask) {
  std::int64_t area = 0;
  for (std::size_t k = 1; k < mask.runs.size(); k += 2) area += mask.runs[k];
  return area;
}

Box MaskBox(const Mask& mask) {
  std::int64_t left = mask.width, right = -1, top = mask.height, bottom = -1;
  std::int64_t at = 0;
  for (std::size_t k = 0; k < mask.runs.size(); at += mask.runs[k++]) {
    if (k % 2 == 0 || mask.runs[k] == 0) continue;
    const std::int64_t last = at + mask.runs[k] - 1;
    left = std::min(left, at / mask.height);
    right = std::max(right, last / mask.height);
    const bool one_column = at / mask.height == last / mask.height;
    top = std::min(top, one_column ? at % mask.height : 0);
    bottom = std::max(bottom, one_column ? last % mask.height : mask.height - 1);
  }
  if (right < 0) return {};
  return {.x = static_cast<double>(left),
          .y = static_cast<double>(top),
          .w = static_cast<double>(right - left + 1),
          .h = static_cast<double>(bottom - top + 1)};
}

double MaskIou(const Mask& mask, const Mask& other, bool other_is_crowd) {
  CUPEL_CHECK(mask.height == other.height && mask.width == other.width);
  std::int64_t both = 0, either = 0;
  WalkTogether(mask, other, [&](std::int64_t length, bool a, bool b) {
    if (a && b) both += length;
    if (a || b) either += length;
  });
  if (both == 0) return 0;
  return static_cast<double>(both) / static_cast<double>(other_is_crowd ? MaskArea(mask) : either);
}

}  // namespace cupel::data::annotation
