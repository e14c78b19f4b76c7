# Files that are part of the program.

# cupel_embed(MODULE FUNCTION FILE): FILE, byte for byte, is what `std::string_view FUNCTION()` of the module's namespace
# returns; a header of the module declares it. .incbin keeps a megabyte of text out of the compiler, which would need
# minutes for it as a literal, and the file stays one that people can read and run.
function(cupel_embed module function file)
  cupel_target_name(target ${module})
  string(REPLACE "/" "::" namespace "cupel/${module}")
  string(REGEX REPLACE "([a-z])([A-Z])" "\\1_\\2" symbol "${target}_${function}")
  string(TOLOWER ${symbol} symbol)
  set(source ${CMAKE_CURRENT_BINARY_DIR}/${symbol}.cc)
  file(CONFIGURE OUTPUT ${source} @ONLY CONTENT [[
// Made by cmake/CupelEmbed.cmake.
#include <cstddef>
#include <string_view>

asm(".section .rodata\n"
    ".global @symbol@\n"
    ".global @symbol@_end\n"
    "@symbol@:\n"
    ".incbin \"@file@\"\n"
    "@symbol@_end:\n"
    ".byte 0\n"
    ".previous\n");

extern "C" {
extern const char @symbol@[];
extern const char @symbol@_end[];
}

namespace @namespace@ {

std::string_view @function@();
std::string_view @function@() { return {@symbol@, static_cast<std::size_t>(@symbol@_end - @symbol@)}; }

}  // namespace @namespace@
]])
  set_source_files_properties(${source} PROPERTIES OBJECT_DEPENDS ${file})
  target_sources(${target} PRIVATE ${source})
endfunction()
