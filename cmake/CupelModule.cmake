# One function per kind of target. A module is a folder of `cupel/`; its sources are the folder's files, its allowed
# dependencies the line in docs/layers.txt. Each module has an include root of its own (a symlink in the build tree),
# so that an include that the list does not allow fails to compile.

# cupel_allowed_dependencies(OUT MODULE): the modules that docs/layers.txt lets MODULE include.
function(cupel_allowed_dependencies out module)
  file(STRINGS ${PROJECT_SOURCE_DIR}/docs/layers.txt lines REGEX "^[a-z]")
  foreach(line IN LISTS lines)
    string(REGEX REPLACE "\\[.*" "" line "${line}")
    if(line MATCHES "^([a-z/]+) *:(.*)$" AND CMAKE_MATCH_1 STREQUAL module)
      separate_arguments(dependencies UNIX_COMMAND "${CMAKE_MATCH_2}")
      set(${out} ${dependencies} PARENT_SCOPE)
      return()
    endif()
  endforeach()
  message(FATAL_ERROR "module ${module} is not in docs/layers.txt; add its line there first")
endfunction()

# cupel_target_name(OUT MODULE): ledger/merkle -> cupel_ledger_merkle.
function(cupel_target_name out module)
  string(REPLACE "/" "_" name "cupel_${module}")
  set(${out} ${name} PARENT_SCOPE)
endfunction()

# cupel_module(MODULE [LIBRARIES target...] [PRIVATE_LIBRARIES target...] [HEADER_LIBRARIES target...]
#              [PRIVATE_HEADERS file...] [TORCH])
# LIBRARIES are third-party targets its public headers need; PRIVATE_LIBRARIES those that only its sources need and that
# every program must link; HEADER_LIBRARIES those of which its sources need the headers alone. PRIVATE_HEADERS and
# x_for_test.h are not installed.
# TORCH marks a module that compiles libtorch headers: it shares their precompiled header and one job pool.
function(cupel_module module)
  cmake_parse_arguments(arg "TORCH" "" "LIBRARIES;PRIVATE_LIBRARIES;HEADER_LIBRARIES;PRIVATE_HEADERS" ${ARGN})
  cupel_target_name(target ${module})
  set(folder ${PROJECT_SOURCE_DIR}/cupel/${module})
  set(root ${PROJECT_BINARY_DIR}/include/${module})
  get_filename_component(parent ${root}/cupel/${module} DIRECTORY)
  file(MAKE_DIRECTORY ${parent})
  file(CREATE_LINK ${folder} ${root}/cupel/${module} SYMBOLIC)

  file(GLOB sources CONFIGURE_DEPENDS ${folder}/*.cc)
  list(FILTER sources EXCLUDE REGEX "_test\\.cc$")
  list(FILTER sources EXCLUDE REGEX "/main\\.cc$")
  file(GLOB headers CONFIGURE_DEPENDS RELATIVE ${folder} ${folder}/*.h)
  list(FILTER headers EXCLUDE REGEX "_for_test\\.h$")
  list(REMOVE_ITEM headers "" ${arg_PRIVATE_HEADERS})
  list(TRANSFORM headers PREPEND ${root}/cupel/${module}/)
  if(sources)
    set(scope PUBLIC)
    add_library(${target} STATIC ${sources})
    # What only the build needs must not stand in the exported target.
    target_link_libraries(${target} PRIVATE $<BUILD_INTERFACE:cupel_warnings>)
  else()
    set(scope INTERFACE)
    add_library(${target} INTERFACE)
  endif()
  string(REPLACE "/" "_" alias ${module})
  add_library(cupel::${alias} ALIAS ${target})
  set_target_properties(${target} PROPERTIES EXPORT_NAME ${alias})
  target_sources(${target} ${scope} FILE_SET HEADERS BASE_DIRS ${root} FILES ${headers})
  target_compile_features(${target} ${scope} cxx_std_20)
  cupel_allowed_dependencies(dependencies ${module})
  foreach(dependency IN LISTS dependencies)
    cupel_target_name(name ${dependency})
    target_link_libraries(${target} ${scope} ${name})
  endforeach()
  target_link_libraries(${target} ${scope} ${arg_LIBRARIES})
  if(sources AND arg_PRIVATE_LIBRARIES)
    target_link_libraries(${target} PRIVATE ${arg_PRIVATE_LIBRARIES})
  endif()
  foreach(library IN LISTS arg_HEADER_LIBRARIES)
    target_link_libraries(${target} PRIVATE $<BUILD_INTERFACE:${library}>)
  endforeach()
  if(sources)
    cupel_precompile_module(${target} ${module} "${arg_TORCH}")
  endif()
  cupel_install_module(${module} "${dependencies}" "${arg_LIBRARIES};${arg_PRIVATE_LIBRARIES}")
  set_property(GLOBAL APPEND PROPERTY CUPEL_MODULES ${target})
  if(CUPEL_BUILD_TESTS)
    cupel_module_tests(${module} "${arg_TORCH}")
  endif()
endfunction()

# Every x_test.cc beside the sources goes into one test program; every x_slow_test.cc into another, labelled slow.
function(cupel_module_tests module torch)
  cupel_target_name(target ${module})
  set(folder ${PROJECT_SOURCE_DIR}/cupel/${module})
  file(GLOB tests CONFIGURE_DEPENDS ${folder}/*_test.cc)
  set(slow_tests ${tests})
  list(FILTER tests EXCLUDE REGEX "_slow_test\\.cc$")
  list(FILTER slow_tests INCLUDE REGEX "_slow_test\\.cc$")
  foreach(kind fast slow)
    if(kind STREQUAL "fast")
      set(files ${tests})
      set(name ${target}_test)
    else()
      set(files ${slow_tests})
      set(name ${target}_slow_test)
    endif()
    if(files)
      add_executable(${name} ${files})
      target_link_libraries(${name} PRIVATE ${target} cupel_testing cupel_warnings GTest::gmock GTest::gtest_main)
      target_compile_definitions(${name} PRIVATE CUPEL_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
      cupel_precompile_module(${name} ${module} "${torch}")
      string(REPLACE "/" ";" labels ${module})
      gtest_discover_tests(${name} DISCOVERY_MODE PRE_TEST TEST_PREFIX "${module}:"
        PROPERTIES LABELS "${kind};${labels}" TIMEOUT 900)
    endif()
  endforeach()
endfunction()

# What most files include anyway; a file still includes what it uses (the builds without CUPEL_PRECOMPILE need it).
set(cupel_common_headers <algorithm> <array> <cmath> <filesystem> <functional> <map> <memory> <optional> <set> <span>
  <string> <vector> <fmt/format.h> ${PROJECT_SOURCE_DIR}/cupel/base/error.h ${PROJECT_SOURCE_DIR}/cupel/base/json.h)

# The owner of the common ones: a target of its own, because a precompiled header serves only targets that define
# what its owner defines, and every module has definitions of its own.
function(cupel_add_precompiled)
  file(CONFIGURE OUTPUT ${PROJECT_BINARY_DIR}/precompiled.cc CONTENT "")
  add_library(cupel_precompiled OBJECT ${PROJECT_BINARY_DIR}/precompiled.cc)
  target_link_libraries(cupel_precompiled PRIVATE tl::expected fmt::fmt cupel_warnings)
  target_include_directories(cupel_precompiled PRIVATE ${PROJECT_BINARY_DIR}/include/base)
  target_compile_features(cupel_precompiled PRIVATE cxx_std_20)
  cupel_precompile(cupel_precompiled cupel_precompiled ${cupel_common_headers})
endfunction()

# cupel_precompile(TARGET OWNER HEADERS...): OWNER compiles the headers once and every other target reuses that.
function(cupel_precompile target owner)
  if(NOT CUPEL_PRECOMPILE)
    return()
  endif()
  if(target STREQUAL owner)
    target_precompile_headers(${target} PRIVATE ${ARGN})
  else()
    target_precompile_headers(${target} REUSE_FROM ${owner})
  endif()
endfunction()

# cupel_precompile_module(TARGET MODULE TORCH): with the narrow header of algorithm/tensor where tensors are seen. (The
# common headers stand behind it: its first include must stay the first.) cli has CLI11's header of its own.
function(cupel_precompile_module target module torch)
  if(torch)
    set_property(TARGET ${target} PROPERTY JOB_POOL_COMPILE torch_pool)
    cupel_precompile(${target} cupel_algorithm_tensor ${PROJECT_SOURCE_DIR}/cupel/algorithm/tensor/tensor.h
      ${cupel_common_headers})
  elseif(module STREQUAL "cli")
    cupel_precompile(${target} cupel_cli ${PROJECT_SOURCE_DIR}/cupel/cli/command.h ${cupel_common_headers})
  else()
    cupel_precompile(${target} cupel_precompiled)
  endif()
endfunction()
