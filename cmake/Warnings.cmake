# Warnings are errors in our own code, only when this is the project being built.
add_library(espalier_warnings INTERFACE)
target_compile_options(espalier_warnings INTERFACE
  $<$<COMPILE_LANGUAGE:CXX,C>:-Wall;-Wextra;-Wshadow;-Wconversion;-Wno-sign-conversion>
  $<$<AND:$<COMPILE_LANGUAGE:CXX,C>,$<BOOL:${PROJECT_IS_TOP_LEVEL}>>:-Werror>)
