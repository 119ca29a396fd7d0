package dev.espalier.checkpoint;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HubCacheTest {
  private static final String ID = "meta-llama/Llama-2-7b-hf";

  @TempDir Path temp;

  private Path snapshot(Path hub, String revision) throws IOException {
    Path folder = hub.resolve("models--meta-llama--Llama-2-7b-hf/snapshots").resolve(revision);
    Files.createDirectories(folder);
    Files.writeString(folder.resolve("config.json"), "{}");
    return folder;
  }

  private Optional<Path> found(Map<String, String> environment) {
    return HubCache.of(environment, temp.toString()).orElseThrow().snapshot(ID);
  }

  @Test
  void liesWhereTheEnvironmentSays() throws IOException {
    assertEquals(Optional.empty(), found(Map.of()));
    Path usual = snapshot(temp.resolve(".cache/huggingface/hub"), "a1");
    assertEquals(Optional.of(usual), found(Map.of()));
    Path xdg = snapshot(temp.resolve("xdg/huggingface/hub"), "a2");
    String xdgHome = temp.resolve("xdg").toString();
    assertEquals(Optional.of(xdg), found(Map.of("XDG_CACHE_HOME", xdgHome)));
    Path home = snapshot(temp.resolve("home/hub"), "a3");
    assertEquals(Optional.of(home), found(Map.of("XDG_CACHE_HOME", xdgHome, "HF_HOME", "~/home")));
    Path cache = snapshot(temp.resolve("cache"), "a4");
    assertEquals(
        Optional.of(cache),
        found(Map.of("HF_HOME", "~/home", "HF_HUB_CACHE", temp.resolve("cache").toString())));
    assertEquals(
        Optional.of(cache),
        found(Map.of("HUGGINGFACE_HUB_CACHE", temp.resolve("cache").toString())));
    assertEquals(Optional.of(usual), found(Map.of("HF_HUB_CACHE", "")));
  }

  @Test
  void theMainBranchComesFirstAndThenTheLatest() throws IOException {
    Path hub = temp.resolve(".cache/huggingface/hub");
    Path older = snapshot(hub, "b1");
    Path newer = snapshot(hub, "b2");
    Files.setLastModifiedTime(older, FileTime.fromMillis(1_000_000));
    assertEquals(Optional.of(newer), found(Map.of()));
    Path refs = hub.resolve("models--meta-llama--Llama-2-7b-hf/refs");
    Files.createDirectories(refs);
    Files.writeString(refs.resolve("main"), "b1");
    assertEquals(Optional.of(older), found(Map.of()));
    Files.delete(older.resolve("config.json"));
    assertEquals(Optional.of(newer), found(Map.of()));
    Files.delete(newer.resolve("config.json"));
    assertEquals(Optional.empty(), found(Map.of()));
  }

  @Test
  void tellsIdsFromPaths() {
    assertTrue(HubCache.isId(ID));
    for (String path :
        new String[] {"llama", "../llama", "./llama", "/a/b", "a/b/c", "a b/c", ""}) {
      assertFalse(HubCache.isId(path), path);
    }
  }
}
