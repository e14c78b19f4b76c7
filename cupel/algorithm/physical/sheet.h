// SPDX-License-Identifier: Apache-2.0
#pragma once

/// A page to print: a sticker, or any picture, at a stated size between four registration marks; and the way
/// back from a photograph of the page to the picture.
///
/// Two forms of one page: an image of the page at a number of dots per inch, and a PDF of one page (PDF 1.4,
/// ISO 32000-1) in which the marks are drawn and the picture is embedded pixel by pixel, so its size does not
/// depend on the printer's driver. Every pixel of the picture is printed as a square: nothing is smoothed.
///
/// Photographs made straight by printed codes: Kurakin, Goodfellow, Bengio, Adversarial examples in the
/// physical world, ICLR workshop 2017.

#include "cupel/algorithm/physical/sticker.h"
#include "cupel/base/bytes.h"
#include "cupel/base/json.h"
#include "cupel/data/image/homography.h"
#include "cupel/data/image/image.h"

namespace cupel::algorithm::physical {

/// All lengths in millimetres, from the page's top left corner.
struct Sheet {
  double page_width = 210;  ///< A4
  double page_height = 297;
  double left = 0;  ///< Of the picture.
  double top = 0;
  double width = 0;
  double height = 0;
  double mark = 0;                ///< Side of a registration mark.
  std::int64_t pixel_height = 0;  ///< Of the picture.
  std::int64_t pixel_width = 0;
  Outline outline = Outline::kSquare;

  /// Middles of the marks.
  data::image::Quad Marks() const;
  Json ToJson() const;
  /// Errors: kCorrupt, kNotFound; kUnsupported for another format.
  static Result<Sheet> FromJson(const Json& json);
};

/// The picture in the middle of an A4 page, its longer side `size` mm long.
/// Errors: kInvalidArgument when size is not > 0, or picture and marks do not fit the page.
Result<Sheet> MakeSheet(const data::image::Image& picture, Outline outline, double size);

/// The page with the channels of the picture. dots_per_inch: 50 to 600. Errors: kInvalidArgument.
Result<data::image::Image> DrawSheet(const Sheet& sheet, const data::image::Image& picture,
                                     double dots_per_inch);

/// The page as a PDF. Precondition: the picture has 1 or 3 channels and the sheet's pixels.
Bytes SheetPdf(const Sheet& sheet, const data::image::Image& picture);

/// The picture as the photograph shows it, [c, height, width]. Errors: those of FindMarks.
Result<data::image::Image> Straighten(const data::image::Image& photograph, const Sheet& sheet,
                                      std::int64_t height, std::int64_t width);

}  // namespace cupel::algorithm::physical
