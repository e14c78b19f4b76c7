// SPDX-License-Identifier: Apache-2.0
#include "cupel/algorithm/physical/sheet.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "cupel/data/image/plane_warp.h"
#include "cupel/data/image/registration_marks.h"

namespace cupel::algorithm::physical {
namespace {

using data::image::Homography;
using data::image::Image;
using data::image::kMarkModules;
using data::image::Point;
using data::image::Quad;

constexpr const char* kFormat = "cupel-sheet/1";
constexpr double kMillimetresPerInch = 25.4;
constexpr double kPointsPerMillimetre = 72 / kMillimetresPerInch;
constexpr double kMargin = 5;  // printers leave this much of the page's edge white

// Whether there is ink of a mark at a point of the page.
bool InMark(const Sheet& sheet, double x, double y) {
  const Quad marks = sheet.Marks();
  const double module = sheet.mark / kMarkModules;
  for (std::size_t i = 0; i < 4; ++i) {
    const auto column = static_cast<int>(std::floor((x - marks[i].x + sheet.mark / 2) / module));
    const auto row = static_cast<int>(std::floor((y - marks[i].y + sheet.mark / 2) / module));
    if (row < 0 || column < 0 || row >= kMarkModules || column >= kMarkModules) continue;
    return data::image::MarkIsBlack(row, column, i == 2);
  }
  return false;
}

// The picture's pixel at a point of the page, or -1.
std::int64_t PixelAt(const Sheet& sheet, double x, double y) {
  const double column = (x - sheet.left) / sheet.width * static_cast<double>(sheet.pixel_width);
  const double row = (y - sheet.top) / sheet.height * static_cast<double>(sheet.pixel_height);
  if (!(column >= 0 && row >= 0 && column < static_cast<double>(sheet.pixel_width) &&
        row < static_cast<double>(sheet.pixel_height))) {
    return -1;
  }
  return static_cast<std::int64_t>(row) * sheet.pixel_width + static_cast<std::int64_t>(column);
}

// PDF measures in points from the bottom left.
std::string PdfRectangle(const Sheet& sheet, double left, double top, double width, double height) {
  return fmt::format("{:.4f} {:.4f} {:.4f} {:.4f} re f\n", left * kPointsPerMillimetre,
                     (sheet.page_height - top - height) * kPointsPerMillimetre, width * kPointsPerMillimetre,
                     height * kPointsPerMillimetre);
}

std::string PdfContent(const Sheet& sheet) {
  std::string content =
      fmt::format("q {:.4f} 0 0 {:.4f} {:.4f} {:.4f} cm /P Do Q\n0 g\n", sheet.width * kPointsPerMillimetre,
                  sheet.height * kPointsPerMillimetre, sheet.left * kPointsPerMillimetre,
                  (sheet.page_height - sheet.top - sheet.height) * kPointsPerMillimetre);
  const Quad marks = sheet.Marks();
  const double module = sheet.mark / kMarkModules;
  for (std::size_t i = 0; i < 4; ++i) {
    for (int row = 0; row < kMarkModules; ++row) {
      for (int column = 0; column < kMarkModules; ++column) {
        if (!data::image::MarkIsBlack(row, column, i == 2)) continue;
        content += PdfRectangle(sheet, marks[i].x - sheet.mark / 2 + column * module,
                                marks[i].y - sheet.mark / 2 + row * module, module, module);
      }
    }
  }
  return content;
}

// ISO 32000-1 sections 7.5 (file structure) and 8.9.5 (images).
class PdfWriter {
 public:
  PdfWriter() { Append("%PDF-1.4\n%\xe2\xe3\xcf\xd3\n"); }

  void AddObject(const std::string& body, BytesView stream = {}, bool has_stream = false) {
    offsets_.push_back(bytes_.size());
    Append(fmt::format("{} 0 obj\n{}\n", offsets_.size(), body));
    if (has_stream) {
      Append("stream\n");
      bytes_.insert(bytes_.end(), stream.begin(), stream.end());
      Append("\nendstream\n");
    }
    Append("endobj\n");
  }

  Bytes Finish() {
    const std::size_t table = bytes_.size();
    Append(fmt::format("xref\n0 {}\n0000000000 65535 f \n", offsets_.size() + 1));
    for (const std::size_t offset : offsets_) Append(fmt::format("{:010} 00000 n \n", offset));
    Append(fmt::format("trailer\n<< /Size {} /Root 1 0 R >>\nstartxref\n{}\n%%EOF\n", offsets_.size() + 1,
                       table));
    return std::move(bytes_);
  }

 private:
  void Append(std::string_view text) { bytes_.insert(bytes_.end(), text.begin(), text.end()); }
  Bytes bytes_;
  std::vector<std::size_t> offsets_;
};

Bytes PixelBytes(const Image& picture) {
  Bytes bytes;
  for (std::int64_t y = 0; y < picture.height; ++y) {
    for (std::int64_t x = 0; x < picture.width; ++x) {
      for (std::int64_t c = 0; c < picture.channels; ++c) {
        const float value = std::clamp(picture.At(c, y, x), 0.0F, 1.0F);
        bytes.push_back(static_cast<std::uint8_t>(std::lround(value * 255)));
      }
    }
  }
  return bytes;
}

}  // namespace

Quad Sheet::Marks() const {
  const double away = mark;  // half a mark of white between picture and mark
  return {Point{left - away, top - away}, Point{left + width + away, top - away},
          Point{left + width + away, top + height + away}, Point{left - away, top + height + away}};
}

Json Sheet::ToJson() const {
  return Json::Object{{"format", kFormat},
                      {"pageMillimetres", Json::Array{page_width, page_height}},
                      {"left", left},
                      {"top", top},
                      {"width", width},
                      {"height", height},
                      {"mark", mark},
                      {"pixelHeight", pixel_height},
                      {"pixelWidth", pixel_width},
                      {"outline", outline == Outline::kDisc ? "disc" : "square"}};
}

Result<Sheet> Sheet::FromJson(const Json& json) {
  CUPEL_TRY(const std::string format, json.StringAt("format"));
  if (format != kFormat)
    return Fail(ErrorCode::kUnsupported, fmt::format("unknown sheet format \"{}\"", format));
  Sheet sheet;
  CUPEL_TRY(const Json* page, json.ArrayAt("pageMillimetres"));
  if (page->AsArray().size() != 2 || !page->AsArray()[0].IsNumber() || !page->AsArray()[1].IsNumber()) {
    return Fail(ErrorCode::kCorrupt, "a page has two sides", "pageMillimetres");
  }
  sheet.page_width = page->AsArray()[0].AsNumber();
  sheet.page_height = page->AsArray()[1].AsNumber();
  CUPEL_TRY(sheet.left, json.NumberAt("left"));
  CUPEL_TRY(sheet.top, json.NumberAt("top"));
  CUPEL_TRY(sheet.width, json.NumberAt("width"));
  CUPEL_TRY(sheet.height, json.NumberAt("height"));
  CUPEL_TRY(sheet.mark, json.NumberAt("mark"));
  CUPEL_TRY(sheet.pixel_height, json.IntegerAt("pixelHeight"));
  CUPEL_TRY(sheet.pixel_width, json.IntegerAt("pixelWidth"));
  CUPEL_TRY(const std::string outline, json.StringAt("outline"));
  CUPEL_TRY(sheet.outline, ParseOutline(outline));
  if (!(sheet.width > 0 && sheet.height > 0 && sheet.mark > 0 && sheet.pixel_height > 0 &&
        sheet.pixel_width > 0 && sheet.pixel_height <= data::image::kMaxPixels / sheet.pixel_width)) {
    return Fail(ErrorCode::kCorrupt, "the sheet's sizes must be > 0");
  }
  return sheet;
}

Result<Sheet> MakeSheet(const Image& picture, Outline outline, double size) {
  Sheet sheet;
  const auto longer = static_cast<double>(std::max(picture.height, picture.width));
  sheet.width = size * static_cast<double>(picture.width) / longer;
  sheet.height = size * static_cast<double>(picture.height) / longer;
  sheet.mark = std::clamp(0.2 * size, 8.0, 25.0);
  sheet.left = (sheet.page_width - sheet.width) / 2;
  sheet.top = (sheet.page_height - sheet.height) / 2;
  sheet.pixel_height = picture.height;
  sheet.pixel_width = picture.width;
  sheet.outline = outline;
  const double around = 1.5 * sheet.mark + kMargin;
  if (!(size > 0) || sheet.left < around || sheet.top < around) {
    return Fail(ErrorCode::kInvalidArgument,
                fmt::format("a picture of {:g} mm and its marks do not fit a page of {:g} x {:g} mm", size,
                            sheet.page_width, sheet.page_height),
                "", "give a size up to about 120 mm");
  }
  return sheet;
}

Result<Image> DrawSheet(const Sheet& sheet, const Image& picture, double dots_per_inch) {
  if (!(dots_per_inch >= 50 && dots_per_inch <= 600)) {
    return Fail(ErrorCode::kInvalidArgument, fmt::format("dpi must be in [50, 600], got {}", dots_per_inch));
  }
  const double dots = dots_per_inch / kMillimetresPerInch;
  Image page = data::image::FilledImage(picture.channels, std::llround(sheet.page_height * dots),
                                        std::llround(sheet.page_width * dots), 1.0F);
  for (std::int64_t y = 0; y < page.height; ++y) {
    for (std::int64_t x = 0; x < page.width; ++x) {
      const double at_x = (static_cast<double>(x) + 0.5) / dots, at_y = (static_cast<double>(y) + 0.5) / dots;
      const std::int64_t pixel = PixelAt(sheet, at_x, at_y);
      const bool black = pixel < 0 && InMark(sheet, at_x, at_y);
      for (std::int64_t c = 0; c < page.channels; ++c) {
        if (pixel >= 0) page.At(c, y, x) = picture.Plane(c)[static_cast<std::size_t>(pixel)];
        if (black) page.At(c, y, x) = 0;
      }
    }
  }
  return page;
}

Bytes SheetPdf(const Sheet& sheet, const Image& picture) {
  const Bytes pixels = PixelBytes(picture);
  const std::string content = PdfContent(sheet);
  PdfWriter writer;
  writer.AddObject("<< /Type /Catalog /Pages 2 0 R >>");
  writer.AddObject("<< /Type /Pages /Kids [3 0 R] /Count 1 >>");
  writer.AddObject(
      fmt::format("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {:.4f} {:.4f}] /Contents 4 0 R "
                  "/Resources << /XObject << /P 5 0 R >> >> >>",
                  sheet.page_width * kPointsPerMillimetre, sheet.page_height * kPointsPerMillimetre));
  writer.AddObject(fmt::format("<< /Length {} >>", content.size()), AsBytes(content), true);
  writer.AddObject(fmt::format("<< /Type /XObject /Subtype /Image /Width {} /Height {} /ColorSpace /{} "
                               "/BitsPerComponent 8 /Interpolate false /Length {} >>",
                               picture.width, picture.height,
                               picture.channels == 1 ? "DeviceGray" : "DeviceRGB", pixels.size()),
                   pixels, true);
  return writer.Finish();
}

Result<Image> Straighten(const Image& photograph, const Sheet& sheet, std::int64_t height,
                         std::int64_t width) {
  CUPEL_TRY(const Quad found, data::image::FindMarks(photograph));
  CUPEL_TRY(const Homography to_photograph, Homography::FromQuads(sheet.Marks(), found));
  const Homography to_page =
      Homography::ScaleAndMove(sheet.width / static_cast<double>(width),
                               sheet.height / static_cast<double>(height), sheet.left, sheet.top);
  return data::image::WarpPerspective(photograph, to_page.Then(to_photograph), height, width,
                                      data::image::Border::kReplicate, 16);
}

}  // namespace cupel::algorithm::physical
