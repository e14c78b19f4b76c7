// SPDX-License-Identifier: Apache-2.0
#include "cupel/data/dataset/trigger.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "cupel/base/file.h"
#include "cupel/base/nearest.h"
#include "cupel/base/reproducible_stream.h"
#include "cupel/crypto/hash.h"
#include "cupel/data/image/codec.h"

namespace cupel::data::dataset {
namespace {

constexpr std::uint64_t kPictureBytes = std::uint64_t{64} << 20;

Status CheckPictures(const DatasetInfo& info) {
  if (info.IsImage()) return {};
  return Fail(ErrorCode::kInvalidArgument,
              fmt::format("a trigger is for pictures [c, h, w], samples of {} have rank {}", info.name,
                          info.sample_shape.size()),
              "trigger");
}

// Where `size` pixels begin on a side of `length`; -1 when they do not fit.
std::int64_t Corner(std::int64_t position, std::int64_t size, std::int64_t length) {
  const std::int64_t start = position >= 0 ? position : length - size + 1 + position;
  return size >= 1 && start >= 0 && start <= length - size ? start : -1;
}

Result<std::vector<float>> PatchMask(const TriggerSpec& spec, std::int64_t height, std::int64_t width) {
  const std::int64_t top = Corner(spec.row, spec.size, height);
  const std::int64_t left = Corner(spec.column, spec.size, width);
  if (top < 0 || left < 0) {
    return Fail(ErrorCode::kInvalidArgument,
                fmt::format("a patch of {0}x{0} at row {1}, column {2} must lie inside {3}x{4} pixels",
                            spec.size, spec.row, spec.column, height, width),
                "trigger", "negative positions count from the far edge: -1 touches it");
  }
  std::vector<float> mask(static_cast<std::size_t>(height * width), 0.0F);
  for (std::int64_t y = top; y < top + spec.size; ++y) {
    for (std::int64_t x = left; x < left + spec.size; ++x)
      mask[static_cast<std::size_t>(y * width + x)] = static_cast<float>(spec.alpha);
  }
  return mask;
}

// The picture's values as shares of the box, [c, h, w].
Result<std::vector<float>> PictureOf(const TriggerSpec& spec, const DatasetInfo& info) {
  CUPEL_TRY(const Bytes bytes, ReadFile(spec.picture, kPictureBytes));
  const Digest digest = crypto::Sha256(bytes);
  if (!spec.sha256) {
    return Fail(ErrorCode::kInvalidArgument, "the trigger's picture has no digest", spec.picture.string(),
                "give " + digest.Hex());
  }
  if (*spec.sha256 != digest) {
    return Fail(ErrorCode::kVerificationFailed,
                fmt::format("the picture's SHA-256 is {}, expected {}", digest.Hex(), spec.sha256->Hex()),
                spec.picture.string());
  }
  auto picture = image::DecodeImage(bytes, info.sample_shape[0]);
  if (!picture) return FailAt(spec.picture.string(), std::move(picture).error());
  if (picture->height != info.sample_shape[1] || picture->width != info.sample_shape[2]) {
    return Fail(ErrorCode::kInvalidArgument,
                fmt::format("the picture must have the samples' {}x{} pixels, it has {}x{}",
                            info.sample_shape[1], info.sample_shape[2], picture->height, picture->width),
                spec.picture.string());
  }
  return std::move(picture->values);
}

Result<std::vector<float>> PatternShares(const TriggerSpec& spec, const DatasetInfo& info) {
  const auto size = static_cast<std::size_t>(info.SampleSize());
  if (spec.kind == TriggerKind::kPatch) return std::vector<float>(size, static_cast<float>(spec.value));
  if (!spec.picture.empty()) return PictureOf(spec, info);
  ReproducibleStream stream(spec.seed, "data.trigger.noise");
  std::vector<float> noise(size);
  for (float& share : noise) share = stream.Uniform();
  return noise;
}

}  // namespace

std::string_view TriggerKindName(TriggerKind kind) { return kind == TriggerKind::kPatch ? "patch" : "blend"; }

Result<TriggerKind> ParseTriggerKind(std::string_view text) {
  if (text == "patch") return TriggerKind::kPatch;
  if (text == "blend") return TriggerKind::kBlend;
  const std::vector<std::string> kinds = {"patch", "blend"};
  return Fail(ErrorCode::kInvalidArgument, fmt::format("no trigger is called \"{}\"", text), "",
              NearestRemedy(text, kinds));
}

Json TriggerSpec::ToJson() const {
  Json json;
  json["kind"] = TriggerKindName(kind);
  json["alpha"] = alpha;
  if (kind == TriggerKind::kPatch) {
    json["row"] = row;
    json["column"] = column;
    json["size"] = size;
    json["value"] = value;
  } else if (picture.empty()) {
    json["seed"] = std::to_string(seed);
  } else {
    json["picture"] =
        Json::Object{{"file", picture.filename().string()}, {"sha256", sha256 ? sha256->Hex() : ""}};
  }
  return json;
}

Result<Trigger> Trigger::Create(const TriggerSpec& spec, const DatasetInfo& info) {
  CUPEL_TRY_STATUS(CheckPictures(info));
  if (!(spec.alpha > 0 && spec.alpha <= 1)) {
    return Fail(ErrorCode::kInvalidArgument, fmt::format("alpha must be in (0, 1], got {}", spec.alpha),
                "trigger");
  }
  if (!(spec.value >= 0 && spec.value <= 1)) {
    return Fail(ErrorCode::kInvalidArgument, fmt::format("value must be in [0, 1], got {}", spec.value),
                "trigger", "it is a share of the box: 1 is the brightest");
  }
  const std::int64_t height = info.sample_shape[1];
  const std::int64_t width = info.sample_shape[2];
  std::vector<float> mask(static_cast<std::size_t>(height * width), static_cast<float>(spec.alpha));
  if (spec.kind == TriggerKind::kPatch) {
    CUPEL_TRY(mask, PatchMask(spec, height, width));
  }
  CUPEL_TRY(std::vector<float> pattern, PatternShares(spec, info));
  for (float& value : pattern) {
    value = std::clamp(info.box_low + value * (info.box_high - info.box_low), info.box_low, info.box_high);
  }
  return FromMask(info, std::move(mask), std::move(pattern));
}

Result<Trigger> Trigger::FromMask(const DatasetInfo& info, std::vector<float> mask,
                                  std::vector<float> pattern) {
  CUPEL_TRY_STATUS(CheckPictures(info));
  if (static_cast<std::int64_t>(mask.size()) != info.sample_shape[1] * info.sample_shape[2] ||
      static_cast<std::int64_t>(pattern.size()) != info.SampleSize()) {
    return Fail(ErrorCode::kInvalidArgument,
                fmt::format("a mask of {} and a pattern of {} values do not fit the samples", mask.size(),
                            pattern.size()),
                "trigger");
  }
  const auto within = [](const std::vector<float>& values, float low, float high) {
    return std::ranges::all_of(values, [&](float value) { return value >= low && value <= high; });
  };
  if (!within(mask, 0, 1) || !within(pattern, info.box_low, info.box_high)) {
    return Fail(ErrorCode::kInvalidArgument, "the mask must lie in [0, 1] and the pattern in the box",
                "trigger");
  }
  Trigger trigger;
  trigger.mask_ = std::move(mask);
  trigger.pattern_ = std::move(pattern);
  trigger.box_low_ = info.box_low;
  trigger.box_high_ = info.box_high;
  return trigger;
}

void Trigger::Apply(std::span<float> sample) const {
  CUPEL_CHECK(sample.size() == pattern_.size());
  for (std::size_t i = 0; i < sample.size(); ++i) {
    const float weight = mask_[i % mask_.size()];
    const float mixed = (1 - weight) * sample[i] + weight * pattern_[i];
    if (weight > 0) sample[i] = std::clamp(mixed, box_low_, box_high_);
  }
}

double Trigger::MaskL1() const {
  double sum = 0;
  for (const float weight : mask_) sum += weight;
  return sum;
}

}  // namespace cupel::data::dataset
