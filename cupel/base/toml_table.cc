// SPDX-License-Identifier: Apache-2.0
#include "cupel/base/toml_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <sstream>
#include <toml++/toml.h>

#include "cupel/base/error.h"
#include "cupel/base/nearest.h"

namespace cupel {

struct TomlTable::Document {
  std::string file_name;
  Json root;
  std::map<std::string, std::uint32_t, std::less<>> line_of;  ///< Path to line.
};

namespace {

using Lines = std::map<std::string, std::uint32_t, std::less<>>;

template <typename T>
std::string Printed(const T& value) {
  std::ostringstream out;
  out << value;
  return out.str();
}

Json Convert(const toml::node& node, const std::string& path, Lines& lines) {
  lines[path] = node.source().begin.line;
  if (const auto* table = node.as_table()) {
    Json::Object object;
    for (const auto& [key, child] : *table) {
      const std::string name(key.str());
      object[name] = Convert(child, fmt::format("{}/{}", path, name), lines);
    }
    return object;
  }
  if (const auto* array = node.as_array()) {
    Json::Array items;
    for (const toml::node& child : *array) {
      items.push_back(Convert(child, fmt::format("{}/{}", path, items.size()), lines));
    }
    return items;
  }
  if (const auto* text = node.as_string()) return Json(text->get());
  if (const auto* integer = node.as_integer()) return Json(static_cast<std::int64_t>(integer->get()));
  if (const auto* real = node.as_floating_point()) return Json(real->get());
  if (const auto* boolean = node.as_boolean()) return Json(boolean->get());
  if (const auto* date = node.as_date()) return Json(Printed(date->get()));
  if (const auto* time = node.as_time()) return Json(Printed(time->get()));
  return Json(Printed(node.as_date_time()->get()));
}

}  // namespace

Result<TomlTable> TomlTable::Parse(std::string_view text, std::string file_name) {
  auto document = std::make_shared<Document>();
  document->file_name = std::move(file_name);
  try {
    const toml::table parsed = toml::parse(text);
    document->root = Convert(parsed, "", document->line_of);
  } catch (const toml::parse_error& error) {
    return Fail(
        ErrorCode::kCorrupt, fmt::format("not valid TOML: {}", error.description()),
        fmt::format("{}:{}:{}", document->file_name, error.source().begin.line, error.source().begin.column));
  }
  TomlTable table;
  table.value_ = &document->root;
  table.document_ = std::move(document);
  return table;
}

std::string TomlTable::Place(std::string_view key) const {
  const std::string path = key.empty() ? path_ : fmt::format("{}/{}", path_, key);
  const auto it = document_->line_of.find(path);
  if (it == document_->line_of.end() || it->second == 0) return document_->file_name;
  return fmt::format("{}:{}", document_->file_name, it->second);
}

Status TomlTable::OnlyKeys(const std::vector<std::string>& known) const {
  for (const auto& [key, value] : value_->AsObject()) {
    if (std::find(known.begin(), known.end(), key) == known.end()) {
      return Fail(ErrorCode::kInvalidArgument, fmt::format("unknown key \"{}\"", key), Place(key),
                  NearestRemedy(key, known));
    }
  }
  return {};
}

Result<const Json*> TomlTable::Required(std::string_view key, bool (Json::*is)() const,
                                        std::string_view expected) const {
  const Json* found = value_->Find(key);
  if (found == nullptr) {
    return Fail(ErrorCode::kNotFound, fmt::format("the key \"{}\" is missing", key), Place(),
                fmt::format("add {} = ...", key));
  }
  if (!(found->*is)()) {
    return Fail(ErrorCode::kInvalidArgument, fmt::format("\"{}\" must be {}", key, expected), Place(key));
  }
  return found;
}

Result<std::string> TomlTable::Text(std::string_view key) const {
  CUPEL_TRY(const Json* found, Required(key, &Json::IsString, "a text in quotes"));
  return found->AsString();
}

Result<std::int64_t> TomlTable::Integer(std::string_view key) const {
  CUPEL_TRY(const Json* found, Required(key, &Json::IsInteger, "an integer"));
  return found->AsInteger();
}

Result<double> TomlTable::Real(std::string_view key) const {
  CUPEL_TRY(const Json* found, Required(key, &Json::IsNumber, "a number"));
  if (!(found->AsNumber() - found->AsNumber() == 0)) {
    return Fail(ErrorCode::kInvalidArgument, fmt::format("\"{}\" must be finite", key), Place(key));
  }
  return found->AsNumber();
}

Result<bool> TomlTable::Boolean(std::string_view key) const {
  CUPEL_TRY(const Json* found, Required(key, &Json::IsBool, "true or false"));
  return found->AsBool();
}

namespace {

template <typename T>
Result<std::vector<T>> Elements(const Json& array, bool (Json::*is)() const, T (*get)(const Json&),
                                Error wrong) {
  std::vector<T> values;
  for (const Json& item : array.AsArray()) {
    if (!(item.*is)()) return tl::make_unexpected(std::move(wrong));
    values.push_back(get(item));
  }
  return values;
}

Error WrongElement(std::string_view key, std::string_view expected, std::string place) {
  return {ErrorCode::kInvalidArgument, fmt::format("\"{}\" must be a list of {}", key, expected),
          std::move(place), ""};
}

}  // namespace

Result<std::vector<std::string>> TomlTable::Texts(std::string_view key) const {
  CUPEL_TRY(const Json* found, Required(key, &Json::IsArray, "a list of texts"));
  return Elements<std::string>(
      *found, &Json::IsString, [](const Json& item) { return item.AsString(); },
      WrongElement(key, "texts", Place(key)));
}

Result<std::vector<double>> TomlTable::Reals(std::string_view key) const {
  CUPEL_TRY(const Json* found, Required(key, &Json::IsArray, "a list of numbers"));
  CUPEL_TRY(std::vector<double> values,
            Elements<double>(
                *found, &Json::IsNumber, [](const Json& item) { return item.AsNumber(); },
                WrongElement(key, "numbers", Place(key))));
  if (!std::all_of(values.begin(), values.end(), [](double value) { return value - value == 0; })) {
    return Fail(ErrorCode::kInvalidArgument, fmt::format("\"{}\" must hold finite numbers", key), Place(key));
  }
  return values;
}

Result<std::vector<std::int64_t>> TomlTable::Integers(std::string_view key) const {
  CUPEL_TRY(const Json* found, Required(key, &Json::IsArray, "a list of integers"));
  return Elements<std::int64_t>(
      *found, &Json::IsInteger, [](const Json& item) { return item.AsInteger(); },
      WrongElement(key, "integers", Place(key)));
}

Result<TomlTable> TomlTable::Table(std::string_view key) const {
  CUPEL_TRY(const Json* found, Required(key, &Json::IsObject, "a table"));
  TomlTable table = *this;
  table.value_ = found;
  table.path_ = fmt::format("{}/{}", path_, key);
  return table;
}

Result<std::vector<TomlTable>> TomlTable::Tables(std::string_view key) const {
  CUPEL_TRY(const Json* found, Required(key, &Json::IsArray, "an array of tables"));
  std::vector<TomlTable> tables;
  for (const Json& item : found->AsArray()) {
    if (!item.IsObject()) return tl::make_unexpected(WrongElement(key, "tables", Place(key)));
    TomlTable table = *this;
    table.value_ = &item;
    table.path_ = fmt::format("{}/{}/{}", path_, key, tables.size());
    tables.push_back(std::move(table));
  }
  return tables;
}

Result<std::string> TomlTable::TextOr(std::string_view key, std::string fallback) const {
  return Has(key) ? Text(key) : Result<std::string>(std::move(fallback));
}

Result<std::int64_t> TomlTable::IntegerOr(std::string_view key, std::int64_t fallback) const {
  return Has(key) ? Integer(key) : Result<std::int64_t>(fallback);
}

Result<double> TomlTable::RealOr(std::string_view key, double fallback) const {
  return Has(key) ? Real(key) : Result<double>(fallback);
}

Result<bool> TomlTable::BooleanOr(std::string_view key, bool fallback) const {
  return Has(key) ? Boolean(key) : Result<bool>(fallback);
}

Result<std::vector<std::string>> TomlTable::TextsOr(std::string_view key,
                                                    std::vector<std::string> fallback) const {
  return Has(key) ? Texts(key) : Result<std::vector<std::string>>(std::move(fallback));
}

Result<std::vector<double>> TomlTable::RealsOr(std::string_view key, std::vector<double> fallback) const {
  return Has(key) ? Reals(key) : Result<std::vector<double>>(std::move(fallback));
}

}  // namespace cupel
