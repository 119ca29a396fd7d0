# Fails when the library exports anything but the functions of espalier.h, each of the symbol version
# ESPALIER_<ABI>. A function declared there without ESP_EXPORT, or never defined, shows here, too.
#   -DNM= -DLIBRARY= -DHEADER= -DABI=
execute_process(COMMAND ${NM} -D --with-symbol-versions --defined-only ${LIBRARY}
  OUTPUT_VARIABLE symbols COMMAND_ERROR_IS_FATAL ANY)
string(REGEX MATCHALL " [^ \n]+\n" exported "${symbols}")
list(TRANSFORM exported STRIP)
list(REMOVE_ITEM exported ESPALIER_${ABI} ESPALIER_${ABI}@@ESPALIER_${ABI})

file(STRINGS ${HEADER} lines REGEX "^ESP_EXPORT ")
set(declared "")
foreach(line IN LISTS lines)
  if(line MATCHES "(esp_[a-z0-9_]+)\\(")
    list(APPEND declared ${CMAKE_MATCH_1}@@ESPALIER_${ABI})
  endif()
endforeach()

list(SORT exported)
list(SORT declared)
if(NOT declared OR NOT exported STREQUAL declared)
  list(JOIN exported "\n  " exported)
  list(JOIN declared "\n  " declared)
  message(FATAL_ERROR "exported:\n  ${exported}\ndeclared:\n  ${declared}")
endif()
