// SPDX-License-Identifier: Apache-2.0
#include "cupel/data/dataset/image_folder.h"

#include <fmt/format.h>

#include <algorithm>

#include "cupel/base/file.h"
#include "cupel/base/nearest.h"
#include "cupel/crypto/hash.h"
#include "cupel/data/dataset/number_array.h"
#include "cupel/data/image/codec.h"
#include "cupel/data/image/warp.h"

namespace cupel::data::dataset {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kMaxFileBytes = std::uint64_t{256} << 20;

bool IsPicture(const fs::path& path) {
  std::string extension = path.extension().string();
  std::ranges::transform(extension, extension.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return extension == ".png" || extension == ".jpg" || extension == ".jpeg";
}

/// The folder's entries without hidden ones, by name.
Result<std::vector<fs::path>> ListFolder(const fs::path& folder) {
  std::error_code error;
  std::vector<fs::path> entries;
  fs::directory_iterator iterator(folder, error);
  for (; !error && iterator != fs::directory_iterator(); iterator.increment(error)) {
    const std::string name = iterator->path().filename().string();
    if (!name.starts_with('.')) entries.push_back(iterator->path());
    if (name.find('\n') != std::string::npos) {
      return Fail(ErrorCode::kInvalidArgument, "a file's name holds a line break", folder.string(),
                  "rename it");
    }
  }
  if (error) {
    const bool is_missing =
        error == std::errc::no_such_file_or_directory || error == std::errc::not_a_directory;
    return Fail(is_missing ? ErrorCode::kNotFound : ErrorCode::kPermission,
                fmt::format("cannot read the folder: {}", error.message()), folder.string(),
                "check the path");
  }
  std::ranges::sort(entries, {}, [](const fs::path& path) { return path.string(); });
  return entries;
}

class ImageSource : public SampleSource {
 public:
  ImageSource(std::vector<ImageFile> images, std::vector<std::int64_t> shape, bool is_resized)
      : images_(std::move(images)), shape_(std::move(shape)), is_resized_(is_resized) {}

  Status ReadSample(std::int64_t index, std::span<float> out) const override {
    const ImageFile& file = images_[static_cast<std::size_t>(index)];
    auto image = Load(file);
    if (!image) return FailAt(file.path.string(), std::move(image).error());
    std::ranges::copy(image->values, out.begin());
    return {};
  }

 private:
  Result<image::Image> Load(const ImageFile& file) const {
    CUPEL_TRY(const Bytes bytes, ReadFile(file.path, kMaxFileBytes));
    if (crypto::Sha256(bytes) != file.digest) {
      return Fail(ErrorCode::kCorrupt, "the file changed since the data set was opened", "",
                  "run the command again");
    }
    CUPEL_TRY(image::Image image, image::DecodeImage(bytes, is_resized_ ? shape_[0] : 0));
    if (is_resized_) return image::Resize(image, shape_[1], shape_[2]);
    const std::vector<std::int64_t> found = {image.channels, image.height, image.width};
    if (found == shape_) return image;
    return Fail(ErrorCode::kCorrupt,
                fmt::format("the picture is {} and the first one {}", ShapeText(found), ShapeText(shape_)),
                "", "declare shape = [c, h, w] in the manifest to have all pictures resized");
  }

  std::vector<ImageFile> images_;
  std::vector<std::int64_t> shape_;
  bool is_resized_;
};

/// Channels need decoding, sizes only the header; every file's header is looked at before any sample is used.
Status CheckHeaders(const std::vector<ImageFile>& images, std::vector<std::int64_t>& shape) {
  const bool is_declared = !shape.empty();
  for (const ImageFile& file : images) {
    CUPEL_TRY(const Bytes bytes, ReadFile(file.path, kMaxFileBytes));
    auto header = image::ReadImageHeader(bytes);
    if (!header) return FailAt(file.path.string(), std::move(header).error());
    if (shape.empty()) {
      auto first = image::DecodeImage(bytes);
      if (!first) return FailAt(file.path.string(), std::move(first).error());
      shape = {first->channels, first->height, first->width};
    }
    if (!is_declared && (header->height != shape[1] || header->width != shape[2])) {
      return Fail(ErrorCode::kCorrupt,
                  fmt::format("the picture has {} x {} pixels and the first one {} x {}", header->height,
                              header->width, shape[1], shape[2]),
                  file.path.string(),
                  "declare shape = [c, h, w] in the manifest to have all pictures resized");
    }
  }
  return {};
}

}  // namespace

Result<std::vector<ImageFile>> ListImages(const fs::path& folder) {
  CUPEL_TRY(const std::vector<fs::path> classes, ListFolder(folder));
  std::vector<ImageFile> images;
  for (const fs::path& class_folder : classes) {
    std::error_code ignored;
    if (!fs::is_directory(class_folder, ignored)) {
      return Fail(ErrorCode::kUnsupported, "a file lies beside the folders of the classes",
                  class_folder.string(), "move it away");
    }
    CUPEL_TRY(const std::vector<fs::path> files, ListFolder(class_folder));
    for (const fs::path& path : files) {
      if (!IsPicture(path) || !fs::is_regular_file(path, ignored)) {
        return Fail(ErrorCode::kUnsupported, "not a .png, .jpg or .jpeg file", path.string(), "move it away");
      }
      CUPEL_TRY(const Digest digest, crypto::Sha256OfFile(path));
      const std::string class_name = class_folder.filename().string();
      images.push_back({path, class_name, class_name + "/" + path.filename().string(), digest});
    }
  }
  if (images.empty()) {
    return Fail(ErrorCode::kInvalidArgument, "there is no picture", folder.string(),
                "expected <class>/<name>.png");
  }
  std::ranges::sort(images, {}, &ImageFile::name);
  return images;
}

Digest DigestOfImages(const std::vector<ImageFile>& images) {
  crypto::Sha256Hasher hasher;
  for (const ImageFile& file : images) hasher.Update(AsBytes(file.digest.Hex() + "  " + file.name + "\n"));
  return hasher.Finish();
}

Result<DatasetParts> OpenImages(std::vector<ImageFile> images, DatasetInfo info) {
  const bool is_resized = !info.sample_shape.empty();
  if (is_resized &&
      (info.sample_shape.size() != 3 || (info.sample_shape[0] != 1 && info.sample_shape[0] != 3))) {
    return Fail(
        ErrorCode::kInvalidArgument,
        fmt::format("the shape of pictures is [1, h, w] or [3, h, w], got {}", ShapeText(info.sample_shape)));
  }
  CUPEL_TRY_STATUS(CheckHeaders(images, info.sample_shape));
  if (info.class_names.empty()) {
    for (const ImageFile& file : images) {
      if (std::ranges::count(info.class_names, file.class_folder) == 0)
        info.class_names.push_back(file.class_folder);
    }
    std::ranges::sort(info.class_names);
  }
  DatasetParts parts;
  for (const ImageFile& file : images) {
    const auto found = std::ranges::find(info.class_names, file.class_folder);
    if (found == info.class_names.end()) {
      return Fail(ErrorCode::kInvalidArgument, fmt::format("folder \"{}\" is no class", file.class_folder),
                  file.path.parent_path().string(), NearestRemedy(file.class_folder, info.class_names));
    }
    parts.labels.push_back(static_cast<std::int32_t>(found - info.class_names.begin()));
  }
  parts.source = std::make_unique<ImageSource>(std::move(images), info.sample_shape, is_resized);
  parts.info = std::move(info);
  return parts;
}

}  // namespace cupel::data::dataset
