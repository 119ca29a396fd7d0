# The CUDA kernels on the CPU (sim/cuda_runtime.h): the library once more with every .cu compiled as
# C++, under AddressSanitizer, and the kernel tests with device 0 for the CPU.
include(CheckCXXSourceCompiles)
set(CMAKE_REQUIRED_FLAGS -fsanitize=address)
check_cxx_source_compiles("int main() { return 0; }" ESPALIER_HAS_ASAN)
unset(CMAKE_REQUIRED_FLAGS)
if(NOT ESPALIER_HAS_ASAN)
  message(STATUS "no AddressSanitizer: the CUDA kernels are not tested in simulation")
  return()
endif()

set_source_files_properties(${ESPALIER_CUDA_SOURCES} PROPERTIES
  LANGUAGE CXX
  COMPILE_OPTIONS "-x;c++")
get_target_property(isas espalier ESPALIER_ISAS)
list(TRANSFORM isas REPLACE "(.+)" "$<TARGET_OBJECTS:espalier_cpu_\\1>" OUTPUT_VARIABLE cpu_objects)
add_library(espalier_sim STATIC
  ${ESPALIER_SOURCES} ${ESPALIER_CUDA_SOURCES} sim/sim.cpp ${cpu_objects})
target_compile_features(espalier_sim PUBLIC cxx_std_17)
target_compile_definitions(espalier_sim PRIVATE
  ESPALIER_VERSION="${PROJECT_VERSION}" ESPALIER_CUDA
  $<$<NOT:$<STREQUAL:"${isas}","portable">>:ESPALIER_X86>)
target_include_directories(espalier_sim
  PUBLIC ${PROJECT_SOURCE_DIR}/src/main/cpp/include sim
  PRIVATE ${PROJECT_SOURCE_DIR}/src/main/cpp/src ${PROJECT_SOURCE_DIR}/cuda)
target_compile_options(espalier_sim
  PUBLIC -fsanitize=address -fno-omit-frame-pointer PRIVATE -O1 -g1 -Wall -Wextra -Wno-unknown-pragmas)
target_link_options(espalier_sim PUBLIC -fsanitize=address)
target_link_libraries(espalier_sim PRIVATE OpenMP::OpenMP_CXX)

add_executable(espalier_sim_tests ${kernel_tests})
target_compile_definitions(espalier_sim_tests PRIVATE ESPALIER_SIMULATED)
target_link_libraries(espalier_sim_tests PRIVATE espalier_sim espalier_warnings GTest::gtest_main)
gtest_discover_tests(espalier_sim_tests TEST_PREFIX sim.)
