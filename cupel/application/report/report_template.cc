// SPDX-License-Identifier: Apache-2.0
#include "cupel/application/report/report_template.h"

// .incbin keeps a megabyte of text out of the compiler, which would need minutes for it as a literal.
asm(".section .rodata\n"
    ".global cupel_report_template\n"
    ".global cupel_report_template_end\n"
    "cupel_report_template:\n"
    ".incbin \"" CUPEL_REPORT_TEMPLATE
    "\"\n"
    "cupel_report_template_end:\n"
    ".byte 0\n"
    ".previous\n");

extern "C" {
extern const char cupel_report_template[];
extern const char cupel_report_template_end[];
}

namespace cupel::application::report {

std::string_view ReportTemplate() {
  return {cupel_report_template, static_cast<std::size_t>(cupel_report_template_end - cupel_report_template)};
}

}  // namespace cupel::application::report
