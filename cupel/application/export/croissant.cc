// SPDX-License-Identifier: Apache-2.0
#include "cupel/application/export/croissant.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cupel/application/export/wording.h"
#include "cupel/data/dataset/open.h"
#include "cupel/data/dataset/subset.h"

namespace cupel::application::exporting {
namespace {

using data::dataset::DataFormat;
using data::dataset::FileRole;
using data::dataset::Manifest;
using data::dataset::ManifestFile;

/// Short names for the terms used below; everything else is schema.org's.
Json Context() {
  Json context = Json::Object{{"@language", "en"},
                              {"@vocab", "https://schema.org/"},
                              {"sc", "https://schema.org/"},
                              {"cr", "http://mlcommons.org/croissant/"},
                              {"rai", "http://mlcommons.org/croissant/RAI/"},
                              {"dct", "http://purl.org/dc/terms/"},
                              {"conformsTo", "dct:conformsTo"}};
  for (const char* term : {"arrayShape", "column", "extract", "field", "fileObject", "fileProperty",
                           "fileSet", "includes", "isArray", "key", "recordSet", "references", "source"}) {
    context[term] = std::string("cr:") + term;
  }
  context["data"] = Json::Object{{"@id", "cr:data"}, {"@type", "@json"}};
  context["dataType"] = Json::Object{{"@id", "cr:dataType"}, {"@type", "@vocab"}};
  return context;
}

Json Reference(const std::string& id) { return Json::Object{{"@id", id}}; }

std::string MediaType(const ManifestFile& file) {
  const std::string extension = file.path.extension().string();
  if (extension == ".gz") return "application/gzip";
  if (extension == ".npz" || extension == ".zip") return "application/zip";
  if (extension == ".csv") return "text/csv";
  return "application/octet-stream";
}

/// Relative to the manifest for a file beside or below it, else as it is.
std::string ContentUrl(const std::filesystem::path& path, const std::filesystem::path& folder) {
  const std::filesystem::path relative =
      path.lexically_normal().lexically_relative(folder.lexically_normal());
  const bool inside = !relative.empty() && *relative.begin() != "..";
  return (inside ? relative : path).generic_string();
}

/// A folder of pictures is a set of files; its digest is over the listing, as docs/formats/dataset.md says.
Json ImagesJson(const ManifestFile& file, const std::filesystem::path& folder) {
  return Json::Object{{"@type", "cr:FileSet"},
                      {"@id", "images"},
                      {"name", ContentUrl(file.path, folder)},
                      {"encodingFormat", Json::Array{"image/png", "image/jpeg"}},
                      {"includes", Json::Array{"*/*.png", "*/*.jpg", "*/*.jpeg"}},
                      {"description", fmt::format("one folder a class; SHA-256 of the sha256sum listing: {}",
                                                  file.sha256->Hex())}};
}

Result<Json> Distribution(const Manifest& manifest, const std::filesystem::path& folder) {
  Json list = Json::Array{};
  for (const ManifestFile& file : manifest.files) {
    if (!file.sha256) {
      return Fail(ErrorCode::kInvalidArgument, "the manifest has no sha256 for this file",
                  fmt::format("{}: {}", file.place, file.path.string()),
                  "see `cupel data check` for the line to add");
    }
    if (file.role == FileRole::kImages) {
      list.Append(ImagesJson(file, folder));
      continue;
    }
    Json json = Json::Object{{"@type", "cr:FileObject"},
                             {"@id", FileRoleName(file.role)},
                             {"name", file.path.filename().string()},
                             {"contentUrl", ContentUrl(file.path, folder)},
                             {"encodingFormat", MediaType(file)},
                             {"sha256", file.sha256->Hex()}};
    if (!file.entry.empty()) json["description"] = fmt::format("array \"{}\" of the archive", file.entry);
    list.Append(std::move(json));
  }
  return list;
}

Json Field(const std::string& name, const char* type, const Json& source) {
  return Json::Object{{"@type", "cr:Field"},
                      {"@id", "samples/" + name},
                      {"name", name},
                      {"dataType", type},
                      {"source", source}};
}

Json ColumnSource(FileRole role, const std::string& column) {
  return Json::Object{{"fileObject", Reference(FileRoleName(role))},
                      {"extract", Json::Object{{"column", column}}}};
}

Json ContentSource(const char* kind, const std::string& id, const char* property) {
  return Json::Object{{kind, Reference(id)}, {"extract", Json::Object{{"fileProperty", property}}}};
}

/// The label's field, which refers to the classes when the manifest names them.
Json LabelField(const Manifest& manifest, const Json& source) {
  Json field = Field("label", manifest.class_names.empty() ? "sc:Text" : "sc:Integer", source);
  if (!manifest.class_names.empty()) field["references"] = Reference("classes/index");
  return field;
}

Json TableFields(const Manifest& manifest) {
  Json fields = Json::Array{};
  for (const std::string& column : manifest.feature_columns)
    fields.Append(Field(column, "sc:Float", ColumnSource(FileRole::kTable, column)));
  for (const std::string& column : manifest.group_columns)
    fields.Append(Field(column, "sc:Text", ColumnSource(FileRole::kTable, column)));
  // A CSV may hold names instead of indices: the label is then text.
  fields.Append(Field("label", "sc:Text", ColumnSource(FileRole::kTable, manifest.label_column)));
  return fields;
}

Json ArrayFields(const Manifest& manifest) {
  Json fields = Json::Array{};
  Json features = Field("features", "sc:Float", ContentSource("fileObject", "features", "content"));
  if (!manifest.shape.empty()) {
    features["isArray"] = true;
    features["arrayShape"] = fmt::format("{}", fmt::join(manifest.shape, ","));
  }
  fields.Append(std::move(features));
  fields.Append(LabelField(manifest, ContentSource("fileObject", "labels", "content")));
  return fields;
}

Json SampleFields(const Manifest& manifest) {
  switch (manifest.format) {
    case DataFormat::kCsv: return TableFields(manifest);
    case DataFormat::kImages:
      return Json::Array{Field("image", "sc:ImageObject", ContentSource("fileSet", "images", "content")),
                         Field("label", "sc:Text", ContentSource("fileSet", "images", "fullpath"))};
    case DataFormat::kPredictions:
      return Json::Array{Field("answers", "sc:Text", ContentSource("fileObject", "predictions", "content"))};
    case DataFormat::kIdx:
    case DataFormat::kNpy:
    case DataFormat::kNpz: return ArrayFields(manifest);
  }
  return Json::Array{};
}

/// The names of the classes, in the order of the label indices, as records in the document itself.
Json Classes(const Manifest& manifest) {
  Json data = Json::Array{};
  for (std::size_t i = 0; i < manifest.class_names.size(); ++i)
    data.Append(Json::Object{{"classes/index", i}, {"classes/name", manifest.class_names[i]}});
  const auto field = [](const char* name, const char* type) {
    return Json::Object{
        {"@type", "cr:Field"}, {"@id", std::string("classes/") + name}, {"name", name}, {"dataType", type}};
  };
  return Json::Object{{"@type", "cr:RecordSet"},
                      {"@id", "classes"},
                      {"name", "classes"},
                      {"dataType", "sc:Enumeration"},
                      {"key", Reference("classes/index")},
                      {"field", Json::Array{field("index", "sc:Integer"), field("name", "sc:Text")}},
                      {"data", data}};
}

/// The governance fields. RAI has no term for the right by which data are used: schema.org's usageInfo has
/// it.
void AddGovernance(const Manifest& manifest, Json& json) {
  json["license"] = manifest.licence;
  json["rai:dataCollection"] = manifest.provenance;
  json["usageInfo"] =
      Json::Object{{"@type", "sc:CreativeWork"}, {"name", "lawful basis"}, {"text", manifest.lawful_basis}};
  json["rai:personalSensitiveInformation"] = manifest.personal_data
                                                 ? "personal data, as the manifest states"
                                                 : "no personal data, as the manifest states";
  if (!manifest.known_bias.empty()) json["rai:dataBiases"] = manifest.known_bias;
  if (!manifest.purposes.empty()) json["rai:dataUseCases"] = Json::ArrayOf(manifest.purposes);
}

}  // namespace

Result<Json> Croissant(const Manifest& manifest, const std::filesystem::path& folder) {
  Json json;
  json["@context"] = Context();
  json["@type"] = "sc:Dataset";
  json["conformsTo"] = Json::Array{Reference("http://mlcommons.org/croissant/1.1"),
                                   Reference("http://mlcommons.org/croissant/RAI/1.0")};
  json["name"] = manifest.name;
  json["description"] = manifest.title.empty() ? manifest.name : manifest.title;
  if (!manifest.title_zh.empty())
    json["alternateName"] = Json::Object{{"@value", manifest.title_zh}, {"@language", "zh"}};
  AddGovernance(manifest, json);
  CUPEL_TRY(json["distribution"], Distribution(manifest, folder));
  Json samples = Json::Object{{"@type", "cr:RecordSet"},
                              {"@id", "samples"},
                              {"name", manifest.split.empty() ? std::string("samples") : manifest.split},
                              {"field", SampleFields(manifest)}};
  json["recordSet"] = Json::Array{std::move(samples)};
  if (!manifest.class_names.empty()) json["recordSet"].Append(Classes(manifest));
  return json;
}

Result<Json> CroissantOfRun(const RunRecord& record, const std::filesystem::path& path) {
  CUPEL_TRY(const Manifest manifest, data::dataset::ReadManifest(path));
  CUPEL_TRY(data::dataset::DatasetPointer whole, data::dataset::OpenDataset(manifest));
  for (const char* input : {"data", "trainingData"}) {
    const Json* identity = record.frozen["inputs"].Find(input);
    if (identity == nullptr) continue;
    CUPEL_TRY(const auto subset, data::dataset::Subset::Parse(Shown((*identity)["subset"])));
    data::dataset::DatasetPointer part = whole;
    if (subset.kind != data::dataset::SubsetKind::kAll) {
      auto taken = TakeSubset(whole, subset);
      if (!taken) continue;  // Fewer samples than the run used: it is other data.
      part = *std::move(taken);
    }
    if (part->info().digest.Hex() == Shown((*identity)["digest"]))
      return Croissant(manifest, path.parent_path());
  }
  return Fail(ErrorCode::kVerificationFailed, "the run did not use these data", path.string(),
              "give the manifest that the plan names");
}

}  // namespace cupel::application::exporting
