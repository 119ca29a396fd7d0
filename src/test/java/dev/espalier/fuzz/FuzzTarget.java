package dev.espalier.fuzz;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.espalier.allocation.FileAllocation;
import dev.espalier.checkpoint.ModelFolder;
import dev.espalier.checkpoint.SafetensorsFile;
import dev.espalier.device.Placement;
import dev.espalier.measurement.MeasuredModel;
import dev.espalier.model.DecoderBlock;
import dev.espalier.model.DecoderModel;
import dev.espalier.report.RunReader;
import dev.espalier.testing.Llamas;
import dev.espalier.testing.Safetensors;
import dev.espalier.testing.Safetensors.Stored;
import dev.espalier.testing.Samples;
import dev.espalier.testing.TinyModel;
import dev.espalier.text.HuggingFaceTokenizer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** A file that comes from strangers, and what is done with it. */
enum FuzzTarget {
  SAFETENSORS {
    @Override
    Path prepare(Path folder) throws IOException {
      Map<String, Stored> tensors = new LinkedHashMap<>();
      tensors.put("a.weight", new Stored("F32", List.of(2L, 3L), ByteBuffer.allocate(24)));
      tensors.put("b.weight", new Stored("BF16", List.of(4L), ByteBuffer.allocate(8)));
      tensors.put("c", new Stored("I64", List.of(), ByteBuffer.allocate(8)));
      Path file = folder.resolve("one.safetensors");
      Safetensors.write(file, tensors);
      return file;
    }

    @Override
    void read(Path file) {
      try (PointerScope scope = new PointerScope();
          SafetensorsFile opened = SafetensorsFile.open(file)) {
        for (String name : opened.header().tensors().keySet()) {
          try (Tensor tensor = opened.tensor(name)) {
            tensor.to(ScalarType.Double).sum().item_double();
          }
        }
      }
    }
  },
  CONFIG {
    @Override
    Path prepare(Path folder) throws IOException {
      return TinyModel.folder(folder.resolve("config-model")).resolve("config.json");
    }

    @Override
    void read(Path file) {
      run(file.getParent());
    }
  },
  INDEX {
    @Override
    Path prepare(Path folder) throws IOException {
      Path model = TinyModel.folder(folder.resolve("index-model"));
      Map<String, Stored> all = Safetensors.read(model.resolve(Safetensors.SINGLE));
      Files.delete(model.resolve(Safetensors.SINGLE));
      ObjectNode index = JSON.createObjectNode();
      index.putObject("metadata").put("total_size", 1);
      ObjectNode map = index.putObject("weight_map");
      List<Map<String, Stored>> parts = List.of(new LinkedHashMap<>(), new LinkedHashMap<>());
      int next = 0;
      for (Map.Entry<String, Stored> tensor : all.entrySet()) {
        int part = next++ % 2;
        parts.get(part).put(tensor.getKey(), tensor.getValue());
        map.put(tensor.getKey(), part + ".safetensors");
      }
      for (int i = 0; i < 2; i++) {
        Safetensors.write(model.resolve(i + ".safetensors"), parts.get(i));
      }
      Path file = model.resolve("model.safetensors.index.json");
      Files.writeString(file, index.toString());
      return file;
    }

    @Override
    void read(Path file) {
      run(file.getParent());
    }
  },
  /** The sample's with a vocabulary of bytes: a load takes long enough as it is. */
  TOKENIZER {
    @Override
    Path prepare(Path folder) throws IOException {
      Path model = Files.createDirectories(folder.resolve("tokenizer-model"));
      Path file = model.resolve("tokenizer.json");
      ObjectNode tokenizer =
          (ObjectNode) JSON.readTree(Samples.MODEL.resolve("tokenizer.json").toFile());
      ObjectNode part = (ObjectNode) tokenizer.get("model");
      ObjectNode vocabulary = JSON.createObjectNode();
      part.get("vocab")
          .properties()
          .forEach(
              entry -> {
                if (entry.getValue().asInt() < 300) {
                  vocabulary.set(entry.getKey(), entry.getValue());
                }
              });
      part.set("vocab", vocabulary);
      part.putArray("merges");
      Files.writeString(file, tokenizer.toString());
      Files.copy(
          Samples.MODEL.resolve("tokenizer_config.json"), model.resolve("tokenizer_config.json"));
      return file;
    }

    @Override
    void read(Path file) {
      try (HuggingFaceTokenizer tokenizer = HuggingFaceTokenizer.load(file.getParent())) {
        tokenizer.encode("My fellow citizens, naïve 漢字 text.\n");
      }
    }
  },
  RATIOS {
    @Override
    Path prepare(Path folder) throws IOException {
      return Files.writeString(folder.resolve("ratios.json"), "[0.25, 0.3, 0.35]");
    }

    @Override
    void read(Path file) {
      FileAllocation.read(file).total(SHAPES);
    }
  },
  REPORT {
    @Override
    Path prepare(Path folder) throws IOException {
      Path report = Path.of("src", "test", "resources", "fuzz", "espalier.json");
      return Files.copy(report, folder.resolve("espalier.json"));
    }

    @Override
    void read(Path file) {
      RunReader.read(file, "run");
      FileAllocation.read(file);
    }
  };

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final MeasuredModel SHAPES =
      MeasuredModel.of(Llamas.describe(50, 32, 3, 4, 2, 48));

  /** Makes a good one, with what must lie beside it. */
  abstract Path prepare(Path folder) throws IOException;

  /** Reads it as the program does, as far as it can be used. */
  abstract void read(Path file);

  private static void run(Path folder) {
    try (PointerScope scope = new PointerScope();
        ModelFolder opened = ModelFolder.open(folder);
        DecoderModel model = DecoderModel.open(opened.config(), opened, Placement.cpu())) {
      Tensor hidden = model.embed(Tensor.create(new long[] {1, 2, 3, 4}, 1, 4));
      for (int i = 0; i < Math.min(2, model.blockCount()); i++) {
        try (DecoderBlock block = model.loadBlock(i)) {
          hidden = block.forward(hidden);
        }
      }
      model.logits(hidden);
    }
  }
}
