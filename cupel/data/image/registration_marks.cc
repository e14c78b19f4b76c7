// SPDX-License-Identifier: Apache-2.0
#include "cupel/data/image/registration_marks.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "cupel/data/image/warp.h"

namespace cupel::data::image {
namespace {

// A pixel is ink when it is darker than this share of the mean around it.
constexpr double kInkShare = 0.8;

// Sums over rectangles in constant time.
class IntegralImage {
 public:
  explicit IntegralImage(const Image& grey)
      : width_(grey.width + 1), sums_(static_cast<std::size_t>((grey.height + 1) * width_), 0.0) {
    for (std::int64_t y = 0; y < grey.height; ++y) {
      double row = 0;
      for (std::int64_t x = 0; x < grey.width; ++x) {
        row += grey.At(0, y, x);
        At(y + 1, x + 1) = At(y, x + 1) + row;
      }
    }
  }
  double Mean(std::int64_t top, std::int64_t left, std::int64_t bottom, std::int64_t right) {
    return (At(bottom, right) - At(top, right) - At(bottom, left) + At(top, left)) /
           static_cast<double>((bottom - top) * (right - left));
  }

 private:
  double& At(std::int64_t y, std::int64_t x) { return sums_[static_cast<std::size_t>(y * width_ + x)]; }
  std::int64_t width_;
  std::vector<double> sums_;
};

// 1 where there is ink.
std::vector<std::uint8_t> InkOf(const Image& grey) {
  IntegralImage integral(grey);
  const std::int64_t reach = std::max<std::int64_t>(8, std::max(grey.height, grey.width) / 16);
  std::vector<std::uint8_t> ink(static_cast<std::size_t>(grey.PlaneSize()));
  for (std::int64_t y = 0; y < grey.height; ++y) {
    for (std::int64_t x = 0; x < grey.width; ++x) {
      const double mean =
          integral.Mean(std::max<std::int64_t>(0, y - reach), std::max<std::int64_t>(0, x - reach),
                        std::min(grey.height, y + reach + 1), std::min(grey.width, x + reach + 1));
      ink[static_cast<std::size_t>(y * grey.width + x)] = grey.At(0, y, x) < kInkShare * mean;
    }
  }
  return ink;
}

// Pixels of one kind that touch: ink also across corners, paper not.
struct Component {
  bool is_ink = false;
  std::int32_t around = -1;  // the component that lies around this one; -1 at the picture's edge
  double area = 0;
  double x = 0;  // sums
  double y = 0;
  std::int64_t left = 0, right = 0, top = 0, bottom = 0;

  double MiddleX() const { return x / area; }
  double MiddleY() const { return y / area; }
  double Size() const { return static_cast<double>(std::max(right - left, bottom - top) + 1); }
};

class Components {
 public:
  Components(const std::vector<std::uint8_t>& ink, std::int64_t height, std::int64_t width)
      : ink_(ink), height_(height), width_(width), labels_(ink.size(), -1) {
    for (std::int64_t y = 0; y < height; ++y) {
      for (std::int64_t x = 0; x < width; ++x) {
        if (labels_[At(y, x)] < 0) Fill(y, x);
      }
    }
  }
  const std::vector<Component>& all() const { return all_; }

 private:
  std::size_t At(std::int64_t y, std::int64_t x) const { return static_cast<std::size_t>(y * width_ + x); }

  // The first pixel in reading order: what is left of it lies around the component.
  void Fill(std::int64_t first_y, std::int64_t first_x) {
    const auto label = static_cast<std::int32_t>(all_.size());
    Component component;
    component.is_ink = ink_[At(first_y, first_x)] != 0;
    component.around = first_x > 0 ? labels_[At(first_y, first_x - 1)] : -1;
    component.left = component.right = first_x;
    component.top = component.bottom = first_y;
    std::vector<std::pair<std::int64_t, std::int64_t>> open = {{first_y, first_x}};
    labels_[At(first_y, first_x)] = label;
    while (!open.empty()) {
      const auto [y, x] = open.back();
      open.pop_back();
      component.area += 1;
      component.x += static_cast<double>(x) + 0.5;
      component.y += static_cast<double>(y) + 0.5;
      component.left = std::min(component.left, x);
      component.right = std::max(component.right, x);
      component.top = std::min(component.top, y);
      component.bottom = std::max(component.bottom, y);
      Spread(y, x, label, component.is_ink, open);
    }
    all_.push_back(component);
  }

  void Spread(std::int64_t y, std::int64_t x, std::int32_t label, bool is_ink,
              std::vector<std::pair<std::int64_t, std::int64_t>>& open) {
    for (std::int64_t dy = -1; dy <= 1; ++dy) {
      for (std::int64_t dx = -1; dx <= 1; ++dx) {
        const std::int64_t to_y = y + dy, to_x = x + dx;
        const bool inside = to_y >= 0 && to_x >= 0 && to_y < height_ && to_x < width_;
        if (!inside || (!is_ink && dx != 0 && dy != 0)) continue;
        if (labels_[At(to_y, to_x)] >= 0 || (ink_[At(to_y, to_x)] != 0) != is_ink) continue;
        labels_[At(to_y, to_x)] = label;
        open.emplace_back(to_y, to_x);
      }
    }
  }

  const std::vector<std::uint8_t>& ink_;
  std::int64_t height_;
  std::int64_t width_;
  std::vector<std::int32_t> labels_;
  std::vector<Component> all_;
};

struct Mark {
  Point middle;
  bool bottom_right = false;
};

bool Between(double value, double low, double high) { return value >= low && value <= high; }

// Frame, ring and core in the modules' proportion 24 : 16 : 9, about one middle.
bool IsMark(const Component& frame, const Component& ring, const Component& core, double core_area) {
  const double apart = std::hypot(frame.MiddleX() - core.MiddleX(), frame.MiddleY() - core.MiddleY());
  return core_area >= 12 && Between(ring.area / core_area, 1.0, 2.9) &&
         Between(frame.area / core_area, 1.6, 4.5) && apart < 0.12 * frame.Size() &&
         Between(frame.Size() / core.Size(), 1.8, 3.2);
}

std::vector<Mark> MarksAmong(const std::vector<Component>& all) {
  std::vector<double> hole(all.size(), 0.0);
  for (const Component& component : all) {
    if (!component.is_ink && component.around >= 0)
      hole[static_cast<std::size_t>(component.around)] += component.area;
  }
  std::vector<Mark> marks;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const Component& core = all[i];
    if (!core.is_ink || core.around < 0) continue;
    const Component& ring = all[static_cast<std::size_t>(core.around)];
    if (ring.is_ink || ring.around < 0) continue;
    const Component& frame = all[static_cast<std::size_t>(ring.around)];
    if (!frame.is_ink || frame.around < 0) continue;
    const double core_area = core.area + hole[i];
    if (!IsMark(frame, ring, core, core_area)) continue;
    const double area = frame.area + ring.area + core_area;
    const double core_hole_x = hole[i] * core.MiddleX(), core_hole_y = hole[i] * core.MiddleY();
    marks.push_back(
        {{(frame.x + ring.x + core.x + core_hole_x) / area, (frame.y + ring.y + core.y + core_hole_y) / area},
         hole[i] > 0.03 * core_area});
  }
  return marks;
}

bool IsConvex(const Quad& quad) {
  for (std::size_t i = 0; i < 4; ++i) {
    const Point a = quad[i], b = quad[(i + 1) % 4], c = quad[(i + 2) % 4];
    if ((b.x - a.x) * (c.y - b.y) - (b.y - a.y) * (c.x - b.x) <= 0) return false;
  }
  return true;
}

// Clockwise as seen, from the top left of the sheet; the last to be told is the bottom right.
Result<Quad> InOrder(std::vector<Mark> marks) {
  Point middle;
  for (const Mark& mark : marks) middle = {middle.x + mark.middle.x / 4, middle.y + mark.middle.y / 4};
  std::ranges::sort(marks, {}, [&](const Mark& mark) {
    return std::atan2(mark.middle.y - middle.y, mark.middle.x - middle.x);
  });
  const auto corner = std::ranges::find(marks, true, &Mark::bottom_right);
  std::rotate(marks.begin(), corner, marks.end());
  // Bottom right, bottom left, top left, top right.
  const Quad quad = {marks[2].middle, marks[3].middle, marks[0].middle, marks[1].middle};
  if (!IsConvex(quad)) {
    return Fail(ErrorCode::kInvalidArgument, "the four marks are not the corners of one sheet");
  }
  return quad;
}

}  // namespace

bool MarkIsBlack(int row, int column, bool bottom_right) {
  const int ring = std::max(std::abs(row - kMarkModules / 2), std::abs(column - kMarkModules / 2));
  return ring == 3 || ring == 1 || (ring == 0 && !bottom_right);
}

Result<Quad> FindMarks(const Image& photograph) {
  CUPEL_TRY(const Image grey, GaussianBlur(ToGrey(photograph), 0.7));
  const std::vector<std::uint8_t> ink = InkOf(grey);
  const std::vector<Mark> marks = MarksAmong(Components(ink, grey.height, grey.width).all());
  if (marks.size() < 4) {
    return Fail(ErrorCode::kNotFound, fmt::format("{} of the 4 registration marks were found", marks.size()),
                "", "photograph the whole sheet, sharp, evenly lit and from nearer");
  }
  if (marks.size() > 4) {
    return Fail(ErrorCode::kInvalidArgument,
                fmt::format("{} registration marks were found, 4 expected", marks.size()), "",
                "photograph one sheet at a time");
  }
  if (std::ranges::count(marks, true, &Mark::bottom_right) != 1) {
    return Fail(ErrorCode::kInvalidArgument, "the mark that says how the sheet is turned cannot be told", "",
                "photograph the sheet from nearer");
  }
  return InOrder(marks);
}

}  // namespace cupel::data::image
