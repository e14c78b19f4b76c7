// SPDX-License-Identifier: Apache-2.0
#pragma once

/// What people or models marked in images, recordings and videos: objects in frames, events in time, and
/// labels of single frames, from one set of plain types.
///
/// The same types hold the truth and the answers; a truth has score 1. The readers of this folder fill them
/// from each field's own formats, and every evaluator (detection, tracking, events, frame by frame) starts
/// from them, so one label file serves them all.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace cupel::data::annotation {

/// An image, a video or a recording.
struct Source {
  std::string name;       ///< Unique: file name, video id. For COCO images the id as text.
  double duration = 0;    ///< Seconds; 0: not known.
  double frame_rate = 0;  ///< Frames a second; 0: a still image, or not known.
  std::int64_t frames = 0;
  std::int64_t width = 0;  ///< Pixels; 0: not known.
  std::int64_t height = 0;
};

/// Left, top, width, height in pixels, continuous: the right edge is x + w.
struct Box {
  double x = 0;
  double y = 0;
  double w = 0;
  double h = 0;
};

/// One object in one frame.
struct Object {
  std::int32_t source = 0;    ///< Index into sources.
  std::int64_t frame = 0;     ///< From 0; 0 for a still image.
  std::int64_t track = -1;    ///< The object's identity in its source; -1: none.
  std::int32_t category = 0;  ///< Index into categories.
  Box box;
  double area = 0;  ///< As annotated, of the mask; else of the box.
  double score = 1;
  bool crowd = false;   ///< A region of many: matched by share of the detection, never counted.
  bool ignore = false;  ///< Difficult, distractor: neither right nor wrong.
  std::int64_t id = 0;  ///< As in the file.
};

/// Something that happens, from start to end.
struct Event {
  std::int32_t source = 0;
  std::int32_t category = 0;
  double start = 0;  ///< Seconds from the source's beginning; start <= end.
  double end = 0;
  double score = 1;
  std::vector<std::int64_t> tracks;  ///< The objects it happens to, if known.
  std::string id;                    ///< As in the file; may be empty.
};

/// A label of one frame, for frame-by-frame evaluation. Truth: every frame has one for each category it
/// shows.
struct FrameLabel {
  std::int32_t source = 0;
  std::int64_t frame = 0;
  std::int32_t category = 0;
  double score = 1;
};

struct Annotations {
  std::vector<Source> sources;
  std::vector<std::string> categories;
  std::vector<std::int64_t> category_ids;  ///< As in the file, beside `categories`; empty when it has none.
  std::vector<Object> objects;
  std::vector<Event> events;
  std::vector<FrameLabel> frames;
};

}  // namespace cupel::data::annotation
