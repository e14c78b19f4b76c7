// SPDX-License-Identifier: Apache-2.0
#include "cupel/application/crosswalk/crosswalk.h"

// .incbin: the file itself is in the program, byte for byte, so that its digest can be named.
asm(".section .rodata\n"
    ".global cupel_crosswalk\n"
    ".global cupel_crosswalk_end\n"
    "cupel_crosswalk:\n"
    ".incbin \"" CUPEL_CROSSWALK
    "\"\n"
    "cupel_crosswalk_end:\n"
    ".byte 0\n"
    ".previous\n");

extern "C" {
extern const char cupel_crosswalk[];
extern const char cupel_crosswalk_end[];
}

namespace cupel::application::crosswalk {

std::string_view CrosswalkText() {
  return {cupel_crosswalk, static_cast<std::size_t>(cupel_crosswalk_end - cupel_crosswalk)};
}

const Crosswalk& BuiltInCrosswalk() {
  static const Crosswalk crosswalk = [] {
    Result<Crosswalk> parsed = Crosswalk::Parse(CrosswalkText(), "crosswalk.toml");
    // A test parses the same bytes: a build whose data is wrong does not pass.
    CUPEL_CHECK(parsed.has_value());
    return *std::move(parsed);
  }();
  return crosswalk;
}

}  // namespace cupel::application::crosswalk
