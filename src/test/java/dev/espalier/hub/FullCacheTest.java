package dev.espalier.hub;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.espalier.Progress;
import dev.espalier.StorageException;
import dev.espalier.testing.HubServer;
import dev.espalier.testing.Slow;
import dev.espalier.testing.SmallDisk;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A disk that runs full although there seemed to be space: another program may have taken it. */
@Slow
class FullCacheTest {
  /** What happens on that disk. */
  static final class Story implements SmallDisk.Story {
    @Override
    public void tell(Path disk) throws Exception {
      byte[] weights = new byte[700_000];
      new Random(1).nextBytes(weights);
      try (HubServer server = new HubServer()) {
        server
            .file("org/model", "config.json", "{}".getBytes(UTF_8))
            .file("org/model", "model.safetensors", weights);
        Map<String, String> variables =
            Map.of("HF_HUB_CACHE", disk.toString(), "HF_ENDPOINT", server.endpoint());
        Hub hub =
            new Hub(
                HubEnvironment.of(variables, disk.toString()),
                time -> {},
                folder -> Long.MAX_VALUE,
                Duration.ofSeconds(20));
        HubName name = HubName.parse("org/model").orElseThrow();
        Path other = disk.resolve("other");
        SmallDisk.fill(other, 400_000);
        StorageException e =
            assertThrows(StorageException.class, () -> hub.model(name, Progress.NONE));
        assertTrue(e.getMessage().contains("the disk is full; free some space"), e.getMessage());
        assertFalse(Files.exists(disk.resolve("models--org--model/refs")));
        Files.delete(other);
        server.forget();
        HubCopy copy = hub.model(name, Progress.NONE);
        assertArrayEquals(weights, Files.readAllBytes(copy.path().resolve("model.safetensors")));
        assertTrue(
            server.requests().stream().anyMatch(request -> request.range().isPresent()),
            "it went on from where it was");
      }
    }
  }

  @Test
  void aDownloadGoesOnWhenThereIsSpaceAgain(@TempDir Path folder) throws Exception {
    SmallDisk.tell(Story.class, 1024, folder);
  }
}
