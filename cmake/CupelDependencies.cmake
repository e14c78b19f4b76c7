# Every third-party library, found once. docs/dependencies.md says why each is here.
find_package(Threads REQUIRED)
find_package(fmt REQUIRED)
find_package(tl-expected REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(tomlplusplus REQUIRED)
find_package(CLI11 REQUIRED)
find_package(OpenSSL REQUIRED)
find_package(ZLIB REQUIRED)
find_package(Boost 1.74 REQUIRED)  # headers alone: Math
find_package(Protobuf REQUIRED)
find_package(OpenCV REQUIRED COMPONENTS core imgproc imgcodecs)
find_package(PkgConfig REQUIRED)
pkg_check_modules(sodium REQUIRED IMPORTED_TARGET libsodium)
pkg_check_modules(httplib REQUIRED IMPORTED_TARGET cpp-httplib)
if(CUPEL_BUILD_TESTS OR CUPEL_BUILD_BENCH)
  find_package(GTest REQUIRED)
  find_package(rapidcheck REQUIRED)
endif()
if(CUPEL_BUILD_BENCH)
  find_package(benchmark REQUIRED)
endif()

find_library(CUPEL_TORCH torch REQUIRED)
find_library(CUPEL_TORCH_CPU torch_cpu REQUIRED)
find_library(CUPEL_C10 c10 REQUIRED)
# Not find_package(Torch): its target drags every header and -D_GLIBCXX flag in; the wall needs these alone.
add_library(cupel_torch INTERFACE)
target_link_libraries(cupel_torch INTERFACE ${CUPEL_TORCH} ${CUPEL_TORCH_CPU} ${CUPEL_C10})
target_compile_definitions(cupel_torch INTERFACE AT_PER_OPERATOR_HEADERS)

# oneDNN of Debian runs on GCC's OpenMP; the wall sets its number of threads.
find_library(CUPEL_DNNL dnnl REQUIRED)
add_library(cupel_dnnl INTERFACE)
target_link_libraries(cupel_dnnl INTERFACE ${CUPEL_DNNL} gomp)

find_library(CUPEL_ONNX onnx REQUIRED)
find_library(CUPEL_ONNX_PROTO onnx_proto REQUIRED)
add_library(cupel_onnx INTERFACE)
target_link_libraries(cupel_onnx INTERFACE ${CUPEL_ONNX} ${CUPEL_ONNX_PROTO} protobuf::libprotobuf)
target_compile_definitions(cupel_onnx INTERFACE ONNX_ML=1 ONNX_NAMESPACE=onnx)

# OpenCV 4: its headers are SYSTEM, so their warnings are not ours.
add_library(cupel_opencv INTERFACE)
target_include_directories(cupel_opencv SYSTEM INTERFACE ${OpenCV_INCLUDE_DIRS})
target_link_libraries(cupel_opencv INTERFACE opencv_core opencv_imgproc opencv_imgcodecs)
