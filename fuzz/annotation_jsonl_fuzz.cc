// SPDX-License-Identifier: Apache-2.0
/// Annotation files: what is accepted is written, and what is written is read back to the same bytes.

#include <cstdlib>
#include <string_view>

#include "cupel/data/annotation/jsonl.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace cupel::data::annotation;
  const auto read = ParseJsonLines({reinterpret_cast<const char*>(data), size}, "fuzz.jsonl");
  if (!read) return 0;
  const std::string text = WriteJsonLines(*read);
  const auto again = ParseJsonLines(text, "again.jsonl");
  if (!again || WriteJsonLines(*again) != text) std::abort();
  return 0;
}
