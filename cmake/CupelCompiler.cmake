# Compiler, linker and cache settings that hold for every target.

if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "Build type" FORCE)
endif()

find_program(CUPEL_CCACHE ccache)
if(CUPEL_CCACHE)
  # Precompiled headers and __DATE__-free sources make these two safe (ccache manual, "Precompiled headers").
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros
      CCACHE_BASEDIR=${PROJECT_SOURCE_DIR} ${CUPEL_CCACHE})
endif()

find_program(CUPEL_MOLD mold)
if(CUPEL_MOLD)
  add_link_options(-fuse-ld=mold)
endif()

add_library(cupel_warnings INTERFACE)
target_compile_options(cupel_warnings INTERFACE -Wall -Wextra -Wshadow -Wnon-virtual-dtor
  # GCC 12 reports std::string concatenation falsely (GCC bug 105329).
  $<$<AND:$<CXX_COMPILER_ID:GNU>,$<VERSION_LESS:$<CXX_COMPILER_VERSION>,13>>:-Wno-restrict>
  $<$<BOOL:${CUPEL_WERROR}>:-Werror>
  # The same kind of false report; not silenced for people, who may see a true one.
  "$<$<AND:$<BOOL:${CUPEL_WERROR}>,$<CXX_COMPILER_ID:GNU>,$<VERSION_LESS:$<CXX_COMPILER_VERSION>,13>>:\
-Wno-error=stringop-overflow;-Wno-error=stringop-overread;-Wno-error=array-bounds;-Wno-error=maybe-uninitialized>")

set(CUPEL_SANITIZE "" CACHE STRING "Sanitizers, for example address,undefined or thread")
if(CUPEL_SANITIZE)
  add_compile_options(-fsanitize=${CUPEL_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all -g1)
  add_link_options(-fsanitize=${CUPEL_SANITIZE})
endif()

option(CUPEL_COVERAGE "Instrument for coverage" OFF)
if(CUPEL_COVERAGE)
  add_compile_options(--coverage -O0)
  add_link_options(--coverage)
endif()
