package dev.espalier.hub;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Optional;
import org.junit.jupiter.api.Test;

class HubNameTest {
  @Test
  void tellsNamesFromPaths() {
    assertEquals(
        Optional.of(new HubName("meta-llama/Llama-2-7b-hf", "main")),
        HubName.parse("meta-llama/Llama-2-7b-hf"));
    assertEquals(Optional.of(new HubName("a/b.c", "refs/pr/1")), HubName.parse("a/b.c@refs/pr/1"));
    for (String path :
        new String[] {
          "llama",
          "../llama",
          "./llama",
          "/a/b",
          "a/b/c",
          "a b/c",
          "",
          "a/b@",
          "a/b@../../x",
          "a/b@/x",
          "a/b@x/",
          "a--b/c",
          "a/..",
          "a/b.",
          "~/b"
        }) {
      assertEquals(Optional.empty(), HubName.parse(path), path);
    }
  }
}
