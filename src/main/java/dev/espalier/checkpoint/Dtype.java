package dev.espalier.checkpoint;

import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** The element types of a safetensors file; the constants are named as the format names them. */
public enum Dtype {
  F64(8, ScalarType.Double),
  F32(4, ScalarType.Float),
  F16(2, ScalarType.Half),
  BF16(2, ScalarType.BFloat16),
  F8_E5M2(1, ScalarType.Float8_e5m2),
  F8_E4M3(1, ScalarType.Float8_e4m3fn),
  F8_E8M0(1, ScalarType.Float8_e8m0fnu),
  I64(8, ScalarType.Long),
  I32(4, ScalarType.Int),
  I16(2, ScalarType.Short),
  I8(1, ScalarType.Char),
  U64(8, ScalarType.UInt64),
  U32(4, ScalarType.UInt32),
  U16(2, ScalarType.UInt16),
  U8(1, ScalarType.Byte),
  C64(8, ScalarType.ComplexFloat),
  BOOL(1, ScalarType.Bool);

  private final int bytes;
  private final ScalarType scalarType;

  Dtype(int bytes, ScalarType scalarType) {
    this.bytes = bytes;
    this.scalarType = scalarType;
  }

  /** The size of one element. */
  public int bytes() {
    return bytes;
  }

  /** The same type in libtorch. */
  public ScalarType scalarType() {
    return scalarType;
  }

  /** The type a header calls {@code name}, or empty where the format has none or we read none. */
  public static Optional<Dtype> named(String name) {
    return Arrays.stream(values()).filter(dtype -> dtype.name().equals(name)).findFirst();
  }

  /**
   * The type for a libtorch one.
   *
   * @throws IllegalArgumentException where a safetensors file cannot hold it
   */
  public static Dtype of(ScalarType type) {
    // libtorch hands out fresh ScalarType objects; only the interned one compares by identity.
    ScalarType interned = type.intern();
    return Arrays.stream(values())
        .filter(dtype -> dtype.scalarType == interned)
        .findFirst()
        .orElseThrow(
            () -> new IllegalArgumentException("No safetensors type holds " + interned.name()));
  }

  static String supported() {
    return Arrays.stream(values()).map(Dtype::name).collect(Collectors.joining(", "));
  }
}
