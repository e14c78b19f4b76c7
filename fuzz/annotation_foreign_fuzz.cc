// SPDX-License-Identifier: Apache-2.0
/// Annotations in others' formats: DCASE tables and ActEV JSON, recognised by content. What is accepted has
/// indices within range and intervals in order, and our own format holds it.

#include <cstdlib>
#include <optional>
#include <string>

#include "cupel/data/annotation/jsonl.h"
#include "cupel/data/annotation/read.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace cupel::data::annotation;
  const std::string text(reinterpret_cast<const char*>(data), size);
  const std::size_t half = text.find('\0');  // What follows a NUL is the companion.
  std::optional<NamedText> companion;
  if (half != std::string::npos) companion = NamedText{text.substr(half + 1), "companion"};
  const auto read = Parse({text.substr(0, half), "fuzz"}, companion);
  if (!read) return 0;
  for (const Event& event : read->events) {
    if (!(event.start >= 0 && event.start <= event.end)) std::abort();
    if (static_cast<std::size_t>(event.source) >= read->sources.size()) std::abort();
    if (static_cast<std::size_t>(event.category) >= read->categories.size()) std::abort();
  }
  if (!ParseJsonLines(WriteJsonLines(*read), "own")) std::abort();
  return 0;
}
