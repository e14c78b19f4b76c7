// SPDX-License-Identifier: Apache-2.0
// The one JSON writer: RFC 8785 canonical text, and the same values indented for people.
#include <fmt/format.h>

#include <algorithm>

#include "cupel/base/error.h"
#include "cupel/base/json.h"
#include "cupel/base/utf8.h"

namespace cupel {
namespace {

constexpr std::string_view kReplacementCharacter = "\xEF\xBF\xBD";  // U+FFFD
constexpr std::int64_t kLargestExactInteger = std::int64_t{1} << 53;

// RFC 8785 section 3.2.2.2: the two-character escapes where JSON has them, \u00xx for other controls, nothing
// else. The document must be UTF-8 whatever the text is.
void WriteString(std::string_view text, std::string& out) {
  out += '"';
  while (!text.empty()) {
    const std::size_t length = Utf8Length(text);
    const char c = text[0];
    if (length != 1) {
      out += length == 0 ? kReplacementCharacter : text.substr(0, length);
      text.remove_prefix(length == 0 ? 1 : length);
      continue;
    }
    text.remove_prefix(1);
    switch (c) {
      case '"': out += "\\\""; break;
      case '\\': out += "\\\\"; break;
      case '\b': out += "\\b"; break;
      case '\f': out += "\\f"; break;
      case '\n': out += "\\n"; break;
      case '\r': out += "\\r"; break;
      case '\t': out += "\\t"; break;
      default:
        if (static_cast<unsigned char>(c) < 0x20) {
          out += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
        } else {
          out += c;
        }
    }
  }
  out += '"';
}

// UTF-16 order differs from UTF-8 byte order only between U+E000..U+FFFF (lead byte 0xEE, 0xEF) and the
// supplementary planes (lead byte 0xF0 and up), whose surrogates 0xD800.. sort first.
bool Utf16Less(std::string_view a, std::string_view b) {
  const auto key = [](char c) {
    const int byte = static_cast<unsigned char>(c);
    return byte == 0xEE || byte == 0xEF ? byte + 0x100 : byte;
  };
  return std::lexicographical_compare(a.begin(), a.end(), b.begin(), b.end(),
                                      [&](char x, char y) { return key(x) < key(y); });
}

void WriteScalar(const Json& value, std::string& out) {
  if (value.IsNull()) {
    out += "null";
  } else if (value.IsBool()) {
    out += value.AsBool() ? "true" : "false";
  } else if (value.IsInteger()) {
    const std::int64_t integer = value.AsInteger();
    CUPEL_CHECK(integer >= -kLargestExactInteger && integer <= kLargestExactInteger);
    out += fmt::format("{}", integer);
  } else if (value.IsString()) {
    WriteString(value.AsString(), out);
  } else {
    out += JsonNumber(value.AsNumber());
  }
}

struct Style {
  bool indented;
};

void NewLine(Style style, int depth, std::string& out) {
  if (!style.indented) return;
  out += '\n';
  out.append(2 * static_cast<std::size_t>(depth), ' ');
}

void Write(const Json& value, Style style, int depth, std::string& out) {
  if (value.IsArray()) {
    out += '[';
    bool first = true;
    for (const Json& item : value.AsArray()) {
      if (!first) out += ',';
      first = false;
      NewLine(style, depth + 1, out);
      Write(item, style, depth + 1, out);
    }
    if (!first) NewLine(style, depth, out);
    out += ']';
  } else if (value.IsObject()) {
    std::vector<const Json::Object::value_type*> members;
    for (const auto& member : value.AsObject()) members.push_back(&member);
    std::sort(members.begin(), members.end(),
              [](const auto* a, const auto* b) { return Utf16Less(a->first, b->first); });
    out += '{';
    bool first = true;
    for (const auto* member : members) {
      if (!first) out += ',';
      first = false;
      NewLine(style, depth + 1, out);
      WriteString(member->first, out);
      out += style.indented ? ": " : ":";
      Write(member->second, style, depth + 1, out);
    }
    if (!first) NewLine(style, depth, out);
    out += '}';
  } else {
    WriteScalar(value, out);
  }
}

}  // namespace

std::string Json::Canonical() const {
  std::string out;
  Write(*this, Style{.indented = false}, 0, out);
  return out;
}

std::string Json::Indented() const {
  std::string out;
  Write(*this, Style{.indented = true}, 0, out);
  return out + '\n';
}

}  // namespace cupel
