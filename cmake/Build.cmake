# Builds BUILD with as many jobs as there are processors: make takes --parallel alone as no limit,
# and more compilers than memory is there for.
include(ProcessorCount)
ProcessorCount(jobs)
if(jobs EQUAL 0)
  set(jobs 1)
endif()
execute_process(COMMAND ${CMAKE_COMMAND} --build ${BUILD} --parallel ${jobs} RESULT_VARIABLE status)
if(NOT status EQUAL 0)
  message(FATAL_ERROR "The native build failed")
endif()
