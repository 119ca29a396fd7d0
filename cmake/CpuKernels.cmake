# Each kernel source is compiled once per instruction set, into a namespace of that name; the library
# picks one at run time (src/cpu/isa.cpp). Kernel sources instantiate no standard templates, so that
# no function compiled for a newer instruction set can stand in for a shared one at link time.
find_package(OpenMP REQUIRED COMPONENTS CXX)

set(ESPALIER_CPU_KERNEL_SOURCES
  src/main/cpp/src/cpu/table.cpp
  src/main/cpp/src/cpu/count_zeros.cpp
  src/main/cpp/src/cpu/accumulate_squares.cpp
  src/main/cpp/src/cpu/prune_rows_smallest.cpp
  src/main/cpp/src/cpu/prune_matrix_smallest.cpp
  src/main/cpp/src/cpu/prune_n_of_m.cpp
  src/main/cpp/src/cpu/score_summary.cpp
  src/main/cpp/src/cpu/accumulate_hessian.cpp
  src/main/cpp/src/cpu/inverse_factor.cpp
  src/main/cpp/src/cpu/sparsegpt_sweep.cpp)
list(TRANSFORM ESPALIER_CPU_KERNEL_SOURCES PREPEND ${PROJECT_SOURCE_DIR}/)

set(ESPALIER_ISA_FLAGS_portable "")
set(ESPALIER_ISA_FLAGS_avx2 -mavx2 -mfma -mf16c -mbmi2 -mpopcnt)
set(ESPALIER_ISA_FLAGS_avx512 ${ESPALIER_ISA_FLAGS_avx2}
    -mavx512f -mavx512dq -mavx512bw -mavx512vl -mprefer-vector-width=512
    # GCC 12 takes the undefined operands of its own AVX-512 header for ours (bug 105593).
    $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>)

# Further arguments are options to compile them with.
function(espalier_add_cpu_kernels target)
  set(isas portable)
  if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
    list(APPEND isas avx2 avx512)
    target_compile_definitions(${target} PRIVATE ESPALIER_X86)
  endif()
  foreach(isa IN LISTS isas)
    add_library(${target}_cpu_${isa} OBJECT ${ESPALIER_CPU_KERNEL_SOURCES})
    target_compile_features(${target}_cpu_${isa} PRIVATE cxx_std_17)
    target_include_directories(${target}_cpu_${isa} PRIVATE
      ${PROJECT_SOURCE_DIR}/src/main/cpp/include ${PROJECT_SOURCE_DIR}/src/main/cpp/src)
    target_compile_definitions(${target}_cpu_${isa} PRIVATE ESPALIER_ISA=${isa})
    target_compile_options(${target}_cpu_${isa} PRIVATE -O3 -fno-exceptions ${ESPALIER_ISA_FLAGS_${isa}}
      ${ARGN})
    target_link_libraries(${target}_cpu_${isa} PRIVATE espalier_warnings OpenMP::OpenMP_CXX)
    set_target_properties(${target}_cpu_${isa} PROPERTIES
      POSITION_INDEPENDENT_CODE ON
      CXX_VISIBILITY_PRESET hidden
      VISIBILITY_INLINES_HIDDEN ON)
    target_sources(${target} PRIVATE $<TARGET_OBJECTS:${target}_cpu_${isa}>)
  endforeach()
  target_link_libraries(${target} PRIVATE OpenMP::OpenMP_CXX)
  set_target_properties(${target} PROPERTIES ESPALIER_ISAS "${isas}")
endfunction()
