# The CUDA kernels are part of the library where nvcc is found; without it every CUDA operand is
# answered with ESP_UNSUPPORTED. cudart is linked statically, and nothing else of CUDA is needed.
set(ESPALIER_CUDA_ARCHITECTURES quick CACHE STRING
  "What the CUDA kernels are compiled for: quick (sm_80, sm_90 and PTX), full (every supported \
architecture and PTX), or a list as CMAKE_CUDA_ARCHITECTURES, which goes before this, takes it")
set(ESPALIER_CUDA_RUNTIME Static CACHE STRING
  "How cudart is linked: Static, or Shared for the stand-in to take its place")
set(ESPALIER_HAS_CUDA OFF)
if(ESPALIER_ENABLE_CUDA)
  include(CheckLanguage)
  # CMake keeps that it found none: it may have been installed since.
  if(NOT CMAKE_CUDA_COMPILER)
    unset(CMAKE_CUDA_COMPILER CACHE)
  endif()
  check_language(CUDA)
  if(CMAKE_CUDA_COMPILER)
    set(ESPALIER_HAS_CUDA ON)
    if(NOT DEFINED CMAKE_CUDA_ARCHITECTURES)
      if(ESPALIER_CUDA_ARCHITECTURES STREQUAL "quick")
        set(CMAKE_CUDA_ARCHITECTURES 80-real 90)
      elseif(ESPALIER_CUDA_ARCHITECTURES STREQUAL "full")
        set(CMAKE_CUDA_ARCHITECTURES 80-real 86-real 89-real 90-real 100-real 120)
      else()
        set(CMAKE_CUDA_ARCHITECTURES ${ESPALIER_CUDA_ARCHITECTURES})
      endif()
    endif()
    enable_language(CUDA)
  else()
    message(STATUS "nvcc not found: building for the CPU only")
  endif()
endif()

# The tests compile the same sources with a C++ compiler, for a simulated device.
set(ESPALIER_CUDA_SOURCES
  cuda/device.cu
  cuda/table.cu
  cuda/product.cu
  cuda/count_zeros.cu
  cuda/accumulate_squares.cu
  cuda/prune_n_of_m.cu
  cuda/triangular.cu
  cuda/inverse_factor.cu
  cuda/prune_matrix_smallest.cu
  cuda/prune_rows_smallest.cu
  cuda/score_summary.cu
  cuda/sparsegpt_sweep.cu
  cuda/sweep_choice.cu
  cuda/sweep_panel.cu
  cuda/accumulate_hessian.cu)
list(TRANSFORM ESPALIER_CUDA_SOURCES PREPEND ${PROJECT_SOURCE_DIR}/)
# Tensor instructions that Hopper alone has: compiled for sm_90a where sm_90 is (or may be) among the
# architectures.
set(ESPALIER_WGMMA_SOURCES ${PROJECT_SOURCE_DIR}/cuda/wgmma_product.cu)

function(espalier_add_cuda target)
  if(NOT ESPALIER_HAS_CUDA)
    return()
  endif()
  target_sources(${target} PRIVATE ${ESPALIER_CUDA_SOURCES})
  target_compile_definitions(${target} PRIVATE ESPALIER_CUDA)
  target_include_directories(${target} PRIVATE ${PROJECT_SOURCE_DIR}/cuda)
  set(compiled ${target})
  if(CMAKE_CUDA_ARCHITECTURES MATCHES "(^|;)(90|all|native)")
    add_library(${target}_wgmma OBJECT ${ESPALIER_WGMMA_SOURCES})
    target_include_directories(${target}_wgmma PRIVATE ${PROJECT_SOURCE_DIR}/cuda
      ${PROJECT_SOURCE_DIR}/src/main/cpp/include ${PROJECT_SOURCE_DIR}/src/main/cpp/src)
    set_target_properties(${target}_wgmma PROPERTIES
      CUDA_ARCHITECTURES 90a-real
      POSITION_INDEPENDENT_CODE ON)
    target_sources(${target} PRIVATE $<TARGET_OBJECTS:${target}_wgmma>)
    target_compile_definitions(${target} PRIVATE ESPALIER_HAS_WGMMA)
    list(APPEND compiled ${target}_wgmma)
  endif()
  set_target_properties(${compiled} PROPERTIES
    CUDA_STANDARD 17
    CUDA_STANDARD_REQUIRED ON
    CUDA_RUNTIME_LIBRARY ${ESPALIER_CUDA_RUNTIME}
    CUDA_VISIBILITY_PRESET hidden)
  if(ESPALIER_ENABLE_TESTS)
    espalier_record_kernels(${compiled})
  endif()
endfunction()

# What nvcc makes of each kernel is recorded while it compiles, and compared with a table by a test;
# the target kernel_table writes the table anew.
function(espalier_record_kernels)
  find_program(ESPALIER_CXXFILT NAMES cu++filt c++filt)
  if(NOT ESPALIER_CXXFILT)
    message(STATUS "c++filt not found: the kernels' registers and spills are not checked")
    return()
  endif()
  set_target_properties(${ARGN} PROPERTIES CUDA_COMPILER_LAUNCHER
    "${CMAKE_COMMAND};-DCXXFILT=${ESPALIER_CXXFILT};-P;${PROJECT_SOURCE_DIR}/cmake/RecordKernels.cmake;--;${CMAKE_CUDA_COMPILER_LAUNCHER}")
  string(REGEX MATCH "^[0-9]+\\.[0-9]+" release ${CMAKE_CUDA_COMPILER_VERSION})
  list(TRANSFORM ARGN REPLACE ".+" "$<TARGET_OBJECTS:\\0>" OUTPUT_VARIABLE objects)
  list(JOIN objects "$<SEMICOLON>" objects)
  set(check ${CMAKE_COMMAND} "-DOBJECTS=${objects}" -DRELEASE=${release}
    -DTABLE=${PROJECT_SOURCE_DIR}/cuda/kernels.txt)
  set(script -P ${PROJECT_SOURCE_DIR}/cmake/CheckKernels.cmake)
  add_test(NAME kernel_table COMMAND ${check} ${script})
  add_custom_target(kernel_table COMMAND ${check} -DUPDATE=ON ${script} DEPENDS ${ARGN} VERBATIM)
endfunction()
