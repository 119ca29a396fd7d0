# What the library exports: esp_*, each of the symbol version ESPALIER_<ABI>, and nothing else. So the
# loader refuses a program that was linked against another version of the ABI, and two of them may be
# in one process.
include(CheckLinkerFlag)

function(espalier_version_symbols target)
  set(script ${CMAKE_CURRENT_BINARY_DIR}/espalier.map)
  file(CONFIGURE OUTPUT ${script} CONTENT "ESPALIER_${ESPALIER_ABI} {\n  global: esp_*;\n  local: *;\n};\n")
  check_linker_flag(CXX "LINKER:--version-script=${script}" ESPALIER_HAS_VERSION_SCRIPTS)
  if(ESPALIER_HAS_VERSION_SCRIPTS)
    target_link_options(${target} PRIVATE "LINKER:--version-script=${script}")
    set_property(TARGET ${target} APPEND PROPERTY LINK_DEPENDS ${script})
  endif()
endfunction()
