# Installs BUILD to a prefix and moves the tree to PREFIX: nothing in it may remember the first place.
file(REMOVE_RECURSE ${PREFIX} ${PREFIX}-first)
execute_process(COMMAND ${CMAKE_COMMAND} --install ${BUILD} --config ${CONFIG}
  --prefix ${PREFIX}-first COMMAND_ERROR_IS_FATAL ANY OUTPUT_QUIET)
file(RENAME ${PREFIX}-first ${PREFIX})

file(GLOB_RECURSE texts ${PREFIX}/*.cmake ${PREFIX}/*.pc)
foreach(file IN LISTS texts)
  file(READ ${file} text)
  string(FIND "${text}" "${PREFIX}" at)
  if(NOT at EQUAL -1)
    message(FATAL_ERROR "${file} names the place it was installed to")
  endif()
endforeach()

# The name that programs ask for at run time is the library's with the ABI's version.
if(NOT EXISTS ${PREFIX}/${LIBDIR}/libespalier.so.${ABI})
  message(FATAL_ERROR "libespalier.so.${ABI} was not installed")
endif()
