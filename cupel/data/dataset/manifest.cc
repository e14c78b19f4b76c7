// SPDX-License-Identifier: Apache-2.0
#include "cupel/data/dataset/manifest.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "cupel/base/file.h"
#include "cupel/base/nearest.h"
#include "cupel/base/toml_table.h"
#include "cupel/crypto/hash.h"
#include "cupel/data/dataset/image_folder.h"

namespace cupel::data::dataset {
namespace {

const std::vector<std::string>& FormatNames() {
  static const std::vector<std::string> names = {"idx", "npy", "npz", "csv", "images", "predictions"};
  return names;
}

const std::vector<std::string>& RoleNames() {
  static const std::vector<std::string> names = {"features", "labels", "table",
                                                 "images",   "groups", "predictions"};
  return names;
}

/// The index of a name in `names`. what: "format", "role".
Result<std::size_t> Choose(const TomlTable& table, const std::string& key,
                           const std::vector<std::string>& names) {
  CUPEL_TRY(const std::string value, table.Text(key));
  const auto found = std::ranges::find(names, value);
  if (found != names.end()) return static_cast<std::size_t>(found - names.begin());
  return Fail(ErrorCode::kInvalidArgument, fmt::format("unknown {} \"{}\"", key, value), table.Place(key),
              NearestRemedy(value, names));
}

/// A text that says something.
Result<std::string> Statement(const TomlTable& table, const std::string& key) {
  CUPEL_TRY(std::string text, table.Text(key));
  if (text.find_first_not_of(" \t\n") == std::string::npos) {
    return Fail(ErrorCode::kInvalidArgument, fmt::format("{} must not be empty", key), table.Place(key));
  }
  return text;
}

Result<ManifestFile> ParseFile(const TomlTable& table, const std::filesystem::path& folder) {
  CUPEL_TRY_STATUS(table.OnlyKeys({"role", "path", "sha256", "entry"}));
  ManifestFile file;
  file.place = table.Place();
  CUPEL_TRY(const std::size_t role, Choose(table, "role", RoleNames()));
  file.role = static_cast<FileRole>(role);
  CUPEL_TRY(const std::string path, Statement(table, "path"));
  if (path.find('\0') != std::string::npos) {
    return Fail(ErrorCode::kInvalidArgument, "path must not hold a NUL", table.Place("path"));
  }
  file.path = folder / path;  // An absolute path replaces the folder.
  CUPEL_TRY(file.entry, table.TextOr("entry", ""));
  if (table.Has("sha256")) {
    CUPEL_TRY(const std::string hex, table.Text("sha256"));
    auto digest = Digest::FromHex(hex);
    if (!digest) return FailAt(table.Place("sha256"), std::move(digest).error());
    file.sha256 = *digest;
  }
  return file;
}

Status ParseShape(const TomlTable& table, Manifest& manifest) {
  constexpr std::int64_t kMaxSampleSize = std::int64_t{1} << 28;
  if (table.Has("shape")) {
    CUPEL_TRY(manifest.shape, table.Integers("shape"));
    const bool is_positive = std::ranges::all_of(manifest.shape, [](std::int64_t size) { return size > 0; });
    const auto bytes = ArrayBytes(manifest.shape, NumberType::kU8);
    if (manifest.shape.empty() || manifest.shape.size() > kMaxDimensions || !is_positive || !bytes ||
        *bytes > static_cast<std::uint64_t>(kMaxSampleSize)) {
      return Fail(ErrorCode::kInvalidArgument,
                  fmt::format("shape must be 1 to {} sizes > 0 with a product up to {}, got {}",
                              kMaxDimensions, kMaxSampleSize, ShapeText(manifest.shape)),
                  table.Place("shape"));
    }
  }
  CUPEL_TRY(const std::string layout, table.TextOr("layout", "chw"));
  if (layout != "chw" && layout != "hwc") {
    return Fail(ErrorCode::kInvalidArgument,
                fmt::format("layout must be \"chw\" or \"hwc\", got \"{}\"", layout), table.Place("layout"));
  }
  manifest.channels_last = layout == "hwc";
  if (!table.Has("value_range")) return {};
  CUPEL_TRY(const std::vector<double> range, table.Reals("value_range"));
  if (range.size() != 2 || !(std::abs(range[0]) < 1e30) || !(std::abs(range[1]) < 1e30) ||
      !(range[0] < range[1])) {
    return Fail(ErrorCode::kInvalidArgument, "value_range must be [low, high] with finite low < high",
                table.Place("value_range"));
  }
  manifest.value_range = ValueRange{static_cast<float>(range[0]), static_cast<float>(range[1])};
  return {};
}

Status ParseClasses(const TomlTable& table, Manifest& manifest) {
  CUPEL_TRY(manifest.class_names, table.TextsOr("class_names", {}));
  std::vector<std::string> sorted = manifest.class_names;
  std::ranges::sort(sorted);
  const auto twice = std::ranges::adjacent_find(sorted);
  if (twice == sorted.end() && (sorted.empty() || !sorted.front().empty())) return {};
  return Fail(
      ErrorCode::kInvalidArgument,
      twice == sorted.end() ? "a class name is empty" : fmt::format("class name \"{}\" stands twice", *twice),
      table.Place("class_names"));
}

Status ParseColumns(const TomlTable& table, Manifest& manifest) {
  if (!table.Has("table")) return {};
  if (manifest.format != DataFormat::kCsv) {
    return Fail(ErrorCode::kInvalidArgument, "[table] is for format = \"csv\"", table.Place("table"));
  }
  CUPEL_TRY(const TomlTable columns, table.Table("table"));
  CUPEL_TRY_STATUS(columns.OnlyKeys({"label", "features", "groups"}));
  CUPEL_TRY(manifest.label_column, columns.TextOr("label", "label"));
  CUPEL_TRY(manifest.feature_columns, columns.TextsOr("features", {}));
  CUPEL_TRY(manifest.group_columns, columns.TextsOr("groups", {}));
  return {};
}

Status ParseGovernance(const TomlTable& table, Manifest& manifest) {
  CUPEL_TRY(manifest.licence, Statement(table, "licence"));
  CUPEL_TRY(manifest.provenance, Statement(table, "provenance"));
  CUPEL_TRY(manifest.lawful_basis, Statement(table, "lawful_basis"));
  CUPEL_TRY(manifest.personal_data, table.Boolean("personal_data"));
  CUPEL_TRY(manifest.purposes, table.TextsOr("purposes", {}));
  CUPEL_TRY(manifest.known_bias, table.TextOr("known_bias", ""));
  CUPEL_TRY(manifest.split, table.TextOr("split", ""));
  if (manifest.personal_data && manifest.purposes.empty()) {
    return Fail(ErrorCode::kInvalidArgument, "personal data needs the purposes it may be used for",
                table.Place("personal_data"), "add purposes = [\"...\"]");
  }
  return {};
}

/// The roles that a format needs and may have.
struct Roles {
  std::vector<FileRole> needed;
  std::vector<FileRole> optional;
};

Roles RolesOf(DataFormat format) {
  switch (format) {
    case DataFormat::kIdx:
    case DataFormat::kNpy:
    case DataFormat::kNpz: return {{FileRole::kFeatures, FileRole::kLabels}, {FileRole::kGroups}};
    case DataFormat::kCsv: return {{FileRole::kTable}, {}};
    case DataFormat::kImages: return {{FileRole::kImages}, {FileRole::kGroups}};
    case DataFormat::kPredictions: return {{FileRole::kPredictions}, {}};
  }
  CUPEL_CHECK(false);
  return {};
}

Status CheckRoles(const Manifest& manifest) {
  const Roles roles = RolesOf(manifest.format);
  const std::string format = DataFormatName(manifest.format);
  for (const FileRole role : roles.needed) {
    if (manifest.Find(role) != nullptr) continue;
    return Fail(ErrorCode::kInvalidArgument,
                fmt::format("format \"{}\" needs a file with role = \"{}\"", format, FileRoleName(role)),
                manifest.place);
  }
  for (const ManifestFile& file : manifest.files) {
    const bool is_known =
        std::ranges::count(roles.needed, file.role) + std::ranges::count(roles.optional, file.role) > 0;
    const bool is_twice = manifest.Find(file.role) != &file;
    if (!is_known || is_twice) {
      return Fail(ErrorCode::kInvalidArgument,
                  fmt::format("format \"{}\" takes {} file with role = \"{}\"", format,
                              is_known ? "one" : "no", FileRoleName(file.role)),
                  file.place);
    }
    if (!file.entry.empty() && manifest.format != DataFormat::kNpz) {
      return Fail(ErrorCode::kInvalidArgument, "entry is for format = \"npz\"", file.place);
    }
  }
  return {};
}

}  // namespace

std::string DataFormatName(DataFormat format) { return FormatNames()[static_cast<std::size_t>(format)]; }
std::string FileRoleName(FileRole role) { return RoleNames()[static_cast<std::size_t>(role)]; }

const ManifestFile* Manifest::Find(FileRole role) const {
  const auto found = std::ranges::find(files, role, &ManifestFile::role);
  return found == files.end() ? nullptr : &*found;
}

Result<Manifest> ParseManifest(std::string_view text, const std::string& file_name,
                               const std::filesystem::path& folder) {
  CUPEL_TRY(const TomlTable table, TomlTable::Parse(text, file_name));
  CUPEL_TRY_STATUS(table.OnlyKeys({"name", "title", "title_zh", "format", "files", "class_names", "shape",
                                   "layout", "value_range", "table", "split", "licence", "provenance",
                                   "lawful_basis", "purposes", "known_bias", "personal_data"}));
  Manifest manifest;
  manifest.place = file_name;
  CUPEL_TRY(manifest.name, Statement(table, "name"));
  CUPEL_TRY(manifest.title, table.TextOr("title", manifest.name));
  CUPEL_TRY(manifest.title_zh, table.TextOr("title_zh", ""));
  CUPEL_TRY(const std::size_t format, Choose(table, "format", FormatNames()));
  manifest.format = static_cast<DataFormat>(format);
  CUPEL_TRY_STATUS(ParseClasses(table, manifest));
  CUPEL_TRY_STATUS(ParseShape(table, manifest));
  CUPEL_TRY_STATUS(ParseColumns(table, manifest));
  CUPEL_TRY_STATUS(ParseGovernance(table, manifest));
  CUPEL_TRY(const std::vector<TomlTable> files, table.Tables("files"));
  for (const TomlTable& each : files) {
    CUPEL_TRY(ManifestFile file, ParseFile(each, folder));
    manifest.files.push_back(std::move(file));
  }
  CUPEL_TRY_STATUS(CheckRoles(manifest));
  return manifest;
}

Result<Manifest> ReadManifest(const std::filesystem::path& path) {
  CUPEL_TRY(const std::string text, ReadTextFile(path, std::uint64_t{4} << 20));
  return ParseManifest(text, path.string(), path.parent_path());
}

Result<Digest> DigestOfFile(const ManifestFile& file) {
  if (file.role != FileRole::kImages) return crypto::Sha256OfFile(file.path);
  CUPEL_TRY(const auto images, ListImages(file.path));
  return DigestOfImages(images);
}

Result<std::vector<FileCheck>> CheckFiles(const Manifest& manifest) {
  std::vector<FileCheck> checks;
  for (const ManifestFile& file : manifest.files) {
    CUPEL_TRY(const Digest found, DigestOfFile(file));
    checks.push_back({file, found});
  }
  return checks;
}

}  // namespace cupel::data::dataset
