// SPDX-License-Identifier: Apache-2.0
#include "cupel/data/dataset/open.h"

#include <fmt/format.h>

#include <algorithm>

#include "cupel/base/json.h"
#include "cupel/crypto/hash.h"
#include "cupel/data/dataset/idx.h"
#include "cupel/data/dataset/image_folder.h"
#include "cupel/data/dataset/inflate.h"
#include "cupel/data/dataset/npy.h"
#include "cupel/data/dataset/source_dataset.h"
#include "cupel/data/dataset/table.h"

namespace cupel::data::dataset {
namespace {

constexpr std::int64_t kMaxSampleSize = std::int64_t{1} << 28;

Status CheckDigest(const ManifestFile& file, const Digest& found, const OpenOptions& options) {
  if (!file.sha256) {
    if (options.allow_missing_digests) return {};
    return Fail(ErrorCode::kInvalidArgument, fmt::format("{} has no sha256", file.path.string()), file.place,
                fmt::format("add sha256 = \"{}\"", found.Hex()));
  }
  if (*file.sha256 == found) return {};
  return Fail(ErrorCode::kVerificationFailed,
              fmt::format("sha256 must be {}, found {}", file.sha256->Hex(), found.Hex()), file.path.string(),
              "get the file again, or correct the manifest if the change is intended");
}

/// Opens one manifest; remembers the digests it saw for the identity of the data.
class Opener {
 public:
  Opener(const Manifest& manifest, const OpenOptions& options) : manifest_(manifest), options_(options) {
    info_.name = manifest.name;
    info_.sample_shape = manifest.shape;
    info_.class_names = manifest.class_names;
    info_.licence = manifest.licence;
    info_.provenance = manifest.provenance;
    info_.lawful_basis = manifest.lawful_basis;
  }

  Result<std::unique_ptr<Dataset>> OpenArrays() {
    const ManifestFile& features_file = *manifest_.Find(FileRole::kFeatures);
    CUPEL_TRY(NumberArray features, OpenArray(features_file));
    DatasetParts parts;
    CUPEL_TRY(parts.labels, ReadLabels(*manifest_.Find(FileRole::kLabels), features.Rows()));
    CUPEL_TRY(parts.groups, ReadGroupsFile(nullptr));
    return FinishArray(std::move(features), std::move(parts), features_file);
  }

  Result<std::unique_ptr<Dataset>> OpenTable() {
    const ManifestFile& file = *manifest_.Find(FileRole::kTable);
    CUPEL_TRY(const BlobPointer blob, Load(file));
    CUPEL_TRY(TableData data, ReadTable(*blob, file.path.string(), manifest_, options_.limits));
    DatasetParts parts;
    parts.labels = std::move(data.labels);
    parts.groups = std::move(data.groups);
    return FinishArray(std::move(data.features), std::move(parts), file);
  }

  Result<std::unique_ptr<Dataset>> OpenFolder() {
    const ManifestFile& file = *manifest_.Find(FileRole::kImages);
    CUPEL_TRY(std::vector<ImageFile> images, ListImages(file.path));
    CUPEL_TRY_STATUS(Accept(file, DigestOfImages(images)));
    std::vector<std::string> names;
    for (const ImageFile& image : images) names.push_back(image.name);
    CUPEL_TRY(std::vector<GroupAttribute> groups, ReadGroupsFile(&names));
    CUPEL_TRY(DatasetParts parts, OpenImages(std::move(images), std::move(info_)));
    parts.groups = std::move(groups);
    parts.info.digest = Identity(parts.info);
    return MakeSourceDataset(std::move(parts));
  }

  Result<Predictions> OpenPredictionsFile() {
    const ManifestFile& file = *manifest_.Find(FileRole::kPredictions);
    CUPEL_TRY(const BlobPointer blob, Load(file));
    return ParsePredictions(*blob, file.path.string());
  }

 private:
  Status Accept(const ManifestFile& file, const Digest& found) {
    CUPEL_TRY_STATUS(CheckDigest(file, found, options_));
    Json entry;
    entry["role"] = FileRoleName(file.role);
    entry["entry"] = file.entry;
    entry["sha256"] = found.Hex();
    files_.Append(std::move(entry));
    return {};
  }

  /// The file's bytes, unpacked when gzip.
  Result<BlobPointer> Load(const ManifestFile& file) {
    CUPEL_TRY(LoadedFile loaded, LoadFile(file.path, options_.limits));
    CUPEL_TRY_STATUS(Accept(file, loaded.digest));
    if (!IsGzip(*loaded.blob)) return std::move(loaded.blob);
    auto unpacked = Gunzip(*loaded.blob, options_.limits);
    if (!unpacked) return FailAt(file.path.string(), std::move(unpacked).error());
    return unpacked;
  }

  Result<NumberArray> OpenArray(const ManifestFile& file) {
    CUPEL_TRY(BlobPointer blob, Load(file));
    auto array = manifest_.format == DataFormat::kIdx   ? ParseIdx(std::move(blob))
                 : manifest_.format == DataFormat::kNpy ? ParseNpy(std::move(blob))
                                                        : ParseNpz(blob, file.entry, options_.limits);
    if (!array) return FailAt(file.path.string(), std::move(array).error());
    return array;
  }

  Result<std::vector<std::int32_t>> ReadLabels(const ManifestFile& file, std::int64_t samples) {
    CUPEL_TRY(const NumberArray array, OpenArray(file));
    auto integers = array.ReadIntegers();
    if (!integers) return FailAt(file.path.string(), std::move(integers).error());
    if (static_cast<std::int64_t>(integers->size()) != samples) {
      return Fail(ErrorCode::kCorrupt,
                  fmt::format("there are {} labels for {} samples", integers->size(), samples),
                  file.path.string(), "give one label a sample");
    }
    const std::int64_t classes =
        manifest_.class_names.empty() ? 1000000 : static_cast<std::int64_t>(manifest_.class_names.size());
    std::vector<std::int32_t> labels;
    for (const std::int64_t label : *integers) {
      if (label < 0 || label >= classes) {
        return Fail(
            ErrorCode::kCorrupt,
            fmt::format("label {} of sample {} is outside 0 .. {}", label, labels.size(), classes - 1),
            file.path.string(), "list every class in class_names");
      }
      labels.push_back(static_cast<std::int32_t>(label));
    }
    return labels;
  }

  Result<std::vector<GroupAttribute>> ReadGroupsFile(const std::vector<std::string>* names) {
    const ManifestFile* file = manifest_.Find(FileRole::kGroups);
    if (file == nullptr) return std::vector<GroupAttribute>{};
    CUPEL_TRY(const BlobPointer blob, Load(*file));
    return ReadGroups(*blob, file->path.string(), names);
  }

  Result<std::unique_ptr<Dataset>> FinishArray(NumberArray features, DatasetParts parts,
                                               const ManifestFile& file);
  Status ChooseShape(const NumberArray& features);
  Status ChooseBox(const NumberArray& features);

  /// What the tensors depend on, and nothing that depends on the machine (no path).
  Digest Identity(const DatasetInfo& info) const {
    Json identity;
    identity["format"] = DataFormatName(manifest_.format);
    identity["files"] = files_;
    identity["shape"] = Json::ArrayOf(info.sample_shape);
    identity["channels_last"] = manifest_.channels_last;
    identity["class_names"] = Json::ArrayOf(info.class_names);
    identity["box"] = Json::Array{static_cast<double>(info.box_low), static_cast<double>(info.box_high)};
    identity["split"] = manifest_.split;
    identity["label_column"] = manifest_.label_column;
    identity["feature_columns"] = Json::ArrayOf(manifest_.feature_columns);
    identity["group_columns"] = Json::ArrayOf(manifest_.group_columns);
    return crypto::Sha256(AsBytes(identity.Canonical()));
  }

  const Manifest& manifest_;
  const OpenOptions& options_;
  DatasetInfo info_;
  Json files_ = Json(Json::Array{});
};

class ArraySource : public SampleSource {
 public:
  /// stored: [h, w, c] of samples that are stored with their channels last, or empty.
  ArraySource(NumberArray array, std::vector<std::int64_t> stored)
      : array_(std::move(array)), stored_(std::move(stored)) {}

  Status ReadSample(std::int64_t index, std::span<float> out) const override {
    if (stored_.empty()) return array_.ReadRow(index, out);
    std::vector<float> row(out.size());
    CUPEL_TRY_STATUS(array_.ReadRow(index, row));
    const auto pixels = static_cast<std::size_t>(stored_[0] * stored_[1]),
               channels = static_cast<std::size_t>(stored_[2]);
    for (std::size_t pixel = 0; pixel < pixels; ++pixel) {
      for (std::size_t channel = 0; channel < channels; ++channel) {
        out[channel * pixels + pixel] = row[pixel * channels + channel];
      }
    }
    return {};
  }

 private:
  NumberArray array_;
  std::vector<std::int64_t> stored_;
};

/// The shape of a sample from the file's, unless the manifest says it: [n, h, w] is a grey picture.
Status Opener::ChooseShape(const NumberArray& features) {
  std::vector<std::int64_t> stored(features.shape.begin() + 1, features.shape.end());
  const std::int64_t row_size = features.RowSize();
  if (row_size <= 0 || row_size > kMaxSampleSize) {
    return Fail(ErrorCode::kResourceLimit,
                fmt::format("a sample must have 1 to {} values, got {}", kMaxSampleSize, row_size));
  }
  if (stored.empty()) stored = {1};
  if (manifest_.channels_last && stored.size() != 3) {
    return Fail(ErrorCode::kInvalidArgument,
                fmt::format("layout \"hwc\" needs samples [h, w, c], got {}", ShapeText(stored)));
  }
  if (info_.sample_shape.empty()) {
    info_.sample_shape = stored;
    if (manifest_.channels_last) info_.sample_shape = {stored[2], stored[0], stored[1]};
    if (stored.size() == 2) info_.sample_shape.insert(info_.sample_shape.begin(), 1);
  }
  const bool is_permuted =
      manifest_.channels_last && info_.sample_shape != std::vector{stored[2], stored[0], stored[1]};
  if (info_.SampleSize() != row_size || is_permuted) {
    return Fail(ErrorCode::kInvalidArgument,
                fmt::format("the manifest says shape {} and the file's samples are {}{}",
                            ShapeText(info_.sample_shape), ShapeText(stored),
                            manifest_.channels_last ? " with channels last" : ""));
  }
  return {};
}

/// Bytes have the box [0, 1]; everything else must declare it, because attacks stay inside.
Status Opener::ChooseBox(const NumberArray& features) {
  const ValueRange box = manifest_.value_range.value_or(ValueRange{0, 1});
  info_.box_low = box.low;
  info_.box_high = box.high;
  const bool is_bytes = features.type == NumberType::kU8;
  if (is_bytes && box.low <= 0 && box.high >= 1) return {};  // Bytes cannot leave it.
  CUPEL_TRY(const ValueRange found, FindRange(features));
  if (!manifest_.value_range) {
    return Fail(ErrorCode::kInvalidArgument, "the manifest must say which values features may take",
                manifest_.place,
                fmt::format("add value_range = [low, high]; the file's values are in [{}, {}]", found.low,
                            found.high));
  }
  if (found.low >= box.low && found.high <= box.high) return {};
  return Fail(ErrorCode::kInvalidArgument,
              fmt::format("value_range is [{}, {}] and the file's values are in [{}, {}]", box.low, box.high,
                          found.low, found.high),
              manifest_.place, "correct value_range or the data");
}

Result<std::unique_ptr<Dataset>> Opener::FinishArray(NumberArray features, DatasetParts parts,
                                                     const ManifestFile& file) {
  if (features.Rows() == 0)
    return Fail(ErrorCode::kInvalidArgument, "the data set has no sample", file.path.string());
  auto shaped = ChooseShape(features).and_then([&] { return ChooseBox(features); });
  if (!shaped) return FailAt(file.path.string(), std::move(shaped).error());
  std::vector<std::int64_t> stored;
  if (manifest_.channels_last) stored.assign(features.shape.begin() + 1, features.shape.end());
  parts.info = std::move(info_);
  parts.info.digest = Identity(parts.info);
  parts.source = std::make_unique<ArraySource>(std::move(features), std::move(stored));
  return MakeSourceDataset(std::move(parts));
}

}  // namespace

Result<std::unique_ptr<Dataset>> OpenDataset(const std::filesystem::path& manifest_path,
                                             const OpenOptions& options) {
  CUPEL_TRY(const Manifest manifest, ReadManifest(manifest_path));
  return OpenDataset(manifest, options);
}

Result<std::unique_ptr<Dataset>> OpenDataset(const Manifest& manifest, const OpenOptions& options) {
  Opener opener(manifest, options);
  switch (manifest.format) {
    case DataFormat::kIdx:
    case DataFormat::kNpy:
    case DataFormat::kNpz: return opener.OpenArrays();
    case DataFormat::kCsv: return opener.OpenTable();
    case DataFormat::kImages: return opener.OpenFolder();
    case DataFormat::kPredictions: break;
  }
  return Fail(ErrorCode::kInvalidArgument, "the manifest holds predictions, not samples for a model",
              manifest.place, "use it for checks that need no model");
}

Result<Predictions> OpenPredictions(const Manifest& manifest, const OpenOptions& options) {
  if (manifest.format != DataFormat::kPredictions) {
    return Fail(ErrorCode::kInvalidArgument,
                fmt::format("format must be \"predictions\", got \"{}\"", DataFormatName(manifest.format)),
                manifest.place);
  }
  return Opener(manifest, options).OpenPredictionsFile();
}

}  // namespace cupel::data::dataset
