# The two numbers that the library goes by, each read from the one place where it is written: the
# release from pom.xml, the version of the C ABI from espalier.h.

# Sets <out> to the project's version in a pom.xml, such as 1.2.3-SNAPSHOT, and <out>_NUMBERS to the
# 1.2.3 of it, which is what CMake takes for a version.
function(espalier_read_release pom out)
  file(READ ${pom} text)
  # Versions of other things stand before or after the project's own in these.
  string(REGEX REPLACE "<!--([^-]|-[^-])*-->" "" text "${text}")
  string(REGEX REPLACE "<parent>.*</parent>" "" text "${text}")
  string(REGEX REPLACE "<(properties|dependencyManagement|dependencies|build|profiles)>.*" "" text
    "${text}")
  if(NOT text MATCHES "<version>[ \t\r\n]*(([0-9]+\\.[0-9]+\\.[0-9]+)[^< \t\r\n]*)")
    message(FATAL_ERROR "${pom} names no version of the form 1.2.3 for its project")
  endif()
  set(${out} ${CMAKE_MATCH_1} PARENT_SCOPE)
  set(${out}_NUMBERS ${CMAKE_MATCH_2} PARENT_SCOPE)
endfunction()

# Sets <out> to the ESP_ABI_VERSION of a header.
function(espalier_read_abi header out)
  file(STRINGS ${header} line REGEX "^#define ESP_ABI_VERSION ")
  if(NOT line MATCHES "^#define ESP_ABI_VERSION ([0-9]+)$")
    message(FATAL_ERROR "${header} defines no ESP_ABI_VERSION")
  endif()
  set(${out} ${CMAKE_MATCH_1} PARENT_SCOPE)
endfunction()
