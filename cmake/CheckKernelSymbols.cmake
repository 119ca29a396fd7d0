# Fails when the objects of an instruction set define weak symbols outside of that set's namespace:
# the linker might take such a function as everyone's, and machines without the set would crash.
execute_process(COMMAND ${NM} -C --defined-only ${OBJECTS} OUTPUT_VARIABLE symbols RESULT_VARIABLE result)
if(result)
  message(FATAL_ERROR "nm failed")
endif()
string(REGEX MATCHALL "[0-9a-f]+ [WVu] [^\n]*" weak "${symbols}")
list(FILTER weak EXCLUDE REGEX "espalier::cpu::${ISA}::")
if(weak)
  list(JOIN weak "\n" weak)
  message(FATAL_ERROR "weak symbols outside of espalier::cpu::${ISA}:\n${weak}")
endif()
