// SPDX-License-Identifier: Apache-2.0
#pragma once

/// The built report viewer (web/report-template.html), carried inside the program (cmake/CupelEmbed.cmake).

#include <string_view>

namespace cupel::application::report {

std::string_view ReportTemplate();

}  // namespace cupel::application::report
