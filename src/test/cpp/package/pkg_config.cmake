# Builds SOURCE with the flags that pkg-config gives for the package in PREFIX, and runs it.
find_program(PKG_CONFIG NAMES pkg-config pkgconf)
if(NOT PKG_CONFIG)
  message(STATUS "skipped: pkg-config not found")
  return()
endif()
set(ENV{PKG_CONFIG_PATH} ${PREFIX}/${LIBDIR}/pkgconfig)
execute_process(COMMAND ${PKG_CONFIG} --modversion espalier
  OUTPUT_VARIABLE version OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
if(NOT version STREQUAL EXPECTED_VERSION)
  message(FATAL_ERROR "pkg-config finds version ${version} instead of ${EXPECTED_VERSION}")
endif()
execute_process(COMMAND ${PKG_CONFIG} --cflags --libs espalier
  OUTPUT_VARIABLE flags OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
separate_arguments(flags UNIX_COMMAND "${CXX_FLAGS} ${flags}")
execute_process(COMMAND ${CXX} -std=c++17 ${SOURCE} ${flags} -o ${PREFIX}/pkg_config_example
  COMMAND_ERROR_IS_FATAL ANY)
set(ENV{LD_LIBRARY_PATH} ${PREFIX}/${LIBDIR})
execute_process(COMMAND ${PREFIX}/pkg_config_example COMMAND_ERROR_IS_FATAL ANY)
