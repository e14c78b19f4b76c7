// SPDX-License-Identifier: Apache-2.0
#pragma once

/// IDX, the format of MNIST and its relatives (LeCun, Cortes, Burges, "The MNIST database", file formats).
///
///     byte 0-1  0
///     byte 2    type: 08 u8, 09 i8, 0B i16, 0C i32, 0D f32, 0E f64
///     byte 3    number of dimensions d, here 1 to 8
///     4 d bytes sizes, big-endian u32
///     numbers   big-endian, row-major, to the end of the file

#include "cupel/data/dataset/number_array.h"

namespace cupel::data::dataset {

/// blob: the file, unpacked. Cost: reads the header only.
/// Errors: kCorrupt when the header is false or the file is longer or shorter than it says.
Result<NumberArray> ParseIdx(BlobPointer blob);

}  // namespace cupel::data::dataset
