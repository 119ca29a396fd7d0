package dev.espalier.checkpoint;

import java.nio.file.Path;

/**
 * One weight file of a model folder.
 *
 * @param fileName its name in the folder
 * @param path where it lies; may be a symbolic link, as in the Hub's cache
 * @param header what it holds
 */
public record Shard(String fileName, Path path, SafetensorsHeader header) {
  static Shard read(Path folder, String fileName) {
    Path path = folder.resolve(fileName);
    return new Shard(fileName, path, SafetensorsHeader.read(path));
  }
}
