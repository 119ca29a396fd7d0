# The library once more under AddressSanitizer and UBSan, with the CUDA kernels on the CPU: every .cu
# is compiled as C++ (sim/cuda_runtime.h). The kernel tests run on its device 0, and the C interface
# is called at random.
include(CheckCXXSourceCompiles)
set(sanitizers -fsanitize=address,undefined,float-cast-overflow -fno-sanitize-recover=all)
list(JOIN sanitizers " " CMAKE_REQUIRED_FLAGS)
check_cxx_source_compiles("int main() { return 0; }" ESPALIER_HAS_SANITIZERS)
unset(CMAKE_REQUIRED_FLAGS)
if(NOT ESPALIER_HAS_SANITIZERS)
  message(STATUS "no sanitizers: the CUDA kernels are not tested in simulation, the C interface not "
                 "by random calls")
  return()
endif()

set(simulated ${ESPALIER_CUDA_SOURCES} ${ESPALIER_WGMMA_SOURCES})
set_source_files_properties(${simulated} PROPERTIES
  LANGUAGE CXX
  COMPILE_OPTIONS "-x;c++")
add_library(espalier_sim STATIC ${ESPALIER_SOURCES} ${simulated}
  sim/devices.cpp sim/runtime.cpp sim/scheduler.cpp sim/shared_memory.cpp sim/sim.cpp sim/tensor_cores.cpp sim/wgmma.cpp)
espalier_add_cpu_kernels(espalier_sim -O1 -g1 ${sanitizers})
target_compile_features(espalier_sim PUBLIC cxx_std_17)
target_compile_definitions(espalier_sim PRIVATE
  ESPALIER_VERSION="${ESPALIER_RELEASE}" ESPALIER_CUDA ESPALIER_HAS_WGMMA)
target_include_directories(espalier_sim
  PUBLIC ${PROJECT_SOURCE_DIR}/src/main/cpp/include sim
  PRIVATE ${PROJECT_SOURCE_DIR}/src/main/cpp/src ${PROJECT_SOURCE_DIR}/cuda)
target_compile_options(espalier_sim
  PUBLIC ${sanitizers} -fno-omit-frame-pointer PRIVATE -O1 -g1 -Wall -Wextra -Wno-unknown-pragmas)
target_link_options(espalier_sim PUBLIC ${sanitizers})

add_executable(espalier_sim_tests ${kernel_tests} sim/device_test.cpp sim/launch_test.cpp sim/product_test.cpp
  sim/sweep_choice_test.cpp sim/ticket_test.cpp sim/together_test.cpp)
target_include_directories(espalier_sim_tests PRIVATE
  ${PROJECT_SOURCE_DIR}/src/main/cpp/src ${PROJECT_SOURCE_DIR}/cuda
  ${CMAKE_CURRENT_SOURCE_DIR} ${PROJECT_SOURCE_DIR}/bench/gpu)
target_compile_definitions(espalier_sim_tests PRIVATE ESPALIER_SIMULATED)
target_link_libraries(espalier_sim_tests PRIVATE espalier_sim espalier_warnings GTest::gtest_main)
gtest_discover_tests(espalier_sim_tests TEST_PREFIX sim. PROPERTIES LABELS slow)

add_executable(espalier_fuzz fuzz/call.cpp fuzz/main.cpp fuzz/operand.cpp fuzz/ops.cpp)
target_link_libraries(espalier_fuzz PRIVATE espalier_sim espalier_warnings)
add_test(NAME fuzz_cpu COMMAND espalier_fuzz -1 300000 1)
add_test(NAME fuzz_simulated_device COMMAND espalier_fuzz 0 20000 1)
set_tests_properties(fuzz_cpu fuzz_simulated_device PROPERTIES LABELS slow)
