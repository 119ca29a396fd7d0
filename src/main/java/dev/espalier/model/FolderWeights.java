package dev.espalier.model;

import dev.espalier.checkpoint.ModelFolder;
import org.bytedeco.pytorch.Tensor;

/** The weights of a model folder, which stays the caller's. */
public record FolderWeights(ModelFolder folder) implements WeightSource {
  @Override
  public boolean contains(String name) {
    return folder.contains(name);
  }

  @Override
  public Tensor tensor(String name) {
    return folder.tensor(name);
  }
}
