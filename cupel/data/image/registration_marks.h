// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Marks on a printed sheet, by which a photograph of it is put straight.
///
/// A mark is a square of 7 x 7 modules: a black frame, a white one, a black core of 3 x 3 (as in a QR code,
/// ISO/IEC 18004 section 6.3.3). Four stand at the corners of a rectangle; the core of the bottom right one
/// has a white middle, which tells how the sheet is turned.
///
/// `FindMarks` needs each mark to be about 20 pixels wide or more, all four in the picture, and an edge
/// between ink and paper that is darker than the paper's neighbourhood by a fifth. It copes with uneven
/// light, turning by any angle, and perspective. A mirrored sheet is not told from a straight one.

#include "cupel/data/image/homography.h"
#include "cupel/data/image/image.h"

namespace cupel::data::image {

inline constexpr int kMarkModules = 7;

/// Whether module (row, column) of a mark is black. 0 <= row, column < kMarkModules.
bool MarkIsBlack(int row, int column, bool bottom_right);

/// Middles of the four marks in the photograph, in the order of Quad as the sheet was printed.
/// Errors: kNotFound when fewer than four marks are seen, kInvalidArgument when more are or they cannot be
/// the corners of one sheet.
Result<Quad> FindMarks(const Image& photograph);

}  // namespace cupel::data::image
