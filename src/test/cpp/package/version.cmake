# What cmake/Version.cmake makes of pom files: the project's own version, whatever stands around it.
include(${ROOT}/cmake/Version.cmake)

function(expect release numbers pom)
  file(WRITE ${SCRATCH}/pom.xml "<?xml version=\"1.0\"?>\n<project>\n${pom}\n</project>\n")
  espalier_read_release(${SCRATCH}/pom.xml found)
  if(NOT found STREQUAL release OR NOT found_NUMBERS STREQUAL numbers)
    message(SEND_ERROR "${found} (${found_NUMBERS}) instead of ${release} (${numbers}) from\n${pom}")
  endif()
endfunction()

expect(1.20.3 1.20.3 "<artifactId>espalier</artifactId>\n  <version>1.20.3</version>")
expect(0.2.0-SNAPSHOT 0.2.0 "<version>\n 0.2.0-SNAPSHOT\n </version>")
expect(1.0.0-rc.1 1.0.0 "<!-- once <version>9.9.9</version> - long ago -->\n<version>1.0.0-rc.1</version>")
expect(1.2.3 1.2.3 "<parent><version>7.7.7</version></parent>\n<version>1.2.3</version>")
expect(1.2.3 1.2.3 "<version>1.2.3</version>\n<dependencies><dependency><version>4.5.6</version>
  </dependency></dependencies>")
