package dev.espalier.kernels.internal;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.espalier.kernels.Kernels;
import java.nio.file.Path;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.xpath.XPathFactory;
import org.junit.jupiter.api.Test;

/** The numbers that Maven, CMake, the header and the bindings go by are the same. */
class NativeLibraryTest {
  @Test
  void releaseIsThePoms() throws Exception {
    var pom = DocumentBuilderFactory.newInstance().newDocumentBuilder();
    String release =
        XPathFactory.newInstance()
            .newXPath()
            .evaluate("/project/version", pom.parse(Path.of("pom.xml").toFile()));
    assertEquals(release, Kernels.version());
  }

  @Test
  void abiIsTheHeadersAndTheLibrarys() {
    assertEquals(NativeLibrary.ABI_VERSION, NativeLibrary.ESP_ABI_VERSION());
    assertEquals(NativeLibrary.ABI_VERSION, NativeLibrary.esp_abi_version());
  }

  @Test
  void libraryOfAnotherAbiIsRefused() {
    assertDoesNotThrow(() -> NativeLibrary.requireAbi(NativeLibrary.ABI_VERSION));
    var error = assertThrows(UnsatisfiedLinkError.class, () -> NativeLibrary.requireAbi(2));
    assertEquals(
        "libespalier has ABI version 2, but this build of Espalier needs version 1",
        error.getMessage());
  }
}
