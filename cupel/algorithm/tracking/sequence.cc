// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/tracking/sequence.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>
#include <map>
#include <unordered_map>
#include <utility>

#include "cupel/base/assignment.h"

namespace cupel::algorithm::tracking {
namespace {

using data::annotation::Annotations;
using data::annotation::Box;
using data::annotation::Object;

constexpr double kEpsilon = std::numeric_limits<double>::epsilon();

/// The boxes of one source, by frame.
using Boxes = std::vector<const Object*>;

/// [sources], each stably sorted by frame.
std::vector<Boxes> BySource(const Annotations& annotations) {
  std::vector<Boxes> boxes(annotations.sources.size());
  for (const Object& object : annotations.objects) {
    boxes[static_cast<std::size_t>(object.source)].push_back(&object);
  }
  for (Boxes& one : boxes) {
    std::ranges::stable_sort(one, {}, [](const Object* object) { return object->frame; });
  }
  return boxes;
}

bool IsPedestrian(const Object& object) { return object.category == 0; }

bool IsDistractor(const Object& object, Protocol protocol) {
  static constexpr std::array<std::int32_t, 4> kAlways = {1, 6, 7, 11};  // ids 2, 7, 8, 12 of MOT16
  static constexpr std::int32_t kNonMotorisedVehicle = 5;
  return std::ranges::find(kAlways, object.category) != kAlways.end() ||
         (protocol == Protocol::kMot20 && object.category == kNonMotorisedVehicle);
}

bool Counts(const Object& object, Protocol protocol) {
  return !object.ignore && (protocol == Protocol::kPlain || IsPedestrian(object));
}

/// The answers of a frame that are not matched with a distractor.
Boxes WithoutDistractors(std::span<const Object* const> truth, std::span<const Object* const> answer,
                         Protocol protocol, Assigner& assigner) {
  Boxes kept(answer.begin(), answer.end());
  if (protocol == Protocol::kPlain || truth.empty() || answer.empty()) return kept;
  std::vector<double> scores;
  for (const Object* object : truth) {
    for (const Object* other : answer) {
      const double similarity = BoxSimilarity(object->box, other->box);
      scores.push_back(similarity < 0.5 - kEpsilon ? 0 : similarity);
    }
  }
  const auto columns = assigner.Maximize(scores, static_cast<std::int64_t>(truth.size()),
                                         static_cast<std::int64_t>(answer.size()));
  for (std::size_t i = 0; i < truth.size(); ++i) {
    const std::int32_t column = columns[i];
    if (column < 0 || scores[i * answer.size() + static_cast<std::size_t>(column)] <= kEpsilon) continue;
    if (IsDistractor(*truth[i], protocol)) kept[static_cast<std::size_t>(column)] = nullptr;
  }
  std::erase(kept, nullptr);
  return kept;
}

/// Puts one frame after the other into a sequence. Tracks are numbered at the end, in rising order of their
/// ids; until then a list of the ids is kept beside.
class SequenceBuilder {
 public:
  explicit SequenceBuilder(std::string name) {
    sequence_.name = std::move(name);
    sequence_.truth_begin.push_back(0);
    sequence_.answer_begin.push_back(0);
    sequence_.overlap_begin.push_back(0);
  }

  void AddFrame(std::span<const Object* const> truth, std::span<const Object* const> answer) {
    for (std::size_t i = 0; i < truth.size(); ++i) {
      for (std::size_t j = 0; j < answer.size(); ++j) {
        const double similarity = BoxSimilarity(truth[i]->box, answer[j]->box);
        if (similarity <= 0) continue;
        sequence_.overlaps.push_back({.truth = static_cast<std::int32_t>(i),
                                      .answer = static_cast<std::int32_t>(j),
                                      .pair = 0,
                                      .similarity = similarity});
      }
    }
    for (const Object* object : truth) truth_ids_.push_back(object->track);
    for (const Object* object : answer) {
      answer_ids_.push_back(object->track);
      sequence_.answer_score.push_back(object->score);
    }
    sequence_.truth_begin.push_back(truth_ids_.size());
    sequence_.answer_begin.push_back(answer_ids_.size());
    sequence_.overlap_begin.push_back(sequence_.overlaps.size());
    ++sequence_.frames;
  }

  Sequence Finish() {
    NumberTracks(truth_ids_, sequence_.truth_track, sequence_.truth_length);
    NumberTracks(answer_ids_, sequence_.answer_track, sequence_.answer_length);
    NumberPairs();
    return std::move(sequence_);
  }

 private:
  static void NumberTracks(const std::vector<std::int64_t>& ids, std::vector<std::int32_t>& tracks,
                           std::vector<std::int64_t>& lengths) {
    std::vector<std::int64_t> known = ids;
    std::ranges::sort(known);
    known.erase(std::ranges::unique(known).begin(), known.end());
    std::unordered_map<std::int64_t, std::int32_t> number;
    number.reserve(known.size());
    for (std::size_t k = 0; k < known.size(); ++k) number[known[k]] = static_cast<std::int32_t>(k);
    lengths.assign(known.size(), 0);
    tracks.reserve(ids.size());
    for (const std::int64_t id : ids) {
      tracks.push_back(number[id]);
      ++lengths[static_cast<std::size_t>(tracks.back())];
    }
  }

  void NumberPairs() {
    std::unordered_map<std::uint64_t, std::int32_t> number;
    for (std::int64_t t = 0; t < sequence_.frames; ++t) {
      const Frame frame = sequence_.At(t);
      for (std::size_t k = sequence_.overlap_begin[static_cast<std::size_t>(t)];
           k < sequence_.overlap_begin[static_cast<std::size_t>(t) + 1]; ++k) {
        Overlap& overlap = sequence_.overlaps[k];
        const TrackPair pair = {frame.truth[static_cast<std::size_t>(overlap.truth)],
                                frame.answer[static_cast<std::size_t>(overlap.answer)]};
        const std::uint64_t key =
            static_cast<std::uint64_t>(pair.truth) << 32 | static_cast<std::uint32_t>(pair.answer);
        const auto [place, is_new] = number.try_emplace(key, static_cast<std::int32_t>(number.size()));
        if (is_new) sequence_.pairs.push_back(pair);
        overlap.pair = place->second;
      }
    }
  }

  Sequence sequence_;
  std::vector<std::int64_t> truth_ids_;
  std::vector<std::int64_t> answer_ids_;
};

/// The objects of `boxes` in frame t, from `begin` on, which moves behind them.
std::span<const Object* const> TakeFrame(const Boxes& boxes, std::int64_t t, std::size_t& begin) {
  const std::size_t first = begin;
  while (begin < boxes.size() && boxes[begin]->frame == t) ++begin;
  return std::span(boxes).subspan(first, begin - first);
}

Result<Sequence> MakeSequence(const std::string& name, std::int64_t frames, const Boxes& truth,
                              const Boxes& answer, Protocol protocol) {
  SequenceBuilder builder(name);
  Assigner assigner;
  std::size_t truth_at = 0;
  std::size_t answer_at = 0;
  for (std::int64_t t = 0; t < frames; ++t) {
    const auto truth_boxes = TakeFrame(truth, t, truth_at);
    const auto answer_boxes = TakeFrame(answer, t, answer_at);
    if (std::max(truth_boxes.size(), answer_boxes.size()) > kMaxBoxesInFrame) {
      return Fail(ErrorCode::kResourceLimit, fmt::format("more than {} boxes in one frame", kMaxBoxesInFrame),
                  fmt::format("{}, frame {}", name, t + 1));
    }
    const Boxes kept_answer = WithoutDistractors(truth_boxes, answer_boxes, protocol, assigner);
    Boxes kept_truth;
    for (const Object* object : truth_boxes) {
      if (Counts(*object, protocol)) kept_truth.push_back(object);
    }
    builder.AddFrame(kept_truth, kept_answer);
  }
  return builder.Finish();
}

}  // namespace

Frame Sequence::At(std::int64_t t) const {
  const auto at = static_cast<std::size_t>(t);
  return {
      .truth = std::span(truth_track).subspan(truth_begin[at], truth_begin[at + 1] - truth_begin[at]),
      .answer = std::span(answer_track).subspan(answer_begin[at], answer_begin[at + 1] - answer_begin[at]),
      .overlaps = std::span(overlaps).subspan(overlap_begin[at], overlap_begin[at + 1] - overlap_begin[at])};
}

Result<Protocol> ParseProtocol(std::string_view name) {
  if (name == "plain") return Protocol::kPlain;
  if (name == "mot17") return Protocol::kMot17;
  if (name == "mot20") return Protocol::kMot20;
  return Fail(ErrorCode::kInvalidArgument,
              fmt::format("protocol must be plain, mot17 or mot20, got \"{}\"", name));
}

double BoxSimilarity(const Box& a, const Box& b) {
  const double a_right = a.x + a.w, a_bottom = a.y + a.h;
  const double b_right = b.x + b.w, b_bottom = b.y + b.h;
  const double width = std::min(a_right, b_right) - std::max(a.x, b.x);
  const double height = std::min(a_bottom, b_bottom) - std::max(a.y, b.y);
  if (width <= 0 || height <= 0) return 0;
  const double intersection = width * height;
  const double a_area = (a_right - a.x) * (a_bottom - a.y);
  const double b_area = (b_right - b.x) * (b_bottom - b.y);
  const double all = a_area + b_area - intersection;
  if (a_area <= kEpsilon || b_area <= kEpsilon || all <= kEpsilon) return 0;
  return intersection / all;
}

Result<std::vector<std::size_t>> PairSources(const Annotations& truth, const Annotations& answer) {
  if (truth.sources.size() == 1 && answer.sources.size() == 1) return std::vector<std::size_t>{0};
  std::map<std::string_view, std::size_t> places;
  for (std::size_t k = 0; k < answer.sources.size(); ++k) places[answer.sources[k].name] = k;
  std::vector<std::size_t> pairs;
  for (const auto& source : truth.sources) {
    const auto place = places.find(source.name);
    if (place == places.end()) {
      return Fail(ErrorCode::kInvalidArgument,
                  fmt::format("there is no answer for the video \"{}\"", source.name), "",
                  "an empty file says that nothing was found there");
    }
    pairs.push_back(place->second);
    places.erase(place);
  }
  if (!places.empty()) {
    return Fail(ErrorCode::kInvalidArgument,
                fmt::format("there is no truth for the video \"{}\"", places.begin()->first));
  }
  return pairs;
}

Result<std::vector<Sequence>> MakeSequences(const Annotations& truth, const Annotations& answer,
                                            Protocol protocol) {
  CUPEL_TRY(const std::vector<std::size_t> places, PairSources(truth, answer));
  const std::vector<Boxes> truth_boxes = BySource(truth);
  const std::vector<Boxes> answer_boxes = BySource(answer);
  std::vector<Sequence> sequences;
  std::int64_t boxes = 0;
  for (std::size_t k = 0; k < truth.sources.size(); ++k) {
    const auto& source = truth.sources[k];
    const Boxes& found = answer_boxes[places[k]];
    const std::int64_t last = found.empty() ? 0 : found.back()->frame + 1;
    if (source.duration > 0 && last > source.frames) {
      return Fail(ErrorCode::kInvalidArgument, fmt::format("the answer for \"{}\" reaches frame {} of {}",
                                                           source.name, last, source.frames));
    }
    Result<Sequence> sequence =
        MakeSequence(source.name, std::max(source.frames, last), truth_boxes[k], found, protocol);
    if (!sequence) return tl::unexpected(std::move(sequence).error());
    sequences.push_back(*std::move(sequence));
    boxes += sequences.back().TruthBoxes();
  }
  if (boxes == 0) return Fail(ErrorCode::kInvalidArgument, "the truth has no box that counts");
  return sequences;
}

}  // namespace cupel::algorithm::tracking
