// SPDX-License-Identifier: Apache-2.0
#pragma once

/// A large JSON file read element by element, so that memory holds its text and one element, never a tree of
/// the whole.
///
/// What stands between the elements (commas, brackets, names) is checked here, each element strictly by
/// Json::Parse. Errors name file, line and element: "truth.json:1: annotations[17]: ...".

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "cupel/base/json.h"

namespace cupel::data::annotation {

class JsonElements {
 public:
  /// text: must outlive this. file_name: how messages call it.
  JsonElements(std::string_view text, std::string file_name)
      : text_(text), file_name_(std::move(file_name)) {}

  struct Member {
    std::string name;
    std::string_view value;  ///< A part of the text; not yet read.
  };

  /// The members of the object that the text is, in its order. Not promised: that values are valid JSON; they
  /// are when they are read.
  /// Errors: kCorrupt when the text is no object, or a name appears twice.
  Result<std::vector<Member>> Members() const;

  using OnElement = std::function<Status(const Json& element)>;

  /// Calls on_element with each element of the array `value`, a part of the text. name: for messages.
  /// Errors: kCorrupt when it is no array or an element is no JSON; those of on_element, with the place.
  Status ForEach(std::string_view value, std::string_view name, const OnElement& on_element) const;

  /// The whole text as the array.
  Status ForEach(const OnElement& on_element) const { return ForEach(text_, "", on_element); }

 private:
  Status Wrong(std::size_t offset, std::string message) const;
  std::string Place(std::size_t offset) const;
  std::size_t SkipSpace(std::size_t offset) const;
  /// The offset behind the value that begins at `offset`; by its brackets and quotes alone.
  std::size_t ValueEnd(std::size_t offset) const;
  std::size_t StringEnd(std::size_t offset) const;
  Result<std::size_t> ReadMember(std::size_t offset, std::vector<Member>& members) const;
  Status ExpectEnd(std::size_t offset, std::size_t end) const;

  std::string_view text_;
  std::string file_name_;
};

}  // namespace cupel::data::annotation
