// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/event/input.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "cupel/data/annotation/read.h"

namespace cupel::algorithm::event {
namespace {

namespace annotation = data::annotation;

/// Facts of one recording, the first side that knows them.
void Complete(Source& source, const Source& other) {
  if (source.duration == 0) source.duration = other.duration;
  if (source.frame_rate == 0) source.frame_rate = other.frame_rate;
  if (source.frames == 0) source.frames = other.frames;
  if (source.width == 0) source.width = other.width;
  if (source.height == 0) source.height = other.height;
}

/// The common index of each of `side`'s sources.
std::vector<std::int32_t> AddSources(std::vector<Source>& all, std::map<std::string, std::int32_t>& index,
                                     const std::vector<Source>& side) {
  std::vector<std::int32_t> common;
  for (const Source& source : side) {
    const auto [at, isNew] = index.try_emplace(source.name, static_cast<std::int32_t>(all.size()));
    if (isNew) {
      all.push_back(source);
    } else {
      Complete(all[static_cast<std::size_t>(at->second)], source);
    }
    common.push_back(at->second);
  }
  return common;
}

std::vector<std::string> UnionOf(std::vector<std::string> one, const std::vector<std::string>& other) {
  one.insert(one.end(), other.begin(), other.end());
  std::ranges::sort(one);
  const auto repeated = std::ranges::unique(one);
  one.erase(repeated.begin(), repeated.end());
  return one;
}

void Renumber(Annotations& side, const std::vector<std::int32_t>& sources,
              const std::vector<std::string>& categories) {
  std::vector<std::int32_t> category_of;
  for (const std::string& name : side.categories) {
    category_of.push_back(
        static_cast<std::int32_t>(std::ranges::lower_bound(categories, name) - categories.begin()));
  }
  const auto renumber = [&](auto& items) {
    for (auto& item : items) {
      item.source = sources[static_cast<std::size_t>(item.source)];
      item.category = category_of[static_cast<std::size_t>(item.category)];
    }
  };
  renumber(side.events);
  renumber(side.objects);
  renumber(side.frames);
  side.sources.clear();
  side.categories.clear();
  side.category_ids.clear();
}

std::vector<std::vector<std::size_t>> BySource(const std::vector<Event>& events, std::size_t sources) {
  std::vector<std::vector<std::size_t>> of(sources);
  for (std::size_t i = 0; i < events.size(); ++i) of[static_cast<std::size_t>(events[i].source)].push_back(i);
  return of;
}

Result<std::unique_ptr<scheme::Input>> ReadInput(const scheme::Sources& files) {
  if (!files.truth) return Fail(ErrorCode::kInvalidArgument, "events need a truth", "", "give --truth FILE");
  CUPEL_TRY(Annotations truth, annotation::Read(*files.truth));
  std::optional<std::filesystem::path> companion = annotation::CompanionBeside(files.predictions);
  if (!companion) companion = annotation::CompanionBeside(*files.truth);
  CUPEL_TRY(Annotations answers, annotation::Read(files.predictions, companion));
  CUPEL_TRY(std::unique_ptr<EventInput> input, EventInput::Create(std::move(truth), std::move(answers)));
  return input;
}

/// `fact` of every recording, which must be known.
Result<std::vector<double>> Known(const EventInput& input, double Source::* fact, std::string_view what,
                                  std::string_view member) {
  std::vector<double> values;
  for (const Source& source : input.sources) {
    if (!(source.*fact > 0)) {
      return Fail(ErrorCode::kInvalidArgument,
                  fmt::format("the {} of \"{}\" is not known", what, source.name), "",
                  fmt::format("give it in the truth ({}; docs/formats/annotations.md)", member));
    }
    values.push_back(source.*fact);
  }
  return values;
}

}  // namespace

Result<std::unique_ptr<EventInput>> EventInput::Create(Annotations truth, Annotations answers) {
  auto input = std::make_unique<EventInput>();
  std::map<std::string, std::int32_t> index;
  const std::vector<std::int32_t> truth_sources = AddSources(input->sources, index, truth.sources);
  const std::vector<std::int32_t> answer_sources = AddSources(input->sources, index, answers.sources);
  if (input->sources.empty()) {
    return Fail(ErrorCode::kInvalidArgument, "neither truth nor answers name a recording");
  }
  input->categories = UnionOf(truth.categories, answers.categories);
  Renumber(truth, truth_sources, input->categories);
  Renumber(answers, answer_sources, input->categories);
  input->truth_of = BySource(truth.events, input->sources.size());
  input->answers_of = BySource(answers.events, input->sources.size());
  input->truth = std::move(truth);
  input->answers = std::move(answers);
  return input;
}

const scheme::InputFormat& EventFormat() {
  static const scheme::InputFormat format = {
      .name = "events",
      .meaning = {"Truth and answers as annotation files: Cupel's JSON lines, DCASE tables or ActEV JSON. "
                  "Events in time, labels of frames and objects in frames come from the same file.",
                  "真值与结果均为标注文件：Cupel 的 JSON 行格式、DCASE 表格或 ActEV JSON。"
                  "时间事件、逐帧标签与帧内目标来自同一文件。"},
      .needs_truth = true,
      .read = ReadInput};
  return format;
}

Result<std::vector<double>> Durations(const EventInput& input) {
  return Known(input, &Source::duration, "duration",
               "\"duration\" of its source record, or a durations table");
}

Result<std::vector<double>> FrameRates(const EventInput& input) {
  return Known(input, &Source::frame_rate, "frame rate",
               "\"frame_rate\" of its source record, or a file index");
}

}  // namespace cupel::algorithm::event
