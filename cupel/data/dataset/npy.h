// SPDX-License-Identifier: Apache-2.0
#pragma once

/// NPY and NPZ, the files of NumPy (numpy.lib.format, versions 1.0 to 3.0; an NPZ is a ZIP of NPY files).
///
///     bytes 0-5  93 'N' 'U' 'M' 'P' 'Y'
///     byte 6, 7  version: 1.0, 2.0 or 3.0
///     2 bytes (1.0) or 4 bytes (2.0, 3.0), little-endian: length of the header
///     header     a Python dictionary: {'descr': '<f4', 'fortran_order': False, 'shape': (60000, 784), }
///     numbers    to the end of the file
///
/// Read: u1 i1 u2 i2 i4 i8 f4 f8, little-endian, C order. Nothing is evaluated or unpickled.

#include <string_view>

#include "cupel/data/dataset/number_array.h"

namespace cupel::data::dataset {

/// Cost: reads the header only.
/// Errors: kCorrupt when the header is false or the file is longer or shorter than it says; kUnsupported for
/// another type, big-endian numbers or Fortran order.
Result<NumberArray> ParseNpy(BlobPointer blob);

/// The array `entry` ("x" or "x.npy") of an NPZ file; an empty name stands for the only entry.
/// Stored and deflated entries; CRC-32 checked. Entries of 4 GiB or more (zip64), encrypted or split files:
/// kUnsupported. Errors: kCorrupt; kNotFound with the names there are; kResourceLimit when it unpacks beyond
/// the limit.
Result<NumberArray> ParseNpz(const BlobPointer& blob, std::string_view entry, const StorageLimits& limits);

}  // namespace cupel::data::dataset
