package dev.espalier.hub;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.espalier.BadInputException;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.URI;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Variables are read as Python's huggingface_hub and curl read them. */
class HubEnvironmentTest {
  private static HubEnvironment of(Map<String, String> variables) {
    return HubEnvironment.of(variables, "/home/me");
  }

  private static Path cache(Map<String, String> variables) {
    return of(variables).cache();
  }

  @Test
  void theCacheLiesWhereTheEnvironmentSays() {
    assertEquals(Path.of("/home/me/.cache/huggingface/hub"), cache(Map.of()));
    assertEquals(Path.of("/x/huggingface/hub"), cache(Map.of("XDG_CACHE_HOME", "/x")));
    assertEquals(
        Path.of("/home/me/hf/hub"), cache(Map.of("XDG_CACHE_HOME", "/x", "HF_HOME", "~/hf")));
    assertEquals(Path.of("/a"), cache(Map.of("HF_HOME", "/h", "HF_HUB_CACHE", "/a")));
    assertEquals(Path.of("/a"), cache(Map.of("HUGGINGFACE_HUB_CACHE", "/a")));
    assertEquals(Path.of("/home/me/.cache/huggingface/hub"), cache(Map.of("HF_HUB_CACHE", "")));
    assertEquals(
        Path.of("/disk/c/$NONE"),
        cache(Map.of("HF_HUB_CACHE", "$DISK/${SUB}/$NONE", "DISK", "/disk", "SUB", "c")));
  }

  @Test
  void whatCannotBeIsNamed() {
    for (String endpoint :
        new String[] {"huggingface.co", "ftp://x", "https://u:p@x", "http:// "}) {
      BadInputException e =
          assertThrows(BadInputException.class, () -> of(Map.of("HF_ENDPOINT", endpoint)));
      assertTrue(e.getMessage().startsWith("HF_ENDPOINT is not"), e.getMessage());
    }
    assertEquals(
        URI.create("https://mirror.example/hub"),
        of(Map.of("HF_ENDPOINT", "https://mirror.example/hub/")).endpoint());
    BadInputException e =
        assertThrows(
            BadInputException.class, () -> of(Map.of("HTTPS_PROXY", "socks5://u:secret@x")));
    assertFalse(e.getMessage().contains("secret"), e.getMessage());
    assertTrue(e.getMessage().startsWith("HTTPS_PROXY is not"), e.getMessage());
  }

  @Test
  void tokensDoNotPrint() {
    HubEnvironment environment = of(Map.of("HF_TOKEN", "hf_secret"));
    assertFalse(environment.toString().contains("hf_secret"), environment.toString());
    assertEquals("Bearer hf_secret", environment.token().orElseThrow().authorization());
  }

  private static Proxy proxy(Map<String, String> variables, String uri) {
    return of(variables).proxies().select(URI.create(uri)).get(0);
  }

  @Test
  void proxiesAreCurls() {
    Map<String, String> variables =
        Map.of(
            "https_proxy", "proxy.local:8080",
            "HTTPS_PROXY", "http://other:1",
            "HTTP_PROXY", "http://never:1",
            "no_proxy", "localhost, .inside.example,*.wild.example");
    Proxy https = proxy(variables, "https://huggingface.co/x");
    assertEquals("proxy.local", ((InetSocketAddress) https.address()).getHostString());
    assertEquals(8080, ((InetSocketAddress) https.address()).getPort());
    assertEquals(Proxy.NO_PROXY, proxy(variables, "http://huggingface.co/x"));
    assertEquals(Proxy.NO_PROXY, proxy(variables, "https://localhost/x"));
    assertEquals(Proxy.NO_PROXY, proxy(variables, "https://a.inside.example/x"));
    assertEquals(Proxy.NO_PROXY, proxy(variables, "https://inside.example/x"));
    assertEquals(Proxy.NO_PROXY, proxy(variables, "https://b.wild.example/x"));
    assertEquals(
        Proxy.NO_PROXY, proxy(Map.of("ALL_PROXY", "http://p:1", "NO_PROXY", "*"), "https://x/y"));
    assertEquals(Proxy.Type.HTTP, proxy(Map.of("ALL_PROXY", "http://p:1"), "https://x/y").type());
  }
}
