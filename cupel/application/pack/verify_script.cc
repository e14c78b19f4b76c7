// SPDX-License-Identifier: Apache-2.0
#include "cupel/application/pack/verify_script.h"

// .incbin, so that the script stays a file that people can run and read.
asm(".section .rodata\n"
    ".global cupel_verify_script\n"
    ".global cupel_verify_script_end\n"
    "cupel_verify_script:\n"
    ".incbin \"" CUPEL_VERIFY_SCRIPT
    "\"\n"
    "cupel_verify_script_end:\n"
    ".byte 0\n"
    ".previous\n");

extern "C" {
extern const char cupel_verify_script[];
extern const char cupel_verify_script_end[];
}

namespace cupel::application::pack {

std::string_view VerifyScript() {
  return {cupel_verify_script, static_cast<std::size_t>(cupel_verify_script_end - cupel_verify_script)};
}

}  // namespace cupel::application::pack
