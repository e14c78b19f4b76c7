// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/physical/captured.h"

#include <algorithm>
#include <cctype>
#include <cmath>

#include "cupel/algorithm/inspect/confirmation.h"
#include "cupel/algorithm/physical/physical_run.h"
#include "cupel/base/file.h"
#include "cupel/base/parallel.h"
#include "cupel/data/image/codec.h"

namespace cupel::algorithm::physical {
namespace {

using data::image::Image;

Result<std::vector<std::filesystem::path>> ListPhotographs(const std::filesystem::path& path) {
  std::error_code error;
  if (!std::filesystem::is_directory(path, error)) return std::vector{path};
  std::vector<std::filesystem::path> files;
  for (std::filesystem::directory_iterator it(path, error), end; !error && it != end; it.increment(error)) {
    std::string ending = it->path().extension().string();
    std::ranges::transform(ending, ending.begin(), [](unsigned char c) { return std::tolower(c); });
    const bool hidden = it->path().filename().string().starts_with('.');
    if (!hidden && (ending == ".png" || ending == ".jpg" || ending == ".jpeg")) files.push_back(it->path());
  }
  if (error) return Fail(ErrorCode::kPermission, error.message(), path.string());
  if (files.empty()) {
    return Fail(ErrorCode::kNotFound, "the folder holds no photograph", path.string(),
                "put .png or .jpg files there");
  }
  std::ranges::sort(files);
  return files;
}

Result<Image> ReadStraight(const std::filesystem::path& file, const Sheet& sheet, std::int64_t channels,
                           std::int64_t height, std::int64_t width) {
  CUPEL_TRY(const Bytes bytes, ReadFile(file));
  CUPEL_TRY(const Image photograph, data::image::DecodeImage(bytes, channels));
  return Straighten(photograph, sheet, height, width);
}

struct Subject {
  std::int64_t index = 0;
  inspect::Goal goal;
  std::vector<float> light;
};

// Whether a sticker can do anything to the sample: it is answered rightly, and not as the target.
Result<bool> Counts(const inspect::AttackTarget& target, const CapturedPlan& plan, const Subject& subject) {
  if (subject.goal.label == subject.goal.target) return false;
  std::vector<float> x = subject.light;
  for (float& value : x) value = plan.how.box_low + value * (plan.how.box_high - plan.how.box_low);
  CUPEL_TRY(const inspect::Confirmation clean, inspect::ConfirmExactly(target, x, {subject.goal.label}));
  return clean.predicted == subject.goal.label;
}

template <Dressing dressing>
std::int64_t Reached(const PictureTrial& trial) {
  return trial.reached[static_cast<std::size_t>(dressing)];
}

void Add(const PictureTrial& part, PictureTrial& whole) {
  whole.original = part.original;
  whole.conditions += part.conditions;
  for (std::size_t i = 0; i < kDressings; ++i) {
    whole.reached[i] += part.reached[i];
    whole.right[i] += part.right[i];
  }
}

void AddMetrics(CapturedResult& result) {
  auto& metrics = result.metrics;
  metrics.push_back(ClusteredShare("success", result.trials, Reached<Dressing::kSticker>));
  metrics.push_back(ClusteredShare("success.grey", result.trials, Reached<Dressing::kGrey>));
  metrics.push_back(ClusteredShare("success.random", result.trials, Reached<Dressing::kRandom>));
  const bool grey = metrics[1].value >= metrics[2].value;
  metrics.push_back(ClusteredGain("success_over_baseline", result.trials, Reached<Dressing::kSticker>,
                                  grey ? Reached<Dressing::kGrey> : Reached<Dressing::kRandom>));
}

}  // namespace

Result<std::vector<Photograph>> ReadPhotographs(const std::filesystem::path& path, const Sheet& sheet,
                                                std::int64_t channels, std::int64_t height,
                                                std::int64_t width) {
  CUPEL_TRY(const std::vector<std::filesystem::path> files, ListPhotographs(path));
  std::vector<Photograph> photographs;
  for (const std::filesystem::path& file : files) {
    auto straight = ReadStraight(file, sheet, channels, height, width);
    if (!straight) return FailAt(file.string(), std::move(straight).error());
    photographs.push_back({file.filename().string(), *std::move(straight)});
  }
  return photographs;
}

Sticker StickerOf(const Image& straight, const Sheet& sheet) {
  Sticker sticker = PlainSticker(straight.channels, straight.height, straight.width, sheet.outline, 0);
  sticker.light = straight.values;
  return sticker;
}

double ColourError(const Image& photographed, const Image& printed, const Sheet& sheet) {
  const Sticker paper = StickerOf(printed, sheet);
  double sum = 0, area = 0;
  for (std::size_t i = 0; i < printed.values.size(); ++i) {
    const float share = paper.outline[i % paper.outline.size()];
    sum += share * std::abs(double{photographed.values[i]} - printed.values[i]);
    area += share;
  }
  return sum / area;
}

Result<CapturedResult> TryPhotographs(const inspect::AttackTarget& target, const data::dataset::Dataset& data,
                                      const std::vector<Photograph>& photographs, const Sheet& sheet,
                                      const CapturedPlan& plan) {
  std::vector<Sticker> stickers;
  for (const Photograph& photograph : photographs) stickers.push_back(StickerOf(photograph.straight, sheet));
  std::vector<std::vector<PictureTrial>> parts(static_cast<std::size_t>(data.size()));
  plan.progress->Begin(plan.how.stream, data.size(), "pictures");
  const Status done = ForEachPiece(data.size(), plan.workers, [&](std::int64_t index, int) -> Status {
    tensor::UseOneThreadPerOperator();
    Subject subject{
        index,
        {data.labels()[static_cast<std::size_t>(index)], static_cast<std::int32_t>(plan.target_class)},
        {}};
    CUPEL_TRY(subject.light, ReadLight(data, index));
    CUPEL_TRY(const bool counts, Counts(target, plan, subject));
    for (std::size_t photograph = 0; counts && photograph < stickers.size(); ++photograph) {
      const TrialOptions options{.conditions = plan.placements,
                                 .sightings = 0,
                                 .first = static_cast<std::int64_t>(photograph) * plan.placements};
      CUPEL_TRY(parts[static_cast<std::size_t>(index)].emplace_back(),
                RunTrial(target, subject.light, data.OriginalIndex(index), subject.goal, stickers[photograph],
                         plan.how, options));
    }
    plan.progress->Advance(1);
    return {};
  });
  plan.progress->End();
  CUPEL_TRY_STATUS(done);
  CapturedResult result;
  std::erase_if(parts, [](const auto& of_picture) { return of_picture.empty(); });
  if (parts.empty()) {
    return Fail(ErrorCode::kInvalidArgument,
                "the model answers no picture rightly that is not of the target class", data.info().name,
                "give other pictures");
  }
  for (const auto& of_picture : parts) {
    PictureTrial& whole = result.trials.emplace_back();
    for (const PictureTrial& part : of_picture) Add(part, whole);
  }
  AddMetrics(result);
  for (std::size_t photograph = 0; photograph < photographs.size(); ++photograph) {
    std::vector<PictureTrial> of_photograph;
    for (const auto& of_picture : parts) of_photograph.push_back(of_picture[photograph]);
    result.by_photograph.push_back(
        ClusteredShare(photographs[photograph].file, of_photograph, Reached<Dressing::kSticker>));
  }
  return result;
}

}  // namespace cupel::algorithm::physical
