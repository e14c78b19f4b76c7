// SPDX-License-Identifier: Apache-2.0
#pragma once

/// `dataset.toml`: what a data set is, where it comes from, and by what right it is used.
///
///     name = "fashion-mnist-test"
///     format = "idx"                       # idx, npy, npz, csv, images, predictions
///     class_names = ["T-shirt/top", "..."]
///     licence = "MIT"
///     provenance = "Debian package dataset-fashion-mnist"
///     lawful_basis = "published under a licence that permits it; no personal data"
///     personal_data = false
///     [[files]]
///     role = "features"
///     path = "t10k-images-idx3-ubyte.gz"   # absolute, or relative to the manifest
///     sha256 = "346e55b9..."
///
/// Every key, its meaning and the layout of each format: docs/formats/dataset.md. Unknown keys are errors.

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "cupel/base/digest.h"
#include "cupel/data/dataset/number_array.h"

namespace cupel::data::dataset {

enum class DataFormat { kIdx, kNpy, kNpz, kCsv, kImages, kPredictions };

/// What a file holds. kTable: a CSV with features, labels and groups; kImages: a folder with one folder a
/// class; kGroups: a CSV with one group attribute a column.
enum class FileRole { kFeatures, kLabels, kTable, kImages, kGroups, kPredictions };

std::string DataFormatName(DataFormat format);
std::string FileRoleName(FileRole role);

struct ManifestFile {
  FileRole role = FileRole::kFeatures;
  std::filesystem::path path;  ///< Resolved against the manifest's folder.
  std::optional<Digest>
      sha256;         ///< Absent: opening fails and names the digest to add, unless the caller allows it.
  std::string entry;  ///< The array in an NPZ file.
  std::string place;  ///< "dataset.toml:12"
};

struct Manifest {
  std::string name;
  std::string title;     ///< For people, English; the name when absent.
  std::string title_zh;  ///< May be empty.
  DataFormat format = DataFormat::kIdx;
  std::vector<ManifestFile> files;
  std::vector<std::string> class_names;      ///< May be empty.
  std::vector<std::int64_t> shape;           ///< Of a sample; empty: as the file says.
  bool channels_last = false;                ///< layout = "hwc": the file's samples are [h, w, c].
  std::optional<ValueRange> value_range;     ///< Needed unless features are unsigned bytes or images.
  std::string label_column = "label";        ///< csv
  std::vector<std::string> feature_columns;  ///< csv; empty: all that are neither label nor group.
  std::vector<std::string> group_columns;    ///< csv
  std::string split;                         ///< "train", "test", ...; may be empty.
  std::string licence;
  std::string provenance;
  std::string lawful_basis;
  std::vector<std::string> purposes;  ///< Not empty when personal_data.
  std::string known_bias;
  bool personal_data = false;
  std::string place;  ///< The manifest's path, for messages.

  /// The only file of this role, or nullptr.
  const ManifestFile* Find(FileRole role) const;
};

/// folder: what relative paths start from. file_name: how messages call the text.
/// Errors: kCorrupt (not TOML), kInvalidArgument and kNotFound with file and line and the nearest known key
/// or value.
Result<Manifest> ParseManifest(std::string_view text, const std::string& file_name,
                               const std::filesystem::path& folder);

/// Errors: also kNotFound, kPermission; kResourceLimit for more than 4 MiB.
Result<Manifest> ReadManifest(const std::filesystem::path& path);

/// SHA-256 of a file, or of a folder of images: the digest of the lines "<sha256>  <path in the folder>\n" of
/// its pictures, sorted by path as bytes (what `sha256sum` prints). Errors: kNotFound, kPermission, those of
/// ListImages.
Result<Digest> DigestOfFile(const ManifestFile& file);

/// For `cupel data check`: every file with the digest it has now.
struct FileCheck {
  ManifestFile file;
  Digest found;
  bool Matches() const { return file.sha256 == found; }
};
Result<std::vector<FileCheck>> CheckFiles(const Manifest& manifest);

}  // namespace cupel::data::dataset
