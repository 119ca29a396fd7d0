# The CUDA kernels are part of the library where nvcc is found; without it every CUDA operand is
# answered with ESP_UNSUPPORTED. cudart is linked statically; nothing else of CUDA is needed.
set(ESPALIER_HAS_CUDA OFF)
if(ESPALIER_ENABLE_CUDA)
  include(CheckLanguage)
  check_language(CUDA)
  if(CMAKE_CUDA_COMPILER)
    set(ESPALIER_HAS_CUDA ON)
    if(NOT DEFINED CMAKE_CUDA_ARCHITECTURES)
      set(CMAKE_CUDA_ARCHITECTURES 80 90)
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

function(espalier_add_cuda target)
  if(NOT ESPALIER_HAS_CUDA)
    return()
  endif()
  target_sources(${target} PRIVATE ${ESPALIER_CUDA_SOURCES})
  target_compile_definitions(${target} PRIVATE ESPALIER_CUDA)
  target_include_directories(${target} PRIVATE cuda)
  set_target_properties(${target} PROPERTIES
    CUDA_STANDARD 17
    CUDA_STANDARD_REQUIRED ON
    CUDA_RUNTIME_LIBRARY Static
    CUDA_VISIBILITY_PRESET hidden)
endfunction()
