# What `cmake --install` lays down: the library, its headers, and how CMake and pkg-config find them.
# All of it finds its own prefix, so that an installed tree can be moved.
include(CMakePackageConfigHelpers)

install(TARGETS espalier EXPORT espalier-targets
  LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(DIRECTORY src/main/cpp/include/espalier DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})

install(EXPORT espalier-targets NAMESPACE espalier::
  DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/espalier FILE espalier-config.cmake)
write_basic_package_version_file(espalier-config-version.cmake COMPATIBILITY SameMajorVersion)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/espalier-config-version.cmake
  DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/espalier)

# From the .pc file to the prefix, and on to what it names.
cmake_path(RELATIVE_PATH CMAKE_INSTALL_PREFIX
  BASE_DIRECTORY ${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig OUTPUT_VARIABLE ESPALIER_PC_PREFIX)
cmake_path(RELATIVE_PATH CMAKE_INSTALL_FULL_LIBDIR
  BASE_DIRECTORY ${CMAKE_INSTALL_PREFIX} OUTPUT_VARIABLE ESPALIER_PC_LIBDIR)
cmake_path(RELATIVE_PATH CMAKE_INSTALL_FULL_INCLUDEDIR
  BASE_DIRECTORY ${CMAKE_INSTALL_PREFIX} OUTPUT_VARIABLE ESPALIER_PC_INCLUDEDIR)
configure_file(cmake/espalier.pc.in espalier.pc @ONLY)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/espalier.pc
  DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
