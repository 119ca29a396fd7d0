# Each wrong command line gives one sentence and exit code 2, before anything is measured.
function(reject pattern)
  execute_process(COMMAND ${BENCH} ${ARGN}
    OUTPUT_VARIABLE text ERROR_VARIABLE errors RESULT_VARIABLE result)
  string(REGEX MATCHALL "\n" lines "${errors}")
  list(LENGTH lines lines)
  if(NOT result EQUAL 2 OR NOT text STREQUAL "" OR NOT lines EQUAL 1
     OR NOT errors MATCHES "^espalier_bench: .*${pattern}")
    message(FATAL_ERROR "${ARGN} returned ${result}:\n${text}${errors}")
  endif()
endfunction()

reject("\"--opp\" is no option" --opp count_zeros)
reject("\"count_zeros\" is no option" count_zeros)
reject("there is no op \"count\"; the ops are accumulate_hessian, " --op count)
reject("--rows has \"0\"" --rows 16,0)
reject("--cols 66 cannot be divided into the groups of --sparsity 2:4" --cols 66)
reject("--device cuda:77 cannot be used" --device cuda:77)
reject("--baseline /no/such/file cannot be read" --baseline /no/such/file)
reject("--max-regression needs a --baseline" --max-regression 5%)

foreach(option --help --list)
  execute_process(COMMAND ${BENCH} ${option}
    OUTPUT_VARIABLE text ERROR_VARIABLE errors RESULT_VARIABLE result)
  if(NOT result EQUAL 0 OR NOT errors STREQUAL "" OR NOT text MATCHES "--sparsity")
    message(FATAL_ERROR "${option} returned ${result}:\n${text}${errors}")
  endif()
endforeach()
