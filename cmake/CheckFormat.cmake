# Fails when a C, C++ or CUDA source is not formatted as .clang-format says; `mvn verify` runs it.
# Version 14 decides: others format a little differently.
find_program(CLANG_FORMAT NAMES clang-format-14 clang-format)
if(NOT CLANG_FORMAT)
  message(STATUS "clang-format is not installed: C++ formatting not checked")
  return()
endif()
file(GLOB_RECURSE sources
  ${ROOT}/src/*.h ${ROOT}/src/*.hpp ${ROOT}/src/*.c ${ROOT}/src/*.cpp
  ${ROOT}/cuda/*.cu ${ROOT}/cuda/*.cuh ${ROOT}/bench/*.hpp ${ROOT}/bench/*.cpp
  ${ROOT}/examples/*.cpp)
execute_process(COMMAND ${CLANG_FORMAT} --dry-run -Werror ${sources} RESULT_VARIABLE result)
if(result)
  message(FATAL_ERROR "run: clang-format -i on the files above")
endif()
