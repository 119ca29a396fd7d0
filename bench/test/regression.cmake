# --baseline and --max-regression against times that no machine can miss.
set(case --op count_zeros --dtype f32 --rows 24 --cols 64 --device cpu --max-time 0.01)
set(file ${WORK}/baseline.csv)

function(compare seconds result_expected pattern)
  file(WRITE ${file} "op,rows,cols,dtype,sparsity,device,time_s\ncount_zeros,24,64,f32,,cpu,${seconds}\n")
  execute_process(COMMAND ${BENCH} ${case} --baseline ${file} --max-regression 5%
    OUTPUT_VARIABLE text ERROR_VARIABLE errors RESULT_VARIABLE result)
  if(NOT result EQUAL result_expected OR NOT "${text}${errors}" MATCHES "${pattern}")
    message(FATAL_ERROR "against ${seconds} s: returned ${result}:\n${text}${errors}")
  endif()
endfunction()

compare(1000 0 " 0\\.000 \\| pass")
compare(1e-12 1 "regression: count_zeros 24×64 f32 cpu takes [0-9.e+]+ times as long")

# What a run prints can be the baseline of the next.
execute_process(COMMAND ${BENCH} ${case} --format csv
  OUTPUT_FILE ${file} ERROR_QUIET RESULT_VARIABLE result)
if(NOT result EQUAL 0)
  message(FATAL_ERROR "--format csv returned ${result}")
endif()
execute_process(COMMAND ${BENCH} ${case} --baseline ${file} --max-regression 1000000% --format json
  OUTPUT_VARIABLE json ERROR_QUIET RESULT_VARIABLE result)
string(JSON ratio GET "${json}" results 0 ratio)
if(NOT result EQUAL 0 OR NOT ratio GREATER 0)
  message(FATAL_ERROR "against its own CSV: returned ${result}, ratio ${ratio}")
endif()

# A baseline of other cases would let everything pass.
execute_process(COMMAND ${BENCH} ${case} --rows 25 --baseline ${file}
  OUTPUT_QUIET ERROR_VARIABLE errors RESULT_VARIABLE result)
if(NOT result EQUAL 2 OR NOT errors MATCHES "has no time for any of these cases")
  message(FATAL_ERROR "a baseline of other cases: returned ${result}: ${errors}")
endif()
