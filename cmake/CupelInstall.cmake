# What `cmake --install` puts beside the program: libraries, headers, the CMake package `cupel` (targets cupel::base,
# cupel::ledger_merkle, ...) and one pkg-config file a module (cupel-ledger-merkle) with `cupel` for all of them.
#
# Installed are the modules of the library: base, crypto, stats, ledger/*, data/*, algorithm/*. Left out, with whatever
# includes them: what links libtorch, libonnx or oneDNN, whose Debian packages have no target that can be named on another
# machine (Torch's drags every header and the ABI flag in; ONNX's names a static protobuf), application/* and cli (the
# program itself), testing. docs/library.md says so to the user.

# The package that gives a third-party target, in both languages: target | find_dependency arguments | pkg-config
# modules | libraries. A module that links another target cannot be installed until its line is here.
set(cupel_third_party
  "tl::expected|tl-expected||"
  "fmt::fmt|fmt|fmt|"
  "tomlplusplus::tomlplusplus|tomlplusplus|tomlplusplus|"
  "Threads::Threads|Threads||-pthread"
  "OpenSSL::Crypto|OpenSSL|libcrypto|"
  "PkgConfig::sodium|PKGCONFIG sodium libsodium|libsodium|"
  "ZLIB::ZLIB|ZLIB|zlib|"
  "httplib::httplib|httplib||-pthread"
  "opencv_core|OpenCV COMPONENTS core imgproc imgcodecs||-lopencv_core"
  "opencv_imgproc|OpenCV COMPONENTS core imgproc imgcodecs||-lopencv_imgproc"
  "opencv_imgcodecs|OpenCV COMPONENTS core imgproc imgcodecs||-lopencv_imgcodecs")

# cupel_install_module(MODULE DEPENDENCIES LIBRARIES): notes the module for cupel_install_package and installs its
# library and headers, unless it or one of its dependencies stays inside.
function(cupel_install_module module dependencies libraries)
  get_property(installed GLOBAL PROPERTY CUPEL_INSTALLED_MODULES)
  if(NOT module MATCHES "^(base|crypto|stats|ledger/.*|data/.*|algorithm/.*)$" OR libraries MATCHES "cupel_(torch|onnx|dnnl)")
    return()
  endif()
  foreach(dependency IN LISTS dependencies)
    if(NOT dependency IN_LIST installed)
      return()
    endif()
  endforeach()
  cupel_target_name(target ${module})
  install(TARGETS ${target} EXPORT cupel_targets
    ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR}
    FILE_SET HEADERS DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
  set_property(GLOBAL APPEND PROPERTY CUPEL_INSTALLED_MODULES ${module})
  string(REPLACE "/" "_" name ${module})
  set_property(GLOBAL PROPERTY CUPEL_DEPENDENCIES_OF_${name} ${dependencies})
  set_property(GLOBAL PROPERTY CUPEL_LIBRARIES_OF_${name} ${libraries})
endfunction()

# cupel_third_party_of(OUT LIBRARIES COLUMN): that column of the table for each of LIBRARIES.
function(cupel_third_party_of out libraries column)
  set(found)
  foreach(library IN LISTS libraries)
    set(line)
    foreach(row IN LISTS cupel_third_party)
      if(row MATCHES "^${library}\\|([^|]*)\\|([^|]*)\\|([^|]*)$")
        set(line ${row})
        set(value "${CMAKE_MATCH_${column}}")
      endif()
    endforeach()
    if(NOT line)
      message(FATAL_ERROR "${library} is linked by an installed module; say in cmake/CupelInstall.cmake who provides it")
    endif()
    if(value)
      list(APPEND found "${value}")
    endif()
  endforeach()
  list(REMOVE_DUPLICATES found)
  set(${out} ${found} PARENT_SCOPE)
endfunction()

function(cupel_write_pkg_config name description requires libs)
  list(JOIN requires " " requires)
  list(JOIN libs " " libs)
  file(RELATIVE_PATH up "/${CMAKE_INSTALL_LIBDIR}/pkgconfig" "/")
  string(REGEX REPLACE "/$" "" up "${up}")
  file(CONFIGURE OUTPUT ${PROJECT_BINARY_DIR}/pkgconfig/${name}.pc @ONLY CONTENT [[
prefix=${pcfiledir}/@up@
Name: @name@
Description: @description@
Version: @PROJECT_VERSION@
Requires: @requires@
Cflags: -I${prefix}/@CMAKE_INSTALL_INCLUDEDIR@ -std=c++20
Libs: @libs@
]])
  install(FILES ${PROJECT_BINARY_DIR}/pkgconfig/${name}.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
endfunction()

# cupel_install_package(): the CMake package and the pkg-config files of every module noted so far.
function(cupel_install_package)
  get_property(modules GLOBAL PROPERTY CUPEL_INSTALLED_MODULES)
  set(all)
  set(components)
  foreach(module IN LISTS modules)
    string(REPLACE "/" "_" name ${module})
    string(REPLACE "/" "-" dashed cupel-${module})
    get_property(dependencies GLOBAL PROPERTY CUPEL_DEPENDENCIES_OF_${name})
    get_property(libraries GLOBAL PROPERTY CUPEL_LIBRARIES_OF_${name})
    cupel_third_party_of(packages "${libraries}" 1)
    cupel_third_party_of(requires "${libraries}" 2)
    cupel_third_party_of(libs "${libraries}" 3)
    # In CMake: which components and packages this one needs.
    string(REPLACE "/" "_" needs "${dependencies}")
    string(APPEND components "set(cupel_needs_${name} ${needs})\nset(cupel_packages_${name}")
    foreach(package IN LISTS packages)
      string(APPEND components " \"${package}\"")
    endforeach()
    string(APPEND components ")\n")
    # In pkg-config.
    list(TRANSFORM dependencies PREPEND cupel-)
    string(REPLACE "/" "-" dependencies "${dependencies}")
    cupel_target_name(target ${module})
    get_target_property(type ${target} TYPE)
    if(type STREQUAL "STATIC_LIBRARY")
      list(PREPEND libs "-L\${prefix}/${CMAKE_INSTALL_LIBDIR} -l${target}")
    endif()
    cupel_write_pkg_config(${dashed} "Cupel, module ${module}" "${dependencies};${requires}" "${libs}")
    list(APPEND all ${dashed})
  endforeach()
  cupel_write_pkg_config(cupel "${PROJECT_DESCRIPTION}" "${all}" "")

  include(CMakePackageConfigHelpers)
  string(REPLACE "/" "_" cupel_components "${modules}")
  set(cupel_component_table "${components}")
  set(folder ${CMAKE_INSTALL_LIBDIR}/cmake/cupel)
  configure_package_config_file(${PROJECT_SOURCE_DIR}/cmake/cupelConfig.cmake.in
    ${PROJECT_BINARY_DIR}/cmake/cupelConfig.cmake INSTALL_DESTINATION ${folder})
  write_basic_package_version_file(${PROJECT_BINARY_DIR}/cmake/cupelConfigVersion.cmake COMPATIBILITY SameMinorVersion)
  install(FILES ${PROJECT_BINARY_DIR}/cmake/cupelConfig.cmake ${PROJECT_BINARY_DIR}/cmake/cupelConfigVersion.cmake
    DESTINATION ${folder})
  install(EXPORT cupel_targets NAMESPACE cupel:: FILE cupelTargets.cmake DESTINATION ${folder})
endfunction()
