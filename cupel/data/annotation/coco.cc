// SPDX-License-Identifier: Apache-2.0
#include "cupel/data/annotation/coco.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <unordered_set>
#include <utility>

#include "cupel/base/file.h"
#include "cupel/data/annotation/json_elements.h"

namespace cupel::data::annotation {
namespace {

constexpr std::uint64_t kMaxFileBytes = std::uint64_t{1} << 30;
constexpr double kMaxCoordinate = 1e9;

/// Ids by rising value; what is found is the place in the list.
class Ids {
 public:
  explicit Ids(std::vector<std::int64_t> rising) : rising_(std::move(rising)) {}

  Result<std::int32_t> Find(const Json& element, std::string_view member) const {
    CUPEL_TRY(const std::int64_t id, element.IntegerAt(member));
    const auto found = std::ranges::lower_bound(rising_, id);
    if (found == rising_.end() || *found != id) {
      return Fail(ErrorCode::kCorrupt, fmt::format("{} {} is not one of the truth's", member, id), "",
                  "the truth and the results must be of the same data set, with the same ids");
    }
    return static_cast<std::int32_t>(found - rising_.begin());
  }

 private:
  std::vector<std::int64_t> rising_;
};

/// 0, 1, false or true; absent means 0.
Result<bool> FlagAt(const Json& element, std::string_view member) {
  const Json* value = element.Find(member);
  if (value == nullptr) return false;
  if (value->IsBool()) return value->AsBool();
  if (value->IsInteger() && (value->AsInteger() == 0 || value->AsInteger() == 1)) {
    return value->AsInteger() == 1;
  }
  return Fail(ErrorCode::kCorrupt, fmt::format("{} must be 0 or 1", member));
}

Result<Box> BoxOf(const Json& element) {
  CUPEL_TRY(const Json* array, element.ArrayAt("bbox"));
  const Json::Array& numbers = array->AsArray();
  if (numbers.size() != 4 || !std::ranges::all_of(numbers, &Json::IsNumber)) {
    return Fail(ErrorCode::kCorrupt, "bbox must be four numbers [x, y, width, height]");
  }
  const Box box = {numbers[0].AsNumber(), numbers[1].AsNumber(), numbers[2].AsNumber(),
                   numbers[3].AsNumber()};
  if (std::abs(box.x) > kMaxCoordinate || std::abs(box.y) > kMaxCoordinate || box.w > kMaxCoordinate ||
      box.h > kMaxCoordinate) {
    return Fail(ErrorCode::kCorrupt, "bbox must lie within 1e9 pixels");
  }
  if (box.w < 0 || box.h < 0) {
    return Fail(ErrorCode::kCorrupt,
                fmt::format("bbox must have width and height >= 0, got {} x {}", box.w, box.h));
  }
  return box;
}

Result<std::int64_t> SizeAt(const Json& element, std::string_view member) {
  if (element.Find(member) == nullptr) return 0;
  CUPEL_TRY(const std::int64_t size, element.IntegerAt(member));
  if (size < 0) return Fail(ErrorCode::kCorrupt, fmt::format("{} must be >= 0, got {}", member, size));
  return size;
}

/// Sorts by id and hands the ids out. Errors: kCorrupt when two are equal.
template <typename T>
Result<std::vector<std::int64_t>> SortById(std::vector<std::pair<std::int64_t, T>>& items,
                                           std::string_view what, const std::string& file_name) {
  std::ranges::sort(items, {}, &std::pair<std::int64_t, T>::first);
  std::vector<std::int64_t> ids;
  for (const auto& item : items) {
    if (!ids.empty() && ids.back() == item.first) {
      return Fail(ErrorCode::kCorrupt, fmt::format("two {} have the id {}", what, item.first), file_name);
    }
    ids.push_back(item.first);
  }
  return ids;
}

class TruthReader {
 public:
  TruthReader(std::string_view text, const std::string& file_name)
      : elements_(text, file_name), file_name_(file_name) {}

  Result<Annotations> Read() {
    CUPEL_TRY(members_, elements_.Members());
    for (const auto& member : members_) {
      if (member.name == "images" || member.name == "categories" || member.name == "annotations") continue;
      const auto parsed = Json::Parse(member.value);
      if (!parsed) return FailAt(file_name_ + ": " + member.name, parsed.error());
    }
    CUPEL_TRY(const Ids images, ReadImages());
    CUPEL_TRY(const Ids categories, ReadCategories());
    CUPEL_TRY_STATUS(ReadObjects(images, categories));
    return std::move(truth_);
  }

 private:
  Status ForEach(std::string_view name, const JsonElements::OnElement& on_element) const {
    const auto found = std::ranges::find(members_, name, &JsonElements::Member::name);
    if (found == members_.end()) {
      return Fail(ErrorCode::kCorrupt, fmt::format("member \"{}\" is missing", name), file_name_,
                  "a COCO truth file has images, categories and annotations");
    }
    return elements_.ForEach(found->value, name, on_element);
  }

  Result<Ids> ReadImages() {
    std::vector<std::pair<std::int64_t, Source>> images;
    CUPEL_TRY_STATUS(ForEach("images", [&](const Json& element) -> Status {
      CUPEL_TRY(const std::int64_t id, element.IntegerAt("id"));
      Source source;
      source.name = std::to_string(id);
      source.frames = 1;
      CUPEL_TRY(source.width, SizeAt(element, "width"));
      CUPEL_TRY(source.height, SizeAt(element, "height"));
      images.emplace_back(id, std::move(source));
      return {};
    }));
    CUPEL_TRY(std::vector<std::int64_t> ids, SortById(images, "images", file_name_));
    for (auto& image : images) truth_.sources.push_back(std::move(image.second));
    return Ids(std::move(ids));
  }

  Result<Ids> ReadCategories() {
    std::vector<std::pair<std::int64_t, std::string>> categories;
    CUPEL_TRY_STATUS(ForEach("categories", [&](const Json& element) -> Status {
      CUPEL_TRY(const std::int64_t id, element.IntegerAt("id"));
      CUPEL_TRY(std::string name, element.StringAt("name"));
      categories.emplace_back(id, std::move(name));
      return {};
    }));
    CUPEL_TRY(truth_.category_ids, SortById(categories, "categories", file_name_));
    for (auto& category : categories) truth_.categories.push_back(std::move(category.second));
    return Ids(truth_.category_ids);
  }

  Status ReadObjects(const Ids& images, const Ids& categories) {
    std::unordered_set<std::int64_t> seen;
    return ForEach("annotations", [&](const Json& element) -> Status {
      Object object;
      CUPEL_TRY(object.id, element.IntegerAt("id"));
      if (!seen.insert(object.id).second) {
        return Fail(ErrorCode::kCorrupt, fmt::format("another annotation has the id {} too", object.id));
      }
      CUPEL_TRY(object.source, images.Find(element, "image_id"));
      CUPEL_TRY(object.category, categories.Find(element, "category_id"));
      CUPEL_TRY(object.box, BoxOf(element));
      object.area = object.box.w * object.box.h;
      if (element.Find("area") != nullptr) {
        CUPEL_TRY(object.area, element.NumberAt("area"));
        if (object.area < 0) return Fail(ErrorCode::kCorrupt, "area must be >= 0");
      }
      CUPEL_TRY(object.crowd, FlagAt(element, "iscrowd"));
      CUPEL_TRY(object.ignore, FlagAt(element, "ignore"));
      truth_.objects.push_back(object);
      return {};
    });
  }

  JsonElements elements_;
  std::string file_name_;
  std::vector<JsonElements::Member> members_;
  Annotations truth_;
};

/// The ids of the truth's images, which it keeps as text.
Ids ImageIds(const Annotations& truth) {
  std::vector<std::int64_t> ids;
  for (const Source& source : truth.sources) {
    std::int64_t id = 0;
    const char* end = source.name.data() + source.name.size();
    const auto read = std::from_chars(source.name.data(), end, id);
    CUPEL_CHECK(read.ec == std::errc() && read.ptr == end);
    ids.push_back(id);
  }
  return Ids(std::move(ids));
}

}  // namespace

Result<Annotations> ParseCocoTruth(std::string_view text, const std::string& file_name) {
  return TruthReader(text, file_name).Read();
}

Result<std::vector<Object>> ParseCocoResults(std::string_view text, const std::string& file_name,
                                             const Annotations& truth) {
  const Ids images = ImageIds(truth);
  const Ids categories(truth.category_ids);
  std::vector<Object> found;
  CUPEL_TRY_STATUS(JsonElements(text, file_name).ForEach([&](const Json& element) -> Status {
    Object object;
    object.id = static_cast<std::int64_t>(found.size()) + 1;
    CUPEL_TRY(object.source, images.Find(element, "image_id"));
    CUPEL_TRY(object.category, categories.Find(element, "category_id"));
    CUPEL_TRY(object.box, BoxOf(element));
    CUPEL_TRY(object.score, element.NumberAt("score"));
    object.area = object.box.w * object.box.h;
    found.push_back(object);
    return {};
  }));
  return found;
}

Result<Annotations> ReadCocoTruth(const std::filesystem::path& path) {
  CUPEL_TRY(const std::string text, ReadTextFile(path, kMaxFileBytes));
  return ParseCocoTruth(text, path.string());
}

Result<std::vector<Object>> ReadCocoResults(const std::filesystem::path& path, const Annotations& truth) {
  CUPEL_TRY(const std::string text, ReadTextFile(path, kMaxFileBytes));
  return ParseCocoResults(text, path.string(), truth);
}

}  // namespace cupel::data::annotation
