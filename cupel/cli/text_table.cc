// SPDX-License-Identifier: Apache-2.0
#include "cupel/cli/text_table.h"

#include <algorithm>

namespace cupel::cli {

std::size_t DisplayWidth(std::string_view text) {
  std::size_t width = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte == 0x1b) {
      i = std::min(text.find('m', i), text.size());
    } else if (byte >= 0xE3 && byte <= 0xED) {
      width += 2;
    } else if (byte < 0x80 || byte >= 0xC0) {
      width += 1;
    }
  }
  return width;
}

std::string TextTable::ToString() const {
  std::vector<std::size_t> widths(rows_[0].size(), 0);
  for (const auto& row : rows_) {
    for (std::size_t column = 0; column < row.size(); ++column) {
      widths[column] = std::max(widths[column], DisplayWidth(row[column]));
    }
  }
  std::string text;
  for (std::size_t r = 0; r < rows_.size(); ++r) {
    std::string line;
    for (std::size_t column = 0; column < rows_[r].size(); ++column) {
      line += rows_[r][column];
      line.append(widths[column] - DisplayWidth(rows_[r][column]) + 2, ' ');
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + '\n';
    if (r == 0) {
      std::string rule;
      for (std::size_t width : widths) rule += std::string(width, '-') + "  ";
      rule.erase(rule.find_last_not_of(' ') + 1);
      text += rule + '\n';
    }
  }
  return text;
}

}  // namespace cupel::cli
