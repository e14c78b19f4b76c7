// SPDX-License-Identifier: Apache-2.0
#pragma once

/// A folder of pictures: one folder a class, PNG and JPEG files in it, decoded when they are read.
///
///     pets/cat/0001.png   pets/cat/0002.jpg   pets/dog/0001.png
///
/// Samples are in the order of their paths (as bytes). Names that begin with a dot are skipped; any other
/// file that is no .png, .jpg or .jpeg is an error, so nothing is left out in silence. Private to this
/// module.

#include <filesystem>
#include <string>
#include <vector>

#include "cupel/base/digest.h"
#include "cupel/data/dataset/source_dataset.h"

namespace cupel::data::dataset {

struct ImageFile {
  std::filesystem::path path;
  std::string class_folder;
  std::string name;  ///< "cat/0001.png", the path in the folder.
  Digest digest;     ///< SHA-256 of the file.
};

/// Reads every file once. Errors: kNotFound, kPermission, kUnsupported for another kind of file,
/// kInvalidArgument when there is no picture or a name holds a line break.
Result<std::vector<ImageFile>> ListImages(const std::filesystem::path& folder);

/// SHA-256 of the lines "<sha256>  <name>\n".
Digest DigestOfImages(const std::vector<ImageFile>& images);

/// Sets info.sample_shape to the first picture's when it is empty, and source, labels, class names (the
/// folders' in order when info names none). With a given shape [c, h, w] pictures are converted and resized
/// to it when read; without one all must have the first picture's size and channels. Errors: kCorrupt,
/// kUnsupported naming the file; kInvalidArgument for a folder that is no class.
Result<DatasetParts> OpenImages(std::vector<ImageFile> images, DatasetInfo info);

}  // namespace cupel::data::dataset
