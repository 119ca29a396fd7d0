include(CMakePackageConfigHelpers)

install(TARGETS espalier EXPORT espalier-targets
  LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(DIRECTORY src/main/cpp/include/espalier DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(EXPORT espalier-targets NAMESPACE espalier::
  DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/espalier FILE espalier-config.cmake)
write_basic_package_version_file(espalier-config-version.cmake COMPATIBILITY SameMajorVersion)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/espalier-config-version.cmake
  DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/espalier)
